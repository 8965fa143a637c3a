"""Takes a OneRoster bundle in: read, checked, compared with what is stored, applied whole."""

from roster.importing.imports import import_bundle

__all__ = ["import_bundle"]
