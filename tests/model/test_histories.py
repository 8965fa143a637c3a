"""What the random histories have found, each as the shortest history that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from roster.models import Course, Enrollment, Klass, Org, Role, User
from tests.model.desk import Desk
from tests.model.programs import Program
from tests.model.sharing import EVERYTHING
from tests.model.tidy import tidy
from tests.model.vendors import Habits

GONE = {"status": "tobedeleted"}


@pytest.fixture
def desk(db: None) -> Iterator[Desk]:
    """The tidy district, not published yet, and nobody connected."""
    opened = Desk()
    yield opened
    opened.close()


def joined(desk: Desk, version: str = "1.2", since: str | None = None) -> Program:
    """Return the program of one more vendor, which reads everything that can be shared."""
    vendor = desk.connect(version, EVERYTHING, Habits(since))
    assert vendor is not None
    return vendor.programs[0]


def copied(program: Program) -> dict[str, dict[str, Any]]:
    """Return the copy that a program has once it has finished a sync."""
    program.finish()
    assert program.copy is not None
    return program.copy


def orgs_of(user: str, program: Program) -> set[str]:
    """Where a program's copy has a person."""
    return {role["org"]["sourcedId"] for role in copied(program)["users"][user]["roles"]}


def test_a_guardian_stays_while_a_child_is_seen_at_another_school(desk: Desk) -> None:
    klass = tidy()[Klass, "k2"] | {"school": "s3", "course": "c1"}
    there = tidy()[Enrollment, "e2"] | {"school": "s3"}
    desk.edit({(Klass, "k2"): klass, (Enrollment, "e2"): there})
    program = joined(desk)
    desk.refresh()
    desk.exclude("school", "s1")
    assert "u6" in copied(program)["users"]


def test_what_is_taken_back_by_a_third_change_leaves_a_run_of_before_the_first(desk: Desk) -> None:
    program = joined(desk)
    desk.refresh()
    program.step()
    desk.change(program.vendor, {"inactive": False})
    desk.change(program.vendor, {"inactive": True})
    desk.tend()
    desk.change(program.vendor, {"kept_out": {"u1": "asked"}})
    assert "u1" not in copied(program)["users"]


def test_who_is_enrolled_is_read_on_where_enrollments_are_shared_no_longer(desk: Desk) -> None:
    program = joined(desk)
    desk.refresh()
    program.step()
    desk.change(program.vendor, {"hidden": ["enrollments"], "unenrolled": False})
    desk.exclude("course_master", "c2")
    assert "u3" in copied(program)["users"]


def test_what_was_loosened_in_a_pause_is_read_when_it_ends(desk: Desk) -> None:
    program = joined(desk)
    desk.change(program.vendor, {"shares": []})
    desk.refresh()
    desk.pause(program.vendor)
    desk.change(program.vendor, {"shares": ["demographics"]})
    desk.activate(program.vendor)
    assert "u1" in copied(program)["demographics"]


def test_what_was_refreshed_in_a_pause_is_read_when_it_ends(desk: Desk) -> None:
    program = joined(desk)
    desk.refresh()
    desk.pause(program.vendor)
    desk.edit({(Klass, "k2"): tidy()[Klass, "k2"] | {"title": "Choir"}})
    desk.refresh()
    desk.change(program.vendor, {"inactive": False})
    desk.activate(program.vendor)
    assert copied(program)["classes"]["k2"]["title"] == "Choir"


def test_a_role_that_names_no_calendar_puts_nobody_beside_that_of_their_classes(
    desk: Desk,
) -> None:
    rows = tidy()
    plain = next(row for (model, _), row in rows.items() if model is Role)
    at_school = plain | {"user": "u1", "org": "s2", "role": "student"}
    track = {"school": "s2", "course": "c4", "terms": [], "metadata": {"calendar": "track"}}
    desk.edit({(Role, "r9"): at_school, (Klass, "k1"): rows[Klass, "k1"] | track})
    program = joined(desk)
    desk.refresh()
    assert orgs_of("u1", program) == {"s1", "s2"}
    desk.exclude("calendar", "s2~track")
    desk.look()
    assert orgs_of("u1", program) == {"s1"}


def test_an_act_goes_by_what_was_published_and_not_by_what_an_import_made_of_it(
    desk: Desk,
) -> None:
    program = joined(desk, "1.1")
    desk.refresh()
    desk.pause(program.vendor)
    # Today nobody could be shown who has no family name.
    desk.edit({(User, "u6"): tidy()[User, "u6"] | {"family_name": ""}})
    desk.exclude("school", "s1")
    desk.look()
    copy = copied(program)
    # What is left of u6 is a guardian's role at the other child's school.
    assert copy["users"]["u6"]["familyName"] == tidy()[User, "u6"]["family_name"]
    assert [org["sourcedId"] for org in copy["users"]["u6"]["orgs"]] == ["s2"]
    assert "u6" in copy["demographics"]


def test_what_is_given_by_the_same_act_waits_where_an_older_publication_is_read(
    desk: Desk,
) -> None:
    desk.edit({(Klass, "k1"): tidy()[Klass, "k1"] | {"school": "s2", "course": "c2"}})
    program = joined(desk)
    desk.change(program.vendor, {"all_schools": False, "schools": ["s1"]})
    desk.refresh()
    program.step()
    desk.change(program.vendor, {"all_schools": True, "schools": [], "shares": ["demographics"]})
    desk.change(program.vendor, {"all_schools": False, "schools": ["s1"], "shares": ["all"]})
    desk.pause(program.vendor)
    desk.change(
        program.vendor, {"all_schools": True, "schools": [], "courses": ["c2"], "shares": []}
    )
    desk.look()
    program.finish()


def test_who_is_withdrawn_from_what_a_run_reads_and_stays_at_the_head_is_heard_of_again(
    desk: Desk,
) -> None:
    program = joined(desk, since="largest")
    desk.refresh()
    program.finish()
    # A parent at s1, now a student at s3 too.
    student = tidy()[Role, "r1"] | {"user": "u/7@x", "org": "s3"}
    desk.edit({(Role, "r9"): student})
    desk.refresh()
    desk.exclude("school", "s1")
    # Within two minutes this is still the run of before, where only the parent was.
    assert "u/7@x" not in copied(program)["demographics"]
    desk.wait(20 * 60)
    assert "u/7@x" in copied(program)["demographics"]


def test_an_act_brings_no_mark_with_it_that_a_bundle_has_set_and_nobody_refreshed(
    desk: Desk,
) -> None:
    reading, paused = joined(desk), joined(desk)
    desk.refresh()
    desk.pause(paused.vendor)
    desk.edit({(Org, "s1"): tidy()[Org, "s1"] | {"metadata": {"externalLmsExclude": "true"}}})
    desk.exclude("person", "u3")
    desk.set_policy([])
    for program in (reading, paused):
        assert "s1" in copied(program)["orgs"]
        assert "u3" not in copied(program)["users"]


def test_an_act_takes_no_session_with_it_that_an_import_has_left_without_classes(
    desk: Desk,
) -> None:
    program = joined(desk)
    desk.refresh()
    desk.edit({(Course, name): tidy()[Course, name] | GONE for name in ("c1", "c3")})
    desk.exclude("course_master", "c2")
    desk.look()
    assert set(copied(program)["classes"]) == {"k1", "k3"}


def test_an_act_takes_no_district_with_it_that_an_import_has_left_without_schools(
    desk: Desk,
) -> None:
    sharing = EVERYTHING | {"all_schools": False, "schools": ["s1", "s2"]}
    vendor = desk.connect("1.2", sharing, Habits())
    assert vendor is not None
    desk.refresh()
    desk.edit({(Org, "s2"): tidy()[Org, "s2"] | {"parent": ""}})
    desk.exclude("school", "s1")
    desk.look()
    assert set(copied(vendor.programs[0])["orgs"]) == {"s2", "district"}


def test_a_school_that_is_shared_no_longer_takes_nobody_who_is_elsewhere(desk: Desk) -> None:
    program = joined(desk)
    # The enrollment names another school than its class does.
    desk.edit({(Klass, "k1"): tidy()[Klass, "k1"] | {"school": "s3", "course": "c4"}})
    desk.refresh()
    desk.edit({(Klass, "k3"): tidy()[Klass, "k3"] | GONE})
    desk.change(program.vendor, {"all_schools": False, "schools": ["s3"]})
    desk.look()
    assert "u1" in copied(program)["users"]


def test_a_guardian_goes_with_the_last_child_that_is_listed(desk: Desk) -> None:
    program = joined(desk)
    desk.edit({(Role, "r6"): tidy()[Role, "r6"] | {"org": "s3"}})
    desk.exclude("person", "u1")
    desk.refresh()
    desk.pause(program.vendor)
    # u1 is back with the refresh that this vendor waits for.
    desk.include("person", "u1")
    desk.exclude("person", "u3")
    desk.look()
    assert "u6" not in copied(program)["users"]


def test_whom_an_act_has_taken_for_what_is_true_today_gives_nobody_a_place(desk: Desk) -> None:
    program = joined(desk)
    desk.refresh()
    desk.pause(program.vendor)
    moved = {(Role, "r1"): tidy()[Role, "r1"] | {"org": "s3"}}
    left = {(Enrollment, name): tidy()[Enrollment, name] | GONE for name in ("e1", "e2")}
    desk.edit(moved | left)
    desk.exclude("school", "s3")
    assert "u1" not in copied(program)["users"]
    assert orgs_of("u6", program) == {"s2"}
    desk.exclude("guardian_link", "u2~u/7@x")
    desk.look()
    assert orgs_of("u6", program) == {"s2"}
    desk.exclude("person", "u3")
    desk.look()
    assert "u6" not in copied(program)["users"]
