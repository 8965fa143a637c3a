"""A list goes on as it was when its first page was asked, whatever is written meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from roster import reading
from tests.conformance.conftest import SLUG, run
from tests.grading.vendor import line_item, result


def pages(vendor: Any, path: str, between: Any, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while more := vendor.read(path, limit=3, offset=len(found), **query):
        found += more
        between(len(found))
    return found


@pytest.mark.parametrize(
    "query", [{}, {"sort": "score", "orderBy": "desc"}, {"filter": "status='active'"}], ids=str
)
def test_plain_paging_misses_and_doubles_nothing(riverside: Any, query: dict[str, str]) -> None:
    vendor, other = riverside.examiner, riverside.second
    vendor.put("lineItems", "paged", **line_item())
    for at in range(8):
        vendor.put("results", f"p{at}", **result("paged", score=at))
    path = "/classes/k-phy-n/results"
    before = vendor.read(path, **query)

    def between(count: int) -> None:
        other.delete("results", f"p{count % 8}")
        other.put("results", f"new-{len(query)}-{count}", **result("paged"))

    found = pages(vendor, path, between, **query)
    assert [each["sourcedId"] for each in found] == [each["sourcedId"] for each in before]
    whole = {each["sourcedId"]: each for each in before}
    for each in found:
        assert each["status"] == "tobedeleted" or each == whole[each["sourcedId"]]
    assert f"new-{len(query)}-3" in vendor.ids(path)


@pytest.mark.parametrize("query", [{}, {"filter": "status='active'"}], ids=str)
def test_later_pages_are_as_of_the_write_of_the_first(
    riverside: Any, query: dict[str, str]
) -> None:
    vendor, other = riverside.examiner, riverside.second
    vendor.put("lineItems", "as-of", **line_item())
    for at in range(8):
        vendor.put("results", f"o{at}", **result("as-of", score=at))
    before = vendor.read("/results", **query)
    first = vendor.read("/results", limit=3, **query)
    for at in range(8):
        other.put("results", f"o{at}", **result("as-of", score=at + 50))
    other.delete("results", "o7")
    other.put("results", "o8", **result("as-of"))
    reading.forget()
    rest = vendor.read("/results", limit=1000, offset=3, **query)
    found = {each["sourcedId"]: each for each in [*first, *rest]}
    assert [*found] == [each["sourcedId"] for each in before]
    assert found.pop("o7")["status"] == "tobedeleted"
    assert list(found.values()) == [each for each in before if each["sourcedId"] != "o7"]


def test_a_whole_list_keeps_its_length_when_a_mark_and_a_refresh_come_between(
    riverside: Any,
) -> None:
    vendor = riverside.examiner
    vendor.put("lineItems", "marked", **line_item())
    for at in range(5):
        vendor.put("results", f"k{at}", **result("marked", score=at))
    before = vendor.ids("/results")
    first = vendor.ids("/results", limit=3)
    run("exclude", SLUG, "section", "k-phy-n", "--reason", "a test")
    try:
        run("refresh_cache", SLUG)
        rest = vendor.read("/results", limit=1000, offset=3)
        assert [*first, *(each["sourcedId"] for each in rest)] == before
        gone = {each["sourcedId"] for each in rest if each["status"] == "tobedeleted"}
        assert {f"k{at}" for at in range(5)} <= gone
    finally:
        run("include", SLUG, "section", "k-phy-n", "--reason", "a test")
        run("refresh_cache", SLUG)
