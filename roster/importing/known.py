"""The lines of a file that were read by the last import, which needn't be read again tonight.

Of each line that is a row by itself, about which there was nothing to say, a hash is kept, with
the key of the row as it was stored. Tonight such a line isn't taken apart, nor staged: its row
stands as it is, with the roles and agents that were made of it. Kept are lines of bulk files only,
without passwords, and only what the same code would read in the same way; wherever that isn't
certain, the file is read as a whole. Weighed and left: hashes of parts of a file, since one changed
line in a hundred touches most of them.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roster.clock import EPOCH

Numbers = NDArray[np.int64]

STAMPED, SAYS_STATUS = 1, 2
BITS = STAMPED | SAYS_STATUS
"""What is kept in the lowest bits of a line's hash: it has a status or date, a status in words."""


class Kept(NamedTuple):
    """What is kept of a file: hashes of lines, the keys of their rows, when these were stored."""

    lines: Numbers
    records: Numbers
    moment: datetime


NONE: Numbers = np.empty(0, np.int64)
NOTHING = Kept(NONE, NONE, EPOCH)


class KnownRows(NamedTuple):
    """Stored rows, by their keys in order, with the number of the row of each in tonight's file."""

    records: Numbers = NONE
    rows: Numbers = NONE

    @classmethod
    def of(cls, records: Numbers, rows: Numbers) -> KnownRows:
        order = np.argsort(records)
        return cls(records[order], rows[order])

    def row_of(self, records: Numbers) -> Numbers:
        """Return the row of each key, 0 where it is none of these."""
        if not len(self.records):
            return np.zeros(len(records), np.int64)
        at = np.searchsorted(self.records, records)
        at[at == len(self.records)] = 0
        return np.where(self.records[at] == records, self.rows[at], 0)


class KnownLines:
    """Tells known lines of one file from others while these are read.

    What is kept is loaded by `load`, for a hash of `reading` and what `begin` adds: all that
    decides how a line is read. `line` is the hash of the line that was taken last, 0 unless it
    may be kept. Whoever reads keeps two things true: `row` is the row that was taken
    last, and `inside` says that the next line goes on with it, as one within quotes does. When all
    lines are taken, `finish` says of which `lines` were skipped and the `records` of their rows.
    """

    def __init__(self, load: Callable[[str], Kept], *reading: object) -> None:
        self.kept = NOTHING
        self.reading = ""
        self.line = 0
        self.row = 0
        self.inside = False
        self.lines = self.records = NONE
        self._load = load
        self._given = reading
        self._hashes = NONE
        self._found, self._rows = array("i"), array("i")

    def begin(self, *reading: object) -> None:
        """Make ready, when the head of the file is known."""
        said = repr((*self._given, *reading)).encode()
        self.reading = blake2b(said, digest_size=16).hexdigest()
        self.kept = self._load(self.reading)
        order = np.argsort(self.kept.lines | BITS)
        self.kept = Kept(self.kept.lines[order], self.kept.records[order], self.kept.moment)
        self._hashes = self.kept.lines | BITS

    def unknown(self, lines: list[str]) -> Iterator[str]:
        """Yield those of some lines that must be read."""
        hashes = _hashes(lines)
        places = self._places(hashes)
        at = 0
        for place in (*np.flatnonzero(places < 0).tolist(), len(lines)):
            while at < place and self.inside:
                self.line = 0
                yield lines[at]
                at += 1
            if at < place:
                self._skip(places[at:place])
            at = place + 1
            if place < len(lines):
                line = lines[place]
                self.line = 0 if self.inside or line[-1:] != "\n" else int(hashes[place])
                yield line

    def _skip(self, places: Numbers) -> None:
        """Skip known lines that follow each other."""
        self._found.frombytes(places.astype(np.int32).tobytes())
        self._rows.extend(range(self.row + 1, self.row + len(places) + 1))
        self.row += len(places)

    def _places(self, hashes: Numbers) -> Numbers:
        if not len(self._hashes):
            return np.full(len(hashes), -1, np.int64)
        at = np.searchsorted(self._hashes, hashes)
        at[at == len(self._hashes)] = 0
        return np.where(self._hashes[at] == hashes, at, -1)

    def finish(self) -> None:
        found = np.array(self._found, np.int32)
        self.lines, self.records = self.kept.lines[found], self.kept.records[found]
        self.kept = self.kept._replace(lines=NONE, records=NONE)
        self._hashes, self._found = NONE, array("i")

    @property
    def skipped(self) -> int:
        return len(self.lines)

    def count(self, bit: int) -> int:
        """Return how many lines that were skipped have a bit."""
        return int(np.count_nonzero(self.lines & bit))

    def stored(self) -> KnownRows:
        """Return the stored rows of the lines that were skipped."""
        return KnownRows.of(self.records, np.array(self._rows, np.int32))


def _hashes(lines: list[str]) -> Numbers:
    """Return a hash of each line, with all bits set that say something else."""
    digests = b"".join([blake2b(line.encode(), digest_size=8).digest() for line in lines])
    return np.frombuffer(digests, "<i8").astype(np.int64) | BITS


def marked(line: int, bits: int) -> int:
    """Return the hash of a line with its bits."""
    return line & ~BITS | bits
