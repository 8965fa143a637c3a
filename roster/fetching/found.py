"""What every way hands over: a bundle as a file or folder, checked to be whole."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from roster.fetching.failing import Unfinished, size_in_words
from roster.models import Source
from roster.refusal import Refused

LARGEST = 4 * 2**30  # Bytes; a district of a million students packs into a tenth of it.


class Found(NamedTuple):
    """A bundle: how it is called, where it can be read until the next one is asked for."""

    name: str
    path: Path
    written: datetime | None


Tick = Callable[[], None]
Way = Callable[[Source, Tick], Generator[Found]]
"""Yields the new bundles of a source, oldest first, and keeps `source.remembered` up to date:
what it holds after a bundle was yielded is true once that bundle was taken."""


def moment(seconds: float) -> datetime:
    """Return a file's time; one that no calendar has is the beginning of time."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC)


def require_size(name: str, size: int) -> None:
    if size > LARGEST:
        raise Refused(
            f"“{name}” is larger than {size_in_words(LARGEST)}, which no roster is. Nothing was"
            " imported. Look at what the other system writes there."
        )


def require_whole(name: str, path: Path) -> None:
    """Raise `Unfinished` unless this is a zip with its end: a folder, or a whole zip file."""
    if path.is_dir() or zipfile.is_zipfile(path):
        return
    raise Unfinished(
        f"“{name}” isn't a whole zip file: it is still being written, or was cut on its way."
        " Nothing was imported; it is looked at again. If this stays, export it again."
    )
