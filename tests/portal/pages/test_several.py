"""Several connections paused and resumed at once, by page and by command."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from connections import lifecycle, several
from connections.models import Connection
from portal.models import Staff
from roster import jobs
from roster.models import Job
from tests.cast import connected

LIST, PAUSE, RESUME = (
    f"/o/riverside/connections/{path}" for path in ("", "status/pause/", "status/resume/")
)


@pytest.fixture
def bus(brightpath: Connection, dana: Staff) -> Connection:
    return connected(brightpath.organization, dana, vendor="Busy Bus")


def statuses() -> dict[str, str]:
    return dict(Connection.objects.values_list("vendor", "status"))


def published(*connections: Connection) -> None:
    call_command("refresh_cache", "riverside", verbosity=0)


def work() -> None:
    jobs.work(Job.objects.get(kind=several.KIND, state=Job.State.QUEUED).pk, "worker")


def worded(answer: Any) -> str:
    return str(answer.content.decode())


def test_who_is_paused_is_said_first_and_the_others_are_left(
    as_dana: Client, brightpath: Connection, bus: Connection, dana: Staff
):
    published()
    lifecycle.suspend(bus, by=dana)
    asked: Any = {"id": [brightpath.pk, bus.pk, 4711, "x", "9" * 40]}
    page = as_dana.get(PAUSE, asked)
    assert [each for each, _records in page.context["fit"]] == [brightpath]
    assert page.context["left"] == [bus]
    asked_for = as_dana.post(PAUSE, {"id": [brightpath.pk], "until": "2099-08-01"})
    assert "You can leave this page" in worded(as_dana.get(asked_for["Location"]))
    work()
    assert statuses() == {"Brightpath": "paused", "Busy Bus": "suspended"}
    as_dana.post(RESUME, {"id": [brightpath.pk], "reason": "Back"})
    work()
    assert statuses()["Brightpath"] == "active"
    told = brightpath.organization.audit.get(action="connection.resumed")
    assert (told.by_name, told.reason) == (dana.email, "Back")


def test_one_that_is_refused_doesnt_hinder_the_others(
    as_dana: Client, brightpath: Connection, dana: Staff
):
    published()
    unread = connected(brightpath.organization, dana, vendor="New one")
    asked_for = as_dana.post(PAUSE, {"id": [brightpath.pk, unread.pk]})
    work()
    done = worded(as_dana.get(asked_for["Location"]))
    assert "New one (1.2)" in done
    assert "Nothing is published for this connection yet" in done
    assert "Paused" in done
    assert statuses() == {"Brightpath": "paused", "New one": "active"}


def test_nothing_ticked_says_so(as_dana: Client, lakeside: Any, liz: Staff):
    theirs = connected(lakeside, liz)
    for answer in (as_dana.get(PAUSE), as_dana.get(PAUSE, {"id": theirs.pk})):
        assert "Nothing to change" in answer.content.decode()
    assert as_dana.post(PAUSE, {"id": theirs.pk}).status_code == 422
    assert as_dana.get("/o/riverside/connections/status/close/").status_code == 404


def test_the_commands_do_the_same(brightpath: Connection, bus: Connection):
    def told(*arguments: str) -> dict[str, Any]:
        out = io.StringIO()
        call_command(*arguments, "--json", stdout=out)
        return dict(json.loads(out.getvalue()))

    published()
    planned = told("pause_connections", "riverside", "--all", "--dry-run")
    assert [each["vendor"] for each in planned["changed"]] == ["Brightpath", "Busy Bus"]
    assert statuses() == {"Brightpath": "active", "Busy Bus": "active"}
    done = told("pause_connections", "riverside", str(bus.pk), "--until", "2099-08-01")
    assert done["changed"][0]["active_on"] == "2099-08-01"
    left = told("resume_connections", "riverside", "--all")
    assert [[each["vendor"] for each in left[key]] for key in ("changed", "left")] == [
        ["Busy Bus"],
        ["Brightpath"],
    ]
    with pytest.raises(CommandError, match="no open connection 4711"):
        call_command("pause_connections", "riverside", "4711")
