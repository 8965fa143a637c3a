"""Records that a bundle came in: its name, size and checksum, from whom, and when."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from roster import audit
from roster.arrivals.packing import packed
from roster.models import Arrival, Organization, Source
from roster.refusal import Refused


def receive(
    organization: Organization,
    path: str | Path,
    *,
    name: str,
    by: audit.Actor,
    source: Source | None = None,
    written: datetime | None = None,
) -> Arrival:
    """Record the bundle at `path`, a zip or a folder, without its content.

    Whether it is the same as another is for the caller to judge, by the checksum. Raises Refused
    if the bundle can't be read.
    """
    digest, size = hashlib.sha256(), 0
    try:
        for piece in packed(Path(path)):
            digest.update(piece)
            size += len(piece)
    except OSError as error:
        raise Refused(f"The bundle “{name}” can't be read: {error.strerror}.") from error
    return Arrival.objects.create(
        organization=organization,
        source=source,
        name=printable(name)[:255],
        checksum=digest.hexdigest(),
        size=size,
        written=written,
        by_name=audit.name_of(by)[:200],
    )


def printable(name: str) -> str:
    """Return a file's name as it can be stored and shown."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
