"""A line item, a score, a correction, a deletion: read back at once, by whoever may."""

from __future__ import annotations

from typing import Any

import pytest

from tests.grading.vendor import line_item, result


@pytest.mark.parametrize("name", ["examiner", "old"])
def test_a_vendor_reads_what_it_writes(riverside: Any, name: str) -> None:
    vendor = getattr(riverside, name)
    item, score = f"{name}/li@1", f"{name}/r@1"
    assert vendor.put("lineItems", item, **line_item()).status_code == 201
    assert vendor.put("results", score, **result(item)).status_code == 201

    document = vendor.document("lineItems", item)
    assert document["title"] == "Quiz 1"
    assert document["status"] == "active"
    assert document["class"]["sourcedId"] == "k-phy-n"
    assert document["gradingPeriod"]["sourcedId"] == "q3"
    assert document["dueDate"].startswith("2026-02-20")
    assert vendor.document("results", score)["score"] == 80.5
    for path in ("/results", "/classes/k-phy-n/results", "/classes/k-phy-n/students/ann/results"):
        assert score in vendor.ids(path)
    assert vendor.ids("/results", filter=f"sourcedId='{score}'") == [score]
    assert item in vendor.ids("/classes/k-phy-n/lineItems")

    replaced = vendor.put("results", score, **result(item, score=300, comment=""))
    assert replaced.status_code == (200 if vendor.version == "1.1" else 201)
    assert vendor.document("results", score)["score"] == 300

    before = vendor.document("results", score)["dateLastModified"]
    assert vendor.delete("results", score).status_code == 204
    assert vendor.single("results", score).status_code == 404
    assert vendor.delete("results", score).status_code == 404
    assert score not in vendor.ids("/results")
    gone = vendor.read("/results", filter=f"dateLastModified>'{before}' AND sourcedId='{score}'")
    assert [each["status"] for each in gone] == ["tobedeleted"]

    assert vendor.put("results", score, **result(item)).status_code == 201
    assert vendor.delete("lineItems", item).status_code == 204
    assert vendor.single("results", score).status_code == 404
    stones = vendor.read("/results", filter="status='tobedeleted'")
    assert score in [each["sourcedId"] for each in stones]


def test_it_is_the_vendors_in_all_its_connections(riverside: Any) -> None:
    assert riverside.old.put("lineItems", "shared", **line_item()).status_code == 201
    assert riverside.new.document("lineItems", "shared")["title"] == "Quiz 1"
    changed = riverside.new.put("lineItems", "shared", **line_item(title="Quiz 2"))
    assert changed.status_code == 201
    assert riverside.old.document("lineItems", "shared")["title"] == "Quiz 2"

    assert riverside.examiner.single("lineItems", "shared").status_code == 404
    assert "shared" not in riverside.examiner.ids("/lineItems")
    assert riverside.examiner.put("lineItems", "shared", **line_item()).status_code == 403
    assert riverside.examiner.delete("lineItems", "shared").status_code == 403
    assert riverside.old.document("lineItems", "shared")["title"] == "Quiz 2"
