"""What was seen to go wrong in the house of before, each as a small history.

The desk holds every publication against the rules after each act, so most of these only have to
happen; what is asserted beside is what was seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from roster import publishing
from roster.models import (
    AcademicSession,
    ClassResource,
    Course,
    Enrollment,
    Klass,
    Org,
    Publication,
    Resource,
    Role,
    User,
)
from roster.publishing import running
from tests.model.desk import BY, Desk
from tests.model.pagers import Pager, Question
from tests.model.programs import Program
from tests.model.sharing import EVERYTHING
from tests.model.tidy import tidy
from tests.model.vendors import Habits

GONE = {"status": "tobedeleted"}
PAST = date(2026, 11, 1)


@pytest.fixture
def desk(db: None) -> Iterator[Desk]:
    """The tidy district, not published yet, and nobody connected."""
    opened = Desk()
    yield opened
    opened.close()


@pytest.fixture(params=["1.1", "1.2"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def joined(desk: Desk, version: str, *habits: Habits, **asked: Any) -> Program:
    """Return the first program of one more vendor, which has read what is published."""
    vendor = desk.connect(version, EVERYTHING | asked, *(habits or [Habits("largest")]))
    assert vendor is not None
    if desk.shown is None:
        desk.refresh()
    vendor.finish()
    return vendor.programs[0]


def three(desk: Desk, version: str, **asked: Any) -> list[Program]:
    """Return the programs of three more vendors: active, paused, and in the middle of a run.

    The second and the third read what a refresh has replaced since.
    """
    habits = Habits("largest"), Habits("largest"), Habits("largest", limit=4)
    programs = [joined(desk, version, each, **asked) for each in habits]
    _, paused, begun = programs
    desk.pause(paused.vendor)
    reading(begun)
    desk.edit(changed(User, "u5", given_name="Zoe"))
    desk.refresh()
    return programs


def reading(program: Program) -> None:
    """Let a program begin to read once more, so that it reads on whatever is published."""
    program.vendor.wait(16 * 60)
    program.step()


def ids(program: Program, collection: str = "users") -> set[str]:
    """Return whom a program's copy has of a collection once it has asked for changes."""
    program.finish()
    assert program.copy is not None
    return set(program.copy[collection])


def ids_of_any(programs: list[Program], collection: str = "users") -> set[str]:
    """Return whom at least one of the programs has, each asked as by `ids`."""
    return set().union(*(ids(program, collection) for program in programs))


def changed(model: Any, sourced_id: str, **fields: Any) -> dict[tuple[Any, str], dict[str, Any]]:
    """Return a row of the tidy district with other fields, as an edit takes it."""
    return {(model, sourced_id): tidy()[model, sourced_id] | fields}


def titled(turn: int) -> dict[tuple[Any, str], dict[str, Any]]:
    """Return all rows that have a title, with another one, so that no page is as it was."""
    return {
        name: row | {"title": f"{row['title']} {turn}"}
        for name, row in tidy().items()
        if row.get("title")
    }


def copied(program: Program, user: str) -> dict[str, Any]:
    """Return what a program's copy has of somebody."""
    assert program.copy is not None
    found: dict[str, Any] = program.copy["users"][user]
    return found


def published(program: Program, collection: str) -> dict[str, Any]:
    """Return what the product has for a vendor, the gradebook too, also for what it reads on."""
    truth = program.vendor.truth
    assert truth.head is not None
    found = [each.documents.get(collection, {}) for each in (*truth.listed(), truth.head)]
    return {name: document for documents in found for name, document in documents.items()}


# 1: a bundle's mark that nobody has refreshed


def test_an_exclusion_holds_though_a_bundle_has_marked_the_same_before(
    desk: Desk, version: str
) -> None:
    program = joined(desk, version)
    desk.edit(changed(User, "u1", metadata={"externalLmsExclude": "true"}))
    assert ("person", "u1") in desk.marks()
    assert "u1" in ids(program)
    desk.exclude("person", "u1")
    assert "u1" not in ids(program)


def test_a_paused_vendor_is_narrowed_though_a_bundle_has_marked_the_same_before(
    desk: Desk, version: str
) -> None:
    program = joined(desk, version)
    desk.pause(program.vendor)
    desk.edit(changed(User, "u1", metadata={"externalLmsExclude": "true"}))
    desk.change(program.vendor, {"kept_out": {"u1": "asked"}})
    assert "u1" not in ids(program)


def test_a_bundle_s_mark_takes_over_from_a_person_s_that_is_cleared(
    desk: Desk, version: str
) -> None:
    program = joined(desk, version)
    desk.exclude("person", "u1")
    desk.edit(changed(User, "u1", metadata={"externalLmsExclude": "true"}))
    desk.include("person", "u1")
    desk.change(program.vendor, {"kept_out": {"u3": "asked"}})
    assert "u1" not in ids(program)


# 2: what has left today's rows and is still read


@pytest.mark.parametrize(
    ("kind", "sourced_id"),
    [
        ("school", "s1"),
        ("calendar", "s1~2027"),
        ("schedule_structure", "s1~2027~structure"),
        ("grade_level", "s1~2027~structure~03"),
    ],
)
def test_who_has_left_is_judged_by_what_is_published(
    desk: Desk, version: str, kind: str, sourced_id: str
) -> None:
    programs = three(desk, version)
    # u1 is at s2 today, and somebody else in the third grade keeps the levels of s1.
    desk.edit(
        changed(Role, "r1", org="s2")
        | changed(Enrollment, "e1", **GONE)
        | changed(Enrollment, "e2", **GONE)
        | changed(User, "u2", grades=["03"])
    )
    desk.exclude(kind, sourced_id)
    assert not {"u1", "u2"} & ids_of_any(programs)


@pytest.mark.parametrize("role", [{"org": "s2"}, {"end_date": PAST}], ids=["moved", "ended"])
def test_a_school_enrollment_is_excluded_as_it_is_published(
    desk: Desk, version: str, role: dict[str, Any]
) -> None:
    """By the role; today it is one for the classes alone."""
    programs = three(desk, version)
    desk.edit(changed(Role, "r1", **role))
    desk.exclude("school_enrollment", "u1~s1")
    assert "u1" not in ids_of_any(programs)


def test_whose_role_ends_overnight_is_judged_by_what_is_published(desk: Desk, version: str) -> None:
    desk.edit(changed(Role, "r1", end_date=desk.organization.today()))
    # Twenty minutes before midnight; who begins to read does it four minutes before.
    desk.wait(17 * 3600 + 40 * 60)
    programs = three(desk, version)
    desk.wait(5 * 60)
    desk.exclude("school", "s1")
    assert "u1" not in ids_of_any(programs)


@pytest.mark.parametrize(
    "role",
    [GONE, {"end_date": PAST}, {"role": "teacher"}],
    ids=["gone", "ended", "another"],
)
def test_a_narrowed_role_takes_whom_it_was_published_for(
    desk: Desk, version: str, role: dict[str, Any]
) -> None:
    programs = three(desk, version)
    desk.edit(changed(Role, "r1", **role))
    for program in programs:
        desk.change(program.vendor, {"roles": ["teacher"]})
    assert "u1" not in ids_of_any(programs)


def test_a_narrowed_grade_takes_whom_it_was_published_for(desk: Desk, version: str) -> None:
    programs = three(desk, version)
    desk.edit(changed(User, "u1", grades=["04"]))
    for program in programs:
        desk.change(program.vendor, {"grades": ["04"]})
    assert "u1" not in ids_of_any(programs)


def test_an_excluded_grade_of_today_takes_who_was_published_in_another(
    desk: Desk, version: str
) -> None:
    programs = three(desk, version)
    desk.edit(changed(User, "u1", grades=["05"]))
    desk.exclude("grade_level", "s1~2027~structure~05")
    assert "u1" not in ids_of_any(programs)


def test_a_guardian_goes_with_children_who_have_left_today(desk: Desk, version: str) -> None:
    programs = three(desk, version)
    desk.edit(changed(User, "u3", **GONE))
    desk.exclude("school", "s1")
    desk.exclude("school", "s2")
    assert "u6" not in ids_of_any(programs)


# 3: marks whose level an import takes away


def test_a_course_stays_excluded_when_it_gets_its_first_class(desk: Desk, version: str) -> None:
    desk.edit(changed(Klass, "k2", course="c1") | changed(Klass, "k4", course="c3"))
    program = joined(desk, version)
    assert "c2" in ids(program, "courses")
    desk.exclude("course", "c2")
    desk.edit(changed(Klass, "k2"))
    desk.refresh()
    assert "c2" not in ids(program, "courses")
    assert "k2" not in ids(program, "classes")


def test_courses_stay_excluded_when_their_master_loses_its_second_school(
    desk: Desk, version: str
) -> None:
    alike = {"course_code": "A1", "title": "Algebra"}
    desk.edit(changed(Course, "c1", **alike) | changed(Course, "c3", **alike))
    program = joined(desk, version)
    desk.exclude("course_master", "A1~Algebra")
    desk.edit(changed(Course, "c3", course_code="B7", title="Geometry"))
    desk.refresh()
    assert not {"c1", "c3"} & ids(program, "courses")


# 4: gradebook, primaryOrg, assessments, resources


@pytest.mark.parametrize(
    ("kind", "sourced_id"), [("enrollment", "e1"), ("school_enrollment", "u1~s1")]
)
def test_results_go_with_the_enrollments_that_they_are_by(
    desk: Desk, version: str, kind: str, sourced_id: str
) -> None:
    # u1 is a student of s2 too, and remains visible.
    desk.edit({(Role, "r9"): tidy()[Role, "r1"] | {"org": "s2"}})
    programs = three(desk, version)
    assert all("t1" in published(program, "results") for program in programs)
    desk.exclude(kind, sourced_id)
    for program in programs:
        assert "u1" in ids(program)
        assert "t1" not in published(program, "results")


def test_results_of_who_has_left_the_class_stay_hidden(desk: Desk, version: str) -> None:
    desk.edit({(Role, "r9"): tidy()[Role, "r1"] | {"org": "s2"}})
    program = joined(desk, version)
    desk.exclude("enrollment", "e1")
    desk.edit(changed(Enrollment, "e1", **GONE))
    desk.refresh()
    assert "u1" in ids(program)
    assert "t1" not in published(program, "results")


def test_the_primary_org_goes_with_the_assignment_there(desk: Desk) -> None:
    teaches = tidy()[Role, "r4"] | {"org": "s2"}
    desk.edit(changed(User, "u4", primary_org="s1") | {(Role, "r9"): teaches})
    programs = three(desk, "1.2")
    for program in programs:
        assert copied(program, "u4")["primaryOrg"]["sourcedId"] == "s1"
    desk.exclude("district_assignment", "u4~s1")
    for program in programs:
        program.finish()
        assert "primaryOrg" not in copied(program, "u4")


def test_assessments_go_by_their_class_or_by_all_schools(desk: Desk) -> None:
    programs = three(desk, "1.2")
    for program in programs:
        assert published(program, "assessmentLineItems").keys() == {"a1", "a2"}
    desk.exclude("section", "k1")
    for program in programs:
        assert published(program, "assessmentLineItems").keys() == {"a2"}
        assert not published(program, "assessmentResults")
        desk.change(program.vendor, {"all_schools": False, "schools": ["s2"]})
        assert "a2" not in published(program, "assessmentLineItems")


def test_resources_go_with_the_last_class_or_course_that_they_are_of(
    desk: Desk, version: str
) -> None:
    programs = three(desk, version)
    assert all(published(program, "resources").keys() == {"x1", "x2"} for program in programs)
    desk.exclude("section", "k1")
    assert all(ids(program, "resources") == {"x1"} for program in programs)
    desk.edit(changed(ClassResource, "l1", klass="nowhere"))
    desk.refresh()
    assert all(ids(program, "resources") == {"x1"} for program in programs)


@pytest.mark.parametrize(
    "narrowed",
    [{"all_schools": False, "schools": ["s2"]}, {"courses": ["c2", "c3"]}],
    ids=["schools", "courses"],
)
def test_resources_go_with_the_last_class_that_is_shared(
    desk: Desk, version: str, narrowed: dict[str, Any]
) -> None:
    """One is of a class that isn't shared any more alone; another one of such a class and of one
    that is.
    """
    desk.edit(
        {
            (Resource, "x3"): tidy()[Resource, "x2"] | {"title": "Atlas"},
            (ClassResource, "l2"): tidy()[ClassResource, "l1"] | {"resource": "x3"},
            (ClassResource, "l3"): tidy()[ClassResource, "l1"] | {"klass": "k3", "resource": "x3"},
        }
    )
    programs = three(desk, version)
    for program in programs:
        assert published(program, "resources").keys() == {"x1", "x2", "x3"}
        desk.change(program.vendor, narrowed)
        assert ids(program, "resources") == {"x3"}


# 5: a paused vendor's delta


@pytest.mark.parametrize("since", ["largest", "one", "start", "end"])
def test_the_delta_of_a_paused_vendor_tells_of_an_exclusion(
    desk: Desk, version: str, since: str
) -> None:
    program = joined(desk, version, Habits(since))
    desk.pause(program.vendor)
    desk.wait(3 * 24 * 3600)
    assert "u1" in ids(program)
    desk.wait(20 * 60)
    desk.exclude("person", "u1")
    assert "u1" not in ids(program)


# 6: filtered and sorted lists


@pytest.mark.parametrize(
    "question",
    [
        Question("users", sort="familyName"),
        Question("users", "status", "=", "active"),
        Question("users", "familyName", "~", "Family"),
        Question("users", "email", "~", "example", sort="givenName", descending=True),
    ],
)
def test_a_list_that_has_begun_keeps_its_length_and_order(
    desk: Desk, version: str, question: Question
) -> None:
    program = joined(desk, version)
    pager = Pager(program.vendor, program.wallet)
    pager.begin(question)
    desk.exclude("person", "u1")
    pager.step()
    desk.set_policy(["users.email"])
    desk.exclude("school", "s2")
    pager.finish()


# 7: two programs on one connection


@pytest.mark.parametrize(
    "habits",
    [
        Habits("largest", limit=3),
        Habits("largest", limit=3, shares_token=True),
        Habits(limit=3, shares_token=True),
    ],
    ids=["a token each", "one token", "the same lists"],
)
def test_two_programs_never_disturb_each_other(desk: Desk, version: str, habits: Habits) -> None:
    program = joined(desk, version, Habits(limit=2), habits)
    one, other = program.vendor.programs
    one.step()
    for turn in range(8):
        one.step()
        desk.edit(titled(turn) | changed(User, "u1", **({} if turn % 2 else GONE)))
        desk.refresh()
        other.step()
        if turn % 3 == 0:
            other.finish()
    one.finish()


def test_a_list_after_a_refresh_and_one_before_are_of_one_publication(
    desk: Desk, version: str
) -> None:
    program = joined(desk, version, Habits())
    for _ in range(5):
        program.step()
    desk.edit(changed(User, "u1", **GONE))
    desk.refresh()
    desk.wait(10 * 60)
    program.finish()


def test_a_program_that_has_rested_reads_what_is_published_since(desk: Desk, version: str) -> None:
    program = joined(desk, version, Habits(limit=2))
    program.step()
    program.step()
    desk.edit(titled(1))
    desk.refresh()
    program.probe("classes", "k1")
    desk.wait(16 * 60)
    program.probe("classes", "k1")


# 8: nothing of what could never be read


def test_who_is_suspended_or_waits_for_the_launch_hears_of_nobody_who_left_meanwhile(
    desk: Desk, version: str
) -> None:
    late = desk.connect(version, EVERYTHING, Habits("largest"), enabled=False)
    suspended = joined(desk, version).vendor
    desk.suspend(suspended)
    newcomer = tidy()[User, "u1"] | {"username": "newcomer"}
    desk.edit({(User, "u9"): newcomer, (Role, "r9"): tidy()[Role, "r1"] | {"user": "u9"}})
    desk.refresh()
    desk.edit({(User, "u9"): newcomer | GONE})
    desk.refresh()
    assert late is not None
    for vendor in (late, suspended):
        desk.activate(vendor)
        vendor.finish()
        vendor.programs[0].probe("users", "u9")
        answer = vendor.get(
            vendor.programs[0].wallet, vendor.path("users"), {"filter": "status='tobedeleted'"}
        )
        assert b"u9" not in answer.content


# 9: only what the act takes


def test_keeping_one_person_out_publishes_nothing_that_nobody_has_refreshed(
    desk: Desk, version: str
) -> None:
    program = joined(desk, version)
    desk.edit(changed(Klass, "k2", title="Choir") | changed(User, "u2", given_name="Zoe"))
    desk.change(program.vendor, {"kept_out": {"u1": "asked"}})
    assert "u1" not in ids(program)
    assert program.copy is not None
    assert program.copy["classes"]["k2"]["title"] == "Class k2"
    assert program.copy["users"]["u2"]["givenName"] == "Given 1"


def test_a_guardian_who_is_excluded_leaves_the_child_as_it_was_published(
    desk: Desk, version: str
) -> None:
    program = joined(desk, version)
    assert program.copy is not None
    assert program.copy["users"]["u1"]["agents"]
    desk.edit(changed(User, "u1", given_name="Zoe"))
    desk.exclude("person", "u6")
    program.finish()
    assert "agents" not in program.copy["users"]["u1"]
    assert program.copy["users"]["u1"]["givenName"] == "Given 0"


def test_a_guardian_with_another_role_is_at_no_other_childs_school_before_a_refresh(
    desk: Desk, version: str
) -> None:
    """Her role is at the school of u1; u3, whose guardian she is too, is at another one."""
    desk.edit({(Role, "r9"): tidy()[Role, "r6"] | {"org": "office", "role": "aide"}})
    program = joined(desk, version)
    desk.exclude("school_enrollment", "u1~s1")
    program.finish()
    desk.refresh()
    program.finish()


def test_schools_that_are_swapped_bring_no_roles_there_to_who_stays(
    desk: Desk, version: str
) -> None:
    desk.edit({(Role, "r9"): tidy()[Role, "r1"] | {"org": "s2"}})
    program = joined(desk, version, all_schools=False, schools=["s1"])
    program.step()
    desk.change(program.vendor, {"schools": ["s2"]})
    # What its run goes on reading has lost a school, and got none.
    desk.look()
    program.finish()


# 10: off until ticked


def test_accounts_master_identifiers_and_pronouns_are_off_until_they_are_ticked(
    desk: Desk,
) -> None:
    desk.edit(
        changed(User, "u1", user_master_identifier="77", pronouns="they")
        | changed(Role, "r1", user_profile="p1")
    )
    vendor = desk.connect("1.2", {"all_schools": True}, Habits())
    assert vendor is not None
    desk.refresh()
    vendor.finish()
    copy = vendor.programs[0].copy
    assert copy is not None
    user = copy["users"]["u1"]
    assert not {"userMasterIdentifier", "userProfiles", "pronouns"} & user.keys()
    assert "userProfile" not in user["roles"][0]


# 11: a refresh in which somebody excludes


def test_a_refresh_goes_on_when_somebody_excludes_meanwhile(
    desk: Desk, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = joined(desk, version)
    monkeypatch.setattr(running, "OFTEN", -1.0)
    waiting = ["u1", "u2", "u3"]

    def exclude(percent: int, stage: str) -> None:
        if waiting and percent > 10:
            desk.exclude("person", waiting.pop())

    desk.edit(changed(User, "u4", given_name="Zoe"))
    publishing.refresh(desk.organization, by=BY, progress=exclude)
    assert waiting == []
    desk.refreshed()
    assert not {"u1", "u2", "u3"} & ids(program)


# 12: dates


def test_who_joins_on_a_second_term_s_first_day_comes_with_it(desk: Desk, version: str) -> None:
    desk.edit(changed(Enrollment, "e3", begin_date=tidy()[AcademicSession, "spring"]["start_date"]))
    program = joined(desk, version)
    assert "e3" not in ids(program, "enrollments")


def test_who_leaves_on_a_first_term_s_last_day_is_gone(desk: Desk, version: str) -> None:
    desk.edit(
        changed(AcademicSession, "fall", end_date=PAST) | changed(Enrollment, "e3", end_date=PAST)
    )
    program = joined(desk, version)
    assert "e3" not in ids(program, "enrollments")


# 13: whole classes, and guests


@pytest.mark.parametrize(
    ("kind", "sourced_id"),
    [
        ("calendar", "s2~2027"),
        ("schedule_structure", "s2~2027~structure"),
        ("grade_level", "s2~2027~structure~03"),
    ],
)
def test_a_class_goes_with_the_level_that_all_of_its_students_are_in(
    desk: Desk, version: str, kind: str, sourced_id: str
) -> None:
    programs = three(desk, version)
    assert all({"k3", "k4"} <= published(program, "classes").keys() for program in programs)
    desk.exclude(kind, sourced_id)
    assert not {"k3", "k4"} & ids_of_any(programs, "classes")


@pytest.mark.parametrize(("kind", "sourced_id"), [("section", "k3"), ("enrollment", "e9")])
def test_a_guest_leaves_the_school_with_the_only_class_there(
    desk: Desk, version: str, kind: str, sourced_id: str
) -> None:
    there = tidy()[Enrollment, "e1"] | {"klass": "k3", "school": "s2"}
    desk.edit({(Enrollment, "e9"): there})
    programs = three(desk, version)
    assert all(places(program, "u1") == {"s1", "s2"} for program in programs)
    desk.exclude(kind, sourced_id)
    for program in programs:
        program.finish()
        assert places(program, "u1") == {"s1"}


def places(program: Program, user: str) -> set[str]:
    document = copied(program, user)
    orgs = document.get("orgs") or [role["org"] for role in document["roles"]]
    return {org["sourcedId"] for org in orgs}


# 14: courses


def test_a_course_without_a_code_is_published_with_its_classes(desk: Desk, version: str) -> None:
    desk.edit(
        changed(Course, "c1", course_code="", subjects=[])
        | changed(Klass, "k1", subjects=["Maths"])
    )
    programs = three(desk, version)
    for program in programs:
        desk.change(program.vendor, {"subjects": ["Maths"]})
    programs.append(joined(desk, version, subjects=["Maths"]))
    for program in programs:
        assert "k1" in ids(program, "classes")
        assert program.copy is not None
        assert program.copy["courses"]["c1"]["courseCode"] == "c1"


def test_a_course_without_classes_goes_with_its_district(desk: Desk, version: str) -> None:
    office = tidy()[Course, "c2"] | {"org": "office"}
    desk.edit({(Course, "c9"): office})
    programs = three(desk, version)
    assert all("c9" in published(program, "courses") for program in programs)
    desk.exclude("org", "office")
    assert "c9" not in ids_of_any(programs, "courses")
    assert tidy()[Org, "office"]["parent"] == "district"


# 15: reasons


def test_reasons_are_those_that_hold(desk: Desk) -> None:
    desk.edit(
        changed(User, "u2", given_name="") | {(Role, "r9"): tidy()[Role, "r1"] | {"org": "s2"}}
    )
    program = joined(desk, "1.1", roles=["teacher"])
    assert desk.reasons(program.vendor, "person", "u2") == {"unpublishable givenName"}
    # By either school, students aren't shared.
    assert desk.reasons(program.vendor, "person", "u1") == {"not_shared role"}
    desk.exclude("school", "s2")
    # By one of them it is a mark now, by the other what it was.
    assert desk.reasons(program.vendor, "person", "u1") == {"marked", "not_shared role"}


# What the long look of the histories has found since


def test_an_act_takes_from_what_is_read_on_by_the_sharing_of_now(desk: Desk, version: str) -> None:
    """A district's course stays for its class at s2 alone; then that school's year goes."""
    desk.edit(changed(Klass, "k4", course="c2"))
    program = joined(desk, version, Habits(limit=2))
    reading(program)
    desk.change(program.vendor, {"all_schools": False, "schools": ["s2"]})
    desk.exclude("calendar", "s2~2027")
    assert "c2" not in ids(program, "courses")


def test_whom_an_act_leaves_without_classes_goes_where_such_people_are_not_shared_any_more(
    desk: Desk, version: str
) -> None:
    program = joined(desk, version, Habits(limit=2))
    reading(program)
    desk.change(program.vendor, {"unenrolled": False})
    for sourced_id in ("k1", "k2", "k3"):
        desk.exclude("section", sourced_id)
    assert "u1" not in ids(program)


def test_a_district_goes_with_the_last_school_that_is_read_on(desk: Desk, version: str) -> None:
    asked = {"all_schools": False, "schools": ["s1", "s3"]}
    program = joined(desk, version, Habits(limit=2), **asked)
    desk.exclude("school", "s3")
    reading(program)
    desk.include("school", "s3")
    desk.refresh()
    desk.exclude("school", "s1")


def test_a_course_stays_excluded_when_the_school_of_its_calendar_is_gone(
    desk: Desk, version: str
) -> None:
    program = joined(desk, version)
    desk.exclude("calendar", "s1~2027")
    desk.edit({})
    desk.edit(changed(Org, "s1", **GONE))
    desk.refresh()
    assert "c1" not in ids(program, "courses")


def test_a_narrowed_sharing_leaves_out_what_it_takes_today_too(desk: Desk, version: str) -> None:
    program = joined(desk, version)
    desk.edit(changed(Enrollment, "e1", role="teacher"))
    desk.change(program.vendor, {"roles": ["student"]})
    assert "e1" not in ids(program, "enrollments")


@pytest.mark.parametrize("early", [True, False], ids=["before", "after"])
def test_what_a_cleared_mark_took_carries_nothing_that_is_read_on(
    desk: Desk, version: str, early: bool
) -> None:
    """A district's course stays for one school's year after the other's was excluded, and
    cleared; then that one goes too. The vendor was paused before or after the first.
    """
    desk.edit({**changed(Klass, "k4", course="c2"), **changed(Klass, "k1", course="c2")})
    program = joined(desk, version)
    if early:
        desk.pause(program.vendor)
    desk.exclude("calendar", "s1~2027")
    desk.refresh()
    if not early:
        desk.pause(program.vendor)
    desk.include("calendar", "s1~2027")
    desk.refresh()
    assert "c2" in ids(program, "courses")
    desk.exclude("calendar", "s2~2027")
    assert "c2" not in ids(program, "courses")


def test_a_school_that_is_shared_again_is_not_in_what_is_read_on(desk: Desk, version: str) -> None:
    """Its district goes with the school that is."""
    both = {"all_schools": False, "schools": ["s1", "s3"]}
    program = joined(desk, version, Habits(limit=2), **both)
    reading(program)
    desk.change(program.vendor, {**both, "schools": ["s1"]})
    desk.change(program.vendor, both)
    desk.exclude("school", "s1")


def test_a_school_that_a_paused_vendor_is_given_carries_nothing(desk: Desk, version: str) -> None:
    """Its district goes with the last school that is listed."""
    program = joined(desk, version, all_schools=False, schools=["s1", "s2"])
    desk.pause(program.vendor)
    desk.change(program.vendor, {"all_schools": False, "schools": ["s2", "s3"]})
    desk.exclude("school", "s2")
    program.vendor.wait(16 * 60)
    assert "district" not in ids(program, "orgs")


def test_what_an_upgrade_brought_is_judged_by_what_it_lists(desk: Desk, version: str) -> None:
    """It doesn't say by which marks it was made: a district goes with the last school that is."""
    program = joined(desk, version, all_schools=False, schools=["s1", "s3"])
    desk.pause(program.vendor)
    desk.exclude("school", "s3")
    desk.include("school", "s3")
    Publication.objects.update(marks=None)
    desk.exclude("school", "s1")
    assert "district" not in ids(program, "orgs")
