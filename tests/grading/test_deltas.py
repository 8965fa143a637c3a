"""A vendor that asks for what changed since its last reading misses nothing that others wrote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from roster import reading
from roster.clock import clock as now
from roster.clock import stamp
from roster.models import Organization, Written
from roster.publishing.sweeping import sweep
from tests.conformance.conftest import SLUG, run
from tests.grading.vendor import line_item, result


@pytest.fixture(autouse=True)
def fresh_tokens(riverside: Any) -> Iterator[None]:
    """Tokens end while the clock is moved on."""
    yield
    for vendor in (riverside.examiner, riverside.second, riverside.old, riverside.new):
        vendor.token = vendor.grant()


CLOCKS = [timedelta(minutes=each) for each in (-5, 0, 5)]
"""By how much the vendor's clock is wrong."""


def changed(vendor: Any, path: str, since: str) -> list[str]:
    return vendor.ids(path, filter=f"dateLastModified>'{since}'")


@pytest.mark.parametrize("wrong", CLOCKS, ids=str)
def test_by_the_start_or_the_end_of_the_last_reading(
    riverside: Any, clock: Any, wrong: timedelta
) -> None:
    vendor, other, name = riverside.examiner, riverside.second, f"late-{wrong.total_seconds():.0f}"
    vendor.put("lineItems", "clocked", **line_item())
    vendor.put("results", "clocked", **result("clocked"))
    vendor.token = vendor.grant()
    start = now()
    vendor.read("/lineItems")
    other.put("lineItems", name, **line_item())
    # It goes on for as long as it pages.
    for offset in range(3):
        vendor.read("/results", limit=1, offset=offset)
        clock.shift(600)
        vendor.token, other.token = vendor.grant(), other.grant()
    assert other.put("results", name, **result("clocked")).status_code == 201
    end = now()
    clock.shift(3)
    for moment in (start, end):
        since = stamp(moment + wrong)
        assert name in changed(vendor, "/lineItems", since)
        assert name in changed(vendor, "/results", since)
    clock.shift(1800)
    # Who reads again later isn't told of all that again.
    vendor.token = vendor.grant()
    assert name not in changed(vendor, "/lineItems", stamp(now()))


def test_by_the_largest_stamp_received(riverside: Any) -> None:
    vendor, other = riverside.examiner, riverside.second
    many = {"results": [result("li-phy-n", sourcedId=f"many-{at}") for at in range(40)]}
    other.send("POST", "/lineItems/li-phy-n/results", many)
    largest = max(each["dateLastModified"] for each in vendor.read("/results"))
    other.put("results", "after-many", **result("li-phy-n"))
    assert "after-many" in changed(vendor, "/results", largest)
    written = vendor.document("results", "after-many")["dateLastModified"]
    assert written > largest


def test_former_writes_of_a_record_are_swept_after_two_days(
    riverside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization, vendor = Organization.objects.get(slug=SLUG), riverside.examiner
    vendor.put("lineItems", "again", **line_item())
    for score in (1, 2, 3):
        vendor.put("results", "again", **result("again", score=score))
    vendor.put("results", "gone", **result("again"))
    vendor.delete("results", "gone")
    sweep(organization)
    assert Written.objects.filter(sourced_id="again", collection="results").count() == 3
    monkeypatch.setattr("roster.publishing.sweeping.WRITES_READ", -timedelta(minutes=5))
    assert sweep(organization)["writes"] >= 3
    [kept] = Written.objects.filter(sourced_id="again", collection="results")
    assert kept.values["score"] == 3
    assert Written.objects.get(sourced_id="gone").status == "tobedeleted"


def test_a_whole_list_goes_on_after_what_it_listed_was_swept(
    riverside: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor, organization = riverside.examiner, Organization.objects.get(slug=SLUG)
    vendor.put("lineItems", "swept", **line_item())
    vendor.put("results", "swept", **result("swept"))
    before = vendor.ids("/results")
    assert vendor.ids("/results", limit=1) == before[:1]
    run("exclude", SLUG, "person", "ann", "--reason", "a test")
    try:
        for _ in range(3):
            clock.shift(4_000)
            sweep(organization)
        vendor.token = vendor.grant()
        reading.forget()
        rest = vendor.read("/results", limit=1000, offset=1)
        assert [each["sourcedId"] for each in rest] == before[1:]
        assert rest[-1]["status"] == "tobedeleted"
        monkeypatch.setattr("roster.publishing.sweeping.WRITES_READ", -timedelta(minutes=5))
        assert sweep(organization)["begun"] > 0
    finally:
        run("include", SLUG, "person", "ann", "--reason", "a test")
        run("refresh_cache", SLUG)
