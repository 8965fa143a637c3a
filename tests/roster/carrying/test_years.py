"""Marks that carry over to the next year and, with a student, to another school."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from roster import excluding
from roster.models import AuditEntry, Mark, Organization
from tests.roster.importing.bundles import V1P2, Files
from tests.roster.importing.conftest import Bundler

pytestmark = pytest.mark.django_db(transaction=True)

YEAR = "2026-27,schoolYear,2026-07-01,2027-07-01,,2027"
TERM = "Fall,term,2026-08-20,2027-01-10,y,2027"


def of_year(files: Files, year: int) -> Files:
    """Return the files with everything in the school year that ends in `year`."""
    moved = {name: text.replace("2027", str(year)) for name, text in files.items()}
    return {name: text.replace("2026-", f"{year - 1}-") for name, text in moved.items()}


def beside(files: Files, year: int) -> Files:
    """Return the files with a class of the same course in one more year."""
    sessions = files["academicSessions.csv"]
    more = "".join(
        f"{sourced_id},,,{row}\n"
        for sourced_id, row in (
            ("y2", YEAR.replace("2027", str(year)).replace("2026", str(year - 1))),
            ("t2", TERM.replace("2027", str(year)).replace("2026", str(year - 1))),
        )
    ).replace(",y,", ",y2,")
    classes = files["classes.csv"] + "k2,,,Algebra 2,09,c1,A2,scheduled,,s1,t2,Math,MA,\n"
    enrollments = files["enrollments.csv"] + "e3,,,k2,s1,ann,student,,,\n"
    return files | {
        "academicSessions.csv": sessions + more,
        "classes.csv": classes,
        "enrollments.csv": enrollments,
    }


def at_another_school(files: Files) -> Files:
    return files | {"roles.csv": files["roles.csv"] + "r9,,,ann,secondary,student,,,s2,\n"}


def moved_away(files: Files) -> Files:
    roles = files["roles.csv"].replace(
        "r1,,,ann,primary,student,,,s1,", "r1,,,ann,primary,student,,,s2,"
    )
    enrollments = files["enrollments.csv"].replace("e1,,,k1,s1,ann,student,,2026-08-20,\n", "")
    return files | {"roles.csv": roles, "enrollments.csv": enrollments}


@pytest.fixture
def riverside(transactional_db: None) -> Organization:
    return Organization.objects.create(slug="riverside", name="Riverside", school_year="2027")


@pytest.fixture
def load(tmp_path: Path, riverside: Organization) -> Bundler:
    return Bundler(tmp_path, riverside)


def carried(organization: Organization) -> set[tuple[str, str]]:
    marks = Mark.objects.filter(organization=organization, source=Mark.Source.CARRIED)
    return set(marks.values_list("kind", "sourced_id"))


def mark(organization: Organization, kind: str, sourced_id: str) -> None:
    excluding.exclude(organization, kind, [sourced_id], reason="Opt-out", by="dana")


@pytest.mark.parametrize(
    ("kind", "marked", "next_year"),
    [
        ("calendar", "s1~2027", "s1~2028"),
        ("schedule_structure", "s1~2027~structure", "s1~2028~structure"),
        ("grade_level", "s1~2027~structure~09", "s1~2028~structure~09"),
        ("course", "c1~s1~2027", "c1~s1~2028"),
        # These are the same in every year, and so are their marks.
        ("school", "s1", None),
        ("person", "ann", None),
        ("school_enrollment", "ann~s1", None),
        ("district_assignment", "tom~s1", None),
        ("course_master", "c1", None),
    ],
)
@pytest.mark.parametrize("come", [of_year, beside])
def test_a_mark_carries_over_to_the_next_year(
    kind: str,
    marked: str,
    next_year: str | None,
    come: Callable[[Files, int], Files],
    load: Bundler,
    riverside: Organization,
) -> None:
    files = V1P2
    if kind == "course_master":
        files = V1P2 | {"courses.csv": V1P2["courses.csv"].replace(",s1,", ",d,")}
    load(files)
    mark(riverside, kind, marked)
    load(come(files, 2028))
    assert carried(riverside) == ({(kind, next_year)} if next_year else set())
    assert Mark.objects.filter(source="person", sourced_id=marked).exists()
    if next_year:
        told = Mark.objects.get(source="carried")
        assert told.reason == f"Carried over from {marked}: Opt-out"
        assert told.by_name == "dana"
        entry = AuditEntry.objects.get(action="record.carried_over")
        assert (entry.kind, entry.new) == (kind, [next_year])


def test_a_carried_mark_carries_over_in_its_turn(load: Bundler, riverside: Organization) -> None:
    load(V1P2)
    mark(riverside, "grade_level", "s1~2027~structure~09")
    for year in (2028, 2029):
        load(of_year(V1P2, year))
    assert {sourced_id for _, sourced_id in carried(riverside)} == {
        "s1~2028~structure~09",
        "s1~2029~structure~09",
    }
    newest = Mark.objects.get(sourced_id="s1~2029~structure~09")
    assert newest.reason == "Carried over from s1~2028~structure~09: Opt-out"


def test_what_somebody_decided_is_not_carried_a_second_time(
    load: Bundler, riverside: Organization
) -> None:
    load(V1P2)
    mark(riverside, "calendar", "s1~2027")
    load(beside(V1P2, 2028))
    excluding.include(riverside, "calendar", ["s1~2028"], by="dana")
    load(beside(V1P2 | {"demographics.csv": V1P2["demographics.csv"].replace("US", "CA")}, 2028))
    assert carried(riverside) == set()
    # Nor from an earlier year past the one that was decided about.
    load(beside(V1P2, 2029))
    assert carried(riverside) == set()


def test_a_class_that_a_mark_hid_stays_hidden_when_it_is_moved_to_the_new_year(
    load: Bundler, riverside: Organization
) -> None:
    load(V1P2)
    mark(riverside, "calendar", "s1~2027")
    load(beside(V1P2, 2028))
    excluding.include(riverside, "calendar", ["s1~2028"], by="dana")
    # The very class k1 is of 2029 now, and the bundle that says so rolls over to that year.
    load(of_year(V1P2, 2029))
    riverside.refresh_from_db()
    assert riverside.school_year == "2029"
    assert carried(riverside) == {("calendar", "s1~2029")}


@pytest.mark.parametrize("come", [at_another_school, moved_away])
def test_a_marked_student_is_withheld_at_another_school_until_somebody_decides(
    come: Callable[[Files], Files], load: Bundler, riverside: Organization
) -> None:
    load(V1P2)
    mark(riverside, "school_enrollment", "ann~s1")
    load(come(V1P2))
    assert carried(riverside) == {("school_enrollment", "ann~s2")}
    assert Mark.objects.get(source="carried").reason == "Carried over from ann~s1: Opt-out"
    excluding.include(riverside, "school_enrollment", ["ann~s2"], by="dana")
    changed = come(V1P2)
    load(changed | {"users.csv": changed["users.csv"].replace("Annie", "Anna")})
    assert carried(riverside) == set()


@pytest.mark.parametrize(
    ("kind", "marked"),
    [("grade_level", "s1~2027~structure~09"), ("calendar", "s1~2027"), ("section", "k1")],
)
def test_other_marks_do_not_follow_a_student(
    kind: str, marked: str, load: Bundler, riverside: Organization
) -> None:
    load(V1P2)
    mark(riverside, kind, marked)
    load(at_another_school(V1P2))
    assert carried(riverside) == set()


def test_a_student_whose_id_begins_like_anothers_is_not_taken_for_them(
    load: Bundler, riverside: Organization
) -> None:
    files = V1P2 | {
        "users.csv": V1P2["users.csv"] + "ann~s,,,true,bo,,Bo,Li,,,,,,,09,,,,,,s1,\n",
        "roles.csv": V1P2["roles.csv"] + "r8,,,ann~s,primary,student,,,s1,\n",
    }
    load(files)
    mark(riverside, "school_enrollment", "ann~s~s1")
    load(at_another_school(files))
    assert carried(riverside) == set()


def test_students_who_were_at_both_schools_already_stay_there(
    load: Bundler, riverside: Organization
) -> None:
    files = at_another_school(V1P2)
    load(files)
    mark(riverside, "school_enrollment", "ann~s1")
    load(files | {"users.csv": files["users.csv"].replace("Annie", "Anna")})
    assert carried(riverside) == set()
