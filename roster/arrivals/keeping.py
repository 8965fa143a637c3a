"""Keeps what a bundle holds until it is applied, refused or discarded, readable to nobody.

The content lies in the database, in pieces encrypted with the installation's keys, so that any
process of the installation can import it. It is readable only in the temporary file that one
process opens while it imports, and that belongs to this process's user alone.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction

from roster.arrivals.packing import packed
from roster.encryption import cipher
from roster.models import Arrival, ArrivalPart
from roster.refusal import Refused

PURPOSE = "a bundle that came in"
LEFT_BEHIND = 24 * 3600  # Seconds after which a temporary file is nobody's any more.


def keep(arrival: Arrival, path: str | Path) -> None:
    """Keep the content of the bundle at `path`, in place of what was kept of this arrival.

    Raises Refused if it isn't any more what was received.
    """
    encrypt, digest = cipher(PURPOSE).encrypt, hashlib.sha256()
    with transaction.atomic():
        forget(arrival)
        for number, piece in enumerate(packed(Path(path))):
            digest.update(piece)
            ArrivalPart.objects.create(arrival=arrival, number=number, content=encrypt(piece))
        if digest.hexdigest() != arrival.checksum:
            raise Refused(f"“{arrival.name}” changed while it was read. Nothing of it was kept.")


@contextmanager
def unpacked(arrival: Arrival) -> Iterator[Path]:
    """Yield the content as a zip file that only this process's user can read, while it is needed.

    Raises Refused if the content is forgotten, damaged, or encrypted with a key that is gone.
    """
    with private_file() as path:
        _write(arrival, path)
        yield path


def forget(arrival: Arrival) -> None:
    """Delete the content; the record that it came in stays."""
    ArrivalPart.objects.filter(arrival=arrival).delete()


@contextmanager
def private_file() -> Iterator[Path]:
    """Yield the path of an empty file in the data folder that is deleted afterwards."""
    folder = _folder()
    handle, name = tempfile.mkstemp(prefix="bundle-", suffix=".zip", dir=folder)  # Mode 600.
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def clear_left_behind() -> int:
    """Delete the files of processes that died; return how many that were."""
    before = time.time() - LEFT_BEHIND
    old = [path for path in _folder().glob("bundle-*.zip") if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    folder = Path(settings.MEDIA_ROOT) / "arriving"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _write(arrival: Arrival, path: Path) -> None:
    decrypt, digest = cipher(PURPOSE).decrypt, hashlib.sha256()
    parts = ArrivalPart.objects.filter(arrival=arrival).order_by("number")
    numbers = list(parts.values_list("number", flat=True))
    if not numbers:
        raise Refused(f"The content of “{arrival.name}” is not kept any more. Send it again.")
    try:
        with path.open("wb") as stream:
            for number in numbers:  # One at a time: a bundle can be larger than memory.
                piece = decrypt(bytes(parts.values_list("content", flat=True).get(number=number)))
                digest.update(piece)
                stream.write(piece)
    except InvalidToken:
        raise Refused(
            f"“{arrival.name}” was kept with a key that this installation no longer has."
            " Send it again."
        ) from None
    if digest.hexdigest() != arrival.checksum:
        raise Refused(f"“{arrival.name}” isn't kept as it came in. Send it again.")
