"""Columns of a table: arrays by name, each compressed by itself, unpacked for whoever asks."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

LEVEL = 1
SIZES = "#"


class Packed(NamedTuple):
    """A flat array, compressed."""

    data: bytes
    dtype: str
    length: int

    @classmethod
    def of(cls, values: NDArray[Any]) -> Packed:
        packing = Packing(values.dtype)
        packing.add(values)
        return packing.packed()

    @property
    def nbytes(self) -> int:
        return self.length * np.dtype(self.dtype).itemsize

    def unpacked(self) -> NDArray[Any]:
        size = max(self.nbytes, 1)
        return np.frombuffer(isal_zlib.decompress(self.data, bufsize=size), self.dtype)


class Packing:
    """A flat array that is compressed as it comes, part by part, and is never there as a whole."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = np.dtype(dtype)
        self.length = 0
        self._stream = isal_zlib.compressobj(LEVEL)
        self._data: list[bytes] = []

    def add(self, values: NDArray[Any]) -> None:
        self._data.append(self._stream.compress(np.ascontiguousarray(values, self.dtype).data))
        self.length += len(values)

    def packed(self) -> Packed:
        """Return all of it, when the last part has come."""
        data = b"".join([*self._data, self._stream.flush()])
        return Packed(data, self.dtype.str, self.length)


class Values(UserDict[str, Any]):
    """Columns by name; a list column has a second array of its rows' sizes, `name + SIZES`.

    A packed one stays so: most are asked for once, when a map is made, and unpacked they take
    three times the memory.
    """

    def __getitem__(self, name: str) -> NDArray[Any]:
        found: NDArray[Any] | Packed = self.data[name]
        return found.unpacked() if isinstance(found, Packed) else found

    def length(self, name: str) -> int:
        found = self.data[name]
        return found.length if isinstance(found, Packed) else len(found)

    @property
    def nbytes(self) -> int:
        """The bytes that they take unpacked."""
        return sum(each.nbytes for each in self.data.values())

    def packed(self) -> Iterator[tuple[str, Packed]]:
        """Yield each column compressed."""
        for name, found in self.data.items():
            yield name, found if isinstance(found, Packed) else Packed.of(found)
