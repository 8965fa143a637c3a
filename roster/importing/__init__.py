"""Takes a OneRoster bundle in: read, checked, compared with what is stored, applied whole."""

from roster.importing.attempt import held_import
from roster.importing.imports import approve, discard, import_bundle
from roster.importing.locking import close_killed

__all__ = ["approve", "close_killed", "discard", "held_import", "import_bundle"]
