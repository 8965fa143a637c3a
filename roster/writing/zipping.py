"""Writes a zip piece by piece, for a file or a response; equal contents give equal bytes.

Entries carry no time, and are written as to a pipe, whoever takes the pieces.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from roster.arrivals.packing import NO_DATE, Pipe

PIECE = 1 << 16
LOOK = 200
"""Rows after which it is seen whether a piece is full."""


def zipped(files: Iterable[tuple[str, Iterable[Sequence[str]]]]) -> Iterator[bytes]:
    """Yield the pieces of a zip of CSV files: their names, and their rows beginning with heads."""
    pipe = Pipe(PIECE)
    with zipfile.ZipFile(cast("io.BufferedIOBase", pipe), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in files:
            yield from _written(archive, pipe, name, rows)
    yield from pipe.pieces(rest=True)


def _written(
    archive: zipfile.ZipFile, pipe: Pipe, name: str, rows: Iterable[Sequence[str]]
) -> Iterator[bytes]:
    entry = zipfile.ZipInfo(name, NO_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    with (
        archive.open(entry, "w") as raw,
        io.TextIOWrapper(raw, encoding="utf-8", newline="") as text,
    ):
        writer = csv.writer(text, lineterminator="\r\n")
        for number, row in enumerate(rows):
            writer.writerow(row)
            if number % LOOK == 0:
                yield from pipe.pieces()
    yield from pipe.pieces()
