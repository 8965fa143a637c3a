"""Changing a connection's sharing: what it would do, what it does, and its history."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from connections import changing, lifecycle
from connections.models import Connection
from roster.models import AuditEntry, Line, Organization, Record, User
from roster.publishing import refresh
from roster.refusal import Refused
from tests.connections.conftest import DANA, connected
from tests.connections.test_commands import refused
from tests.roster.importing.bundles import EVERYTHING
from tests.roster.importing.conftest import Bundler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def brightpath(riverside: Organization, tmp_path: Path) -> Any:
    """A connection that shares everything of a published district, its sharing to be changed."""
    with time_machine.travel("2026-10-05T12:00:00Z", tick=True):
        Bundler(tmp_path, riverside)(EVERYTHING)
        made = connected(riverside, shares=["all"]).connection
        refresh(riverside, by=DANA)
        made.refresh_from_db()
        yield made


def told(connection: Connection, *arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    pk = str(connection.pk)
    call_command("change_sharing", "riverside", pk, *arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def live(connection: Connection) -> dict[str, list[str]]:
    """Return the ids that the connection's line has live at its head, by collection."""
    connection.refresh_from_db()
    line = connection.line
    assert line is not None
    rows = Record.objects.filter(
        line=line, valid_from__lte=line.head, valid_to__gt=line.head, status="active"
    )
    found: dict[str, list[str]] = {}
    for kind, sourced_id in rows.order_by("sourced_id").values_list("kind", "sourced_id"):
        found.setdefault(kind, []).append(sourced_id)
    return found


def counted(now: int, then: int, added: int, removed: int, changed: int) -> dict[str, int]:
    return {"now": now, "then": then, "added": added, "removed": removed, "changed": changed}


@pytest.mark.parametrize(
    ("options", "differences"),
    [
        ([], {}),
        (["--withhold", "users.email"], {"users": counted(3, 3, 0, 0, 2)}),
        (["--withhold", "users.sms"], {}),
        (
            ["--keep-out", "ann=Custody"],
            {
                "users": counted(3, 1, 0, 2, 0),
                "enrollments": counted(2, 1, 0, 1, 0),
                "demographics": counted(1, 0, 0, 1, 0),
            },
        ),
        (["--hide", "enrollments"], {"enrollments": counted(2, 0, 0, 2, 0)}),
        (["--unshare", "demographics"], {"demographics": counted(1, 0, 0, 1, 0)}),
        (
            ["--role", "teacher"],
            {
                "users": counted(3, 1, 0, 2, 0),
                "enrollments": counted(2, 1, 0, 1, 0),
                "demographics": counted(1, 0, 0, 1, 0),
            },
        ),
    ],
)
def test_a_preview_is_what_then_happens(
    options: list[str], differences: dict[str, Any], brightpath: Connection
) -> None:
    before = live(brightpath)
    lines, records = Line.objects.count(), Record.objects.count()
    preview = told(brightpath, *options, "--preview")
    moved = {
        name: counts
        for name, counts in preview["collections"].items()
        if counts["added"] or counts["removed"] or counts["changed"]
    }
    assert moved == differences
    assert (Line.objects.count(), Record.objects.count()) == (lines, records)
    assert not AuditEntry.objects.filter(action="sharing.changed").exists()
    assert live(brightpath) == before

    told(brightpath, *options)
    then = {name: counts["then"] for name, counts in preview["collections"].items()}
    after = live(brightpath)
    assert {name: len(after.get(name, ())) for name in then} == then


def test_a_change_is_kept_with_what_was_before_and_why(brightpath: Connection) -> None:
    done = told(brightpath, "--keep-out", "ann=Opt-out", "--only-active", "--reason", "Parents")
    assert done["changed"]
    assert done["published"]
    assert done["sharing"]["kept_out"] == {"ann": "Opt-out"}
    assert "ann" not in live(brightpath)["users"]
    entry = AuditEntry.objects.get(action="sharing.changed")
    assert entry.old is not None
    assert entry.new is not None
    assert entry.old["kept_out"] == {}
    assert (entry.new["kept_out"], entry.new["inactive"]) == ({"ann": "Opt-out"}, False)
    assert (entry.object_id, entry.reason) == (str(brightpath.pk), "Parents")


def test_asking_for_what_is_shared_already_does_nothing(brightpath: Connection) -> None:
    line = brightpath.line_id
    done = changing.change_sharing(brightpath, by=DANA, all_schools=True, shares=["all"])
    assert not done["changed"]
    assert brightpath.line_id == line
    assert not AuditEntry.objects.filter(action="sharing.changed").exists()


def test_all_but_one_share_is_not_all(brightpath: Connection) -> None:
    answer = told(brightpath, "--share", "all", "--unshare", "demographics")
    assert "demographics" not in answer["sharing"]["shares"]
    assert "guardians" in answer["sharing"]["shares"]


def test_what_is_given_and_taken_back_at_once_is_refused(brightpath: Connection) -> None:
    both = ("--withhold", "users.email", "--unwithhold", "users.email")
    code, reason = refused("change_sharing", "riverside", str(brightpath.pk), *both)
    assert (code, reason) == (1, "users.email can't be given and taken back at once.")


def test_each_narrowing_can_be_taken_back(brightpath: Connection) -> None:
    plain = told(brightpath)["sharing"]
    narrow = told(
        brightpath,
        *("--school", "s1", "--grade", "09", "--role", "student", "--course", "c1"),
        *("--subject", "Math", "--withhold", "users.email", "--hide", "enrollments"),
        *("--keep-out", "tom=Left", "--only-active", "--only-enrolled", "--unshare", "metadata"),
    )["sharing"]
    assert narrow == {
        "schools": ["s1"],
        "grades": ["09"],
        "roles": ["student"],
        "courses": ["c1"],
        "subjects": ["Math"],
        "shares": [name for name in plain["shares"] if name != "metadata"],
        "withheld": ["users.email"],
        "hidden": ["enrollments"],
        "kept_out": {"tom": "Left"},
        "inactive": False,
        "unenrolled": False,
    }
    wide = told(
        brightpath,
        *("--all-schools", "--all-grades", "--all-roles", "--all-courses", "--all-subjects"),
        *("--unwithhold", "users.email", "--unhide", "enrollments", "--include-person", "tom"),
        *("--with-inactive", "--with-unenrolled", "--share", "metadata"),
    )["sharing"]
    assert wide == plain


def test_a_warning_about_emails_comes_with_preview_and_change(brightpath: Connection) -> None:
    User.objects.filter(sourced_id="tom").update(username="tom@example.org")
    warning = "1 username contains the e-mail address that is withheld, and can still be read."
    for options in (["--preview"], []):
        done = told(brightpath, "--withhold", "users.email", *options)
        assert done["warnings"] == [warning]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--withhold", "users.givenName"], "OneRoster 1.2 requires it"),
        (["--school", "s9"], "Riverside has no school s9"),
        (["--include-person", "ann"], "ann isn't kept out"),
        (["--keep-out", "ann"], "Say why ann is kept out"),
    ],
)
def test_a_refused_change_changes_nothing(
    options: list[str], words: str, brightpath: Connection
) -> None:
    before = live(brightpath)
    code, said = refused("change_sharing", "riverside", str(brightpath.pk), *options)
    assert code == 1
    assert words in said
    assert live(brightpath) == before


def test_the_sharing_of_a_closed_connection_stays(brightpath: Connection) -> None:
    lifecycle.close(brightpath, by=DANA)
    with pytest.raises(Refused, match="closed for good"):
        changing.change_sharing(brightpath, by=DANA, inactive=False)


def test_a_connection_is_made_with_all_of_it(brightpath: Connection) -> None:
    out = io.StringIO()
    call_command(
        *("create_connection", "riverside", "--vendor", "Northwind", "--oneroster", "1.1"),
        *("--acknowledge-unsupported", "--school", "s1", "--grade", "09", "--role", "student"),
        *("--course", "c1", "--subject", "Math", "--hide", "enrollments", "--only-active"),
        *("--keep-out", "tom=Staff of our own", "--only-enrolled", "--json"),
        stdout=out,
    )
    made = Connection.objects.get(pk=json.loads(out.getvalue())["id"])
    assert made.line is not None
    assert made.line.rules["kept_out"] == ["tom"]
    assert {name: made.line.rules[name] for name in ("schools", "grades", "roles", "subjects")} == {
        "schools": ["s1"],
        "grades": ["09"],
        "roles": ["student"],
        "subjects": ["Math"],
    }
    assert live(made)["users"] == ["ann"]
    assert "enrollments" not in live(made)
