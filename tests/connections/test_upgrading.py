"""An installation that published by lines goes on by feeds: every vendor's next delta is right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.db.migrations.executor import MigrationExecutor
from django.test import Client as Browser
from oauth2_provider.models import AccessToken

from connections import credentials, lifecycle
from connections.models import Client, Connection, Partner, Request, Run, Secret
from portal.models import Staff
from roster.clock import clock, milliseconds, stamp
from roster.models import (
    AuditEntry,
    Demographics,
    Document,
    Enrollment,
    Feed,
    Import,
    Klass,
    Level,
    LineItem,
    Mark,
    Org,
    Organization,
    Publication,
    Refresh,
    Result,
    User,
)
from roster.publishing import lists, refresh
from tests import migrating
from tests.connections import old_district
from tests.connections.conftest import Vendor
from tests.portal import running

pytestmark = pytest.mark.django_db

BEFORE = [
    ("roster", "0003_withdrawals_by_line"),
    ("connections", "0002_initial"),
    ("portal", "0002_initial"),
    ("oauth2_provider", "0022_refreshtoken_token_family_index"),
]
OPEN = 2**62
NIGHTS = [clock() - timedelta(days=days) for days in (9, 8, 7)]
FIRST, SECOND, THIRD = (milliseconds(night) for night in NIGHTS)

KEPT = (
    *(Organization, Org, User, Klass, Enrollment, Demographics, LineItem, Result, Level, Mark),
    *(Client, Secret, AccessToken, Connection, Partner, Request),
    *(AuditEntry, Import, Refresh, Staff),
)
REPLACED = {"roster_publication", "django_migrations"}
GONE = {
    "connections_connection": {"line_id", "reading_id", "held_at", "since", "reline_due"},
    "roster_mark": {"withdrawn"},
    "roster_organization": {"last_number", "withdrawal_due", "withdrawing_until"},
    "roster_refresh": {"lease_until"},
}
RENAMED = {"resume_on": "active_on"}
"""What an upgrade does to tables that it keeps: rows, columns, and names of columns."""

PLAIN = {"schools": "all", "shares": [], "withheld": [], "types": []}

Contents = dict[str, list[dict[str, Any]]]


class Installation:
    """One as it was: Riverside, after three nights on one line, with vendors of all kinds."""

    def __init__(self, apps: Any) -> None:
        self.apps = apps
        self.organization = self.make("roster", "Organization", slug="riverside", last_number=3)
        self.line = self.published()
        for sourced_id in ("stayed", "changed", "came"):
            self.make(
                "roster",
                "Org",
                organization=self.organization,
                sourced_id=sourced_id,
                name=sourced_id,
                type="school",
            )

    def make(self, app: str, model: str, **columns: Any) -> Any:
        return self.apps.get_model(app, model).objects.create(**columns)

    def published(self, left_later: str = "active", **columns: Any) -> Any:
        """Return a line of orgs that stayed, changed, came and left in three nights."""
        columns = {
            "organization": self.organization,
            "version": "1.2",
            "rules": PLAIN,
            "head": 3,
            "published_on": NIGHTS[2].date(),
            **columns,
        }
        line = self.make("roster", "Line", **columns)
        for number, night in enumerate(NIGHTS, start=1):
            self.make(
                "roster", "Publication", line=line, number=number, state="published", stamp=night
            )
        self.make("roster", "Publication", line=line, number=4)  # Never shown.
        self.put(line, "stayed", 1)
        self.put(line, "changed", 1, until=2)
        self.put(line, "changed", 2, name="Another")
        self.put(line, "came", 3)
        self.put(line, "left", 1, until=2)
        self.put(line, "left", 2, status="tobedeleted", said="tobedeleted")
        self.put(line, "left later", 2, until=3, said=left_later)
        self.put(line, "left later", 3, status="tobedeleted", said="tobedeleted")
        self.put(line, "not shown", 4)
        return line

    def put(
        self,
        line: Any,
        sourced_id: str,
        number: int,
        *,
        until: int = OPEN,
        status: str = "active",
        said: str = "active",
        name: str = "",
    ) -> None:
        name = name or ("Removed" if said == "tobedeleted" else sourced_id)
        document = {
            "sourcedId": sourced_id,
            "status": said,
            "name": name,
            "type": "school",
            "identifier": sourced_id,
        }
        self.make(
            "roster",
            "Record",
            line=line,
            kind="orgs",
            ordinal=0,
            valid_from=number,
            valid_to=until,
            changed_in=number,
            added_in=number,
            sourced_id=sourced_id,
            status=status,
            role="school",
            digest="d",
            document=json.dumps(document, separators=(",", ":")),
            facts={"name": name},
        )

    def connect(self, vendor: str, status: str = "active", **columns: Any) -> Any:
        columns = {
            "organization": self.organization,
            "oneroster": "1.2",
            "unsupported_acknowledged": True,
            "line": self.line,
            **columns,
        }
        return self.make("connections", "Connection", vendor=vendor, status=status, **columns)

    def read(self, connection: Any, number: int, began: datetime, last: datetime) -> None:
        self.make(
            "connections",
            "Reading",
            connection=connection,
            line=connection.line,
            number=number,
            began=began,
            last=last,
        )


def migrate(targets: list[tuple[str, str]] | None = None) -> Any:
    executor = MigrationExecutor(database)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())
    return MigrationExecutor(database).loader.project_state(targets or BEFORE).apps


def contents() -> Contents:
    """Return the rows of each table that has some."""
    found = {}
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {table: rows for table, rows in found.items() if rows}


def fill(old: Installation) -> None:
    level = {"organization": old.organization, "kind": "calendar", "school": "came"}
    for sourced_id in ("came~2026", "came~summer"):
        old.make("roster", "Level", sourced_id=sourced_id, year="2026", **level)
    for kind, sourced_id in (("calendar", "came~2026"), ("school", "east"), ("person", "ann")):
        old.make("roster", "Mark", organization=old.organization, kind=kind, sourced_id=sourced_id)
    veiled = old.published(veil={"users": ["email"]})
    withdrawn = old.published(left_later="tobedeleted", withdrawals=1)
    reader = old.connect("active")
    for number, night in enumerate(NIGHTS, start=1):
        old.read(reader, number, night + timedelta(hours=1), night + timedelta(hours=2))
    old.connect("active too")
    old.connect("late", since=2)
    old.connect("paused", "paused", held_at=2, resume_on=date(2099, 9, 1))
    old.connect("paused and withdrawn from", "paused", held_at=2, line=withdrawn)
    old.connect("veiled", line=veiled)
    old.connect("suspended", "suspended")
    old.connect("for later", "disabled")
    old.connect("disabled", "disabled", last_seen=NIGHTS[2])
    old.connect("closed", "closed", line=None)
    staff = old.make("portal", "Staff", email="dana@riverside.example")
    old.make("portal", "Membership", organization=old.organization, staff=staff, role="admin")
    done = {"by": staff, "by_name": "Dana", "at": NIGHTS[1], "reason": "Asked for"}
    for number, action in enumerate(("marks.set", "connection.paused")):
        old.make(
            "roster",
            "AuditEntry",
            organization=old.organization,
            action=action,
            kind="school",
            object_id=str(number),
            new={"ids": ["east"]},
            **done,
        )
    asked = {"method": "GET", "endpoint": "ims/oneroster/rostering/v1p2/orgs", "milliseconds": 1.5}
    for status, records in ((200, 3), (401, None)):
        old.make(
            "connections",
            "Request",
            connection=reader,
            at=NIGHTS[2],
            status=status,
            records=records,
            query="limit=100",
            **asked,
        )
    old.make("roster", "Import", organization=old.organization, name="a.zip", state="applied")
    old.make("roster", "Refresh", organization=old.organization, number=3, state="published")
    old_district.fill(old.make, NIGHTS)
    now = clock()
    busy = old.connect("in the middle")
    old.read(busy, 3, now - timedelta(minutes=9), now - timedelta(minutes=3))


@pytest.fixture(scope="module")
def new(django_db_setup: None, django_db_blocker: Any) -> list[list[str]]:
    """The tables of a new installation, as `migrating.described` has them."""
    with django_db_blocker.unblock():
        return migrating.described()


@pytest.fixture(scope="module")
def before() -> Contents:
    """What the installation's tables had before the upgrade; `upgraded` fills it in."""
    return {}


@pytest.fixture(scope="module")
def upgraded(new: list[list[str]], before: Contents, django_db_blocker: Any) -> Iterator[str]:
    """The installation after its upgrade; what an upgrade at a wrong moment was refused with."""
    with django_db_blocker.unblock(), running.without_tables():
        old = Installation(migrate(BEFORE))
        fill(old)
        before.update(contents())
        lines = old.apps.get_model("roster", "Line").objects
        lines.update(withdrawal_due=clock())
        with pytest.raises(RuntimeError) as refused:
            migrate()
        lines.update(withdrawal_due=None)
        migrate()
        call_command("createcachetable", verbosity=0)
        yield str(refused.value)


def feed_of(vendor: str) -> Feed:
    return Feed.objects.get(connection__vendor=vendor)


def published(vendor: str) -> Publication:
    found = feed_of(vendor).publication
    assert found is not None
    return found


def read(publication: Publication, *, tombstones: bool = False) -> dict[str, tuple[str, int]]:
    """Return what a publication lists of orgs: the name in the document, and its stamp."""
    found = lists.read(publication, "orgs", tombstones=tombstones)
    documents = Document.objects.in_bulk(found.documents.tolist())
    ids = [documents[pk].sourced_id for pk in found.documents.tolist()]
    assert ids == sorted(ids)
    return {
        documents[pk].sourced_id: (json.loads(documents[pk].body)["name"], stamp)
        for pk, stamp in zip(found.documents.tolist(), found.stamps.tolist(), strict=True)
    }


def test_the_tables_are_those_of_a_new_installation(upgraded: str, new: list[list[str]]) -> None:
    assert migrating.described() == new


def test_all_but_lines_and_readings_is_as_it_was(upgraded: str, before: Contents) -> None:
    after = contents()
    assert before.keys() - after.keys() == {"roster_line", "roster_record", "connections_reading"}
    compared = (before.keys() & after.keys()) - REPLACED
    assert {model._meta.db_table for model in KEPT} <= compared
    for table in compared:
        columns = sorted(before[table][0].keys() - GONE.get(table, set()))
        was = [[row[name] for name in columns] for row in before[table]]
        now = [[row[RENAMED.get(name, name)] for name in columns] for row in after[table]]
        assert sorted(now, key=repr) == sorted(was, key=repr), table


def test_an_active_vendor_reads_on_what_it_read(upgraded: str) -> None:
    feed, reads = feed_of("active"), published("active")
    assert (feed.version, feed.state, feed.rules) == ("1.2", "following", PLAIN)
    assert (reads.number, reads.map, reads.listed) == (THIRD, None, True)
    assert read(reads) == {
        "came": ("came", THIRD),
        "changed": ("Another", SECOND),
        "stayed": ("stayed", FIRST),
    }
    assert read(reads, tombstones=True) == {
        "left": ("Removed", SECOND),
        "left later": ("Removed", THIRD),
    }
    assert reads.counts["orgs"]["records"] == 3
    earlier = Publication.objects.filter(feed=feed, listed=False).order_by("number")
    assert list(earlier.values_list("number", flat=True)) == [FIRST, SECOND]
    assert Organization.objects.get(slug="riverside").last_number >= THIRD


def test_the_first_deltas_after_the_upgrade_are_right(upgraded: str) -> None:
    connection = Connection.objects.get(vendor="active")
    vendor = Vendor(connection, credentials.issue(connection, "dana"))
    Client.objects.create(
        connection=connection,
        client_id="brightpath",
        client_secret="",
        hash_client_secret=False,
        client_type=Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_CLIENT_CREDENTIALS,
    )
    token = vendor.token()

    def changed(since: datetime) -> set[str]:
        answer = Browser().get(
            f"/ims/oneroster/rostering/v1p2/orgs?filter=dateLastModified>'{stamp(since)}'",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200
        return {org["sourcedId"] for org in json.loads(answer.content)["orgs"]}

    # By the largest stamp of the last reading; by its time on the vendor's clock.
    assert changed(NIGHTS[2]) == set()
    assert changed(NIGHTS[1]) == {"came", "left later"}
    assert changed(NIGHTS[2] + timedelta(hours=1)) == set()
    assert changed(NIGHTS[1] + timedelta(hours=2)) == {"came", "left later"}
    refresh(connection.organization, by="schedule")
    # What is as it was keeps its stamp; the row of the second has another name by now.
    assert changed(NIGHTS[2]) == {"changed"}


@pytest.mark.parametrize("version", old_district.VERSIONS)
def test_an_old_secret_gives_tokens(version: str, upgraded: str) -> None:
    connection = Connection.objects.get(vendor=f"Lakeside {version}")
    vendor = Vendor(connection, old_district.secret(version))
    answer = vendor.ask()
    assert answer.status_code == 200
    assert list_of(answer.json()["access_token"], version, "users").keys() > {"stayed"}
    assert vendor.ask(client_secret=f"{vendor.secret}x").status_code == 401


@pytest.mark.parametrize("version", old_district.VERSIONS)
def test_vendors_of_both_versions_miss_nothing_in_any_collection(
    version: str, upgraded: str
) -> None:
    token = old_district.token(version)  # Of before the upgrade.
    collections = [*old_district.written(version, "stayed", "stayed"), "academicSessions"]

    def read(since: datetime | None = None) -> Any:
        return {name: list_of(token, version, name, since) for name in collections}

    def changed(since: datetime) -> list[dict[str, str]]:
        return [
            {sourced_id: said["status"] for sourced_id, said in found.items()}
            for found in read(since).values()
        ]

    full = read()
    # To the letter what they read, with its stamp.
    assert full.pop("academicSessions") == {
        name: {**said.document, "dateLastModified": stamp(NIGHTS[0])}
        for name, said in old_district.sessions(version).items()
    }
    words = {"stayed": ("stayed", 0), "changed": ("Another", 1), "came": ("came", 2)}
    assert full == {
        collection: {
            name: {
                **old_district.written(version, name, word)[collection].document,
                "dateLastModified": stamp(NIGHTS[night]),
            }
            for name, (word, night) in words.items()
        }
        for collection in full
    }
    for nested in ("classes/stayed/students", "students/stayed/classes"):
        assert list_of(token, version, nested).keys() == {"stayed"}
    last = {"came": "active", "left": "tobedeleted"}
    assert changed(NIGHTS[2]) == [{}] * 10
    assert changed(NIGHTS[1]) == [last] * 9 + [{}]
    assert changed(NIGHTS[0]) == [{"changed": "active", **last}] * 9 + [{}]
    refresh(Organization.objects.get(slug="lakeside"), by="schedule")
    now = {"came": "tobedeleted", "changed": "active", "new": "active"}
    assert changed(NIGHTS[2]) == [now] * 9 + [{}]


def list_of(token: str, version: str, collection: str, since: datetime | None = None) -> Any:
    """Return what a list of the API has, all or since a moment, by sourcedId; hrefs as paths."""
    asked = f"?filter=dateLastModified>'{stamp(since)}'" if since else ""
    answer = Browser().get(
        f"{old_district.path(version, collection)}{asked}",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200, answer.content
    (records,) = json.loads(answer.content.replace(b"http://testserver", b"")).values()
    return {record["sourcedId"]: record for record in records}


def test_what_a_pause_had_goes_on_from_there(upgraded: str) -> None:
    connection = Connection.objects.get(vendor="paused")
    refresh(connection.organization, by="schedule")
    assert published("paused").number == SECOND
    lifecycle.resume(connection, by="dana")
    live, removed = read(published("paused")), read(published("paused"), tombstones=True)
    now = published("paused").number
    assert live == {
        "came": ("came", now),
        "changed": ("changed", now),
        "stayed": ("stayed", FIRST),
    }
    assert removed == {"left": ("Removed", SECOND), "left later": ("Removed", now)}


def test_one_for_later_begins_with_its_first_enabling(upgraded: str) -> None:
    connection = Connection.objects.get(vendor="for later")
    lifecycle.activate(connection, by="dana")
    reads = published("for later")
    assert {stamp for _, stamp in read(reads).values()} == {reads.number}
    assert read(reads, tombstones=True) == {}


def test_documents_are_those_of_the_rows(upgraded: str) -> None:
    of_riverside = {"organization__slug": "riverside"}
    stored = {each.sourced_id: each for each in Document.objects.filter(**of_riverside)}
    rows = dict(Org.objects.filter(**of_riverside).values_list("sourced_id", "pk"))
    assert {name: stored[name].record for name in rows} == rows
    assert stored["left"].record < 0
    assert stored["left"].status == "tobedeleted"
    assert (stored["came"].role, stored["came"].facts) == ("school", {"name": "came"})


def test_lines_share_documents_and_connections_of_one_line_their_parts(upgraded: str) -> None:
    # Stayed, came; changed in two nights; left; left later, live and removed.
    assert Document.objects.filter(organization__slug="riverside").count() == 6
    assert published("active") != published("active too")
    assert published("active").lists == published("active too").lists


def test_a_vendor_sees_no_tombstone_of_before_its_own_beginning(upgraded: str) -> None:
    assert read(published("late"), tombstones=True) == {"left later": ("Removed", THIRD)}


def test_a_paused_vendor_keeps_what_it_had(upgraded: str) -> None:
    assert feed_of("paused").state == "paused"
    assert published("paused").number == SECOND
    assert read(published("paused")) == {
        "changed": ("Another", SECOND),
        "left later": ("left later", SECOND),
        "stayed": ("stayed", FIRST),
    }


def test_what_was_withdrawn_from_a_pause_is_told_at_last(upgraded: str) -> None:
    reads = published("paused and withdrawn from")
    assert reads.number > THIRD
    live, removed = read(reads), read(reads, tombstones=True)
    assert set(live) == {"changed", "stayed"}
    assert set(removed) == {"left", "left later"}
    assert {stamp for _, stamp in (live | removed).values()} == {reads.number}


@pytest.mark.parametrize(
    ("vendor", "state", "has"),
    [
        ("suspended", "paused", True),
        ("for later", "off", False),
        ("disabled", "paused", True),
        ("closed", None, False),
    ],
)
def test_each_status_has_its_feed(vendor: str, state: str | None, has: bool, upgraded: str) -> None:
    feed = Connection.objects.get(vendor=vendor).feed
    assert (feed.state if feed else None) == state
    assert bool(feed and feed.publication_id) is has


def test_readings_are_runs(upgraded: str) -> None:
    runs = Run.objects.filter(connection__vendor="active").order_by("began")
    assert [run.number for run in runs] == [FIRST, SECOND, THIRD]
    assert runs[0].last == NIGHTS[0] + timedelta(hours=2)


def test_a_run_in_progress_is_told_everything_by_its_next_delta(upgraded: str) -> None:
    run = Run.objects.get(connection__vendor="in the middle")
    assert run.number == 0
    assert run.last > clock() - timedelta(minutes=30)


def test_a_veil_is_cut_and_so_is_what_goes_by_a_tick_from_now_on(upgraded: str) -> None:
    ticked = {"userMasterIdentifier", "userProfiles", "pronouns"}
    assert set(published("active").cut["users"]) == ticked
    assert set(published("veiled").cut["users"]) == ticked | {"email"}


def test_marks_say_what_their_levels_are_about(upgraded: str) -> None:
    about = dict(Mark.objects.values_list("kind", "about"))
    assert about == {
        "calendar": {"revision": 0, "school": "came", "year": "2026", "others": ["came~summer"]},
        "school": {},
        "person": {},
    }


def test_an_unfinished_withdrawal_is_finished_before_the_upgrade(upgraded: str) -> None:
    assert "vendors of riverside" in upgraded
