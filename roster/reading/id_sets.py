"""Sets of ids as sorted arrays of whole numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from roster.publishing.lists import Numbers

Mask = NDArray[np.bool_]

NOTHING: Numbers = np.empty(0, np.int64)


def among(ids: Numbers, wanted: Numbers) -> Mask:
    """Return of each wanted number whether it is among sorted ones."""
    if not ids.size:
        return np.zeros(wanted.size, np.bool_)
    places = np.searchsorted(ids, wanted)
    places[places == ids.size] = 0
    found: Mask = ids[places] == wanted
    return found


def united(one: Numbers, other: Numbers) -> Numbers:
    """Return the numbers of both, sorted, each once; `np.union1d` takes ten times as long."""
    both = np.concatenate((one, other))
    both.sort(kind="stable")
    first = np.ones(both.size, np.bool_)
    first[1:] = both[1:] != both[:-1]
    return both[first]
