"""The shapes that a map is made of: arrays with a place for what isn't there, lists, words, ids.

Every array of a kind has one entry more than there are rows. The last one stands for what isn't
there, so that a reference to nothing (-1) lands on it: False, -1, or an empty list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import blake2b
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Positions = NDArray[np.int32]
Hashes = NDArray[np.uint64]
Text = NDArray[np.uint8]

NOWHERE = -1
"""The position of what isn't there."""

TEXT = "text"
"""The column of a table's ids, in UTF-8 and one after the other."""

SEPARATOR = b"\0"
"""Between ids in one text; no id holds it."""


class Rows(SimpleNamespace):
    """The arrays of one kind, by name; some are made when they are first asked for."""

    def later(self, **makers: Callable[[], Any]) -> None:
        self.__dict__.setdefault("_makers", {}).update(makers)

    def __getattr__(self, name: str) -> Any:
        make = self.__dict__.get("_makers", {}).get(name)
        if make is None:
            raise AttributeError(name)
        found = self.__dict__[name] = make()
        return found


def hash_of(text: str) -> int:
    """Return the 64-bit hash of an id or word, the same in every map; 0 for none."""
    return hash_of_bytes(text.encode())


def hash_of_bytes(text: bytes) -> int:
    """Return the same of its UTF-8."""
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little") if text else 0


def hashes_of(texts: Iterable[bytes]) -> Hashes:
    """Return the hashes of many, none of them blank."""
    return np.frombuffer(
        b"".join([blake2b(text, digest_size=8).digest() for text in texts]), "<u8"
    ).astype(np.uint64)


def mixed(values: Hashes | int, salt: int) -> Hashes:
    """Return values scattered over 64 bits, differently for each salt (splitmix64)."""
    with np.errstate(over="ignore"):
        z = np.asarray(values, np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15) % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def added(size: int, at: Positions, values: Hashes) -> Hashes:
    """Return, for each of `size` rows and nothing, the wrapping sum of its values."""
    total = np.zeros(size + 1, np.uint64)
    np.add.at(total, at, values)
    total[-1] = 0
    return total


class Lists:
    """Per row a list of positions, end to end in `at`: row i's are `at[starts[i]:starts[i+1]]`."""

    def __init__(self, starts: NDArray[np.int64], at: Positions) -> None:
        self.starts = starts
        self.at = at

    @classmethod
    def of(cls, lists: Iterable[list[int]]) -> Lists:
        """Return the lists of rows, with an empty one for what isn't there."""
        sizes, values = [0], []
        for each in lists:
            values.extend(each)
            sizes.append(len(values))
        return cls(np.array([*sizes, len(values)], np.int64), np.array(values, np.int32))

    @classmethod
    def grouped(cls, size: int, owners: Positions, values: Positions) -> Lists:
        """Return for each of `size` rows the values of which it is the owner, in their order."""
        kept = (owners >= 0) & (values >= 0)
        owners, values = owners[kept], values[kept]
        order = np.argsort(owners, kind="stable")
        starts = np.searchsorted(owners[order], np.arange(size + 2)).astype(np.int64)
        return cls(starts, values[order].astype(np.int32))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> list[int]:
        row = len(self) - 1 if row < 0 else row
        found: list[int] = self.at[self.starts[row] : self.starts[row + 1]].tolist()
        return found

    def each(self, rows: Iterable[int]) -> Iterator[list[int]]:
        """Yield the lists of many rows, in their order."""
        at = np.fromiter(rows, np.int64)
        values = self.at.tolist()
        for start, end in zip(self.starts[at].tolist(), self.starts[at + 1].tolist(), strict=True):
            yield values[start:end]

    @cached_property
    def owners(self) -> Positions:
        """The row of each entry of `at`."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.sizes)

    @property
    def sizes(self) -> NDArray[np.int64]:
        return np.diff(self.starts)

    def count(self, mask: Flags) -> NDArray[np.int64]:
        """Return how many of each row's positions the mask holds for."""
        sums = np.zeros(len(self.at) + 1, np.int64)
        np.cumsum(mask[self.at], out=sums[1:])
        counts: NDArray[np.int64] = sums[self.starts[1:]] - sums[self.starts[:-1]]
        return counts

    def any(self, mask: Flags) -> Flags:
        return self.count(mask) > 0

    def all(self, mask: Flags) -> Flags:
        return self.count(~mask) == 0


class Words:
    """Codes of words: grades, roles, subjects. A code never changes its word."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.codes: dict[str, int] = {}
        for word in words:
            self.add(word)

    @property
    def words(self) -> list[str]:
        return list(self.codes)

    def add(self, word: str) -> int:
        return self.codes.setdefault(word, len(self.codes))

    def code(self, word: str) -> int:
        return self.codes.get(word, NOWHERE)

    def among(self, chosen: Iterable[str] | None) -> Flags:
        """Return for each code whether its word is chosen; None chooses all."""
        mask = np.full(len(self.codes) + 1, chosen is None)
        for word in chosen or ():
            mask[self.code(word)] = True
        mask[-1] = False
        return mask


class Ids:
    """The sourcedIds of one kind, in bytewise order: of a table's columns, or some rows of it.

    One is cut out of their text when it is asked for: as a list they take six times the memory.
    """

    def __init__(
        self, columns: Mapping[str, NDArray[Any]], rows: NDArray[Any] | None = None
    ) -> None:
        self._columns = columns
        self._rows = rows

    @cached_property
    def hash(self) -> Hashes:
        every: Hashes = self._columns["hash"]
        return every if self._rows is None else every[self._rows]

    @cached_property
    def _text(self) -> memoryview:
        return self._columns[TEXT].data

    @cached_property
    def _starts(self) -> memoryview:
        """Where each id of the text begins, and where one more would."""
        ends = np.flatnonzero(self._columns[TEXT] == 0)
        return np.concatenate([[0], ends + 1, [len(self._text) + 1]]).astype(np.int32).data

    def __len__(self) -> int:
        return len(self.hash if self._rows is None else self._rows)

    def __iter__(self) -> Iterator[str]:
        every = split(self._columns[TEXT]) if len(self) else []
        return iter(every if self._rows is None else [every[row] for row in self._rows.tolist()])

    def __getitem__(self, position: int) -> str:
        if position < 0:
            return ""
        row = position if self._rows is None else int(self._rows[position])
        return str(self._text[self._starts[row] : self._starts[row + 1] - 1], "utf-8")

    def take(self, rows: NDArray[Any]) -> Ids:
        """Return the ids of these rows, in their order."""
        return Ids(self._columns, rows)

    def position(self, sourced_id: str) -> int:
        return int(self.positions([sourced_id])[0])

    def positions(self, ids: Iterable[str]) -> Positions:
        """Return where these ids stand, -1 for each that isn't there."""
        return self.find(np.array([hash_of(each) for each in ids], np.uint64))

    def find(self, hashes: Hashes) -> Positions:
        """Return where the ids of these hashes stand; -1 for 0 and for what isn't there."""
        ordered, order = self._by_hash
        starts, shift = self._starts_by_hash
        at = starts[hashes >> shift]
        behind = np.flatnonzero(ordered[at] < hashes)
        while behind.size:
            at[behind] += 1
            behind = behind[ordered[at[behind]] < hashes[behind]]
        return np.where((ordered[at] == hashes) & (hashes != 0), order[at], np.int32(NOWHERE))

    @cached_property
    def _by_hash(self) -> tuple[Hashes, Positions]:
        """The hashes in order with their positions; behind them what no hash is above."""
        order = np.argsort(self.hash).astype(np.int32)
        ordered = self.hash[order]
        # It has a chance of one in ten million; one would be taken for the other.
        if (ordered[1:] == ordered[:-1]).any():
            raise ValueError("Two ids of one kind have the same hash.")
        return padded(ordered, np.iinfo(np.uint64).max), padded(order, NOWHERE)

    @cached_property
    def _starts_by_hash(self) -> tuple[Positions, np.uint64]:
        """Where the hashes begin that have the same highest bits, about one each.

        Hashes are spread evenly: this finds most of them at once, where halving takes 17 steps.
        """
        bits = len(self).bit_length() + 1
        shift = np.uint64(64 - bits)
        highest = (self._by_hash[0][:-1] >> shift).astype(np.int64)
        numbers = np.bincount(highest, minlength=1 << bits)
        return (np.cumsum(numbers) - numbers).astype(np.int32), shift


def joined(ids: Iterable[bytes]) -> Text:
    """Return the UTF-8 of ids as one text."""
    return np.frombuffer(SEPARATOR.join(ids), np.uint8)


def split(text: Text) -> list[str]:
    """Return the ids of a text, of which there is one at least."""
    return text.tobytes().decode().split(SEPARATOR.decode())


def padded(values: NDArray[Any], last: Any) -> NDArray[Any]:
    """Return an array with the place for what isn't there at its end."""
    return np.append(values, np.asarray(last, values.dtype))


def refer(ids: Ids, hashes: Hashes) -> Positions:
    """Return the positions that references lead to, with the place for what isn't there."""
    return padded(ids.find(hashes), NOWHERE)
