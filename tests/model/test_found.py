"""What the random districts have found, each as the smallest district that shows it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine

from roster import hierarchy
from roster.marks.bundled import mark_from_bundles
from roster.models import (
    AcademicSession,
    Agent,
    Course,
    Enrollment,
    Klass,
    Mark,
    Org,
    Organization,
    Role,
    StoredMap,
    User,
    UserProfile,
)
from tests.model import forgetting
from tests.model.comparing import Documents, differences
from tests.model.districts import TODAY, YEAR
from tests.model.test_visibility import NOON, decided
from tests.oracle import expected

SHARES = ["demographics", "guardians", "resources", "users.userProfiles"]
TYPES = ["grade_book", "assessment"]
FALL = {"start_date": date(2026, 8, 15), "end_date": date(2026, 12, 20), "school_year": YEAR}


@pytest.fixture
def riverside(db: None) -> Organization:
    """One school, one class in one term, Ann in it as a student, Tom as its teacher."""
    organization = Organization.objects.create(slug="riverside", name="Riverside", school_year=YEAR)
    add(organization, Org, "north", name="North", type="school")
    add(organization, AcademicSession, "fall", title="Fall", type="term", **FALL)
    add(organization, Course, "algebra", title="Algebra", course_code="A1", org="north")
    add(
        organization,
        Klass,
        "algebra-1",
        title="Algebra 1",
        course="algebra",
        school="north",
        terms=["fall"],
    )
    for name in ("ann", "tom"):
        add(organization, User, name, given_name=name.title(), family_name="Lee", username=name)
    add(organization, Enrollment, "ann-in", klass="algebra-1", user="ann", role="student")
    add(organization, Enrollment, "tom-in", klass="algebra-1", user="tom", role="teacher")
    return organization


def add(organization: Organization, model: Any, sourced_id: str, **fields: Any) -> None:
    model.objects.create(organization=organization, sourced_id=sourced_id, **fields)


def change(organization: Organization, model: Any, sourced_id: str, **fields: Any) -> None:
    model.objects.filter(organization=organization, sourced_id=sourced_id).update(**fields)


def mark(organization: Organization, kind: str, sourced_id: str) -> None:
    Mark.objects.create(organization=organization, kind=kind, sourced_id=sourced_id)


def shown(organization: Organization, version: str = "1.2", **rules: Any) -> Documents:
    """Return the documents that the product shows, about which the rules have no complaint."""
    rules = {"schools": "all", "shares": SHARES, "withheld": [], "types": TYPES, **rules}
    with time_machine.travel(NOON, tick=False):
        forgetting.forget()
        StoredMap.objects.all().delete()
        hierarchy.derive(organization)
        mark_from_bundles(organization)
        found = decided(organization, version, rules)
        assert differences(found, expected(organization, version, rules, TODAY)) == []
    return found


def test_an_unshared_school_above_a_shared_one_is_shown_without_its_people(
    riverside: Organization,
) -> None:
    add(riverside, Org, "campus", name="Campus", type="school")
    change(riverside, Org, "north", parent="campus")
    add(riverside, User, "eve", given_name="Eve", family_name="Lee")
    add(riverside, Role, "eve-there", user="eve", org="campus", role="student")
    found = shown(riverside, schools=["north"])
    assert sorted(found["orgs"]) == ["campus", "north"]
    assert sorted(found["users"]) == ["ann", "tom"]


def test_who_left_on_the_first_day_of_a_term_was_never_there(riverside: Organization) -> None:
    change(riverside, Enrollment, "ann-in", end_date=FALL["start_date"])
    assert sorted(shown(riverside)["users"]) == ["tom"]


def test_an_enrollment_that_ends_with_its_term_stays(riverside: Organization) -> None:
    past = date(2026, 11, 1)
    change(riverside, AcademicSession, "fall", end_date=past)
    change(riverside, Enrollment, "ann-in", end_date=past)
    assert sorted(shown(riverside)["enrollments"]) == ["ann-in", "tom-in"]


def test_a_profile_without_its_vendor_is_no_profile(riverside: Organization) -> None:
    add(riverside, UserProfile, "p1", user="ann", profile_type="LMS", vendor_id="")
    add(riverside, UserProfile, "p2", user="ann", profile_type="LMS", vendor_id="acme")
    profiles = shown(riverside)["users"]["ann"]["userProfiles"]
    assert [profile["vendorId"] for profile in profiles] == ["acme"]


def test_a_class_falls_with_its_course_whatever_year_the_root_of_its_terms_says(
    riverside: Organization,
) -> None:
    spans = FALL | {"school_year": "2026"}
    add(riverside, AcademicSession, "root", title="Root", type="schoolYear", **spans)
    change(riverside, AcademicSession, "fall", parent="root")
    assert sorted(shown(riverside)["classes"]) == ["algebra-1"]
    mark(riverside, "course", f"algebra~north~{YEAR}")
    assert "classes" not in shown(riverside)


@pytest.mark.parametrize(
    ("kind", "sourced_id"), [("enrollment", "tom-in"), ("section", "algebra-1")]
)
def test_who_teaches_nothing_visible_is_no_teacher_in_1_1(
    kind: str, sourced_id: str, riverside: Organization
) -> None:
    add(riverside, Role, "tom-there", user="tom", org="north", role="aide")
    assert shown(riverside, "1.1")["users"]["tom"]["role"] == "teacher"
    mark(riverside, kind, sourced_id)
    assert shown(riverside, "1.1")["users"]["tom"]["role"] == "aide"


def test_an_excluded_enrollment_enrols_nobody(riverside: Organization) -> None:
    mark(riverside, "enrollment", "ann-in")
    assert sorted(shown(riverside, unenrolled=False)["users"]) == ["tom"]


def test_the_role_that_classes_give_is_one_of_today_and_shared(riverside: Organization) -> None:
    add(riverside, Enrollment, "tom-too", klass="algebra-1", user="tom", role="proctor")
    assert [role["role"] for role in shown(riverside)["users"]["tom"]["roles"]] == ["teacher"]
    proctors = shown(riverside, roles=["proctor"])
    assert [role["role"] for role in proctors["users"]["tom"]["roles"]] == ["proctor"]
    change(riverside, Enrollment, "tom-in", begin_date=date(2026, 12, 15))
    assert [role["role"] for role in shown(riverside)["users"]["tom"]["roles"]] == ["proctor"]


def test_nobody_is_their_own_guardian(riverside: Organization) -> None:
    Agent.objects.create(organization=riverside, user="ann", agent="ann")
    add(riverside, Role, "ann-too", user="ann", org="north", role="guardian")
    ann = shown(riverside)["users"]["ann"]
    assert "agents" not in ann
    assert [role["role"] for role in ann["roles"]] == ["student"]


def test_a_guardian_who_teaches_nothing_is_still_a_guardian(riverside: Organization) -> None:
    add(riverside, User, "eve", given_name="Eve", family_name="Lee")
    add(riverside, Role, "eve-there", user="eve", org="north", role="aide")
    add(riverside, Role, "eve-too", user="eve", org="north", role="guardian")
    Agent.objects.create(organization=riverside, user="ann", agent="eve")
    eve = shown(riverside, unenrolled=False)["users"]["eve"]
    assert [role["role"] for role in eve["roles"]] == ["guardian"]
    change(riverside, Enrollment, "ann-in", status="tobedeleted")
    assert sorted(shown(riverside, unenrolled=False)["users"]) == ["tom"]


def test_a_course_isn_t_in_a_calendar_of_several_years_beside_that_of_its_classes(
    riverside: Organization,
) -> None:
    past = {"start_date": date(2025, 8, 15), "end_date": date(2025, 12, 20), "school_year": "2026"}
    add(riverside, AcademicSession, "past", title="Past", type="term", **past)
    add(riverside, Course, "choir", title="Choir", course_code="C1", org="north")
    track = {"terms": ["fall", "past"], "metadata": {"calendar": "track"}}
    add(riverside, Klass, "choir-1", title="Choir 1", course="choir", school="north", **track)
    assert sorted(shown(riverside)["courses"]) == ["algebra", "choir"]
    mark(riverside, "calendar", f"north~{YEAR}")
    assert sorted(shown(riverside)["courses"]) == ["choir"]


def test_a_mark_on_a_school_holds_when_it_is_one_no_longer(riverside: Organization) -> None:
    add(riverside, Org, "annex", name="Annex", type="department")
    assert sorted(shown(riverside)["orgs"]) == ["annex", "north"]
    mark(riverside, "school", "annex")
    assert sorted(shown(riverside)["orgs"]) == ["north"]
