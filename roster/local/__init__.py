"""The district's own rows beside what its system sends: made, changed, ended; applied at once."""

from roster.local.editing import ADD, CHANGE, EITHER, end_expired, end_row, set_rows
