"""Marks and sharing hold for what vendors wrote, at once, and what comes back is told again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.conftest import SLUG, run
from tests.grading.vendor import line_item, result

MARKS = {
    # kind, id, whether the line item falls too
    "the class": ("section", "k-phy-n", True),
    "the student": ("person", "ann", False),
    "the student's enrollment": ("enrollment", "e-ann-phy", False),
    "the school enrollment": ("school_enrollment", "ann~north", False),
    "the category": ("grading_task", "cat-hw", True),
    "the school": ("school", "north", True),
}


@pytest.mark.parametrize("case", MARKS, ids=str)
def test_what_was_written_falls_by_a_mark(riverside: Any, case: str) -> None:
    kind, sourced_id, with_item = MARKS[case]
    vendors = (riverside.examiner, riverside.old)
    for vendor in vendors:
        item, score = f"m-{vendor.version}", f"mr-{vendor.version}"
        assert vendor.put("lineItems", item, **line_item()).status_code in (200, 201)
        assert vendor.put("results", score, **result(item)).status_code in (200, 201)
    last = riverside.examiner.document("results", "mr-1.2")["dateLastModified"]
    run("exclude", SLUG, kind, sourced_id, "--reason", "a test")
    try:
        for vendor in vendors:
            item, score = f"m-{vendor.version}", f"mr-{vendor.version}"
            assert vendor.single("results", score).status_code == 404
            assert vendor.single("lineItems", item).status_code == (404 if with_item else 200)
            assert score not in vendor.ids("/results")
            assert vendor.put("results", score, **result(item)).status_code in (403, 422)
            since = vendor.read("/results", filter=f"dateLastModified>'{last}'")
            assert (score, "tobedeleted") in [(e["sourcedId"], e["status"]) for e in since]
    finally:
        run("include", SLUG, kind, sourced_id, "--reason", "a test")
        run("refresh_cache", SLUG)
    for vendor in vendors:
        score = f"mr-{vendor.version}"
        since = vendor.read("/results", filter=f"dateLastModified>'{last}'")
        assert (score, "active") in [(each["sourcedId"], each["status"]) for each in since]
        assert vendor.document("results", score)["score"] == 80.5


def test_a_refresh_changes_no_stamp(riverside: Any) -> None:
    vendor = riverside.examiner
    vendor.put("lineItems", "still", **line_item())
    vendor.put("results", "still", **result("still"))
    before = vendor.read("/results") + vendor.read("/lineItems")
    run("refresh_cache", SLUG)
    assert vendor.read("/results") + vendor.read("/lineItems") == before
