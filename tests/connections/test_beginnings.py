"""What a vendor reads when it begins, or goes on: nothing of what it never could have read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from connections import lifecycle
from connections.models import Connection
from roster.models import Feed, Organization
from roster.publishing import refresh
from tests.connections.conftest import DANA, connected
from tests.roster.districts import shown, stamps
from tests.roster.importing.bundles import EVERYTHING, Files, edited
from tests.roster.importing.conftest import Bundler

pytestmark = pytest.mark.django_db(transaction=True)

Night = Callable[[Files], None]

TOM = "tom,,,true,tom,,Tom,Li,,T1,tom@example.org,,,,,,,,,,s1,\n"
BOB = TOM.replace("tom", "bob").replace("Tom", "Bob").replace("T1", "B1")
WITH_BOB = edited(
    edited(EVERYTHING, "users.csv", TOM, TOM + BOB),
    "roles.csv",
    "r1,",
    "r9,,,bob,primary,teacher,,,s1,\nr1,",
)
WITHOUT_ANN = edited(EVERYTHING, "users.csv", "ann,,,true", "ann,tobedeleted,,true")


@pytest.fixture
def night(riverside: Organization, tmp_path: Path) -> Night:
    """What happens in a night: a bundle comes in, and a refresh shows it."""
    riverside.school_year = "2027"
    riverside.save()
    load = Bundler(tmp_path, riverside)

    def happen(files: Files) -> None:
        load(files)
        refresh(riverside, by="schedule")

    return happen


def people(connection: Connection) -> set[str]:
    return {name for kind, name in shown(feed_of(connection)) if kind == "users"}


def removed(connection: Connection) -> set[str]:
    listed = shown(feed_of(connection), tombstones=True)
    return {name for kind, name in listed if kind == "users"}


def feed_of(connection: Connection) -> Feed:
    return Feed.objects.get(connection=connection)


def test_one_disabled_before_its_launch_is_told_of_nobody_who_left_before(
    night: Night, riverside: Organization
) -> None:
    night(WITH_BOB)
    later = connected(riverside, enabled=False).connection
    night(EVERYTHING)
    assert feed_of(later).publication is None
    lifecycle.activate(later, by=DANA)
    assert people(later) == {"ann", "tom"}
    assert removed(later) == set()


def test_one_disabled_before_its_launch_begins_with_it(
    night: Night, riverside: Organization
) -> None:
    night(EVERYTHING)
    earlier = connected(riverside).connection
    lifecycle.publish_at_once(earlier, by=DANA)
    later = connected(riverside, enabled=False).connection
    lifecycle.activate(later, by=DANA)
    began = feed_of(later).publication
    assert began is not None
    assert set(stamps(feed_of(later)).values()) == {began.number}
    assert began.number > max(stamps(feed_of(earlier)).values())


@pytest.mark.parametrize("status", ["suspended", "paused", "disabled"])
def test_one_that_was_held_is_told_of_whom_it_had_and_of_nobody_else(
    status: str, night: Night, riverside: Organization
) -> None:
    night(EVERYTHING)
    connection = connected(riverside).connection
    lifecycle.publish_at_once(connection, by=DANA)
    had = stamps(feed_of(connection))
    lifecycle.set_status(connection, status, by=DANA)
    night(WITH_BOB)
    night(WITHOUT_ANN)
    assert stamps(feed_of(connection)) == had
    lifecycle.activate(connection, by=DANA)
    assert people(connection) == {"tom"}
    assert removed(connection) == {"ann"}
    went_on = feed_of(connection).publication
    assert went_on is not None
    assert stamps(feed_of(connection))["users", "ann"] == went_on.number


def test_one_that_was_suspended_is_told_of_nobody_who_came_and_left(
    night: Night, riverside: Organization
) -> None:
    night(EVERYTHING)
    connection = connected(riverside).connection
    lifecycle.publish_at_once(connection, by=DANA)
    lifecycle.suspend(connection, by=DANA)
    night(WITH_BOB)
    night(EVERYTHING)
    lifecycle.activate(connection, by=DANA)
    assert removed(connection) == set()


def test_accounts_elsewhere_and_pronouns_go_only_where_they_are_ticked(
    night: Night, riverside: Organization
) -> None:
    plain = connected(riverside).connection
    ticked = connected(
        riverside, shares=["users.userProfiles", "users.pronouns", "users.userMasterIdentifier"]
    ).connection
    night(EVERYTHING)
    for field in ("userProfiles", "pronouns", "userMasterIdentifier"):
        assert f'"{field}"' not in shown(feed_of(plain))["users", "ann"]
        assert f'"{field}"' in shown(feed_of(ticked))["users", "ann"]
