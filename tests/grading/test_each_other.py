"""Vendors read each other's records where the organization lets them, and never change them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from roster.models import AuditEntry
from tests.conformance.conftest import SLUG, run
from tests.grading.vendor import line_item, result


def let(answer: str) -> None:
    run("set_organization", SLUG, "--vendors-read-each-other", answer)


@pytest.fixture
def shut_again(riverside: Any) -> Iterator[None]:
    yield
    let("no")


def test_they_do_where_the_organization_allows_it(riverside: Any, shut_again: None) -> None:
    writers = {"examiner": riverside.examiner, "old": riverside.old}
    readers = {"examiner": riverside.new, "old": riverside.second}
    for name, writer in writers.items():
        item, score = f"{name}-other", f"{name}-score"
        assert writer.put("lineItems", item, **line_item()).status_code < 300
        assert writer.put("results", score, **result(item)).status_code < 300

    def seen(reader: Any, name: str) -> set[bool]:
        item, score = f"{name}-other", f"{name}-score"
        return {
            reader.single("results", score).status_code == 200,
            reader.single("lineItems", item).status_code == 200,
            score in reader.ids("/results"),
            score in reader.ids("/results", filter="status='active'", sort="score"),
            score in reader.ids(f"/classes/k-phy-n/lineItems/{item}/results")
            if reader.single("lineItems", item).status_code == 200
            else score in reader.ids("/classes/k-phy-n/results"),
        }

    stamps = {}
    for name, reader in readers.items():
        assert seen(reader, name) == {False}
        assert reader.put("results", f"{name}-score", **result("li-phy-n")).status_code == 403
        stamps[name] = max(each["dateLastModified"] for each in reader.read("/results"))
    let("yes")
    for name, reader in readers.items():
        assert seen(reader, name) == {True}
        news = reader.read("/results", filter=f"dateLastModified>'{stamps[name]}'")
        assert (f"{name}-score", "active") in [(e["sourcedId"], e["status"]) for e in news]
        for answer in (
            reader.put("results", f"{name}-score", **result(f"{name}-other")),
            reader.delete("results", f"{name}-score"),
            reader.delete("lineItems", f"{name}-other"),
        ):
            assert answer.status_code == 403, answer.content
        stamps[name] = max(each["dateLastModified"] for each in reader.read("/results"))
    # A result of one's own may stand on another vendor's line item.
    assert riverside.new.put("results", "guest", **result("examiner-other")).status_code == 201
    let("no")
    for name, reader in readers.items():
        assert seen(reader, name) == {False}
        news = reader.read("/results", filter=f"dateLastModified>'{stamps[name]}'")
        assert (f"{name}-score", "tobedeleted") in [(e["sourcedId"], e["status"]) for e in news]
    assert riverside.new.single("results", "guest").status_code == 404
    entry = AuditEntry.objects.filter(action="organization.changed").latest("pk")
    assert entry.new == {"vendors_read_each_other": False}
