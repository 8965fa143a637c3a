"""What surrounds an import: tried only, repeated, in order, one at a time, killed half way."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from roster.importing import close_killed, import_bundle
from roster.importing.locking import alone
from roster.importing.report import summary
from roster.models import (
    AuditEntry,
    Enrollment,
    Finding,
    Import,
    LineItem,
    Mark,
    Organization,
    Role,
    User,
)
from roster.organizations import set_organization
from roster.refusal import Refused
from tests.roster.importing.bundles import EVERYTHING, edited
from tests.roster.importing.cases import (
    MARK,
    add,
    bundle,
    cell,
    changed,
    without_row,
)
from tests.roster.importing.conftest import Bundler
from tests.roster.importing.test_importing import everything
from tests.roster.importing.test_links import uuid

MONDAY, TUESDAY, WEDNESDAY = (f"2026-11-{day}T03:00:00.000Z" for day in (16, 17, 18))


def delta(file: str, *rows: dict[str, str], stamp: str = MONDAY) -> dict[str, str]:
    """Return a bundle of a delta: rows of Riverside with cells changed, stamped."""
    head, *lines = bundle("1.2")[f"{file}.csv"].splitlines()
    names = head.split(",")
    known = {line.split(",")[0]: line for line in lines}
    text = [head]
    for row in rows:
        cells = known[row["sourcedId"]].split(",")
        said = {"status": "active", **row, "dateLastModified": stamp}
        for name, value in said.items():
            cells[names.index(name)] = value
        text.append(",".join(cells))
    return {f"{file}.csv": "\n".join(text) + "\n"}


def load_delta(load: Bundler, files: dict[str, str], **options: Any) -> Import:
    modes = dict.fromkeys(("orgs.csv", "users.csv"), "absent") | dict.fromkeys(files, "delta")
    said = "".join(f"file.{name.removesuffix('.csv')},{mode}\n" for name, mode in modes.items())
    return load(files, manifest=f"oneroster.version,1.2\n{said}", **options)


# Tried only


def test_a_dry_run_says_what_the_import_does_then_and_writes_nothing(load: Bundler) -> None:
    load(bundle("1.2"))
    files = changed(
        bundle("1.2"),
        (
            cell("users", "ann", "email", "not an address"),
            cell("users", "bob", "status", "tobedeleted"),
            add("users", "nan", like="eve", username="nan"),
            without_row("enrollments", "e-eve"),
            cell("classes", "k3", "courseSourcedId", "nowhere"),
        ),
    )
    before, rows = everything(load.organization), (Import.objects.count(), Finding.objects.count())
    audited = AuditEntry.objects.count()
    tried = load(files, dry_run=True)
    assert everything(load.organization) == before
    assert (Import.objects.count(), Finding.objects.count()) == rows
    assert AuditEntry.objects.count() == audited
    assert tried.pk is None
    counts = {
        name: {act: numbers[act] for act in ("created", "updated", "returned", "removed")}
        for name, numbers in tried.difference.items()
    }
    assert counts == {
        "users": {"created": 1, "updated": 1, "returned": 0, "removed": 1},
        "enrollments": {"created": 0, "updated": 0, "returned": 0, "removed": 1},
        "classes": {"created": 0, "updated": 1, "returned": 0, "removed": 0},
    }
    assert tried.difference["classes"]["fields"] == {"course": 1}
    done = load(files)
    assert done.counts == tried.counts
    assert summary(done) == summary(tried)
    assert load(files, dry_run=True).difference == {}


def test_a_dry_run_says_that_it_would_be_held(load: Bundler) -> None:
    load(bundle("1.2"))
    tried = load(changed(bundle("1.2"), (without_row("orgs", "south"),)), dry_run=True)
    assert [each["code"] for each in tried.holds] == ["school"]
    assert not Import.objects.filter(state=Import.State.HELD).exists()


def test_the_difference_of_a_first_load_is_all_of_it(load: Bundler) -> None:
    tried = load(EVERYTHING, dry_run=True)
    assert not User.objects.exists()
    assert tried.difference["users"]["created"] == 3
    assert tried.difference["results"]["schools"] == {"s1": {"created": 1}}
    assert tried.difference["lineItems"]["records"][0]["name"] == "Quiz"


# Repeated


def test_the_same_bundle_again_is_not_read_and_says_the_same(
    load: Bundler, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = edited(EVERYTHING, "enrollments.csv", "tom,teacher", "tom,wizard")
    first = load(files)
    second = load(files)
    monkeypatch.setattr("roster.importing.traces.is_unchanged", lambda *same: False)
    third = load(files)
    assert second.counts == third.counts
    assert summary(second) == summary(third) != {}
    assert second.files == third.files == first.files
    assert first.revision == second.revision == third.revision


@pytest.mark.parametrize(
    ("change", "title"),
    [
        (lambda load: load(edited(EVERYTHING, "orgs.csv", "North", "Far")), "another bundle"),
        (lambda load: Import.objects.update(release="another"), "another release"),
        (lambda load: Organization.objects.update(revision=7), "rows changed between"),
        (
            lambda load: set_organization(
                load.organization, {"time_zone": "Asia/Tokyo"}, by="Dana"
            ),
            "another time zone",
        ),
        (
            lambda load: load_delta(
                load, delta("users", {"sourcedId": "ann", "email": "late@example.net"})
            ),
            "a delta between",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_came_between_makes_it_be_read_again(load: Bundler, change: Any, title: str) -> None:
    load(EVERYTHING)
    change(load)
    User.objects.update(digest="changed behind its back")
    assert load(EVERYTHING).counts["users.csv"]["updated"] == 3


def test_marks_that_people_set_do_not_make_it_be_read_again(load: Bundler) -> None:
    load(EVERYTHING)
    Mark.objects.create(
        organization=load.organization, kind="person", sourced_id="ann", source="person"
    )
    User.objects.update(digest="changed behind its back")
    assert load(EVERYTHING).counts["users.csv"]["unchanged"] == 3


# In order


def test_a_delta_changes_what_it_names_and_nothing_else(load: Bundler) -> None:
    load(bundle("1.2"))
    before = everything(load.organization)
    files = delta(
        "users",
        {"sourcedId": "ann", "email": "new@example.org"},
        {"sourcedId": "bob", "status": "tobedeleted"},
    )
    done = load_delta(load, files)
    assert done.counts["users.csv"] == {
        "read": 2, "created": 0, "updated": 1, "unchanged": 0, "retired": 1, "left_out": 0,
    }  # fmt: skip
    assert User.objects.get(sourced_id="ann").email == "new@example.org"
    assert User.objects.get(sourced_id="bob").status == "tobedeleted"
    assert User.objects.filter(status="active").count() == 11
    after = everything(load.organization)
    assert {name for name in before if before[name] != after[name]} == {"User", "Level"}


def test_due_dates_follow_the_time_zone_with_the_next_import(load: Bundler) -> None:
    load(EVERYTHING)
    set_organization(load.organization, {"time_zone": "America/Chicago"}, by="Dana")
    load(EVERYTHING)
    assert f"{LineItem.objects.get().due_date:%d %H:%M}" == "05 05:00"


@pytest.mark.parametrize("status", ["", "gone?"])
def test_a_row_of_a_delta_that_says_no_status_is_left_out(load: Bundler, status: str) -> None:
    load(bundle("1.2"))
    load_delta(load, delta("users", {"sourcedId": "ann", "status": "tobedeleted"}))
    row = {"sourcedId": "ann", "status": status, "email": "new@example.org"}
    done = load_delta(load, delta("users", row, stamp=TUESDAY))
    assert done.counts["users.csv"]["left_out"] == 1
    assert User.objects.get(sourced_id="ann").status == "tobedeleted"


@pytest.mark.parametrize(
    ("one", "other", "email", "exclude"),
    [
        ({}, {MARK: "true"}, "ann@example.org", "true"),
        ({MARK: "true"}, {}, "ann@example.org", "true"),
        ({"email": "a@example.org"}, {"email": "b@example.org"}, "ann@example.org", None),
        ({MARK: "true"}, {"email": "b@example.org"}, "ann@example.org", None),
    ],
)
def test_two_rows_of_an_id_in_a_delta_are_the_stricter_or_none(
    load: Bundler, one: dict[str, str], other: dict[str, str], email: str, exclude: str | None
) -> None:
    load(bundle("1.2"))
    load_delta(load, delta("users", {"sourcedId": "ann", **one}, {"sourcedId": "ann", **other}))
    ann = User.objects.get(sourced_id="ann")
    assert (ann.email, ann.metadata.get("externalLmsExclude")) == (email, exclude)


def test_of_two_rows_of_an_enrollment_in_a_delta_the_earlier_end_counts(load: Bundler) -> None:
    load(bundle("1.2"))
    rows = ({"sourcedId": "e-ann", "endDate": end} for end in ("", "2026-12-01"))
    load_delta(load, delta("enrollments", *rows))
    assert str(Enrollment.objects.get(sourced_id="e-ann").end_date) == "2026-12-01"


def test_deltas_go_in_their_order_and_not_back_unless_forced(load: Bundler) -> None:
    load(bundle("1.2"))
    monday, tuesday, wednesday = (
        delta("users", {"sourcedId": "ann", "email": f"{stamp[8:10]}@example.org"}, stamp=stamp)
        for stamp in (MONDAY, TUESDAY, WEDNESDAY)
    )
    load_delta(load, monday)
    load_delta(load, wednesday)
    load_delta(load, wednesday)
    with pytest.raises(Refused, match=r"users.csv is a delta that ends at 2026-11-17 03:00:00"):
        load_delta(load, tuesday)
    assert User.objects.get(sourced_id="ann").email == "18@example.org"
    load(bundle("1.2"))
    with pytest.raises(Refused, match="is a delta that ends at"):
        load_delta(load, tuesday)
    load_delta(load, delta("roles", {"sourcedId": "r-ann"}, stamp=MONDAY))
    done = load_delta(load, tuesday, force="The file of Wednesday was wrong.")
    assert User.objects.get(sourced_id="ann").email == "17@example.org"
    entry = AuditEntry.objects.get(action="roster.imported", object_id=str(done.pk))
    assert entry.reason == "The file of Wednesday was wrong."
    with pytest.raises(Refused, match="is a delta that ends at"):
        load_delta(load, tuesday)


def test_a_delta_of_1_1_changes_the_roles_of_its_people_only(load: Bundler) -> None:
    load(bundle("1.1"), "1.1")
    head, *lines = bundle("1.1")["users.csv"].splitlines()
    tom = next(line for line in lines if line.startswith("tom,"))
    row = tom.replace("tom,,", f"tom,active,{MONDAY}").replace('"north,south"', "north")
    manifest = "oneroster.version,1.1\nfile.users,delta\n"
    load({"users.csv": f"{head}\n{row}\n"}, "1.1", manifest=manifest)
    roles = dict(Role.objects.values_list("sourced_id", "status"))
    assert roles.pop("tom~south") == "tobedeleted"
    assert len(roles) == 11
    assert set(roles.values()) == {"active"}


def test_deltas_of_links_change_the_lists_that_they_name(load: Bundler) -> None:
    load(EVERYTHING)
    head = EVERYTHING["lineItemLearningObjectiveIds.csv"].partition("\n")[0]
    scales = EVERYTHING["lineItemScoreScales.csv"].partition("\n")[0]
    files = {
        "lineItemLearningObjectiveIds.csv": (
            f"{head}\nlo1,tobedeleted,{MONDAY},l1,case,urn:uuid:{uuid(1)}\n"
            f"lo9,active,{MONDAY},l1,case,urn:uuid:{uuid(9)}\n"
        ),
        "lineItemScoreScales.csv": f"{scales}\nls1,tobedeleted,{MONDAY},,l1,sc\n",
    }
    load_delta(load, files)
    item = LineItem.objects.get()
    assert item.learning_objectives == [
        {"source": "case", "learningObjectiveIds": [uuid(2), uuid(9)]},
        {"source": "unknown", "learningObjectiveIds": ["Z"]},
    ]
    assert item.score_scale == ""


# One at a time


@pytest.mark.django_db(transaction=True)
def test_an_import_waits_while_another_has_the_lock(tmp_path: Path) -> None:
    organization = Organization.objects.create(slug="riverside", name="Riverside")
    path = Bundler(tmp_path, organization).write(EVERYTHING)
    heard: list[str] = []
    free, waited = threading.Event(), threading.Event()

    def progress(percent: int, stage: str) -> None:
        heard.append(stage)
        waited.set()

    def work() -> None:
        try:
            import_bundle(Organization.objects.get(), path, by="Dana", progress=progress)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with alone(organization, free.set):
            second = pool.submit(work)
            assert waited.wait(30)
            assert heard[0] == "Waiting for the import that is running"
            assert not Import.objects.exists()
        second.result(60)
    assert Import.objects.get().state == Import.State.APPLIED
    assert not free.is_set()


# Killed


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("held", [False, True])
def test_the_row_of_an_import_that_died_is_closed(tmp_path: Path, held: bool) -> None:
    organization = Organization.objects.create(slug="riverside", name="Riverside")
    holds = [{"code": "school", "reason": "The school North (n) would be removed."}] * held
    dead = Import.objects.create(organization=organization, name="n.zip", holds=holds)
    with alone(organization, lambda: None):
        pass
    dead.refresh_from_db()
    assert dead.state == (Import.State.HELD if held else Import.State.REFUSED)
    assert dead.finished
    assert held or "stopped before it was done" in dead.reason


@pytest.mark.django_db(transaction=True)
def test_what_is_running_is_not_taken_for_dead(tmp_path: Path) -> None:
    organization = Organization.objects.create(slug="riverside", name="Riverside")
    found: list[int] = []

    def look() -> None:
        try:
            found.append(close_killed())
        finally:
            connection.close()

    with alone(organization, lambda: None):
        running = Import.objects.create(organization=organization, name="n.zip")
        with ThreadPoolExecutor(1) as pool:
            pool.submit(look).result(60)
    assert found == [0]
    assert close_killed() == 1
    running.refresh_from_db()
    assert running.state == Import.State.REFUSED
