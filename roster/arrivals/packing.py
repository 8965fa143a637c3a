"""A bundle as one stream of bytes: a zip as it is; a folder as a zip that is always the same."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

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
    pipe = Pipe(CHUNK)
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in csv_files(folder):
            name = file.relative_to(folder).as_posix()
            with file.open("rb") as stream, entry_of(archive, name) as entry:
                while piece := stream.read(CHUNK):
                    entry.write(piece)
                    yield from pipe.pieces()
    yield from pipe.pieces(rest=True)


def entry_of(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """Return what is written as a file of a zip, without its time: equal contents, equal bytes."""
    info = zipfile.ZipInfo(name, NO_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    return archive.open(info, "w", force_zip64=True)


def csv_files(folder: Path) -> list[Path]:
    """Return the CSV files that a bundle in this folder consists of, in one order."""
    found = (path for pattern in ("*", "*/*") for path in folder.glob(pattern))
    files = sorted(path for path in found if path.suffix.lower() == ".csv" and not path.is_dir())
    for path in files:
        if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
            name = path.relative_to(folder).as_posix()
            raise Refused(f"“{name}” is a link or a device, not a file. Copy the file itself.")
    return files


class Pipe(io.RawIOBase):
    """What a zip is written into: holds it only until it is taken out again, piece by piece."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.buffer = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.buffer += data
        return len(data)

    def pieces(self, rest: bool = False) -> Iterator[bytes]:
        """Yield what makes whole pieces, and the `rest` too if it is asked for."""
        while len(self.buffer) >= self.size or (rest and self.buffer):
            piece = bytes(self.buffer[: self.size])
            del self.buffer[: self.size]
            yield piece
