"""Section 3.3: every predicate on every element of every list, beside a reading in Python.

Each list is asked with values that its documents hold and with values near them, so that each
predicate has something to choose and something to leave. Elements are those of `elements.py`,
which states the data model a second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from roster.dialects.paths import PATHS
from tests.conformance.asking import Asker, Document, ids, plurals_of, read
from tests.conformance.elements import ELEMENTS, Element, collection_of, element
from tests.conformance.naive import PREDICATES, Meaningless, holds, values

LISTS = [(version, plural) for version in ("1.1", "1.2") for plural in plurals_of(version)]
BAD_FILTER = b"invalid_filter_field"
METADATA = ("metadata.locker", "metadata.phone", "metadata.room.name", "metadata.nothing")


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_every_element_of_the_model_can_be_asked_by_and_no_other(version: str) -> None:
    known = {collection: set(paths) for collection, paths in PATHS[version].items()}
    assert known == {collection: set(told) for collection, told in ELEMENTS[version].items()}


@pytest.mark.parametrize(("version", "plural"), LISTS)
def test_each_predicate_chooses_what_it_says(riverside: Any, version: str, plural: str) -> None:
    vendor = riverside.full[version]
    told = []
    for asked, predicate, value in rows(vendor, plural):
        told += wrong(vendor, plural, asked, predicate, value)
    assert not told, f"{len(told)} differ:\n" + "\n".join(told[:40])


def rows(vendor: Asker, plural: str) -> Iterator[tuple[Element, str, str]]:
    """Yield every element of a list with each predicate and some values."""
    collection = collection_of(plural)
    elements = [*ELEMENTS[vendor.version][collection].values()]
    elements += [element(vendor.version, collection, name) for name in METADATA]
    # A list of a subset has the elements of its collection; a few show that it is narrowed.
    chosen = elements if plural == collection else elements[::7]
    for asked in chosen:
        told = near(asked, vendor.world(plural))
        for number, predicate in enumerate(PREDICATES):
            for value in told[::2] if predicate == "=" else told[number % 3 :: 3]:
                yield asked, predicate, value


def near(asked: Element, documents: Sequence[Document]) -> list[str]:
    """Return values that the documents hold of an element, and some beside them."""
    held = [str(value) for document in documents for value in values(document, asked)]
    held = sorted(set(held))
    middle = held[len(held) // 2] if held else "none"
    first, last = (held[0], held[-1]) if held else ("none", "none")
    odd = {
        "number": ["7", "-3.5", "1e2", "ten"],
        # Between what can be written: a second after a day began, a microsecond after a moment.
        "date": [f"{last}T00:00:01Z", "2026-01-01", "soon", f"{first}T00:00:01+00:00"],
        "moment": [last.replace("Z", "001Z"), "2025-09-01T00:00:00.000Z", "2026-02-30", first],
        "flag": ["TRUE", "maybe"],
    }.get(asked.type, [middle.swapcase(), last[1:3], f"{last}, {first}"])
    return [*dict.fromkeys([middle, *odd, last])]


def wrong(vendor: Asker, plural: str, asked: Element, predicate: str, value: str) -> list[str]:
    """Return, in words, how the answer to a clause differs from what it must be."""
    text = f"{asked.name}{predicate}'{value.replace(chr(39), chr(39) * 2)}'"
    answer = vendor.list(vendor.address(plural), filter=text)
    dead = asked.name in ("status", "dateLastModified")
    documents = vendor.world(plural) if dead else vendor.live(plural)
    try:
        expected = sorted(ids([d for d in documents if holds(d, asked, predicate, value)]))
    except Meaningless:
        refused = answer.status_code == 400 and BAD_FILTER in answer.content
        return [] if refused else [f"{plural} {text}: {answer.status_code} instead of 400"]
    if answer.status_code != 200:
        return [f"{plural} {text}: {answer.status_code} {answer.content!r}"]
    found = sorted(ids(read(answer)))
    total = int(answer["X-Total-Count"])
    return [] if (found, total) == (expected, len(expected)) else [
        f"{plural} {text}: {found} instead of {expected}"
    ]  # fmt: skip
