"""Opens a bundle, a zip or a folder, and hands out its files; hostile ones are refused.

Sizes and names are judged before anything is unpacked, nothing is ever written to disk, and
files are streamed, so neither a bomb nor a path with `..` can do harm.
"""

from __future__ import annotations

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from roster.importing.findings import Findings
from roster.refusal import Refused

MOST_ENTRIES = 1000
MOST_BYTES = 64 * 2**30
SMALL = 64 * 2**20  # Up to this size a bundle may be packed as tightly as it likes.
TIGHTEST = 200  # CSV packs 5 to 40 times; beyond this it is a bomb.
CHUNK = 1 << 20


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
        if path.is_dir():
            entries = _chosen(dict(_folder(path)), findings)
            yield Package(path.name, entries, _checksum(entries))
        elif path.is_file():
            with zipfile.ZipFile(path) as archive:
                found = dict(_archive(archive, path.stat().st_size))
                with path.open("rb") as stream:
                    checksum = hashlib.file_digest(stream, "sha256").hexdigest()
                yield Package(path.name, _chosen(found, findings), checksum)
        else:
            raise Refused(f"There is no bundle “{path}”.")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Refused(
            f"“{path.name}” is not a whole zip file ({error}). Send or export it again."
        ) from error
    except PermissionError as error:
        raise Refused(f"“{path.name}” can't be read: {error.strerror}.") from error


def _archive(archive: zipfile.ZipFile, packed: int) -> Iterator[tuple[str, Entry]]:
    infos = archive.infolist()
    if len(infos) > MOST_ENTRIES:
        raise Refused(f"The zip holds {len(infos)} entries; a bundle has 22 at most.")
    total = sum(info.file_size for info in infos)
    if total > MOST_BYTES or total > max(SMALL, packed * TIGHTEST):
        raise Refused(
            f"The zip would unpack from {packed:,} to {total:,} bytes. No roster packs like that;"
            " it was not opened."
        )
    seen: set[str] = set()
    for info in infos:
        if info.is_dir():
            continue
        name = _harmless(info.filename)
        if name in seen:
            raise Refused(f"The zip holds “{name}” twice.")
        seen.add(name)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise Refused(f"“{name}” in the zip is a link or a device, not a file.")
        if info.flag_bits & 1:
            raise Refused("The zip is encrypted. Send it without a password.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(f"“{name}” is packed in another way than zip's deflate.")
        yield name, Entry(name, info.file_size, _opener(archive, info))


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, archive.open(info))


def _harmless(name: str) -> str:
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or "\\" in name or ":" in name or "\0" in name:
        raise Refused("The zip holds a path that leads out of it. It was not opened.")
    return "/".join(parts)


def _folder(path: Path) -> Iterator[tuple[str, Entry]]:
    """List the files of a folder and of the folders in it; deeper ones can hold no bundle."""
    count = 0
    for pattern in ("*", "*/*"):
        for found in sorted(path.glob(pattern)):
            count += 1
            if count > MOST_ENTRIES:
                raise Refused("The folder holds too many files to be a bundle.")
            name = found.relative_to(path).as_posix()
            if found.suffix.lower() != ".csv" or found.is_dir():
                continue
            if found.is_symlink() or found.parent.is_symlink() or not found.is_file():
                raise Refused(f"“{name}” is a link or a device, not a file.")
            yield name, Entry(name, found.stat().st_size, _plain_opener(found))


def _plain_opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def _chosen(found: dict[str, Entry], findings: Findings) -> dict[str, Entry]:
    """Choose the folder in which the bundle lies: the root, else the only one with CSV files."""
    folders: dict[str, dict[str, Entry]] = {}
    for path, entry in found.items():
        folder, _, name = path.rpartition("/")
        if "__MACOSX" in path.split("/") or name.startswith("."):
            findings.add("package-clutter", "", value=path)
            continue
        if name.lower().endswith(".csv"):
            folders.setdefault(folder, {})[name] = Entry(name, entry.size, entry.open)
    if "" in folders:
        return folders[""]
    if len(folders) != 1:
        many = "holds several folders with CSV files" if folders else "holds no CSV files"
        raise Refused(f"The bundle {many}. A OneRoster bundle has its files at the root.")
    [(folder, entries)] = folders.items()
    findings.add("package-folder", "", folder=folder)
    return entries


def _checksum(entries: dict[str, Entry]) -> str:
    digest = hashlib.sha256()
    for name, entry in sorted(entries.items()):
        digest.update(f"{name}\0{entry.size}\0".encode("utf-8", "surrogateescape"))
        with entry.open() as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()
