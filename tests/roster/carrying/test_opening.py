"""No import opens what a mark closed: its level goes, the mark passes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster import excluding
from roster.deciding import Decision, Rules, Settings, rules
from roster.kinds import ROWS_OF
from roster.map import build
from roster.marks import marks_of, resolve
from roster.models import Import, Mark, Organization
from tests.roster.importing.bundles import EVERYTHING, V1P2, Files
from tests.roster.importing.conftest import Bundler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def riverside(transactional_db: None) -> Organization:
    return Organization.objects.create(slug="riverside", name="Riverside", school_year="2027")


@pytest.fixture
def load(tmp_path: Path, riverside: Organization) -> Bundler:
    return Bundler(tmp_path, riverside)


def mark(organization: Organization, kind: str, sourced_id: str) -> None:
    excluding.exclude(organization, kind, [sourced_id], reason="Opt-out", by="dana")


def carried(organization: Organization) -> set[tuple[str, str]]:
    marks = Mark.objects.filter(organization=organization, source=Mark.Source.CARRIED)
    return set(marks.values_list("kind", "sourced_id"))


def seen(organization: Organization, *collections: str) -> set[str]:
    """Return the ids that a reader of everything would see after a refresh."""
    organization.refresh_from_db()
    m = build(organization)
    d = Decision(
        m,
        "1.2",
        Rules.of(rules.EVERYTHING, []),
        Settings.of(organization),
        organization.today(),
        resolve(marks_of(organization), m),
    )
    return {m.ids[ROWS_OF[name]][row] for name in collections for row in d.visible(name).tolist()}


def codes(done: Import) -> set[str]:
    return set(done.findings.values_list("code", flat=True)) & {"mark-passed", "mark-left"}


def edited(files: Files, name: str, *changes: tuple[str, str]) -> Files:
    text = files[name]
    for old, new in changes:
        assert old in text, (name, old)
        text = text.replace(old, new)
    return files | {name: text}


def without_row(files: Files, name: str, sourced_id: str) -> Files:
    lines = files[name].splitlines(keepends=True)
    return files | {name: "".join(x for x in lines if not x.startswith(f"{sourced_id},"))}


OF_DISTRICT = edited(V1P2, "courses.csv", (",s1,Math", ",d,Math"))
"""Riverside, whose course is the district's."""

UNTAUGHT = without_row(without_row(OF_DISTRICT, "classes.csv", "k1"), "enrollments.csv", "e1")
UNTAUGHT = without_row(UNTAUGHT, "enrollments.csv", "e2") | {
    "classes.csv": V1P2["classes.csv"].replace(",c1,", ",c2,").replace("k1,", "k2,"),
    "courses.csv": OF_DISTRICT["courses.csv"] + "c2,,,y,Choir,CH,09,s1,Music,MU\n",
}
"""The same, whose class is of another course."""

TAUGHT = UNTAUGHT | {
    "classes.csv": UNTAUGHT["classes.csv"]
    + 'k1,,,Algebra 1,09,c1,A1,scheduled,Room 1,s1,"t1",Math,MA,"1,3"\n'
}

TWO_SCHOOLS = V1P2 | {
    "courses.csv": V1P2["courses.csv"] + 'm2,,,y,Algebra,MA1,"09,10",s2,Math,MA\n',
    "classes.csv": V1P2["classes.csv"] + "k2,,,Algebra 2,09,m2,A2,scheduled,,s2,t1,Math,MA,\n",
}
"""Both schools have a course of the same code and title: MA1~Algebra."""


def test_a_mark_on_a_course_holds_when_it_gets_its_first_class(
    load: Bundler, riverside: Organization
) -> None:
    load(UNTAUGHT)
    mark(riverside, "course", "c1")
    done = load(TAUGHT)
    assert carried(riverside) == {("course", "c1~s1~2027")}
    assert seen(riverside, "courses", "classes") == {"c2", "k2"}
    assert codes(done) == {"mark-passed"}
    passed = Mark.objects.get(source="carried")
    assert passed.reason == "Carried over from c1: Opt-out"
    assert passed.about["course"] == "c1"


def test_a_mark_on_a_course_holds_when_it_loses_its_last_class(
    load: Bundler, riverside: Organization
) -> None:
    load(TAUGHT)
    mark(riverside, "course", "c1~s1~2027")
    load(UNTAUGHT)
    assert carried(riverside) == {("course", "c1")}
    assert seen(riverside, "courses") == {"c2"}


@pytest.mark.parametrize(
    ("term", "passed", "told"),
    [("o", {("course", "c1")}, {"mark-passed"}), ("t1", set(), {"mark-left"})],
    ids=["last year", "this year"],
)
def test_a_course_whose_school_is_gone_has_left_it_for_where_it_is_taught_this_year(
    load: Bundler,
    riverside: Organization,
    term: str,
    passed: set[tuple[str, str]],
    told: set[str],
) -> None:
    files = V1P2 | {
        "academicSessions.csv": V1P2["academicSessions.csv"]
        + "o,,,2025-26,schoolYear,2025-07-01,2026-07-01,,2026\n"
    }
    load(files)
    mark(riverside, "calendar", "s1~2027")
    elsewhere = without_row(files, "orgs.csv", "s1") | {
        "classes.csv": f"{files['classes.csv']}k2,,,Algebra 2,,c1,A2,scheduled,,s2,{term},,,\n"
    }
    done = load(elsewhere)
    assert carried(riverside) == passed
    assert codes(done) == told
    assert ("c1" in seen(riverside, "courses")) is ("mark-left" in told)


def test_a_passed_mark_that_is_cleared_is_not_set_again(
    load: Bundler, riverside: Organization
) -> None:
    load(UNTAUGHT)
    mark(riverside, "course", "c1")
    load(TAUGHT)
    excluding.include(riverside, "course", ["c1~s1~2027"], by="dana")
    assert "k1" in seen(riverside, "classes")
    load(edited(TAUGHT, "users.csv", ("Annie", "Anna")))
    assert carried(riverside) == set()
    assert "k1" in seen(riverside, "classes")


def test_a_mark_on_a_course_master_passes_to_its_courses(
    load: Bundler, riverside: Organization
) -> None:
    load(TWO_SCHOOLS)
    mark(riverside, "course_master", "MA1~Algebra")
    assert seen(riverside, "classes", "courses") == set()
    done = load(edited(TWO_SCHOOLS, "courses.csv", ("m2,,,y,Algebra", "m2,,,y,Algebra II")))
    assert carried(riverside) == {("course", "c1~s1~2027"), ("course", "m2~s2~2027")}
    assert seen(riverside, "classes", "courses") == set()
    assert codes(done) == {"mark-passed"}


@pytest.mark.parametrize(
    ("kind", "marked", "passed"),
    [
        ("calendar", "s1~2027", "s1~track"),
        ("schedule_structure", "s1~2027~structure", "s1~track~structure"),
        ("grade_level", "s1~2027~structure~09", "s1~track~structure~09"),
        ("course", "c1~s1~2027", "c1~s1~track"),
    ],
)
def test_a_mark_passes_to_a_level_of_another_name(
    kind: str, marked: str, passed: str, load: Bundler, riverside: Organization
) -> None:
    load(V1P2)
    mark(riverside, kind, marked)
    assert seen(riverside, "classes") == set()
    classes = V1P2["classes.csv"].replace(",periods\n", ",periods,metadata.calendar\n")
    done = load(V1P2 | {"classes.csv": classes.replace('"1,3"\n', '"1,3",track\n')})
    assert carried(riverside) == {(kind, passed)}
    assert seen(riverside, "classes") == set()
    assert codes(done) == {"mark-passed"}


def test_a_mark_passes_to_a_school_of_another_id(load: Bundler, riverside: Organization) -> None:
    load(V1P2)
    mark(riverside, "school", "s1")
    assert seen(riverside, "users", "classes") == {"tom"}
    load({name: text.replace("s1", "s9") for name, text in V1P2.items()})
    assert ("school", "s9") in carried(riverside)
    assert seen(riverside, "users", "classes") == {"tom"}


def test_a_mark_passes_to_a_class_of_another_id(load: Bundler, riverside: Organization) -> None:
    load(V1P2)
    mark(riverside, "section", "k1")
    load({name: text.replace("k1,", "k9,") for name, text in V1P2.items()})
    assert carried(riverside) == {("section", "k9")}
    assert seen(riverside, "enrollments") == set()


MORE = V1P2 | {
    "users.csv": V1P2["users.csv"] + "bob,,,true,bob,,Bob,Li,,,,,,,09,,,,,,s1,\n",
    "roles.csv": V1P2["roles.csv"] + "r8,,,bob,primary,student,,,s1,\n",
}


@pytest.mark.parametrize("files", [V1P2, MORE], ids=["alone", "with another"])
def test_who_leaves_an_excluded_grade_is_shown_and_told(
    files: Files, load: Bundler, riverside: Organization
) -> None:
    """Whether or not somebody stays behind in it."""
    load(files)
    mark(riverside, "grade_level", "s1~2027~structure~09")
    assert "ann" not in seen(riverside, "users")
    done = load(edited(files, "users.csv", ("pat,09,,M1", "pat,10,,M1")))
    assert "ann" in seen(riverside, "users")
    assert carried(riverside) == set()
    assert codes(done) == {"mark-left"}
    told = done.findings.filter(code="mark-left").values_list("file", "sourced_id")
    assert ("users.csv", "ann") in set(told)


@pytest.mark.parametrize("files", [V1P2, MORE], ids=["alone", "with another"])
def test_who_is_of_no_grade_now_has_not_left_an_excluded_one(
    files: Files, load: Bundler, riverside: Organization
) -> None:
    """Which grade that is, nobody knows, so nobody sees the student until somebody has looked."""
    load(files)
    mark(riverside, "grade_level", "s1~2027~structure~09")
    done = load(edited(files, "users.csv", ("pat,09,,M1", "pat,,,M1")))
    assert "ann" not in seen(riverside, "users")
    assert carried(riverside) == {("person", "ann")}
    told = set(done.findings.values_list("code", "sourced_id"))
    assert ("mark-passed", "ann") in told
    assert ("mark-left", "ann") not in told


def test_a_class_whose_last_excluded_student_is_gone_is_shown_and_told(
    load: Bundler, riverside: Organization
) -> None:
    load(V1P2)
    mark(riverside, "schedule_structure", "s1~2027~structure")
    assert "k1" not in seen(riverside, "classes")
    gone = without_row(without_row(V1P2, "users.csv", "ann"), "roles.csv", "r1")
    done = load(gone)
    assert "k1" in seen(riverside, "classes")
    assert carried(riverside) == set()
    told = set(done.findings.values_list("code", "sourced_id"))
    assert ("mark-left", "k1") in told


def test_who_leaves_an_excluded_school_is_shown_and_told(
    load: Bundler, riverside: Organization
) -> None:
    load(MORE)
    mark(riverside, "school", "s1")
    moved = edited(MORE, "roles.csv", ("bob,primary,student,,,s1", "bob,primary,student,,,s2"))
    done = load(moved)
    assert "bob" in seen(riverside, "users")
    assert codes(done) == {"mark-left"}


def test_a_mark_whose_level_stays_is_left_alone(load: Bundler, riverside: Organization) -> None:
    load(V1P2)
    mark(riverside, "section", "k1")
    done = load(edited(V1P2, "users.csv", ("Annie", "Anna")))
    assert carried(riverside) == set()
    assert codes(done) == set()


def test_what_a_bundle_clears_is_opened(load: Bundler, riverside: Organization) -> None:
    header = "subjectCodes,periods\n"
    marked = V1P2["classes.csv"].replace(
        header, header.replace("\n", ",metadata.externalLmsExclude\n")
    )
    load(V1P2 | {"classes.csv": marked.replace('"1,3"\n', '"1,3",true\n')})
    assert seen(riverside, "classes") == set()
    done = load(V1P2 | {"classes.csv": marked.replace('"1,3"\n', '"1,3",false\n')})
    assert seen(riverside, "classes") == {"k1"}
    assert codes(done) == set()


def test_an_excluded_enrollment_that_comes_anew_keeps_results_hidden(
    load: Bundler, riverside: Organization
) -> None:
    load(EVERYTHING)
    assert seen(riverside, "results")
    mark(riverside, "enrollment", "e1")
    assert seen(riverside, "results") == set()
    load(edited(EVERYTHING, "enrollments.csv", ("e1,", "e9,")))
    assert carried(riverside) == {("enrollment", "e9")}
    assert seen(riverside, "results") == set()
