"""Pulls bundles by SFTP: zip files that match a pattern, or a folder of CSV files; and puts
deliveries there."""

from __future__ import annotations

import fnmatch
import zipfile
from collections.abc import Generator, Iterator
from pathlib import Path, PurePosixPath

from roster.arrivals.keeping import private_file
from roster.arrivals.packing import entry_of
from roster.fetching.addresses import parse
from roster.fetching.candidates import Candidate, Failures, ready, take
from roster.fetching.failing import NotYet
from roster.fetching.found import Found, Tick, moment, require_size, require_whole
from roster.fetching.remote import Remote, in_words
from roster.models import Destination, Source
from roster.refusal import Refused


def look(source: Source, tick: Tick) -> Generator[Found]:
    """Yield the bundles at the source's path that are new and no longer being written."""
    place, failures = parse(source.address), Failures()
    folder, _, pattern = place.path.rpartition("/")
    with in_words(source), Remote(source, place) as remote:
        found = list(_candidates(remote, folder, pattern))
        if not found:
            raise Refused(
                f"There is no bundle at {place.path} on {place.host}. Look at the path, and"
                " whether the other system has written one."
            )
        for candidate in ready(found, source.remembered):
            with failures.noted(), private_file() as path:
                name = candidate.name or PurePosixPath(folder).name
                require_size(name, candidate.size)
                _download(remote, folder, candidate, path, tick)
                if candidate not in _candidates(remote, folder, pattern):
                    raise NotYet(
                        f"“{name}” changed while it was fetched: it is still being written."
                        " Nothing was imported; it is looked at again."
                    )
                require_whole(name, path)
                take(candidate, source.remembered)
                yield Found(name, path, moment(candidate.written))
    failures.tell()


def _candidates(remote: Remote, folder: str, pattern: str) -> Iterator[Candidate]:
    """List what matches. Without a pattern these are zip files, and all CSV files together."""
    loose = []
    for name, attributes in remote.files(folder or "/"):
        candidate = Candidate(name, attributes.size or 0, float(attributes.mtime or 0))
        if pattern:
            if fnmatch.fnmatchcase(name, pattern):
                yield candidate
        elif name.lower().endswith(".zip"):
            yield candidate
        elif name.lower().endswith(".csv"):
            loose.append(candidate)
    if loose:
        yield Candidate("", sum(each.size for each in loose), max(each.written for each in loose))


def _download(remote: Remote, folder: str, candidate: Candidate, path: Path, tick: Tick) -> None:
    """Write the bundle to `path`: a file as it is, CSV files as a zip that is always the same."""
    if candidate.name:
        with path.open("wb") as stream:
            for piece in remote.pieces(f"{folder}/{candidate.name}", candidate.size, tick):
                stream.write(piece)
        return
    files = [each for each in remote.files(folder or "/") if each[0].lower().endswith(".csv")]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, attributes in sorted(files, key=lambda each: each[0]):
            with entry_of(archive, name) as entry:
                for piece in remote.pieces(f"{folder}/{name}", attributes.size or 0, tick):
                    entry.write(piece)


def put(destination: Destination, local: Path, whole: str, temporary: str, tick: Tick) -> None:
    """Write a file at the destination's path under the second name, then give it the first."""
    place = parse(destination.address)
    with in_words(destination), Remote(destination, place) as remote:
        remote.send(local, place.path.rstrip("/"), whole, temporary, tick)
