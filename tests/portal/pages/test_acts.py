"""Pausing, suspending, closing a connection: said first, then done."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from connections.models import Connection
from portal.models import Staff
from roster.models import AuditEntry
from roster.publishing import refresh
from tests.portal.pages.conftest import acted


@pytest.fixture
def address(brightpath: Connection) -> str:
    """The page of Brightpath's connection, for which something is published."""
    refresh(brightpath.organization, by="test")
    return f"/o/riverside/connections/{brightpath.pk}/"


DESTROYS = ("suspend", "close")
BY_JOB = ("enable", "lift", "resume")


@pytest.mark.parametrize(
    ("begins", "act", "given", "ends"),
    [
        ("disabled", "enable", {}, "active"),
        ("active", "pause", {"until": "2099-08-01"}, "paused"),
        ("active", "suspend", {"reason": "Breach notice"}, "suspended"),
        ("suspended", "lift", {}, "active"),
        ("active", "close", {"name": "brightpath"}, "closed"),
    ],
)
def test_an_act_says_what_it_will_do_and_does_it(
    begins: str, act: str, given: dict[str, str], ends: str,
    as_dana: Client, brightpath: Connection, address: str,
):  # fmt: skip
    Connection.objects.update(status=begins)
    page = as_dana.get(address)
    assert f"{address}status/{act}/" in page.content.decode()
    said = as_dana.get(f"{address}status/{act}/")
    assert said.context["act"].name == act
    assert (" shared with it today" in said.content.decode()) == (act in DESTROYS)
    assert Connection.objects.get().status == begins
    answer = as_dana.post(f"{address}status/{act}/", given)
    if act in BY_JOB:
        assert "is active" in acted(as_dana, answer)
    else:
        assert answer["Location"] == address
    brightpath.refresh_from_db()
    assert brightpath.status == ends
    entry = AuditEntry.objects.exclude(action="connection.created").get(kind="connection")
    assert (entry.by_name, entry.reason) == ("dana@riverside.example", given.get("reason", ""))


def test_a_paused_connection_resumes(
    as_dana: Client, brightpath: Connection, address: str, dana: Staff
):
    as_dana.post(f"{address}status/pause/", {"until": "2099-08-01"})
    assert "It becomes active on 1 Aug 2099" in as_dana.get(address).content.decode()
    acted(as_dana, as_dana.post(f"{address}status/resume/"))
    brightpath.refresh_from_db()
    assert (brightpath.status, brightpath.active_on) == ("active", None)


@pytest.mark.parametrize(
    ("act", "given", "field"),
    [
        ("pause", {"until": "2020-01-01"}, "__all__"),
        ("pause", {"until": "soon"}, "until"),
        ("close", {}, "name"),
        ("close", {"name": "Busy Bus"}, "name"),
        ("suspend", {"reason": "x" * 501}, "reason"),
    ],
)
def test_what_is_refused_is_said_in_the_form(
    act: str, given: dict[str, Any], field: str,
    as_dana: Client, brightpath: Connection, address: str,
):  # fmt: skip
    answer = as_dana.post(f"{address}status/{act}/", given)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    brightpath.refresh_from_db()
    assert brightpath.status == "active"


def test_a_pause_before_anything_is_published_is_refused(as_dana: Client, brightpath: Connection):
    address = f"/o/riverside/connections/{brightpath.pk}/status/pause/"
    answer = as_dana.post(address, {})
    assert answer.status_code == 422
    assert "no pause is needed" in answer.content.decode()


def test_a_closed_connection_has_no_acts(as_dana: Client, brightpath: Connection, address: str):
    Connection.objects.update(status="closed")
    assert "/status/" not in as_dana.get(address).content.decode()
    assert as_dana.post(f"{address}status/suspend/").status_code == 422


@pytest.mark.parametrize("act", ["explode", "connection"])
def test_an_act_that_is_none_is_not_there(act: str, as_dana: Client, address: str):
    assert as_dana.get(f"{address}status/{act}/").status_code == 404
