"""`change_row`: cells that the district says otherwise than its system, until a day."""

from __future__ import annotations

from roster import local
from roster.management.own_rows import SettingCommand


class Command(SettingCommand):
    help = (
        "Say some cells of a row yourself: a missing e-mail. They take effect at once, survive"
        " imports, and end after their last day; then what your system sends is back."
    )
    how = local.CHANGE
