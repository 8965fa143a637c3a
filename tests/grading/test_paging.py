"""A list goes on as it was when its first page was asked, whatever is written meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

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
