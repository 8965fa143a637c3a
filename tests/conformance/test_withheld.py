"""What a connection isn't shown doesn't exist for it: no filter, no order, no field tells of it.

`narrow` is a connection as it is by default, with some fields withheld besides; `full` shows
that there would be something to find.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.asking import Asker, Document, ids, read
from tests.conformance.elements import ELEMENTS, Element, element
from tests.conformance.naive import PREDICATES, ordered, values

HIDDEN = {
    "users": {
        "email", "middleName", "phone", "sms", "userIds", "agents", "resources",
        "metadata.locker", "metadata.nothing",
    },
    "classes": {"location", "classType", "resources", "metadata.room.name"},
    "courses": {"resources", "metadata.credits"},
    "orgs": {"metadata.phone"},
    "enrollments": {"metadata.seat"},
}  # fmt: skip
"""Fields withheld or not ticked, by collection."""

ROWS = [
    (version, collection, field)
    for version in ("1.1", "1.2")
    for collection, fields in HIDDEN.items()
    for field in sorted(fields)
    if (version, field) != ("1.1", "resources") or collection != "users"
]

every_row = pytest.mark.parametrize(("version", "collection", "field"), ROWS)


def of_field(version: str, collection: str, field: str) -> list[Element]:
    if field.startswith("metadata."):
        return [element(version, collection, field)]
    return [each for each in ELEMENTS[version][collection].values() if each.root == field]


@every_row
def test_no_filter_finds_anything_by_it(
    riverside: Any, version: str, collection: str, field: str
) -> None:
    full: Asker = riverside.full[version]
    vendor: Asker = riverside.narrow[version]
    assert vendor.live(collection)
    for asked in of_field(version, collection, field):
        held = [
            str(value) for document in full.live(collection) for value in values(document, asked)
        ]
        for predicate in PREDICATES:
            if asked.part == "href" and predicate not in ("=", "!="):
                continue
            for number, value in enumerate((*held[:1], *held[-1:], "", "nobody")):
                text = f"{asked.name}{predicate}'{value}'"
                joined = f"{text} AND {text}", f"{text} OR sourcedId='nobody'", (
                    f"status='tobedeleted' AND {text}"
                )  # fmt: skip
                for chain in (text, *(() if number else joined)):
                    answer = vendor.list(vendor.address(collection), filter=chain)
                    assert (answer.status_code, answer["X-Total-Count"]) == (200, "0"), chain


@every_row
def test_no_order_tells_of_it(riverside: Any, version: str, collection: str, field: str) -> None:
    vendor: Asker = riverside.narrow[version]
    expected = sorted(ids(vendor.live(collection)))
    for asked in of_field(version, collection, field):
        for way in ("asc", "desc"):
            answer = vendor.list(vendor.address(collection), sort=asked.name, orderBy=way)
            assert ids(read(answer)) == expected, asked.name


@every_row
def test_no_document_has_it(riverside: Any, version: str, collection: str, field: str) -> None:
    vendor: Asker = riverside.narrow[version]
    root = field.partition(".")[0]
    assert not [each for each in vendor.world(collection) if root in each]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_what_is_shown_beside_it_is_found_as_ever(riverside: Any, version: str) -> None:
    vendor: Asker = riverside.narrow[version]
    for text, chosen in (
        ("givenName='ann'", {"ann"}),
        ("email='ann@riverside.example' OR givenName='ann'", {"ann"}),
        ("givenName='ann' OR email='ann@riverside.example'", {"ann"}),
        ("email!='x' OR identifier='0017'", {"ann"}),
    ):
        assert set(ids(read(vendor.list(vendor.address("users"), filter=text)))) == chosen, text


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("collection", sorted(HIDDEN))
def test_tombstones_tell_nothing_but_what_they_hold(
    riverside: Any, version: str, collection: str
) -> None:
    """An element that a tombstone lacks orders and finds it as if it had never had it."""
    vendor: Asker = riverside.full[version]
    dead = vendor.tombstones(collection)
    for asked in ELEMENTS[version][collection].values():
        missing = sorted(ids([each for each in dead if not values(each, asked)]))
        if asked.part != "href" and missing:
            present = f"status='tobedeleted' AND {asked.name}~''"
            found = ids(read(vendor.list(vendor.address(collection), filter=present)))
            assert not set(missing) & set(found), asked.name
        query = {"filter": "status='tobedeleted'", "sort": asked.name}
        assert ids(read(vendor.list(vendor.address(collection), **query))) == ids(
            ordered(dead, asked, descending=False)
        ), asked.name


def test_the_district_has_what_is_hidden(riverside: Any) -> None:
    full: Asker = riverside.full["1.2"]
    for collection, fields in HIDDEN.items():
        roots = {name for document in full.live(collection) for name in _names(document)}
        assert fields - {"metadata.nothing"} <= roots


def _names(document: Document) -> set[str]:
    columns = {f"metadata.{name}" for name in document.get("metadata", ())}
    return {*document} | columns
