"""Which rows of a map a mark is about, whatever its levels were called when it was set."""

from __future__ import annotations

import pytest

from roster import hierarchy
from roster.map import Map, build
from roster.marks import MarkRow, marks_for, resolve
from roster.models import Course, Enrollment, Klass, Organization, Role
from tests.roster.deciding import riverside as cast

pytestmark = pytest.mark.django_db

Marked = set[tuple[str, str]]


@pytest.fixture
def riverside(db: None) -> Organization:
    return cast.riverside()


def drawn(organization: Organization) -> Map:
    """Return the map of the rows as they are, as of a new revision."""
    hierarchy.derive(organization)
    Organization.objects.filter(pk=organization.pk).touch()  # type: ignore[attr-defined]
    organization.refresh_from_db()
    return build(organization)


def named(marks: list[MarkRow], m: Map) -> Marked:
    return {
        (kind, m.ids[kind][row])
        for kind, flags in resolve(marks, m).items()
        for row in flags.nonzero()[0].tolist()
    }


def set_now(organization: Organization, kind: str, sourced_id: str) -> list[MarkRow]:
    """Return a mark as it is set on the rows of now."""
    drawn(organization)
    return marks_for(organization, kind, [sourced_id])


def by_id(kind: str, sourced_id: str) -> list[MarkRow]:
    """Return a mark that says nothing but what it is on, as those of earlier releases."""
    return [MarkRow(kind, sourced_id, "person", {})]


IDS: dict[tuple[str, str], Marked] = {
    ("person", "ann"): {("person", "ann")},
    ("school", "s1"): {("org", "s1")},
    ("org", "s1"): {("org", "s1")},
    ("course", "c1~s1~2027"): {("course", "c1~s1~2027")},
    ("course", "c1"): {("course_row", "c1")},
    ("enrollment", "ann-k1"): {("enrollment", "ann-k1"), ("past_enrollment", "ann-k1")},
    ("section", "nowhere"): set(),
    ("nothing", "s1"): set(),
}


@pytest.mark.parametrize("mark", IDS)
def test_a_mark_is_found_by_its_id(mark: tuple[str, str], riverside: Organization) -> None:
    assert named(by_id(*mark), drawn(riverside)) == IDS[mark]


def track(organization: Organization) -> None:
    """Let the class of the first school say which calendar it is in."""
    Klass.objects.filter(sourced_id="k1").update(metadata={"calendar": "track"})


LATER: dict[tuple[str, str], Marked] = {
    ("calendar", "s1~track"): {("calendar", "s1~2027")},
    ("schedule_structure", "s1~track~structure"): {("schedule_structure", "s1~2027~structure")},
    ("grade_level", "s1~track~structure~04"): {("grade_level", "s1~2027~structure~04")},
    ("course", "c1~s1~track"): {("course", "c1~s1~2027")},
}


@pytest.mark.parametrize("mark", LATER)
def test_a_mark_on_a_later_level_is_about_what_was_its_before(
    mark: tuple[str, str], riverside: Organization
) -> None:
    old = drawn(riverside)
    track(riverside)
    assert named(set_now(riverside, *mark), old) == LATER[mark]


def test_a_mark_on_a_later_level_is_not_about_another_that_stays(riverside: Organization) -> None:
    cast.klass(riverside, "k3", "c1", "s1")
    cast.enroll(riverside, "cy", "k3")
    old = drawn(riverside)
    track(riverside)
    assert named(set_now(riverside, "calendar", "s1~track"), old) == set()


@pytest.mark.parametrize(
    "mark",
    [
        ("calendar", "s1~track"),
        ("schedule_structure", "s1~track~structure"),
        ("grade_level", "s1~track~structure~03"),
        ("course", "c1~s1~track"),
    ],
)
def test_a_mark_in_a_calendar_of_two_years_is_not_about_that_of_this_year_beside_it(
    mark: tuple[str, str], riverside: Organization
) -> None:
    cast.klass(riverside, "k3", "c1", "s1")
    cast.enroll(riverside, "cy", "k3")
    old = drawn(riverside)
    track(riverside)
    Klass.objects.filter(sourced_id="k1").update(terms=["fall", "oy"])
    assert named(set_now(riverside, *mark), old) == set()


def test_a_mark_on_a_course_with_classes_is_about_the_one_without(riverside: Organization) -> None:
    Klass.objects.filter(sourced_id="kc").update(status="tobedeleted")
    old = drawn(riverside)
    assert "c2" in set(old.ids["course"])
    Klass.objects.filter(sourced_id="kc").update(status="active")
    assert named(set_now(riverside, "course", "c2~s2~2027"), old) == {("course", "c2")}


def test_a_mark_on_a_course_without_classes_is_about_all_of_its_levels_before(
    riverside: Organization,
) -> None:
    old = drawn(riverside)
    Klass.objects.filter(course="c1").update(status="tobedeleted")
    assert named(set_now(riverside, "course", "c1"), old) == {("course_row", "c1")}


def test_a_mark_on_a_course_master_is_about_the_courses_it_was_made_of(
    riverside: Organization,
) -> None:
    for school in ("s1", "s2"):
        course = f"m{school}"
        cast.add(riverside, Course, course, title=school, course_code="ART", org=school)
        cast.klass(riverside, f"k{course}", course, school)
    old = drawn(riverside)
    Course.objects.filter(course_code="ART").update(title="Art")
    found = named(set_now(riverside, "course_master", "ART~Art"), old)
    assert found == {("course_row", "ms1"), ("course_row", "ms2")}


def test_in_a_later_map_a_mark_is_about_its_id_alone(riverside: Organization) -> None:
    """The import has passed it on."""
    Klass.objects.filter(sourced_id="kc").update(status="tobedeleted")
    marks = set_now(riverside, "course", "c2")
    Klass.objects.filter(sourced_id="kc").update(status="active")
    assert named(marks, drawn(riverside)) == set()


def test_of_a_student_who_has_left_the_results_are_marked(riverside: Organization) -> None:
    cast.gradebook(riverside)
    marks = set_now(riverside, "school_enrollment", "two~s1")
    Enrollment.objects.filter(sourced_id="two-k1").update(status="tobedeleted")
    Role.objects.filter(sourced_id="two@s1").update(status="tobedeleted")
    expected = {("result", "two-quiz")}
    assert named(marks, drawn(riverside)) == expected
    assert named(by_id("school_enrollment", "two~s1"), drawn(riverside)) == expected


def test_an_enrollment_that_has_left_is_marked_among_the_past_ones(riverside: Organization) -> None:
    Enrollment.objects.filter(sourced_id="ann-k1").update(status="tobedeleted")
    assert named(by_id("enrollment", "ann-k1"), drawn(riverside)) == {("past_enrollment", "ann-k1")}


def test_a_mark_says_what_it_is_about(riverside: Organization) -> None:
    (mark,) = set_now(riverside, "grade_level", "s1~2027~structure~04")
    revision = mark.about.pop("revision")
    assert revision == riverside.revision > 0
    assert mark.about == {
        "school": "s1",
        "year": "2027",
        "structure": "s1~2027~structure",
        "grade": "04",
        "others": [],
    }
    (link,) = set_now(riverside, "guardian_link", "ann~gus")
    assert {link.about["person"], link.about["child"]} == {"gus", "ann"}
    (person,) = set_now(riverside, "person", "ann")
    assert person.about == {}
