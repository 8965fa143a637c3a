"""Grading windows: a period that is not open takes no line item, no result and no deletion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management.base import CommandError

from portal.models import Membership
from roster.models import AuditEntry, Organization
from tests.cast import member, signed_in
from tests.conformance.conftest import SLUG, run
from tests.grading.test_checks import description
from tests.grading.vendor import line_item, ref, result

PAGE = f"/o/{SLUG}/grades/windows/"


@pytest.fixture
def open_again(riverside: Any) -> Iterator[None]:
    yield
    run("set_grading_window", SLUG, "q3", "--opens", "none", "--closes", "none")


WINDOWS = [
    # opens, closes, open on 2026-02-02
    ("none", "none", True),
    ("2026-02-02", "2026-02-02", True),
    ("2026-02-03", "none", False),
    ("none", "2026-02-01", False),
    ("2026-01-01", "none", True),
]


@pytest.mark.parametrize(("opens", "closes", "is_open"), WINDOWS)
def test_who_writes_into_a_period(
    riverside: Any, open_again: None, opens: str, closes: str, is_open: bool
) -> None:
    vendors = (riverside.examiner, riverside.old)
    for vendor in vendors:
        assert vendor.put("lineItems", f"w-{vendor.version}", **line_item()).status_code < 300
        sent = result(f"w-{vendor.version}")
        assert vendor.put("results", f"wr-{vendor.version}", **sent).status_code < 300
    told = run("set_grading_window", SLUG, "q3", "--opens", opens, "--closes", closes)
    assert [each["open"] for each in told["periods"]] == [is_open]
    for vendor in vendors:
        item, score = f"w-{vendor.version}", f"wr-{vendor.version}"
        other = line_item(gradingPeriod=ref("q4"))
        answers = [
            vendor.put("lineItems", item, **line_item(title="Again")),
            vendor.put("lineItems", item, **other),
            vendor.put("lineItems", item, **line_item()),
            vendor.put("results", score, **result(item)),
            vendor.put("results", f"{score}-new", **result(item)),
            vendor.delete("results", score),
            vendor.delete("lineItems", item),
        ]
        for answer in answers:
            assert (answer.status_code == 422) is not is_open, answer.content
            assert is_open or description(answer).startswith("gradingPeriod: the grading window")
        # Another period is not touched.
        assert vendor.put("lineItems", f"{item}-other", **other).status_code < 300
    body = {"results": [result("li-phy-n")]}
    posted = riverside.examiner.send("POST", "/lineItems/li-phy-n/results", body)
    assert posted.status_code == 201, "its line item is of the fall"


def test_a_window_is_set_by_command_and_audited(riverside: Any, open_again: None) -> None:
    run("set_grading_window", SLUG, "q3", "--closes", "2026-03-01", "--reason", "Report cards")
    entry = AuditEntry.objects.filter(action="grading_window.changed").latest("pk")
    assert (entry.object_id, entry.reason) == ("q3", "Report cards")
    assert (entry.old, entry.new) == (
        {"opens": None, "closes": None},
        {"opens": None, "closes": "2026-03-01"},
    )
    before = AuditEntry.objects.count()
    run("set_grading_window", SLUG, "q3", "--closes", "2026-03-01")
    assert AuditEntry.objects.count() == before
    shown = {
        each["sourcedId"]: each["closes"] for each in run("set_grading_window", SLUG)["periods"]
    }
    assert shown["q3"] == "2026-03-01"
    for wrong in (["--closes", "soon"], ["--opens", "2026-05-01", "--closes", "2026-04-01"]):
        with pytest.raises((CommandError, SystemExit)):
            run("set_grading_window", SLUG, "q3", *wrong)
    with pytest.raises(SystemExit):
        run("set_grading_window", SLUG, "nothing", "--closes", "2026-03-01")


def test_a_window_is_set_on_its_page(riverside: Any, open_again: None) -> None:
    organization = Organization.objects.get(slug=SLUG)
    browser = signed_in(
        member("dana.w@riverside.example", "Dana", organization, Membership.Role.ADMIN)
    )
    page = browser.get(PAGE).content.decode()
    assert "Grading windows" in page
    at = [each.session.sourced_id for each, _ in browser.get(PAGE).context["periods"]].index("q3")
    form = {"at": f"w{at}", f"w{at}-session": "q3", f"w{at}-opens": "2026-03-01"}
    wrong = browser.post(f"{PAGE}set/", {**form, f"w{at}-closes": "2026-02-01"})
    assert wrong.status_code == 422
    assert "closes on the day" in wrong.content.decode()
    assert browser.post(f"{PAGE}set/", form).status_code == 302
    assert not {each.session.sourced_id: each for each, _ in browser.get(PAGE).context["periods"]}[
        "q3"
    ].is_open
    victor = signed_in(
        member("victor.w@riverside.example", "Victor", organization, Membership.Role.VIEWER)
    )
    assert "Save" not in victor.get(PAGE).content.decode()
