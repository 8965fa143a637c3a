"""The audit log: narrowed, with old and new, and as a file."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections.models import Connection
from portal.models import Staff
from roster import audit
from roster.clock import clock
from roster.models import AuditEntry, Org, Organization

LOG = "/o/riverside/audit/"


def put(organization: Organization, action: str, by: str = "dana", **more: object) -> AuditEntry:
    return audit.record(by, action, organization, kind="organization", **more)  # type: ignore[arg-type]


def changed(browser: Client) -> dict[AuditEntry, list[tuple[str, str, str]]]:
    """Return what the page tells of each entry's changes."""
    return {entry: told for entry, _, told in browser.get(LOG).context["entries"]}


def test_each_entry_tells_what_differs(as_victor: Client, riverside: Organization):
    old = {"refresh_at": "02:30", "name": "R"}
    put(
        riverside,
        "organization.changed",
        old=old,
        new={**old, "refresh_at": "04:45"},
        reason="Late",
    )
    answer = as_victor.get(LOG)
    changes = {entry: told for entry, _, told in answer.context["entries"]}
    entry = AuditEntry.objects.get(action="organization.changed")
    assert changes[entry] == [("Refresh the cache every day at", "02:30", "04:45")]
    page = answer.content.decode()
    assert "Settings changed" in page
    assert "Late" in page


def test_what_an_act_was_about_is_told_in_words(as_victor: Client, riverside: Organization):
    for kind, known_as in (
        ("publication", "1796000000000"), ("grade_level", "s1~2027~main~03"), ("import", "7"),
        ("organization", "riverside"),
    ):  # fmt: skip
        audit.record("dana", "x.y", riverside, kind=kind, object_id=known_as)
    page = as_victor.get(LOG).content.decode()
    for words in ("what was published <time", "grade level <span", '/imports/7/">import'):
        assert words in page
    assert "1796000000000" not in page


def test_what_has_a_name_is_told_by_it(
    as_victor: Client, riverside: Organization, dana: Staff, brightpath: Connection
):
    school = Org.objects.create(
        organization=riverside, sourced_id="s-1", name="Oak Street", type="school"
    )
    night = riverside.imports.create(name="night.zip")
    for kind, known_as in (
        ("connection", brightpath.pk), ("staff", dana.pk), ("school", school.sourced_id),
        ("import", night.pk), ("staff", 4711),
    ):  # fmt: skip
        audit.record("dana", "x.y", riverside, kind=kind, object_id=str(known_as))
    told = [(each.kind, name) for each, name, _ in as_victor.get(LOG).context["entries"]]
    assert {
        ("connection", brightpath.title), ("staff", dana.email), ("school", "Oak Street"),
        ("import", "night.zip"), ("staff", ""),
    } <= {*told}  # fmt: skip


def test_values_are_called_as_the_forms_call_them(as_victor: Client, riverside: Organization):
    told = {"allSchools": True, "hold_percent": 10, "status": "active", "unheard_of": 1}
    put(riverside, "organization.changed", new=told)
    put(riverside, "refresh.held", new=["Three would go.", "Nine would go."])
    found = as_victor.get(LOG).context["entries"]
    said, differs = found[0][2], found[1][2]
    assert said == [("", "—", "Three would go. Nine would go.")]
    # PostgreSQL keeps the values of an entry in an order of its own.
    assert {name for name, _old, _new in differs} == {
        "All schools",
        "Hold an import or a refresh that removes more than this percentage",
        "Status",
        "unheard_of",
    }


def test_the_path_of_a_watched_folder_is_not_told(as_victor: Client, riverside: Organization):
    settings = {"kind": "folder", "address": "/srv/secret"}
    moved = settings | {"address": "/srv/other"}
    audit.record("root", "source.added", riverside, kind="source", object_id="1", new=settings)
    audit.record("root", "source.changed", riverside, kind="source", object_id="1", old=settings,
                 new=moved)  # fmt: skip
    there = {"kind": "sftp", "address": "sftp://files.example/out/"}
    audit.record("root", "source.added", riverside, kind="source", object_id="2", new=there)
    page = as_victor.get(LOG).content.decode()
    assert "/srv/" not in page
    assert "a folder of the machine" in page
    assert "sftp://files.example/out/" in page


def test_values_are_told_as_the_forms_say_them(as_victor: Client, riverside: Organization):
    put(
        riverside,
        "source.added",
        new={
            "kind": "sftp", "credential": "private key", "active": True, "answer": "delta",
            "secret": "replaced", "form": "table",
        },
    )  # fmt: skip
    put(
        riverside,
        "connection.created",
        new={
            "types": ["grade_book"], "shares": ["users.phone"], "status": "active",
            "keptOut": {"stu-7": "Asked"}, "contactName": "Vera",
        },
    )  # fmt: skip
    put(riverside, "agreement.kept", new={"name": "a.pdf"})
    told = changed(as_victor)
    values = {
        (name, new)
        for entry, each in told.items()
        for name, _, new in each
        if entry.by_name == "dana"
    }
    assert values == {
        ("Place", "a server, by SFTP"),
        ("Rosterdesk signs in with", "a user and a private key"),
        ("By itself", "yes"),
        ("Files of which nothing says what they are hold", "changes only"),
        ("Password, private key or token", "replaced"),
        ("What is delivered", "a table of scores (CSV)"),
        ("Types", "Grade Book Sync"),
        ("Share as well", "Phone numbers"),
        ("Status", "Active"),
        ("People kept out", "stu-7: Asked"),
        ("Contact at the vendor", "Vera"),
        ("File", "a.pdf"),
    }


def test_counts_are_told_in_words(as_victor: Client, riverside: Organization):
    new = {"users.csv": {"read": 1826, "created": 0, "retired": 3}, "orgs.csv": {"read": 0}}
    put(riverside, "roster.imported", new=new)
    entry = AuditEntry.objects.get(action="roster.imported")
    told = changed(as_victor)[entry]
    assert {line[2] for line in told} == {"read 1,826, removed 3", "0"}


def test_secrets_and_links_are_told_in_words(as_victor: Client, riverside: Organization):
    made = "2026-11-29T23:24:00+00:00"
    secret = {"created": made, "by": "dana", "expires": None}
    rotated = put(riverside, "secret.rotated", old={"valid": []}, new={"valid": [secret]})
    link = put(riverside, "hand_over.made", new={"expires": "2026-12-06T23:24:00.123456+00:00"})
    told = changed(as_victor)
    assert told[rotated] == [
        ("Valid secrets", "—", "Created 29 Nov 2026, 17:24 CST, By dana"),
    ]
    assert told[link] == [("Until", "—", "6 Dec 2026, 17:24 CST")]


def test_the_log_is_narrowed(as_dana: Client, riverside: Organization, lakeside: Organization):
    AuditEntry.objects.all().delete()
    early = put(riverside, "sharing.changed", by="Olga", object_id="7")
    AuditEntry.objects.filter(pk=early.pk).update(at=clock() - timedelta(days=9))
    late = put(riverside, "secret.rotated", object_id="8")
    put(lakeside, "sharing.changed")
    today = riverside.today()

    def found(**asked: str) -> list[AuditEntry]:
        return [entry for entry, _, _ in as_dana.get(LOG, asked).context["entries"]]

    assert found() == [late, early]
    assert found(action="sharing.changed") == [early]
    assert found(by="olg") == [early]
    assert found(object="8") == [late]
    assert found(**{"from": str(today - timedelta(days=2))}) == [late]
    assert found(until=str(today - timedelta(days=2))) == [early]
    assert found(until="soon", by="\0dana") == [late]


def test_the_log_is_taken_home_as_it_is_narrowed(as_dana: Client, riverside: Organization):
    put(riverside, "own_row.set", old=None, new={"columns": ["email"]}, reason="=SUM(1)")
    put(riverside, "sharing.changed")
    answer = as_dana.get("/o/riverside/audit.csv", {"action": "own_row.set"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("at,by,action")
    assert "['email']" in lines[1]
    assert lines[1].endswith("'=SUM(1)")


def test_a_long_log_asks_the_database_no_more_often(as_dana: Client, riverside: Organization):
    counts = []
    for number in (2, 12):
        while riverside.audit.count() < number:
            put(riverside, "sharing.changed", old={"a": 1}, new={"a": 2})
        with CaptureQueriesContext(database) as queries:
            assert as_dana.get(LOG).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
