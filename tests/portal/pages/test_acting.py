"""Acts that a job does: what is still true until they are done, late, failed, overtaken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from connections import acting, lifecycle
from connections.models import Connection
from portal.alerting.conditions import conditions
from portal.models import Pulse, Staff
from roster import excluding, jobs
from roster.clock import clock
from roster.models import Job, Mark
from tests.portal.pages.conftest import acted

DESK = "/o/riverside/"
EXCLUDE, RECORD = f"{DESK}roster/person/exclude/", f"{DESK}roster/person/record/?id=ann"
ANN = {"id": "ann", "reason": "The family asked", "confirmed": "1"}
STILL_READ = "Being excluded. Until this is done, vendors still read it."


def worded(answer: Any) -> str:
    return str(answer.content.decode())


def test_until_it_is_done_every_page_says_that_vendors_still_read_it(
    as_dana: Client, as_victor: Client, published: Connection
):
    asked = as_dana.post(EXCLUDE, ANN)
    assert not Mark.objects.exists()
    for page in (asked["Location"], RECORD, DESK, f"{DESK}connections/{published.pk}/"):
        assert STILL_READ in worded(as_victor.get(page))
        assert asked["Location"] in worded(as_victor.get(page))
    assert STILL_READ not in worded(as_dana.get(f"{DESK}roster/person/record/?id=tom"))
    assert "No vendor reads it any longer." in acted(as_dana, asked)
    assert STILL_READ not in worded(as_dana.get(RECORD))
    assert STILL_READ not in worded(as_dana.get(DESK))


def test_it_tells_for_how_many_vendors_it_is_ready(as_dana: Client, published: Connection):
    as_dana.post(EXCLUDE, ANN)
    told: list[Any] = []
    jobs.work(Job.objects.get(kind="act").pk, "worker", lambda *note: told.append(note))
    assert told == [(100, "Ready for 1 of 1 vendors")]


def test_one_that_is_late_is_told_on_its_page_at_home_and_by_mail(
    as_dana: Client, published: Connection
):
    asked = as_dana.post(EXCLUDE, ANN)
    assert "longer than it should" not in worded(as_dana.get(asked["Location"]))
    Job.objects.filter(kind="act").update(created=clock() - acting.LATE * 2)
    Pulse.objects.create(name="worker", at=clock() - timedelta(hours=1))
    page = worded(as_dana.get(asked["Location"]))
    assert "longer than it should" in page
    assert "No background worker is heard of" in page
    assert "suspend the" in page
    (alert,) = (each for each in conditions(published.organization) if each.page == "act")
    assert alert.words == STILL_READ
    assert escape(alert.subject) in worded(as_dana.get(DESK))


def test_one_that_failed_says_that_nothing_was_done_and_is_tried_again(
    as_dana: Client, as_victor: Client, published: Connection, monkeypatch: pytest.MonkeyPatch
):
    def breaks(*_given: object, **_more: object) -> None:
        raise RuntimeError

    asked = as_dana.post(EXCLUDE, ANN)
    monkeypatch.setattr(excluding, "exclude", breaks)
    for _attempt in range(5):
        Job.objects.update(due=clock())
        page = acted(as_dana, asked)
    assert "Nothing was excluded: vendors still read it." in page
    assert "Try again" in page
    assert "Try again" not in worded(as_victor.get(asked["Location"]))
    assert as_victor.post(asked["Location"]).status_code == 403
    assert any(each.page == "act" for each in conditions(published.organization))
    monkeypatch.undo()
    as_dana.post(asked["Location"])
    assert "No vendor reads it any longer." in acted(as_dana, asked)
    assert not any(each.page == "act" for each in conditions(published.organization))


def test_one_that_failed_is_not_told_once_it_was_asked_for_again(
    as_dana: Client, published: Connection
):
    as_dana.post(EXCLUDE, ANN)
    Job.objects.update(state="failed", finished=clock())
    assert any(each.page == "act" for each in conditions(published.organization))
    acted(as_dana, as_dana.post(EXCLUDE, ANN | {"reason": "Once more"}))
    assert not any(each.page == "act" for each in conditions(published.organization))


@pytest.mark.parametrize("late", ["suspended", "closed"])
def test_a_vendor_that_was_suspended_meanwhile_is_not_enabled(
    late: str, as_dana: Client, published: Connection, dana: Staff
):
    lifecycle.pause(published, by=dana)
    asked = as_dana.post(f"{DESK}connections/{published.pk}/status/resume/")
    lifecycle.set_status(published, late, by=dana)
    page = acted(as_dana, asked)
    assert "The connection was changed meanwhile" in page
    published.refresh_from_db()
    assert published.status == late


def test_somebody_who_was_kept_out_again_meanwhile_is_not_let_in(
    as_dana: Client, published: Connection, dana: Staff
):
    address = f"{DESK}connections/{published.pk}/kept-out/person/"
    acted(as_dana, as_dana.post(address, {"id": "ann", "act": "out", "reason": "Custody"}))
    asked = as_dana.post(address, {"id": "ann", "act": "in", "reason": ""})
    Connection.objects.update(kept_out={"ann": "A court order"})
    assert "The connection was changed meanwhile" in acted(as_dana, asked)
    published.refresh_from_db()
    assert published.kept_out == {"ann": "A court order"}


def test_a_closed_connection_is_refused_at_once(as_dana: Client, published: Connection):
    Connection.objects.update(status="closed")
    address = f"{DESK}connections/{published.pk}/kept-out/person/"
    answer = as_dana.post(address, {"id": "ann", "act": "out", "reason": "Custody"})
    assert (answer.status_code, Job.objects.filter(kind="act").count()) == (422, 0)


def test_another_organization_finds_nothing(
    as_dana: Client, everybody: dict[str, Client], published: Connection
):
    address = as_dana.post(EXCLUDE, ANN)["Location"]
    assert everybody["liz"].get(address).status_code == 404
    assert everybody["liz"].get(address.replace("riverside", "lakeside")).status_code == 404
