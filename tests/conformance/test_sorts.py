"""Section 3.1, `sort` and `orderBy`: every element of every list, in both directions.

Missing values are the least, ties are broken by sourcedId, always upwards; of several values
the first counts. Section 3.4 says what an unknown or a second field gives.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.asking import Asker, ids, plurals_of, read
from tests.conformance.elements import ELEMENTS, Element, collection_of, element
from tests.conformance.naive import ordered, values

LISTS = [(version, plural) for version in ("1.1", "1.2") for plural in plurals_of(version)]
WAYS = {"": False, "asc": False, "desc": True, "ASC": False, "Desc": True}
BOTH_LIVE_AND_DEAD = "status='active' OR status='tobedeleted'"

every_list = pytest.mark.parametrize(("version", "plural"), LISTS)


@every_list
def test_a_list_is_in_the_order_that_was_asked(riverside: Any, version: str, plural: str) -> None:
    vendor: Asker = riverside.full[version]
    told = []
    for number, asked in enumerate(elements(version, plural)):
        for way in ("", "desc") if number else WAYS:
            told += wrong(vendor, plural, asked, way, dead=False)
        told += wrong(vendor, plural, asked, ("asc", "desc")[number % 2], dead=True)
    assert not told, f"{len(told)} differ:\n" + "\n".join(told[:40])


def elements(version: str, plural: str) -> list[Element]:
    collection = collection_of(plural)
    found = [*ELEMENTS[version][collection].values()]
    return [*found, element(version, collection, "metadata.locker")]


def wrong(vendor: Asker, plural: str, asked: Element, way: str, *, dead: bool) -> list[str]:
    """Return, in words, how an ordered list differs from what it must be."""
    query = {"sort": asked.name, **({"orderBy": way} if way else {})}
    query |= {"filter": BOTH_LIVE_AND_DEAD} if dead else {}
    answer = vendor.list(vendor.address(plural), **query)
    if answer.status_code != 200:
        return [f"{plural} {query}: {answer.status_code} {answer.content!r}"]
    documents = vendor.world(plural) if dead else vendor.live(plural)
    expected = ids(ordered(documents, asked, descending=WAYS[way]))
    found = ids(read(answer))
    return [] if found == expected else [f"{plural} {query}: {found} instead of {expected}"]


@every_list
def test_pages_of_an_ordered_list_are_cut_from_one_order(
    riverside: Any, version: str, plural: str
) -> None:
    vendor: Asker = riverside.full[version]
    documents = vendor.live(plural)
    # Some element with many ties, so that only the sourcedId decides.
    asked = min(elements(version, plural), key=lambda e: len({*map(str, _all(documents, e))}))
    for way in ("asc", "desc"):
        expected = ids(ordered(documents, asked, descending=WAYS[way]))
        for limit in (1, 3):
            found = []
            for offset in range(0, len(expected), limit):
                query = {"sort": asked.name, "orderBy": way, "limit": limit, "offset": offset}
                found += ids(read(vendor.list(vendor.address(plural), **query)))
            assert found == expected


def _all(documents: Any, asked: Element) -> list[Any]:
    return [tuple(values(document, asked)) for document in documents]


@every_list
def test_without_sort_the_order_is_the_same_each_time(
    riverside: Any, version: str, plural: str
) -> None:
    vendor: Asker = riverside.full[version]
    whole = ids(vendor.live(plural))
    assert ids(read(vendor.list(vendor.address(plural), orderBy="desc"))) == whole
    assert ids(read(vendor.list(vendor.address(plural), filter="sourcedId~''"))) == whole
    found = []
    for offset in range(len(whole)):
        found += ids(read(vendor.list(vendor.address(plural), limit=1, offset=offset)))
    assert found == whole
