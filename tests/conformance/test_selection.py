"""Sections 3.1 and 3.4, `fields`: those fields and only those, in lists and singles."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest

from tests.conformance.asking import Asker, Document, plurals_of, read
from tests.conformance.elements import ELEMENTS, collection_of
from tests.conformance.naive import only
from tests.conformance.operations import ENDPOINTS

LISTS = [(version, plural) for version in ("1.1", "1.2") for plural in plurals_of(version)]

every_list = pytest.mark.parametrize(("version", "plural"), LISTS)


def roots(version: str, plural: str) -> list[str]:
    collection = collection_of(plural)
    found = [each.root for each in ELEMENTS[version][collection].values()]
    alias = {"role"} if (version, collection) == ("1.2", "users") else set()
    return [*dict.fromkeys(name for name in [*found, "metadata"] if name not in alias)]


def asked(vendor: Asker, plural: str, query: str) -> list[Document]:
    answer = vendor.ask(f"{vendor.address(plural)}?limit=50000&{query}")
    assert answer.status_code == 200, (query, answer.content)
    assert [*answer.json()] == [collection_of(plural)]
    return read(answer)


def expected(vendor: Asker, plural: str, fields: Iterable[str]) -> list[Document]:
    return [only(document, fields) for document in vendor.live(plural)]


@every_list
def test_each_field_can_be_had_alone(riverside: Any, version: str, plural: str) -> None:
    vendor = riverside.full[version]
    for name in roots(version, plural):
        assert asked(vendor, plural, f"fields={name}") == expected(vendor, plural, [name]), name


@every_list
def test_fields_may_be_joined_by_commas_or_repeated(
    riverside: Any, version: str, plural: str
) -> None:
    vendor = riverside.full[version]
    for one, two in pairwise(roots(version, plural)):
        both = expected(vendor, plural, [one, two])
        for query in (
            f"fields={one},{two}", f"fields={one}&fields={two}", f"fields={two}%2C%20{one}",
            f"fields={one},&fields={two},{one}",
        ):  # fmt: skip
            assert asked(vendor, plural, query) == both, query


@every_list
def test_a_nested_name_gives_its_whole_field(riverside: Any, version: str, plural: str) -> None:
    vendor = riverside.full[version]
    names = [each.name for each in ELEMENTS[version][collection_of(plural)].values()]
    for name in [*(name for name in names if "." in name), "metadata.locker"]:
        assert asked(vendor, plural, f"fields={name}") == expected(vendor, plural, [name]), name


@every_list
def test_fields_go_with_filter_sort_and_pages(riverside: Any, version: str, plural: str) -> None:
    vendor = riverside.full[version]
    query = "filter=" + quote("sourcedId!='nobody'") + "&sort=sourcedId&fields=status&limit=2"
    answer = vendor.ask(f"{vendor.address(plural)}?{query}")
    assert read(answer) == [{"status": "active"}] * min(2, len(vendor.live(plural)))
    assert int(answer["X-Total-Count"]) == len(vendor.live(plural))


@every_list
def test_a_single_gives_the_same_fields(riverside: Any, version: str, plural: str) -> None:
    vendor = riverside.full[version]
    envelope = next(
        e.envelope for e in ENDPOINTS
        if e.version == version and e.plurals == (plural,) and not e.many
    )  # fmt: skip
    documents = vendor.told(vendor.address(plural) + "?limit=3")[collection_of(plural)]
    for document in documents:
        address = vendor.address(plural, document["sourcedId"])
        assert vendor.told(address) == {envelope: document}
        for name in roots(version, plural):
            one = vendor.told(f"{address}?fields={name}")
            assert one == {envelope: only(document, [name])}


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_withheld_field_is_a_field_that_nobody_has(riverside: Any, version: str) -> None:
    vendor = riverside.narrow[version]
    assert vendor.live("users")
    assert asked(vendor, "users", "fields=email,phone,metadata") == [{}] * len(vendor.live("users"))
