"""A bundle as one stream of bytes: a zip as it is; a folder as a zip that is always the same."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from roster.refusal import Refused

CHUNK = 1 << 20
NO_DATE = (1980, 1, 1, 0, 0, 0)


def packed(path: Path) -> Iterator[bytes]:
    """Yield the bundle at `path` in pieces of at most 1 MiB, whichever way it lies there.

    Of a folder, the CSV files in it and in the folders directly below; nothing is written to
    disk. Raises OSError if something can't be read, Refused where a link leads out of the folder.
    """
    if path.is_dir():
        yield from _zipped(path)
        return
    with path.open("rb") as stream:
        while piece := stream.read(CHUNK):
            yield piece


def _zipped(folder: Path) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in csv_files(folder):
            info = zipfile.ZipInfo(file.relative_to(folder).as_posix(), NO_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            with file.open("rb") as stream, archive.open(info, "w", force_zip64=True) as entry:
                while piece := stream.read(CHUNK):
                    entry.write(piece)
                    yield from pipe.pieces()
    yield from pipe.pieces(rest=True)


def csv_files(folder: Path) -> list[Path]:
    """Return the CSV files that a bundle in this folder consists of, in one order."""
    found = (path for pattern in ("*", "*/*") for path in folder.glob(pattern))
    files = sorted(path for path in found if path.suffix.lower() == ".csv" and not path.is_dir())
    for path in files:
        if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
            name = path.relative_to(folder).as_posix()
            raise Refused(f"“{name}” is a link or a device, not a file. Copy the file itself.")
    return files


class _Pipe(io.RawIOBase):
    """What the zip is written into: holds it only until it is taken out again."""

    def __init__(self) -> None:
        self.buffer = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self.buffer += data
        return len(data)

    def pieces(self, rest: bool = False) -> Iterator[bytes]:
        while len(self.buffer) >= CHUNK or (rest and self.buffer):
            piece = bytes(self.buffer[:CHUNK])
            del self.buffer[:CHUNK]
            yield piece
