"""Columns of a table: arrays by name, each compressed by itself, unpacked when it is asked for."""

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
        data = isal_zlib.compress(np.ascontiguousarray(values).data, LEVEL)
        return cls(data, values.dtype.str, len(values))

    @property
    def nbytes(self) -> int:
        return self.length * np.dtype(self.dtype).itemsize

    def unpacked(self) -> NDArray[Any]:
        size = max(self.nbytes, 1)
        return np.frombuffer(isal_zlib.decompress(self.data, bufsize=size), self.dtype)


class Values(UserDict[str, Any]):
    """Columns by name; a list column has a second array of its rows' sizes, `name + SIZES`."""

    def __getitem__(self, name: str) -> NDArray[Any]:
        found: NDArray[Any] | Packed = self.data[name]
        if isinstance(found, Packed):
            found = self.data[name] = found.unpacked()
        return found

    @property
    def nbytes(self) -> int:
        """The bytes that they take unpacked."""
        return sum(each.nbytes for each in self.data.values())

    def packed(self) -> Iterator[tuple[str, Packed]]:
        """Yield each column compressed, as it came where nobody has asked for it."""
        for name, found in self.data.items():
            yield name, found if isinstance(found, Packed) else Packed.of(found)
