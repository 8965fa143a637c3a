"""Takes what a person uploads."""

from __future__ import annotations

import zipfile
from pathlib import PurePosixPath

from django.core.files import File

from roster import audit
from roster.arrivals.keeping import private_file
from roster.fetching.found import require_size
from roster.fetching.recording import record
from roster.models import Arrival, Import, Organization
from roster.refusal import Refused


def take_upload(organization: Organization, file: File[bytes], by: audit.Actor) -> Arrival:
    """Record and keep a zip file that a person has uploaded, for the import that follows.

    It is imported even where the same bundle was refused before, but not where it was applied
    last. Raises Refused where it is no zip file, or too large.
    """
    name = PurePosixPath(file.name or "upload.zip").name
    require_size(name, file.size)
    with private_file() as path:
        with path.open("wb") as stream:
            for piece in file.chunks():
                stream.write(piece)
        if not zipfile.is_zipfile(path):
            raise Refused(f"“{name}” isn't a whole zip file. Export it again, and upload that.")
        return record(organization, path, name=name, by=by, again=frozenset({Import.State.REFUSED}))
