"""Changing a connection's sharing: what it would do, what it does, and its history."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from connections import changing, lifecycle, sharing
from connections.models import Connection
from roster.models import AuditEntry, Feed, Organization, Publication, User
from roster.publishing import refresh
from roster.refusal import Refused
from tests.connections.conftest import DANA, connected
from tests.connections.test_commands import refused
from tests.roster.districts import shown
from tests.roster.importing.bundles import EVERYTHING, edited
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
    """Return the ids that the connection reads live, by collection."""
    found: dict[str, list[str]] = {}
    for collection, sourced_id in shown(feed_of(connection)):
        found.setdefault(collection, []).append(sourced_id)
    return found


def feed_of(connection: Connection) -> Feed:
    return Feed.objects.get(connection=connection)


def counted(now: int, then: int, added: int, removed: int, changed: int) -> dict[str, int]:
    return {"now": now, "then": then, "added": added, "removed": removed, "changed": changed}


@pytest.mark.parametrize(
    ("options", "differences"),
    [
        ([], {}),
        (["--withhold", "users.email"], {"users": counted(3, 3, 0, 0, 2)}),
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
    publications = Publication.objects.count()
    preview = told(brightpath, *options, "--preview")
    moved = {
        name: counts
        for name, counts in preview["collections"].items()
        if counts["added"] or counts["removed"] or counts["changed"]
    }
    assert moved == differences
    assert Publication.objects.count() == publications
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
    published = feed_of(brightpath).publication
    done = changing.change_sharing(brightpath, by=DANA, all_schools=True, shares=["all"])
    assert not done["changed"]
    assert feed_of(brightpath).publication == published
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
    rules = feed_of(made).rules
    assert rules["kept_out"] == ["tom"]
    assert {name: rules[name] for name in ("schools", "grades", "roles", "subjects")} == {
        "schools": ["s1"],
        "grades": ["09"],
        "roles": ["student"],
        "subjects": ["Math"],
    }
    assert live(made)["users"] == ["ann"]
    assert "enrollments" not in live(made)


def test_keeping_one_person_out_publishes_nothing_that_was_not_refreshed(
    brightpath: Connection, tmp_path: Path, riverside: Organization
) -> None:
    before = shown(feed_of(brightpath))
    renamed = edited(EVERYTHING, "users.csv", "tom,,,true,tom,,Tom,Li", "tom,,,true,tom,,Tim,Li")
    come = edited(renamed, "orgs.csv", "d,,,", "s3,,,East School,school,E,d\nd,,,")
    later = tmp_path / "later"
    later.mkdir()
    Bundler(later, riverside)(come)
    told(brightpath, "--keep-out", "ann=Opt-out")
    after = shown(feed_of(brightpath))
    assert ("users", "ann") not in after
    assert after.items() <= {**before, **pruned(after)}.items()
    assert ("orgs", "s3") not in after
    assert '"givenName":"Tom"' in after["users", "tom"]


def pruned(after: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Return those documents that named Ann: her guardian is published without a child."""
    return {key: after[key] for key in [("users", "pat")] if key in after}


def test_a_paused_vendor_loses_at_once_and_is_given_when_it_goes_on(
    brightpath: Connection,
) -> None:
    told(brightpath, "--keep-out", "tom=Left")
    lifecycle.pause(brightpath, by=DANA)
    done = told(brightpath, "--include-person", "tom", "--keep-out", "ann=Opt-out")
    assert not done["published"]
    assert "users" not in live(brightpath)  # Pat was there as her guardian.
    lifecycle.resume(brightpath, by=DANA)
    assert "tom" in live(brightpath)["users"]
    assert "ann" not in live(brightpath)["users"]


def test_a_connection_that_is_not_enabled_yet_may_be_changed(
    brightpath: Connection, riverside: Organization
) -> None:
    later = connected(riverside, enabled=False, shares=["all"]).connection
    done = told(later, "--keep-out", "ann=Opt-out")
    assert (done["changed"], done["published"]) == (True, False)
    lifecycle.activate(later, by=DANA)
    assert "ann" not in live(later)["users"]
    assert live(later)["users"]


def test_of_two_that_change_a_sharing_at_once_the_second_is_refused(
    brightpath: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided = sharing.decide

    def meanwhile(*arguments: Any) -> Any:
        columns = decided(*arguments)
        Connection.objects.filter(pk=brightpath.pk).update(inactive=False)
        return columns

    monkeypatch.setattr(sharing, "decide", meanwhile)
    before = live(brightpath)
    with pytest.raises(Refused, match="changed meanwhile"):
        changing.change_sharing(brightpath, by=DANA, unenrolled=False)
    assert live(brightpath) == before
    assert Connection.objects.get(pk=brightpath.pk).unenrolled
