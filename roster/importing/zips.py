"""The files of a zip, judged by its directory alone before anything of it is unpacked."""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple, cast

from roster.importing.findings import Findings

MOST_ENTRIES = 1000
MOST_BYTES = 64 * 2**30
SMALL = 64 * 2**20  # Up to this size a bundle may be packed as tightly as it likes.
TIGHTEST = 200  # CSV packs 5 to 40 times; beyond this it is a bomb.
LONGEST_DIRECTORY = 4 * 2**20
LONGEST_TAIL = 22 + (1 << 16)
WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DRIVE = re.compile(r"[A-Za-z]:")
BEGINNINGS = {
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x1f\x8b": "a gzip file",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"<": "a web page or XML",
    b"-----BEGIN PGP": "an encrypted message",
}


class Member(NamedTuple):
    """A file of a zip: its path with `/`, its size unpacked, how to open it."""

    name: str
    size: int
    open: Callable[[], BinaryIO]


def kind_of(path: Path) -> str:
    """Return what a file that is no zip seems to be."""
    with path.open("rb") as stream:
        start = stream.read(64)
    for beginning, kind in BEGINNINGS.items():
        if start.startswith(beginning):
            return kind
    if not start:
        return "an empty file"
    return "a zip file that is damaged or cut off" if start.startswith(b"PK") else "no zip file"


def require_small_directory(path: Path, findings: Findings) -> None:
    """Refuse a zip whose directory would fill the memory, before it is read."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - LONGEST_TAIL))
        tail = stream.read()
    end = tail.rfind(b"PK\5\6")
    size = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    if size == 0xFFFFFFFF and tail[end - 76 : end - 72] == b"PK\6\6":
        size = int.from_bytes(tail[end - 36 : end - 28], "little")
    if size > LONGEST_DIRECTORY:
        raise findings.refuse("zip-many-entries", found=f"a directory of {size:,} bytes")


def members(archive: zipfile.ZipFile, packed: int, findings: Findings) -> Iterator[Member]:
    """Yield the files of a zip; raises `Refused` where one of them is not harmless."""
    infos = archive.infolist()
    if len(infos) > MOST_ENTRIES:
        raise findings.refuse("zip-many-entries", found=f"{len(infos):,} entries")
    total = sum(info.file_size for info in infos)
    if total > MOST_BYTES or total > max(SMALL, packed * TIGHTEST):
        raise findings.refuse("zip-bomb", packed=f"{packed:,}", total=f"{total:,}")
    seen: set[str] = set()
    for info in infos:
        name = _harmless(info, findings)
        if name.endswith("/"):
            continue
        if name in seen:
            raise findings.refuse("zip-name-twice", name)
        seen.add(name)
        _require_plain(name, info, findings)
        yield Member(name, info.file_size, _opener(archive, info))


def _harmless(info: zipfile.ZipInfo, findings: Findings) -> str:
    """Return a member's path with `/` between its parts, as the Windows tools don't write it."""
    name = info.filename.replace("\\", "/")
    if name != info.filename:
        findings.add("zip-backslash", "")
    path = PurePosixPath(name)
    upwards = not name or name.startswith("/") or ".." in path.parts or DRIVE.match(name)
    if upwards or "\0" in info.orig_filename:
        raise findings.refuse("zip-path", found=info.filename[:80])
    return "/".join(path.parts) + ("/" if name.endswith("/") else "")


def _require_plain(name: str, info: zipfile.ZipInfo, findings: Findings) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise findings.refuse("file-is-link", name)
    if info.flag_bits & 0x41:
        raise findings.refuse("zip-encrypted", name)
    if info.compress_type not in WAYS:
        raise findings.refuse("zip-packing", name, found=str(info.compress_type))


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, archive.open(info))
