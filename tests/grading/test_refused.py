"""Refused writes: the district sees whose, for which class, which field and why, and no score."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.models import Membership
from roster.grading import refused as refusing
from roster.jobs import working
from roster.models import Job, Organization, RefusedWrite
from tests.cast import member, signed_in
from tests.conformance.conftest import SLUG, run
from tests.grading.vendor import line_item, ref, result


@pytest.fixture(autouse=True)
def nothing_refused() -> None:
    RefusedWrite.objects.all().delete()


def refused(*options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("list_refused_writes", SLUG, *options)["refused"]
    return found


def test_a_refused_write_is_a_finding_until_it_is_written(riverside: Any) -> None:
    vendor = riverside.examiner
    vendor.put("lineItems", "refusing", **line_item())
    for _ in range(2):
        vendor.put("results", "r-lost", **result("refusing", student=ref("uma"), score=41.5))
    vendor.put("results", "r-odd", **result("nothing", student=ref("ann")))
    vendor.put("lineItems", "li-phy-n", **line_item())
    vendor.delete("lineItems", "never")

    found = {(each["collection"], each["sourcedId"]): each for each in refused()}
    lost = found["results", "r-lost"]
    assert (lost["field"], lost["named"], lost["class"]) == ("student", "uma", "k-phy-n")
    assert (lost["occurrences"], lost["connection"]) == (2, vendor.connection)
    assert "not enrolled" in lost["words"]
    assert lost["written"] is None
    assert (found["results", "r-odd"]["field"], found["results", "r-odd"]["class"]) == (
        "lineItem",
        "",
    )
    assert found["lineItems", "li-phy-n"]["class"] == "k-phy-n"
    assert "belongs to" in found["lineItems", "li-phy-n"]["words"]
    assert found["lineItems", "never"]["class"] == ""
    assert len(refused("--class", "k-phy-n")) == 2
    assert "41.5" not in str(list(RefusedWrite.objects.values()))

    vendor.put("results", "r-lost", **result("refusing"))
    assert refused("--class", "k-phy-n")[-1]["written"] is not None


def test_a_post_names_the_record_that_was_refused(riverside: Any) -> None:
    good, bad = result("li-phy-n"), {**result("li-phy-n", student=ref("uma")), "sourcedId": "p-2"}
    body = {"results": [good, bad]}
    assert riverside.examiner.send("POST", "/lineItems/li-phy-n/results", body).status_code == 422
    [found] = refused()
    assert (found["sourcedId"], found["field"], found["class"]) == ("p-2", "student", "k-phy-n")
    odd = {"results": [{"sourcedId": 7}, "x"]}
    assert riverside.examiner.send("POST", "/lineItems/li-phy-n/results", odd).status_code == 422


def test_what_is_kept_is_bounded(riverside: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusing, "MOST", 3)
    for number in range(5):
        riverside.examiner.delete("results", f"none-{number}")
    riverside.old.delete("results", "none")
    ours = RefusedWrite.objects.filter(connection=riverside.examiner.connection)
    assert set(ours.values_list("sourced_id", flat=True)) == {"none-2", "none-3", "none-4"}
    organization = Organization.objects.get(slug=SLUG)
    old = timedelta(days=organization.history_kept_days + 1)
    row = ours.earliest("last")
    ours.filter(pk=row.pk).update(last=row.last - old)
    working.tidy(Job(kind="tidy"), lambda *_: None)
    assert ours.count() == 2
    assert RefusedWrite.objects.count() == 3


def test_it_is_on_the_pages_of_grades(riverside: Any) -> None:
    riverside.examiner.put("results", "<b>", **result("li-phy-n", student=ref("uma")))
    riverside.old.delete("results", "none")
    organization = Organization.objects.get(slug=SLUG)
    browser = signed_in(
        member("dana.r@riverside.example", "Dana", organization, Membership.Role.ADMIN)
    )
    assert "Refused entries" in browser.get(f"/o/{SLUG}/grades/").content.decode()
    page = browser.get(f"/o/{SLUG}/grades/?id=k-phy-n").content.decode()
    assert "1 entry for this class was refused" in page
    whole = browser.get(f"/o/{SLUG}/grades/refused/").content.decode()
    for words in ("&lt;b&gt;", "Examiner", "Brightpath", "uma", "Physics N"):
        assert words in whole
    of_class = browser.get(f"/o/{SLUG}/grades/refused/?id=k-phy-n").content.decode()
    assert "Brightpath" not in of_class
    assert browser.get(f"/o/{SLUG}/grades/refused/?id=nothing").status_code == 404


@pytest.mark.parametrize("sourced_id", ["\0", "a\0b", "a" * 256])
def test_an_id_that_no_database_holds_is_refused_and_not_kept(
    riverside: Any, sourced_id: str
) -> None:
    vendor = riverside.examiner
    for answer in (
        vendor.put("lineItems", sourced_id, **line_item()),
        vendor.delete("results", sourced_id),
    ):
        assert answer.status_code == 422
    assert not refused()
