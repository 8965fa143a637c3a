"""Two acts at once: whatever their order, nobody reads by rules that are not its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connections import changing, lifecycle, relining, sharing
from connections.models import Connection
from roster import publishing
from roster.lines import digest_of
from roster.models import Line, Organization, Record, User
from roster.publishing import refresh
from roster.refusal import Refused
from tests.connections.conftest import DANA, Vendor, connected
from tests.roster.importing.bundles import EVERYTHING, edited
from tests.roster.importing.conftest import Bundler

pytestmark = pytest.mark.django_db(transaction=True)


def obeys(connection: Connection) -> bool:
    """Whether the line that the connection reads is made by the connection's own rules."""
    connection = Connection.objects.select_related("line").get(pk=connection.pk)
    return connection.line is not None and (
        connection.line.rules_digest == digest_of(sharing.rules(connection))
    )


def is_read(connection: Connection, user: str) -> bool:
    connection.refresh_from_db()
    line = connection.line
    assert line is not None
    return Record.objects.filter(
        line=line,
        kind="users",
        sourced_id=user,
        status="active",
        valid_from__lte=line.head,
        valid_to__gt=line.head,
        document__contains='"status":"active"',
    ).exists()


def test_a_child_kept_out_while_a_refresh_runs_is_not_published_by_it(
    reader: Vendor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The child is new: nothing of it is published yet that the act could withdraw."""
    organization = reader.connection.organization
    zoe = "zoe,,,true,zoe,,Zoe,New,,Z1,,,,,09,,,,,,s1,\n"
    files = edited(EVERYTHING, "users.csv", "tom,,,true,tom", f"{zoe}tom,,,true,tom")
    files = edited(files, "roles.csv", "r4,,,", "rz,,,zoe,primary,student,,,s1,\nr4,,,")
    Bundler(tmp_path, organization)(files)
    flip, acts = publishing._Build._flip, [1]

    def flip_after_the_act(build: Any, *told: Any) -> bool:
        if acts and acts.pop():
            changing.change_sharing(reader.connection, by=DANA, kept_out={"zoe": "Custody"})
        return bool(flip(build, *told))

    monkeypatch.setattr(publishing._Build, "_flip", flip_after_the_act)
    refresh(organization, by=DANA)
    assert not is_read(reader.connection, "zoe")
    assert obeys(reader.connection)


def test_who_joins_a_line_while_it_is_changed_does_not_read_by_the_change(
    reader: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = connected(reader.connection.organization, shares=[])
    lifecycle.publish_at_once(narrow.connection, by=DANA)
    joined: list[Vendor] = []
    alone = relining._reads_alone

    def alone_just_before(connection: Connection, line: Line) -> bool:
        found = alone(connection, line)
        if not joined:
            # SQLite has one writer, PostgreSQL a lock on the row: within it nobody can join.
            in_time = relining.transaction.get_connection().in_atomic_block
            joined.append(reader if in_time else connected(line.organization, shares=[]))
        return found

    monkeypatch.setattr(relining, "_reads_alone", alone_just_before)
    changing.change_sharing(narrow.connection, by=DANA, shares=["all"])
    assert obeys(narrow.connection)
    assert all(obeys(vendor.connection) for vendor in joined)


def test_a_resume_does_not_bring_back_rules_that_were_tightened_meanwhile(
    reader: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization = reader.connection.organization
    connected(organization, vendor="Other", shares=["all"])
    lifecycle.pause(reader.connection, by=DANA)
    User.objects.filter(organization=organization, sourced_id="tom").update(given_name="Thomas")
    Organization.objects.filter(pk=organization.pk).touch()  # type: ignore[attr-defined]
    refresh(organization, by=DANA)
    publish, acts = relining.publish_line, [1]

    def publish_and_act(*told: Any, **named: Any) -> Any:
        done = publish(*told, **named)
        if acts and acts.pop():
            changing.change_sharing(
                Connection.objects.get(pk=reader.connection.pk),
                by=DANA,
                kept_out={"ann": "Custody"},
            )
        return done

    monkeypatch.setattr(relining, "publish_line", publish_and_act)
    reader.connection.refresh_from_db()
    with pytest.raises(Refused, match="meanwhile"):
        lifecycle.resume(reader.connection, by=DANA)
    assert obeys(reader.connection)
    assert not is_read(reader.connection, "ann")


def test_a_reunion_does_not_follow_a_line_that_was_changed_meanwhile(
    reader: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization = reader.connection.organization
    other = connected(organization, vendor="Other", shares=["all"]).connection
    assert other.line is not None
    line = relining.fork(other.line, oldest=other.line.head, number=other.line.head)
    Line.objects.filter(pk=line.pk).update(
        revision=other.line.revision, published_on=other.line.published_on
    )
    Connection.objects.filter(pk=other.pk).update(line=line)
    equal = relining.are_equal

    def equal_until_now(one: Line, two: Line) -> bool:
        found = equal(one, two)
        changing.change_sharing(reader.connection, by=DANA, shares=["demographics"])
        return found

    monkeypatch.setattr(relining, "are_equal", equal_until_now)
    relining.rejoin(organization)
    assert obeys(reader.connection)
    assert obeys(other)


def test_a_connection_that_reads_by_other_rules_is_found_and_put_right(reader: Vendor) -> None:
    reader.move(kept_out={"ann": "Custody"})
    assert not obeys(reader.connection)
    relining.finish()
    relining.finish()
    assert obeys(reader.connection)
    assert not is_read(reader.connection, "ann")
