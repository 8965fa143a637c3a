"""Opens a bundle, a zip or a folder, and hands out its files; hostile ones are refused.

Sizes and names are judged before anything is unpacked, nothing is ever written to disk, and
files are streamed, so neither a bomb nor a path with `..` can do harm.
"""

from __future__ import annotations

import errno
import hashlib
import os
import struct
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from roster.importing import zips
from roster.importing.file_names import listed, right_name
from roster.importing.findings import Findings
from roster.refusal import Refused

CHUNK = 1 << 20
CLUTTER = ("__MACOSX", "$RECYCLE.BIN")
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    UnicodeDecodeError,  # Of a name in the zip's directory.
)
UNREADABLE = (errno.EACCES, errno.EPERM, errno.EIO, errno.ELOOP, errno.ENOENT, errno.ESTALE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a bundle: its name as it stands there, its size in bytes, how to open it."""

    name: str
    size: int
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Package:
    """The CSV files of a bundle by name, and the SHA-256 of all that was given."""

    name: str
    entries: dict[str, Entry]
    checksum: str


@contextmanager
def open_package(path: Path, findings: Findings) -> Iterator[Package]:
    """Yield the package at `path`; raises `Refused` if it is none, or is not harmless."""
    try:
        if path.is_dir() or (path.is_file() and path.suffix != ".zip"):
            form = "a folder" if path.is_dir() else "a file of another name"
            findings.add("package-form", "", found=form)
        if path.is_dir():
            entries = _chosen(dict(_folder(path, findings)), findings)
            yield Package(path.name, entries, _checksum(entries))
        elif path.is_file():
            zips.require_small_directory(path, findings)
            with zipfile.ZipFile(path) as archive:
                found = {
                    member.name: Entry(*member)
                    for member in zips.members(archive, path.stat().st_size, findings)
                }
                with path.open("rb") as stream:
                    checksum = hashlib.file_digest(stream, "sha256").hexdigest()
                yield Package(path.name, _chosen(found, findings), checksum)
        else:
            raise findings.refuse("package-missing", name=path.name)
    except (*BROKEN, OSError) as error:
        refusal = _refusal(path, error, findings)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(path: Path, error: Exception, findings: Findings) -> Refused | None:
    """Return the refusal of what can't be read; None for other errors."""
    number = error.errno if isinstance(error, OSError) else None
    if number in UNREADABLE:
        why = os.strerror(number)
        return findings.refuse("package-unreadable", name=path.name, found=why)
    if isinstance(error, BROKEN) or number == errno.EINVAL:  # A place before the zip's beginning.
        kind = zips.kind_of(path) if path.is_file() else "a folder"
        return findings.refuse("package-broken", name=path.name, found=kind, why=str(error)[:100])
    return None


def _folder(path: Path, findings: Findings) -> Iterator[tuple[str, Entry]]:
    """List the files of a folder and of the folders in it; deeper ones can hold no bundle."""
    count = 0
    for pattern in ("*", "*/*"):
        for found in sorted(path.glob(pattern)):
            count += 1
            if count > zips.MOST_ENTRIES:
                raise findings.refuse("folder-many-files", name=path.name)
            name = found.relative_to(path).as_posix()
            if found.is_dir() or not _is_wanted(found.name):
                continue
            if found.is_symlink() or found.parent.is_symlink() or not found.is_file():
                raise findings.refuse("file-is-link", name)
            yield name, Entry(name, found.stat().st_size, _plain_opener(found))


def _plain_opener(path: Path) -> Callable[[], BinaryIO]:
    """Open a file that may have become a link or a pipe since it was looked at: not those."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    return lambda: cast(BinaryIO, os.fdopen(os.open(path, flags), "rb"))


def _is_wanted(name: str) -> bool:
    return name.lower().endswith((".csv", ".csv.txt")) or bool(right_name(name))


def _chosen(found: dict[str, Entry], findings: Findings) -> dict[str, Entry]:
    """Choose the folder in which the bundle lies: the root, else the only one with its files."""
    folders: dict[str, dict[str, Entry]] = defaultdict(dict)
    for path, entry in found.items():
        folder, _, name = path.rpartition("/")
        if name.startswith(".") or any(part in CLUTTER for part in path.split("/")):
            findings.add("package-clutter", "", value=path)
        elif _is_wanted(name):
            folders[folder][name] = Entry(name, entry.size, entry.open)
    if not folders:
        raise findings.refuse("package-empty", found=listed(found))
    folder = _best(folders, findings)
    if folder:
        findings.add("package-folder", "", folder=folder)
    for other in sorted(folders.keys() - {folder}):
        findings.add("package-folder-ignored", "", value=other or "(the root)")
    return folders[folder]


def _best(folders: dict[str, dict[str, Entry]], findings: Findings) -> str:
    whole = [folder for folder, files in folders.items() if any(map(right_name, files))]
    for candidates in (whole, list(folders)):
        if "" in candidates:
            return ""
        if len(candidates) == 1:
            return candidates[0]
    raise findings.refuse("package-folders", found=listed(folders))


def _checksum(entries: dict[str, Entry]) -> str:
    digest = hashlib.sha256()
    for name, entry in sorted(entries.items()):
        digest.update(f"{name}\0{entry.size}\0".encode("utf-8", "surrogateescape"))
        with entry.open() as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()
