"""A bundle comes in whole: created, updated, left alone, retired, returned."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from roster import models
from roster.importing import import_bundle
from roster.importing.files import FILES
from roster.map import Map, build, current
from roster.map.storing import pack, unpack
from roster.models import (
    AcademicSession,
    AuditEntry,
    Category,
    Demographics,
    Enrollment,
    Import,
    Klass,
    Level,
    LineItem,
    Org,
    Organization,
    Result,
    Role,
    StoredMap,
    User,
)
from roster.refusal import Refused
from tests.roster.importing.bundles import EVERYTHING, V1P1, V1P2, Files, edited
from tests.roster.importing.conftest import Bundler

DAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NEXT_DAY = DAY + timedelta(days=1)


def counts(done: Import, name: str) -> dict[str, int]:
    return {word: number for word, number in done.counts[name].items() if number}


def test_every_file_of_1_2_is_stored(load: Bundler) -> None:
    done = load(EVERYTHING)
    assert done.state == Import.State.APPLIED
    assert done.oneroster == "1.2"
    assert set(done.counts) == {file.filename for file in FILES.values()}
    assert not done.findings.exists()
    assert counts(done, "users.csv") == {"read": 3, "created": 3}
    for model in (models.CourseResource, models.ClassResource, models.UserResource):
        assert model.objects.get().resource == "res"
    assert models.UserProfile.objects.get().username == "ann@sso"


def test_values_are_stored_in_their_types(load: Bundler) -> None:
    load(EVERYTHING)
    klass = Klass.objects.get()
    assert (klass.terms, klass.periods, klass.grades) == (["t1"], ["1", "3"], ["09"])
    ann = User.objects.get(sourced_id="ann")
    assert ann.user_ids == [{"type": "LDAP", "identifier": "12"}]
    assert (ann.preferred_first_name, ann.primary_org, ann.enabled) == ("Annie", "s1", True)
    assert ann.family_name == "O'Hara"
    born = Demographics.objects.get()
    assert (born.birth_date, born.asian, born.white) == (date(2012, 3, 4), True, False)
    assert born.hispanic_or_latino_ethnicity is None
    assert Enrollment.objects.get(sourced_id="e1").begin_date == date(2026, 8, 20)
    assert Enrollment.objects.get(sourced_id="e2").primary is True
    item = LineItem.objects.get()
    assert item.assign_date == datetime(2026, 9, 1, tzinfo=UTC)
    assert (item.result_value_max, item.academic_session, item.school) == (100.0, "t1", "s1")
    result = Result.objects.get()
    assert (result.score, result.score_status, result.late) == (92.5, "fully graded", False)
    assert Category.objects.get().weight == 70.0
    assert models.Resource.objects.get().roles == ["student", "teacher"]


def test_1_1_is_stored_too(load: Bundler) -> None:
    done = load(V1P1, "1.1")
    assert done.oneroster == "1.1"
    assert User.objects.count() == 4
    assert not done.findings.exists()


def test_the_same_bundle_again_writes_nothing(load: Bundler, time_machine: Any) -> None:
    load(EVERYTHING)
    before = everything(load.organization)
    revision = load.organization.revision
    time_machine.move_to(NEXT_DAY, tick=False)
    again = load(EVERYTHING)
    assert everything(load.organization) == before
    assert load.organization.revision == revision
    for name, found in again.counts.items():
        assert found["unchanged"] == found["read"], name


def everything(organization: Organization) -> dict[str, list[Any]]:
    """Return every row of the roster, stamps and all."""
    kinds: set[Any] = {file.model for file in FILES.values()} | {models.Agent, Level}
    return {
        model.__name__: sorted(map(repr, model.objects.filter(organization=organization).values()))
        for model in kinds
    }


def test_a_changed_row_is_updated_and_stamped(load: Bundler, time_machine: Any) -> None:
    time_machine.move_to(DAY, tick=False)
    load(V1P2)
    stamp = User.objects.get(sourced_id="tom").last_modified
    time_machine.move_to(NEXT_DAY, tick=False)
    done = load(edited(V1P2, "users.csv", "ann@example.org", "annie@example.org"))
    assert counts(done, "users.csv") == {"read": 3, "updated": 1, "unchanged": 2}
    ann = User.objects.get(sourced_id="ann")
    assert (ann.email, ann.last_modified) == ("annie@example.org", NEXT_DAY)
    assert User.objects.get(sourced_id="tom").last_modified == stamp


def test_a_change_is_seen_though_the_clock_went_back(load: Bundler, time_machine: Any) -> None:
    time_machine.move_to(NEXT_DAY, tick=False)
    load(V1P2)
    before = current(load.organization)[1].tables["enrollment"].values["end_date"].tolist()
    time_machine.move_to(DAY, tick=False)
    load(edited(V1P2, "enrollments.csv", "2026-08-20,\n", "2026-08-20,2026-11-01\n"))
    after = current(load.organization)[1].tables["enrollment"].values["end_date"].tolist()
    assert before != after


def test_a_row_that_is_no_longer_there_is_retired_and_returns(
    load: Bundler, time_machine: Any
) -> None:
    time_machine.move_to(DAY, tick=False)
    load(V1P2)
    time_machine.move_to(NEXT_DAY, tick=False)
    done = load(edited(V1P2, "enrollments.csv", "e2,,,k1,s1,tom,teacher,true,,\n", ""))
    assert counts(done, "enrollments.csv") == {"read": 1, "unchanged": 1, "retired": 1}
    gone = Enrollment.objects.get(sourced_id="e2")
    assert (gone.status, gone.last_modified) == ("tobedeleted", NEXT_DAY)
    back = load(V1P2)
    assert counts(back, "enrollments.csv") == {"read": 2, "unchanged": 1, "updated": 1}
    assert Enrollment.objects.get(sourced_id="e2").status == "active"


def test_a_file_that_is_absent_leaves_its_table_alone(load: Bundler) -> None:
    load(V1P2)
    done = load({name: text for name, text in V1P2.items() if name != "demographics.csv"})
    assert "demographics.csv" not in done.counts
    assert Demographics.objects.get().status == "active"


def test_a_row_that_a_vendor_wrote_is_not_retired(load: Bundler) -> None:
    load(EVERYTHING)
    stamp = datetime(2026, 9, 1, tzinfo=UTC)
    LineItem.objects.create(
        organization=load.organization,
        sourced_id="theirs",
        title="Essay",
        assign_date=stamp,
        due_date=stamp,
    )
    load(EVERYTHING)
    assert LineItem.objects.get(sourced_id="theirs").status == "active"


def test_an_invalid_row_keeps_what_was_stored(load: Bundler) -> None:
    load(V1P2)
    done = load(edited(V1P2, "enrollments.csv", "tom,teacher", "tom,wizard"))
    assert counts(done, "enrollments.csv") == {"read": 2, "unchanged": 1, "left_out": 1}
    kept = Enrollment.objects.get(sourced_id="e2")
    assert (kept.role, kept.status) == ("teacher", "active")


def test_two_organizations_with_the_same_ids_do_not_meet(load: Bundler) -> None:
    load(V1P2)
    lakeside = Organization.objects.create(slug="lakeside", name="Lakeside")
    import_bundle(lakeside, load.write(edited(V1P2, "orgs.csv", "North", "Lake")), by="Liz")
    load(edited(V1P2, "enrollments.csv", "e1,,,k1,s1,ann,student,,2026-08-20,\n", ""))
    assert Org.objects.get(organization=load.organization, sourced_id="s1").name == "North School"
    assert Org.objects.get(organization=lakeside, sourced_id="s1").name == "Lake School"
    assert Enrollment.objects.get(organization=lakeside, sourced_id="e1").status == "active"


def test_levels_are_derived_and_the_change_is_counted_and_audited(load: Bundler) -> None:
    done = load(V1P2)
    kinds = set(Level.objects.values_list("kind", flat=True))
    assert {"calendar", "school_enrollment", "district_assignment", "guardian_link"} <= kinds
    assert load.organization.revision == 1
    entry = AuditEntry.objects.get(action="roster.imported")
    assert (entry.by_name, entry.object_id, entry.new) == ("Dana", str(done.pk), done.counts)


@pytest.mark.parametrize(
    ("today", "sessions", "year"),
    [
        ("2026-11-22", "y,,,Y,schoolYear,2026-07-01,2027-07-01,,2027", "2027"),
        (
            "2026-11-22",
            "a,,,Y,schoolYear,2025-07-01,2026-07-01,,2026\nb,,,Y,schoolYear,2026-07-01,2027-07-01,,2027\n"
            "c,,,Y,schoolYear,2027-07-01,2028-07-01,,2028",
            "2027",
        ),
        # Nothing holds today: the latest.
        ("2026-11-22", "a,,,Y,term,2020-08-01,2021-02-01,,2021", "2021"),
        # A blank year is that of the root's end date.
        (
            "2026-11-22",
            "a,,,Y,schoolYear,2026-07-01,2027-07-01,,\nb,,,T,term,2026-08-01,2027-01-01,a,",
            "2027",
        ),
    ],
)
def test_the_first_import_sets_the_active_school_year(
    load: Bundler, time_machine: Any, today: str, sessions: str, year: str
) -> None:
    time_machine.move_to(datetime.fromisoformat(f"{today}T12:00:00+00:00"))
    head = V1P2["academicSessions.csv"].splitlines()[0]
    load(V1P2 | {"academicSessions.csv": f"{head}\n{sessions}\n"})
    assert load.organization.school_year == year


@pytest.mark.parametrize(("month", "year"), [(6, "2026"), (7, "2027")])
def test_without_sessions_july_begins_a_school_year(
    load: Bundler, time_machine: Any, month: int, year: str
) -> None:
    time_machine.move_to(datetime(2026, month, 15, 12, tzinfo=UTC))
    load({name: text for name, text in V1P2.items() if name != "academicSessions.csv"})
    assert not AcademicSession.objects.exists()
    assert load.organization.school_year == year


def contents(m: Map) -> dict[str, Any]:
    """Return all that is stored of a map, so that a difference says where it is."""
    words = {name: each.words for name, each in m.words.items()}
    columns = {
        f"{kind} {name}": table.values[name].tolist()
        for kind, table in m.tables.items()
        for name in table.values
    }
    states = {kind: table.state for kind, table in m.tables.items()}
    return {"year": m.year, "revision": m.revision} | words | columns | states


def test_the_map_of_what_was_imported_is_kept_for_the_refresh(load: Bundler) -> None:
    load(V1P2)
    stored = StoredMap.objects.get()
    assert stored.revision == load.organization.revision
    assert current(load.organization)[0] == stored
    assert contents(unpack(stored)) == contents(build(load.organization))
    assert pack(unpack(stored)) == pack(build(load.organization))


def test_a_school_year_that_was_set_stays(load: Bundler) -> None:
    Organization.objects.update(school_year="2026")
    load(V1P2)
    assert load.organization.school_year == "2026"


REFUSED: list[tuple[str, Files, str]] = [
    ("unclosed quote", edited(V1P2, "users.csv", "tom,,,true", '"tom,,,true'), "isn't CSV"),
    ("wrong encoding", V1P2 | {"users.csv": V1P2["users.csv"].encode() + b"\x81"}, "UTF-8"),
    ("NUL", edited(V1P2, "roles.csv", "r4", "r\0004"), "NUL"),
    ("surrogate", V1P2 | {"roles.csv": V1P2["roles.csv"].encode() + b"\xed\xa0\x80"}, "UTF-8"),
    ("no id column", edited(V1P2, "roles.csv", "sourcedId,", "id,"), "no column sourcedId"),
    ("no title column", edited(V1P2, "classes.csv", "title", "name"), "no column title"),
    ("endless line", edited(V1P2, "roles.csv", "r4", "r" * (1 << 20)), "more than 1,048,576"),
]


@pytest.mark.parametrize(
    ("files", "reason"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_is_refused_changes_nothing(load: Bundler, files: Files, reason: str) -> None:
    load(V1P2)
    before = everything(load.organization)
    changed = edited(files, "orgs.csv", "North", "Northern")
    with pytest.raises(Refused, match=reason):
        load(changed)
    assert everything(load.organization) == before
    refused = Import.objects.latest("pk")
    assert (refused.state, refused.counts) == (Import.State.REFUSED, {})
    assert reason in refused.reason
    assert refused.finished
    assert AuditEntry.objects.filter(action="roster.imported").count() == 1


def test_a_failure_while_storing_changes_nothing(
    load: Bundler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(organization: Organization) -> int:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("roster.hierarchy.derive", fail)
    with pytest.raises(RuntimeError, match="disk"):
        load(V1P2)
    assert not User.objects.exists()
    assert Import.objects.get().state == Import.State.REFUSED


def test_nothing_stays_staged(load: Bundler) -> None:
    load(EVERYTHING)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_temp_master")
        else:
            cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'staged_%'")
        assert cursor.fetchall() == []


@pytest.mark.django_db(transaction=True)
def test_an_import_works_outside_of_any_transaction(tmp_path: Any) -> None:
    organization = Organization.objects.create(slug="riverside", name="Riverside")
    load = Bundler(tmp_path, organization)
    load(EVERYTHING)
    assert Role.objects.count() == 4
    with pytest.raises(Refused):
        load(REFUSED[0][1])
    assert [done.state for done in Import.objects.order_by("pk")] == ["applied", "refused"]
    assert set(load(EVERYTHING).counts["users.csv"].values()) == {3, 0}


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_organization_wait_for_each_other(tmp_path: Path) -> None:
    organization = Organization.objects.create(slug="riverside", name="Riverside")
    load = Bundler(tmp_path, organization)
    paths = [load.write(EVERYTHING), load.write(edited(EVERYTHING, "orgs.csv", "North", "Far"))]

    def work(path: Path) -> None:
        try:
            import_bundle(Organization.objects.get(), path, by="Dana")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, paths * 2))
    assert list(Import.objects.values_list("state", flat=True)) == ["applied"] * 4
    assert (Org.objects.count(), User.objects.count(), Role.objects.count()) == (3, 3, 4)
