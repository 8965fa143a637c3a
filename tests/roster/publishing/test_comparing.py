"""Comparing lists, against the same told record by record."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from roster.publishing.comparing import Lists, compare, places
from roster.publishing.lists import NEW, List

STONE = 10_000
EXPIRED = 500

lived = st.dictionaries(st.integers(0, 30), st.integers(1, 4), max_size=20)
stamps = st.integers(400, 1000)


def listed(rows: dict[int, tuple[int, int]]) -> List:
    ordered = sorted(rows.items())
    table = np.array([(r, d, s) for r, (d, s) in ordered], np.int64).reshape(-1, 3)
    return List(*table.T)


def ids_of(documents):
    """A document's record is in its hundreds here, and sorts as text of equal length."""
    return [f"{document % STONE // 10:04d}" for document in documents.tolist()]


def document(record: int, variant: int) -> int:
    return record * 10 + variant


def entomb(gone: List):
    return gone.documents + STONE


def run(old, stones, new, **more):
    before = Lists(
        listed({r: (document(r, v), s) for r, (v, s) in old.items()}),
        listed({r: (document(r, 1) + STONE, s) for r, s in stones.items()}),
    )
    records = np.array(sorted(new), np.int64)
    documents = np.array([document(r, new[r]) for r in sorted(new)], np.int64)
    more = {"anew": np.empty(0, np.int64)} | more
    return compare(
        before, records, documents, expired=EXPIRED, entomb=entomb, ids_of=ids_of, **more
    )


@given(
    old=st.dictionaries(st.integers(0, 30), st.tuples(st.integers(1, 4), stamps), max_size=20),
    buried=st.dictionaries(st.integers(0, 30), stamps, max_size=10),
    new=lived,
)
def test_as_told_record_by_record(old, buried, new):
    buried = {record: stamp for record, stamp in buried.items() if record not in old}
    found = run(old, buried, new)
    live, stones = found.lists
    assert live.records.tolist() == sorted(new)
    for record, number, stamp in zip(*map(np.ndarray.tolist, live), strict=True):
        assert number == document(record, new[record])
        kept = record in old and old[record][0] == new[record]
        assert stamp == (old[record][1] if kept else NEW)
    expected = {r: (document(r, v) + STONE, NEW) for r, (v, _) in old.items() if r not in new}
    for record, stamp in buried.items():
        if record not in new and stamp >= EXPIRED:
            expected[record] = (document(record, 1) + STONE, stamp)
    assert list(zip(*map(np.ndarray.tolist, stones), strict=True)) == [
        (record, *expected[record]) for record in sorted(expected)
    ]
    assert found.added == len(new.keys() - old.keys())
    assert found.removed == len(old.keys() - new.keys())
    assert found.changed == sum(r in old and old[r][0] != v for r, v in new.items())


def test_the_same_again_is_no_difference():
    found = run({1: (1, 900), 2: (1, 901)}, {3: 900}, {1: 1, 2: 1})
    assert found.is_none
    assert found.lists.live.stamps.tolist() == [900, 901]


def test_what_must_be_heard_of_again_is_stamped_anew():
    found = run({1: (1, 900), 2: (1, 900)}, {}, {1: 1, 2: 1}, anew=np.array([2]))
    assert found.lists.live.stamps.tolist() == [900, NEW]
    assert (found.added, found.changed) == (0, 1)


@given(
    st.lists(st.integers(-50, 50) | st.integers(0, 10**12), max_size=30),
    st.lists(st.integers(-50, 50) | st.integers(0, 10**12), max_size=30, unique=True),
)
def test_places(wanted, among):
    found = places(np.array(wanted, np.int64), np.array(among, np.int64)).tolist()
    assert found == [among.index(each) if each in among else -1 for each in wanted]
