"""What marks and sharing take from a reader of everything, as tables that read as the rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from roster.models import Course, Enrollment, Klass, Org, Organization, Result, Role, User
from tests.roster.deciding import riverside as cast
from tests.roster.deciding.riverside import decide, gone, seen

pytestmark = pytest.mark.django_db

EVERYBODY = {"ann", "bob", "cy", "two", "tom", "lea", "gus"}


@pytest.fixture
def riverside(db: None) -> Organization:
    return cast.riverside()


def test_a_reader_of_everything_sees_everything_of_the_year(riverside: Organization) -> None:
    d = decide(riverside)
    assert seen(d, "users") == EVERYBODY
    assert seen(d, "orgs") == {"d", "s1", "s2"}
    assert seen(d, "classes") == {"k1", "k2", "kc"}
    assert seen(d, "courses") == {"c1", "c2"}
    assert seen(d, "academicSessions") == {"y", "fall", "spring"}


MARKS: dict[str, tuple[tuple[str, str], set[str]]] = {
    "a person, with their enrollments": (("person", "ann"), {"ann", "ann-k1"}),
    "a guardian": (("person", "gus"), {"gus"}),
    "a school enrollment": (("school_enrollment", "cy~s1"), {"cy", "cy-k1"}),
    "one of two school enrollments": (("school_enrollment", "two~s1"), {"two-k1"}),
    "an assignment": (("district_assignment", "tom~s1"), {"tom", "tom-k1"}),
    "a class enrollment": (("enrollment", "ann-k1"), {"ann-k1"}),
    "one child's link: the guardian has another": (("guardian_link", "ann~gus"), set()),
    "a class": (("section", "k2"), {"k2", "two-k2"}),
    "a course of one school": (("course", "c1~s2~2027"), {"k2", "two-k2"}),
    "a course's bare id, at all schools": (
        ("course", "c1"),
        {"c1", "k1", "k2", "ann-k1", "bob-k1", "cy-k1", "two-k1", "two-k2", "tom-k1"},
    ),
    "a course master": (("course_master", "c2"), {"c2", "kc"}),
    "a grade level": (("grade_level", "s1~2027~structure~04"), {"bob", "bob-k1"}),
    "a school": (("school", "s2"), {"s2", "k2", "two-k2", "kc", "c2"}),
    "a school, called an org": (("org", "s2"), {"s2", "k2", "two-k2", "kc", "c2"}),
}


@pytest.mark.parametrize("case", MARKS)
def test_a_mark_hides_what_is_below_it(case: str, riverside: Organization) -> None:
    mark, hidden = MARKS[case]
    assert gone(decide(riverside), decide(riverside, mark)) == hidden


def test_a_mark_on_the_district_leaves_nothing(riverside: Organization) -> None:
    """Its schools, people and courses, one without classes too."""
    cast.add(riverside, Course, "c9", title="Latin", org="d")
    d = decide(riverside, ("org", "d"))
    assert seen(d, "orgs", "users", "classes", "courses") == set()


def test_a_mark_hides_a_guardian_with_the_last_child(riverside: Organization) -> None:
    both = ("guardian_link", "ann~gus"), ("guardian_link", "bob~gus")
    assert "gus" in seen(decide(riverside, both[0]))
    assert "gus" not in seen(decide(riverside, *both))


@pytest.mark.parametrize(
    "level", [("calendar", "s1~2027"), ("schedule_structure", "s1~2027~structure")]
)
def test_a_class_is_hidden_with_the_level_of_all_its_students(
    level: tuple[str, str], riverside: Organization
) -> None:
    d = decide(riverside, level)
    assert "k1" not in seen(d)
    # Two is at the other school too, and Tom is nobody's student.
    assert seen(d, "users") == {"two", "tom", "lea"}


def test_a_class_stays_for_a_student_of_another_grade(riverside: Organization) -> None:
    assert "k1" in seen(decide(riverside, ("grade_level", "s1~2027~structure~03")))
    Enrollment.objects.filter(sourced_id="bob-k1").delete()
    assert "k1" not in seen(decide(riverside, ("grade_level", "s1~2027~structure~03")))


def test_two_levels_that_together_hide_all_students_hide_no_class(riverside: Organization) -> None:
    levels = [("grade_level", f"s1~2027~structure~{grade}") for grade in ("03", "04")]
    assert "k1" in seen(decide(riverside, *levels))


SHARED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "one school": ({"schools": ["s2"]}, {"s1", "k1", "ann", "bob", "cy", "tom", "gus", "lea"}),
    "some grades": ({"grades": ["03"]}, {"bob"}),
    "students only": ({"roles": ["student"]}, {"tom", "lea", "gus"}),
    "teachers only": ({"roles": ["teacher"]}, EVERYBODY - {"tom"}),
    "a course": ({"courses": ["c2"]}, {"c1", "k1", "k2"}),
    "a subject": ({"subjects": ["Music"]}, {"c1", "k1", "k2"}),
    "enrolled people": ({"unenrolled": False}, {"lea"}),
    "all but one person": ({"kept_out": ["cy"]}, {"cy"}),
    "no guardians": ({"shares": []}, {"gus"}),
    "no classes": ({"collections": ["orgs", "users", "courses", "academicSessions"]},
                   {"k1", "k2", "kc"}),
}  # fmt: skip


@pytest.mark.parametrize("case", SHARED)
def test_what_isnt_shared_is_hidden(case: str, riverside: Organization) -> None:
    rules, hidden = SHARED[case]
    names = ("orgs", "users", "courses", "classes", "academicSessions")
    assert gone(decide(riverside), decide(riverside, **rules), *names) == hidden


def test_an_inactive_account_is_hidden_where_only_active_ones_are_shared(
    riverside: Organization,
) -> None:
    User.objects.filter(sourced_id="cy").update(enabled=False)
    assert "cy" in seen(decide(riverside))
    assert "cy" not in seen(decide(riverside, inactive=False))


def test_an_unshared_school_above_a_shared_one_is_visible_without_its_people(
    riverside: Organization,
) -> None:
    Org.objects.filter(sourced_id="s2").update(parent="s1")
    d = decide(riverside, schools=["s2"])
    assert seen(d, "orgs") == {"d", "s1", "s2"}
    assert seen(d, "users") == {"two"}
    assert not d.ok("place")[d.map.ids["org"].position("s1")]


def test_administrators_are_shared_by_the_word_for_their_place(riverside: Organization) -> None:
    cast.staff(riverside, "amy", "s1", "administrator")
    cast.staff(riverside, "ada", "d", "administrator")
    assert seen(decide(riverside, roles=["siteAdministrator"]), "users") == {"amy"}
    assert seen(decide(riverside, roles=["districtAdministrator"]), "users") == {"ada"}


# Dates

BEGINS: dict[str, tuple[date | None, date | None, bool]] = {
    "without dates": (None, None, True),
    "within early access": (date(2026, 11, 30), None, True),
    "later than early access": (date(2026, 12, 1), None, False),
    "on the first day of the earliest term": (date(2026, 8, 15), None, True),
    "on the first day of a later term": (date(2027, 1, 10), None, False),
    "ended": (None, date(2026, 11, 16), False),
    "ending": (None, date(2026, 11, 17), True),
}


@pytest.mark.parametrize("case", BEGINS)
def test_an_enrollment_is_shared_by_its_dates(case: str, riverside: Organization) -> None:
    begin, end, visible = BEGINS[case]
    Klass.objects.filter(sourced_id="k1").update(terms=["fall", "spring"])
    Enrollment.objects.filter(sourced_id="cy-k1").update(begin_date=begin, end_date=end)
    assert ("cy-k1" in seen(decide(riverside))) == visible


@pytest.mark.parametrize(
    ("end", "day", "visible"),
    [
        # The last day of the latest term counts as blank, that of an earlier one doesn't.
        (date(2027, 6, 20), date(2027, 6, 25), True),
        (date(2026, 12, 20), date(2026, 12, 19), True),
        (date(2026, 12, 20), date(2026, 12, 20), False),
    ],
)
def test_an_enrollment_ends_on_its_date(
    end: date, day: date, visible: bool, riverside: Organization
) -> None:
    Klass.objects.filter(sourced_id="k1").update(terms=["fall", "spring"])
    Enrollment.objects.filter(sourced_id="cy-k1").update(end_date=end)
    assert ("cy-k1" in seen(decide(riverside, day=day))) == visible


# Students who are at a school through classes alone


def test_a_guest_is_hidden_with_the_last_class(riverside: Organization) -> None:
    cast.guest(riverside, "pat", "k1")
    assert {"pat", "pat-k1"} <= seen(decide(riverside))
    for mark in (("section", "k1"), ("enrollment", "pat-k1"), ("course", "c1")):
        assert seen(decide(riverside, mark)).isdisjoint({"pat", "pat-k1"})
    # Who is there by a role stays.
    assert "cy" in seen(decide(riverside, ("section", "k1")))


def test_a_guest_stays_for_another_class(riverside: Organization) -> None:
    cast.klass(riverside, "k3", "c1", "s1")
    cast.guest(riverside, "pat", "k1", "k3")
    assert "pat" in seen(decide(riverside, ("section", "k1")))


# The gradebook

RESULTS: dict[str, tuple[tuple[str, str], set[str]]] = {
    "the class": (("section", "k1"), {"quiz", "ann-quiz", "two-quiz"}),
    "the category": (("grading_task", "hw"), {"hw", "quiz", "ann-quiz", "two-quiz"}),
    "the line item": (("line_item", "quiz"), {"quiz", "ann-quiz", "two-quiz"}),
    "one result": (("result", "ann-quiz"), {"ann-quiz"}),
    "the student": (("person", "ann"), {"ann-quiz"}),
    "the student's enrollment in the class": (("enrollment", "ann-k1"), {"ann-quiz"}),
    "the student's enrollment at the school": (("school_enrollment", "two~s1"), {"two-quiz"}),
    "that at another school": (("school_enrollment", "two~s2"), set()),
}


@pytest.mark.parametrize("case", RESULTS)
def test_a_mark_hides_results(case: str, riverside: Organization) -> None:
    cast.gradebook(riverside)
    mark, hidden = RESULTS[case]
    names = ("categories", "lineItems", "results")
    assert gone(decide(riverside), decide(riverside, mark), *names) == hidden


def test_an_ended_enrollment_still_has_results_unless_it_is_marked(riverside: Organization) -> None:
    cast.gradebook(riverside)
    Enrollment.objects.filter(sourced_id="ann-k1").update(status="tobedeleted")
    assert "ann-quiz" in seen(decide(riverside))
    assert "ann-quiz" not in seen(decide(riverside, ("enrollment", "ann-k1")))


def test_a_student_who_has_left_a_school_is_hidden_there_all_the_same(
    riverside: Organization,
) -> None:
    """The level is gone, the mark and the results are not."""
    cast.gradebook(riverside)
    Enrollment.objects.filter(sourced_id="two-k1").update(status="tobedeleted")
    Role.objects.filter(sourced_id="two@s1").update(status="tobedeleted")
    assert "two-quiz" in seen(decide(riverside))
    assert "two-quiz" not in seen(decide(riverside, ("school_enrollment", "two~s1")))


def test_a_result_without_score_is_not_published_in_v11(riverside: Organization) -> None:
    cast.gradebook(riverside)
    Result.objects.filter(sourced_id="ann-quiz").update(score=None)
    assert seen(decide(riverside), "results") == {"ann-quiz", "two-quiz"}
    assert seen(decide(riverside, version="1.1"), "results") == {"two-quiz"}


# Resources and courses


def test_a_linked_resource_is_visible_with_one_of_its_classes(riverside: Organization) -> None:
    cast.resource(riverside, "free")
    cast.resource(riverside, "book", "k1", "k2")
    assert seen(decide(riverside, ("section", "k1")), "resources") == {"free", "book"}
    both = ("section", "k1"), ("section", "k2")
    assert seen(decide(riverside, *both), "resources") == {"free"}
    Klass.objects.filter(sourced_id__in=["k1", "k2"]).update(status="tobedeleted")
    assert seen(decide(riverside), "resources") == {"free"}


def test_a_course_without_code_is_published_in_both_versions(riverside: Organization) -> None:
    """Its code falls back to its id; a class by whose subject it is shared names it."""
    for version in ("1.1", "1.2"):
        d = decide(riverside, version=version, subjects=["Music"])
        assert seen(d, "courses", "classes") == {"c2", "kc"}


def test_a_course_is_shared_for_the_sake_of_a_class(riverside: Organization) -> None:
    Klass.objects.filter(sourced_id="k1").update(subjects=["Music"])
    assert seen(decide(riverside, subjects=["Music"]), "courses") == {"c1", "c2"}


# What a version has no words for


def test_a_person_without_username_needs_a_stand_in_in_v11(riverside: Organization) -> None:
    User.objects.filter(sourced_id="cy").update(username="", email="cy@example.org")
    for stand_in, visible in (("sourcedId", True), ("email", True), ("nothing", False)):
        Organization.objects.update(username_stand_in=stand_in)
        riverside.refresh_from_db()
        assert ("cy" in seen(decide(riverside, version="1.1"))) == visible
        assert "cy" in seen(decide(riverside))
    Organization.objects.update(username_stand_in="email")
    riverside.refresh_from_db()
    assert "cy" not in seen(decide(riverside, version="1.1", withheld=["users.email"]))


def test_a_teacher_whose_only_role_is_extended_is_published_in_v11_for_a_class(
    riverside: Organization,
) -> None:
    Role.objects.filter(sourced_id__in=["tom@s1", "lea@d"]).update(role="ext:coach")
    assert seen(decide(riverside, version="1.1"), "users") == EVERYBODY - {"lea"}
    assert seen(decide(riverside), "users") == EVERYBODY


def test_what_a_collection_lists_may_be_a_parent_all_the_same(riverside: Organization) -> None:
    d = decide(riverside, collections=["enrollments"])
    assert d.collections() == ["enrollments"]
    assert seen(d) == seen(decide(riverside), "enrollments")
