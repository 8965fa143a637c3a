"""Marks and sharing hold for what vendors wrote, at once, and what comes back is told again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.conftest import SLUG, run
from tests.grading.vendor import line_item, ref, result

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


def test_what_fell_is_told_as_gone_though_another_connection_has_written_it_anew(
    riverside: Any,
) -> None:
    reader, writer = riverside.old, riverside.new
    writer.put("lineItems", "anew", **line_item())
    writer.put("results", "anew", **result("anew"))
    last = reader.document("results", "anew")["dateLastModified"]
    sharing = ["change_sharing", SLUG, reader.connection]
    run(*sharing, "--keep-out", "ann=A test")
    try:
        assert "anew" not in reader.ids("/results"), "one program of it has heard"
        assert writer.put("results", "anew", **result("anew", score=90)).status_code == 201
        assert writer.put("results", "later", **result("anew")).status_code == 201
        since = reader.read("/results", filter=f"dateLastModified>'{last}'")
        told = {each["sourcedId"]: each["status"] for each in since}
        assert told["anew"] == "tobedeleted"
        assert "later" not in told, "it never could read that"
    finally:
        run(*sharing, "--include-person", "ann")


def test_what_was_first_written_after_it_fell_is_not_told(riverside: Any, clock: Any) -> None:
    reader, writer = riverside.old, riverside.new
    writer.put("lineItems", "unheard", **line_item())
    writer.put("results", "unheard", **result("unheard"))
    last = reader.document("results", "unheard")["dateLastModified"]
    sharing = ["change_sharing", SLUG, reader.connection]
    run(*sharing, "--keep-out", "ann=A test")
    try:
        clock.shift(120)
        assert writer.put("results", "unheard-of", **result("unheard")).status_code == 201
        since = reader.read("/results", filter=f"dateLastModified>'{last}'")
        told = {each["sourcedId"]: each["status"] for each in since}
        assert told["unheard"] == "tobedeleted"
        assert "unheard-of" not in told
    finally:
        run(*sharing, "--include-person", "ann")


@pytest.mark.parametrize(
    ("field", "values"),
    [("class", {"class": ref("k-phy-s")}), ("student", {"student": ref("bob")})],
)
def test_a_record_stays_with_its_class_and_student(
    riverside: Any, field: str, values: dict[str, Any]
) -> None:
    vendor, collection = riverside.new, "lineItems" if field == "class" else "results"
    music = line_item(**{"class": ref("k-mus-n")})
    vendor.put("lineItems", "stays", **music)
    body = music if field == "class" else result("stays")
    assert vendor.put(collection, "stays", **body).status_code == 201
    for _ in ("while it is there", "deleted"):
        answer = vendor.put(collection, "stays", **{**body, **values})
        assert answer.status_code == 422
        assert f"{field}: can't be changed" in answer.content.decode()
        assert vendor.delete(collection, "stays").status_code in (204, 404)


def test_a_refresh_changes_no_stamp(riverside: Any) -> None:
    vendor = riverside.examiner
    vendor.put("lineItems", "still", **line_item())
    vendor.put("results", "still", **result("still"))
    before = vendor.read("/results") + vendor.read("/lineItems")
    run("refresh_cache", SLUG)
    assert vendor.read("/results") + vendor.read("/lineItems") == before


def test_a_mark_on_somebody_else_changes_no_stamp(riverside: Any) -> None:
    vendor = riverside.examiner
    vendor.put("lineItems", "stands", **line_item())
    vendor.put("results", "stands", **result("stands"))
    before = [vendor.document(name, "stands") for name in ("results", "lineItems")]
    run("exclude", SLUG, "person", "bob", "--reason", "a test")
    try:
        assert [vendor.document(name, "stands") for name in ("results", "lineItems")] == before
    finally:
        run("include", SLUG, "person", "bob")
        run("refresh_cache", SLUG)
