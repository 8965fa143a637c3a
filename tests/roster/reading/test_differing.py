"""What is kept of a list is given back as it was, whatever has happened to it since its base."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.publishing.lists import List
from roster.reading import differing
from roster.reading.differing import difference, unpacked


def listing(records: list[int], stamps: list[int]) -> List:
    documents = [record * 10 + stamp for record, stamp in zip(records, stamps, strict=True)]
    return List(*(np.array(column, np.int64) for column in (records, documents, stamps)))


@st.composite
def histories(draw: st.DrawFn) -> tuple[List, List]:
    """Draw a list, and what has become of it: some changed, some gone, some new, now and then all
    in another order.
    """
    size = draw(st.integers(1, 30))
    base = listing(list(range(-1, -size - 1, -1)), [0] * size)
    left = draw(st.lists(st.integers(0, size - 1), unique=True, min_size=1))
    records = [-each - 1 for each in sorted(left)] + [
        -100 - at for at in range(draw(st.integers(0, 5)))
    ]
    if draw(st.booleans()):
        records = draw(st.permutations(records))
    return base, listing(records, [draw(st.integers(0, 2)) for _ in records])


@given(histories(), st.integers(0, 40), st.integers(1, 40))
def test_any_piece_is_as_it_was(history: tuple[List, List], offset: int, limit: int) -> None:
    base, shows = history
    found = difference(base, shows)
    if found is None:
        return
    some = slice(min(offset, len(shows)), min(offset + limit, len(shows)))
    for kept in (found, unpacked(found.packed())):
        for column, wanted in zip(kept.piece(base, some), shows.take(some), strict=True):
            assert column.tolist() == wanted.tolist()


@pytest.mark.parametrize(
    ("gone", "places", "told"), [(0, 0, True), (3, 5, True), (17, 0, False), (0, 21, False)]
)
def test_what_differs_little_is_told(
    gone: int, places: int, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(differing, "MOST", 20)
    base = listing(list(range(-1, -101, -1)), [0] * 100)
    records = [each for each in base.records.tolist() if each % 2 or -each > 2 * gone]
    shows = listing(records, [int(at < places) for at in range(len(records))])
    found = difference(base, shows)
    assert (found is not None) == told
    if found:
        assert (found.gone.size, found.places.size) == (gone, places)
