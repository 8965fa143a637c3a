"""Takes bundles from a folder of this machine: zip files, folders of CSV files, or CSV files; and
puts deliveries there."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

from roster.arrivals.packing import csv_files
from roster.fetching.candidates import Candidate, Failures, ready, take
from roster.fetching.found import Found, Tick, moment, require_size, require_whole
from roster.models import Destination, Source
from roster.refusal import Refused

HERE = "."
READABLE = 0o640
"""Of a delivery: whoever is in the folder's group fetches it."""


def look(source: Source, tick: Tick) -> Generator[Found]:
    """Yield the bundles that came into the folder and are no longer being written."""
    folder = Path(source.address)
    try:
        found = list(_candidates(folder))
    except OSError as error:
        raise Refused(
            f"The folder {folder} can't be read: {error.strerror}. It must exist, and the user"
            " that Rosterdesk runs as must be allowed to read it."
        ) from error
    failures = Failures()
    for candidate in ready(found, source.remembered):
        tick()
        with failures.noted():
            name = folder.name if candidate.name == HERE else candidate.name
            require_size(name, candidate.size)
            require_whole(name, folder / candidate.name)
            take(candidate, source.remembered)
            yield Found(name, folder / candidate.name, moment(candidate.written))
    failures.tell()


def _candidates(folder: Path) -> Iterator[Candidate]:
    loose = []
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if not path.name.isprintable():
            raise Refused(f"A file in {folder} has a name with control characters. Rename it.")
        if path.is_symlink():
            if path.suffix.lower() in (".zip", ".csv"):
                raise Refused(f"“{path.name}” is a link, not a file. Copy the file itself there.")
        elif path.is_dir():
            if files := csv_files(path):
                yield _together(path.name, files)
        elif path.is_file() and path.suffix.lower() == ".csv":
            loose.append(path)
        elif path.is_file() and path.suffix.lower() == ".zip":
            yield _together(path.name, [path])
    if loose:
        yield _together(HERE, loose)


def _together(name: str, files: list[Path]) -> Candidate:
    states = [path.stat() for path in files]
    return Candidate(
        name, sum(each.st_size for each in states), max(each.st_mtime for each in states)
    )


def put(destination: Destination, local: Path, whole: str, temporary: str, tick: Tick) -> None:
    """Write a file into the folder under the second name, then give it the first."""
    folder = Path(destination.address)
    partial = folder / temporary
    try:
        shutil.copyfile(local, partial)
        partial.chmod(READABLE)
        partial.replace(folder / whole)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise Refused(
            f"The folder {folder} can't be written into: {error.strerror}. It must exist, and the"
            " user that Rosterdesk runs as must be allowed to write there."
        ) from error
