"""“Why is Ann not in the reading app?”: what each vendor reads of her, since when, and why not."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries

from connections import lifecycle
from connections.models import Connection, Request
from connections.sights import explain_to, sights
from connections.sync_history import lists_of
from roster.clock import clock, stamp
from roster.models import Organization, Refresh
from roster.publishing import refresh
from roster.refusal import Refused
from tests.connections.conftest import DANA, connected
from tests.roster.importing.bundles import EVERYTHING
from tests.roster.importing.conftest import Bundler

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = "2026-10-05T12:00:00.000Z"


@pytest.fixture
def brightpath(riverside: Organization, tmp_path: Path) -> Connection:
    """A vendor that reads Riverside's people since the fifth of October."""
    with time_machine.travel(FIRST, tick=False):
        Bundler(tmp_path, riverside)(EVERYTHING)
        made = connected(riverside, shares=["all"]).connection
        refresh(riverside, by=DANA)
    made.refresh_from_db()
    return made


def test_a_visible_record_says_since_when_it_is_read(brightpath: Connection) -> None:
    Request.objects.create(
        connection=brightpath,
        at=clock(),
        method="GET",
        endpoint=next(path for path in lists_of("users") if path.endswith("students")),
        status=200,
        milliseconds=1,
    )
    said = explain_to(brightpath, "person", "ann")
    assert (said["visible"], said["chain"]) == (True, [])
    assert said["published"]["status"] == "active"
    assert said["truths"]["may_read"] == said["published"]["last"]
    assert said["truths"]["has_read"] == said["last_read"]
    assert (said["truths"]["has_read_gone"], said["truths"]["refused"]) == (None, "")
    assert (said["vendor"], said["status"]) == ("Brightpath", "active")
    assert said["last_read"] == stamp(Request.objects.get().at)
    assert said["refresh_held"] is None
    held = Refresh.objects.create(organization=brightpath.organization, state="held")
    assert explain_to(brightpath, "person", "ann")["refresh_held"] == stamp(held.began)


def test_nothing_is_claimed_from_before_a_connections_own_beginning(
    brightpath: Connection,
) -> None:
    later = clock() + timedelta(days=3)
    Connection.objects.update(created=later)
    brightpath.refresh_from_db()
    assert explain_to(brightpath, "person", "ann")["truths"]["may_read"] == stamp(later)
    sight = sights(Connection.objects.all(), "users", "ann")[0]
    assert sight.truths.may_read == later


def test_four_truths_are_never_mixed(brightpath: Connection) -> None:
    def held() -> dict[str, bool]:
        sight = sights(Connection.objects.filter(pk=brightpath.pk), "users", "ann")[0]
        return {name: bool(value) for name, value in sight.truths._asdict().items()}

    def read_list() -> None:
        path = next(path for path in lists_of("users") if path.endswith("students"))
        brightpath.requests.create(
            at=clock(), method="GET", endpoint=path, status=200, milliseconds=1
        )

    nothing = dict.fromkeys(("may_read", "has_read", "has_read_gone", "refused"), False)
    assert held() == {**nothing, "may_read": True}
    read_list()
    assert held() == {**nothing, "may_read": True, "has_read": True}
    lifecycle.suspend(brightpath, by=DANA)
    assert held() == {**nothing, "has_read": True, "refused": True}
    lifecycle.activate(brightpath, by=DANA)
    call_command("change_sharing", "riverside", str(brightpath.pk), "--keep-out", "ann=Custody")
    assert held() == nothing
    read_list()
    assert held() == {**nothing, "has_read_gone": True}


def test_how_each_connection_has_a_record(
    brightpath: Connection,
    riverside: Organization,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    narrow = connected(riverside, vendor="Narrow", roles=["teacher"]).connection
    lifecycle.publish_at_once(narrow, by=DANA)
    late = connected(riverside, vendor="Late", enabled=False).connection
    losing = connected(riverside, vendor="Losing").connection
    lifecycle.publish_at_once(losing, by=DANA)
    call_command("change_sharing", "riverside", str(losing.pk), "--keep-out", "ann=Custody")
    closed = connected(riverside, vendor="Over").connection
    lifecycle.close(closed, by=DANA)
    with django_assert_num_queries(4):
        found = sights(riverside.connections.all(), "users", "ann")
    states = {sight.connection.vendor: sight.state for sight in found}
    assert states == {
        "Brightpath": "live",
        "Late": "none",
        "Losing": "removed",
        "Narrow": "none",
        "Over": "none",
    }
    assert late.feed is not None
    with pytest.raises(Refused, match="closed"):
        explain_to(closed, "person", "ann")


def test_the_command_says_every_reason_in_a_line(brightpath: Connection) -> None:
    def said(*arguments: str) -> list[str]:
        out = io.StringIO()
        call_command("explain", "riverside", str(brightpath.pk), *arguments, stdout=out)
        return out.getvalue().splitlines()

    lines = said("person", "ann")
    assert lines[0] == "Brightpath sees person ann."
    assert lines[1].startswith("  It may read it as it is now since 2026-10-05T12:00:00")
    for option in (("--keep-out", "ann=Custody"), ("--role", "teacher")):
        call_command("change_sharing", "riverside", str(brightpath.pk), *option)
    lines = said("person", "ann")
    assert lines[0] == "Brightpath does not see person ann:"
    assert lines[1] == "  person ann: This person is kept out of the connection."
    assert lines[2].startswith("    by command")
    assert lines[2].endswith(": Custody")
    assert any(line.startswith("  And: ") for line in lines)
    assert lines[-1].startswith("  It was shared; it is sent as removed since ")
