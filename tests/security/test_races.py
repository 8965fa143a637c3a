"""Two acts at once: whatever their order, nobody reads what one of them took away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from connections import changing, lifecycle
from connections.models import Connection
from roster.excluding import exclude
from roster.models import Feed, User
from roster.publishing import refresh
from tests.connections.conftest import DANA, Vendor, connected
from tests.roster.districts import shown
from tests.roster.importing.bundles import EVERYTHING, edited
from tests.roster.importing.conftest import Bundler

pytestmark = pytest.mark.django_db(transaction=True)


def is_read(connection: Connection, user: str) -> bool:
    """Whether the person's document is one that the vendor reads as a live one."""
    feed = Feed.objects.get(connection=connection)
    return '"status":"active"' in shown(feed).get(("users", user), "")


def once(act: Callable[[], object]) -> Callable[[int, str], None]:
    """Return a watcher of a refresh that acts when it first hears of it, in the middle."""
    left = [act]

    def watch(percent: int, stage: str) -> None:
        if left:
            left.pop()()

    return watch


def bring_zoe(reader: Vendor, folder: Path) -> None:
    """Import a child of whom nothing is published that an act could withdraw."""
    zoe = "zoe,,,true,zoe,,Zoe,New,,Z1,,,,,09,,,,,,s1,\n"
    files = edited(EVERYTHING, "users.csv", "tom,,,true,tom", f"{zoe}tom,,,true,tom")
    files = edited(files, "roles.csv", "r4,,,", "rz,,,zoe,primary,student,,,s1,\nr4,,,")
    Bundler(folder, reader.connection.organization)(files)


def test_a_child_kept_out_while_a_refresh_runs_is_not_published_by_it(
    reader: Vendor, tmp_path: Path
) -> None:
    bring_zoe(reader, tmp_path)
    other = connected(reader.connection.organization, vendor="Other")

    def keep_out() -> None:
        changing.change_sharing(reader.connection, by=DANA, kept_out={"zoe": "Custody"})

    refresh(reader.connection.organization, by=DANA, progress=once(keep_out))
    assert not is_read(reader.connection, "zoe")
    assert is_read(other.connection, "zoe")


def test_a_child_excluded_while_a_refresh_runs_is_not_published_by_it(
    reader: Vendor, tmp_path: Path
) -> None:
    bring_zoe(reader, tmp_path)
    organization = reader.connection.organization

    def act() -> None:
        exclude(organization, "person", ["zoe", "ann"], reason="Custody", by=DANA)

    assert is_read(reader.connection, "ann")
    done = refresh(organization, by=DANA, progress=once(act))
    assert done["held"] is False
    assert not is_read(reader.connection, "zoe")
    assert not is_read(reader.connection, "ann")


def test_a_pause_that_comes_while_a_refresh_runs_keeps_what_was_read(
    reader: Vendor, tmp_path: Path
) -> None:
    bring_zoe(reader, tmp_path)
    refresh(
        reader.connection.organization,
        by=DANA,
        progress=once(lambda: lifecycle.pause(reader.connection, by=DANA)),
    )
    assert not is_read(reader.connection, "zoe")
    lifecycle.resume(Connection.objects.get(pk=reader.connection.pk), by=DANA)
    assert is_read(reader.connection, "zoe")


def test_a_resume_does_not_bring_back_who_was_kept_out_meanwhile(reader: Vendor) -> None:
    lifecycle.pause(reader.connection, by=DANA)
    stale = Connection.objects.get(pk=reader.connection.pk)
    changing.change_sharing(reader.connection, by=DANA, kept_out={"ann": "Custody"})
    assert not is_read(reader.connection, "ann")
    lifecycle.resume(stale, by=DANA)
    assert not is_read(reader.connection, "ann")
    assert User.objects.filter(sourced_id="ann").exists()
