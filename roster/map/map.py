"""The map: the structure of an organization's rows, and what documents are made of; no rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roster.map.arrays import Lists, Rows
from roster.map.contents import add_contents
from roster.map.structure import Structure


class Map(Structure):
    """What the rows of `organization` (a key) say at a `revision`, for the active school `year`.

    `size` is in bytes, without what is made when it is first asked for.
    """

    size: int

    def _add_own(self) -> None:
        super()._add_own()
        add_contents(self)
        self.size = sum(each.nbytes for each in self._relations())
        self.size += sum(table.values.nbytes for table in self.tables.values())

    def _relations(self) -> Iterator[NDArray[Any]]:
        for rows in vars(self).values():
            for each in vars(rows).values() if isinstance(rows, Rows) else ():
                if isinstance(each, Lists):
                    yield from (each.starts, each.at)
                elif isinstance(each, np.ndarray):
                    yield each
