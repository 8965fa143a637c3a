"""Pairs of nights of which the second is held, or isn't: for each reason, growth as shrinkage.

The limits are small here: more than 2 records and 10 %, and more than 2 hidden people visible.
"""

from __future__ import annotations

from errno import ENOSPC
from typing import Any

import pytest

from roster.importing import approve, discard
from roster.models import Arrival, ArrivalPart, AuditEntry, Import, Mark, Organization, User
from roster.refusal import Refused
from tests.roster.importing.cases import (
    HIDDEN,
    MARK,
    Case,
    add,
    bundle,
    cell,
    changed,
    check,
    column,
    every,
    row,
    table,
    visible,
    without,
    without_column,
    without_row,
)
from tests.roster.importing.conftest import Bundler
from tests.roster.importing.test_importing import everything

LIMITS = {"hold_percent": 10, "hold_records": 2, "hold_visible": 2}
HIDES = " ".join(HIDDEN)
NEXT_YEAR = (
    cell("academicSessions", "y", "startDate", "2027-07-01"),
    cell("academicSessions", "y", "endDate", "2028-07-01"),
    cell("academicSessions", "y", "schoolYear", "2028"),
    cell("academicSessions", "fall", "startDate", "2027-08-20"),
    cell("academicSessions", "fall", "endDate", "2028-01-22"),
    cell("academicSessions", "fall", "schoolYear", "2028"),
    cell("academicSessions", "spring", "startDate", "2028-01-25"),
    cell("academicSessions", "spring", "endDate", "2028-06-15"),
    cell("academicSessions", "spring", "schoolYear", "2028"),
)
NEWCOMERS = tuple(
    change
    for name in ("nan", "ned", "noa")
    for change in (
        add("users", name, like="eve", username=name, identifier=name, email=""),
        add("enrollments", f"e-{name}", like="e-eve", userSourcedId=name),
    )
)


def in_us(day: str) -> str:
    return f"{day[5:7]}/{day[8:]}/{day[:4]}"


def night(title: str, *then: Any, codes: str = "", **must: Any) -> Case:
    """Return a pair of nights; with `codes`, the second is held for these reasons and no others."""
    state = Import.State.HELD if codes else ""
    options = {"approved": False, "codes": codes}
    return Case(title, then=then, state=state, options=options, **must)


AREA = (
    add("orgs", "area", like="d", name="Area", type="department", parentSourcedId="d"),
    cell("orgs", "area", MARK, "true"),
    cell("orgs", "south", "parentSourcedId", "area"),
)
BELOW = "orgs/south classes/k2 users/eve enrollments/e-eve"
ROLES_IN_USERS = (
    column("users", "orgSourcedIds", "south"),
    column("users", "role", "teacher"),
    cell("roles", "r-lea", MARK, "true"),
)

HELD = [
    *(
        night(
            f"a school's parent is {parent!r}, where it was excluded",
            cell("orgs", "south", "parentSourcedId", parent),
            first=AREA,
            codes="org-left",
            hides=BELOW,
        )
        for parent in ("", "?", "NULL", "d", "x" * 300)
    ),
    night(
        "no school says its parent, and one was below an excluded org",
        without_column("orgs", "parentSourcedId"),
        first=AREA,
        codes="emptied-column org-left",
        hides=BELOW,
    ),
    night(
        "users.csv says the roles, which had dates and marks in roles.csv",
        without("roles"),
        first=ROLES_IN_USERS,
        codes="removals roles-elsewhere",
        versions=("1.2",),
        hides="users/sue users/lea",
    ),
    night(
        "one of two columns of marks is gone",
        without_column("users", "external_lms_exclude"),
        first=(column("users", "external_lms_exclude", "true", *[""] * 11),),
        codes="emptied-column",
        hides=f"{HIDES} users/ann",
    ),
    night("a school is gone", without_row("orgs", "south"), codes="school", sees="classes/k2"),
    night(
        "what classes name as their school is gone",
        without_row("orgs", "south"),
        first=(cell("orgs", "south", "type", "department"),),
        codes="school",
        sees="classes/k2",
    ),
    night(
        "three people are gone",
        without_row("users", "eve", "gil", "cy"),
        codes="removals hidden",
        sees="users/eve users/gil users/cy",
    ),
    night(
        "three people are retired by word",
        *(cell("users", name, "status", "tobedeleted") for name in ("eve", "gil", "cy")),
        codes="removals hidden",
        sees="users/eve users/gil users/cy",
    ),
    night(
        "three enrollments are gone, and with them a school's",
        *(
            add("enrollments", f"e{n}", like="e-eve", userSourcedId=name)
            for n, name in enumerate(("ann", "gil", "dee"))
        ),
        without_row("enrollments", "e-eve", "e-tess", "e-tom"),
        codes="removals hidden",
        first=(),
    ),
    night(
        "all enrollments of a school are gone, among few others",
        without_row("enrollments", "e-eve", "e-tess", "e-extra"),
        first=(add("enrollments", "e-extra", like="e-eve", userSourcedId="ann"),),
        codes="removals emptied hidden",
        sees="enrollments/e-eve",
    ),
    night(
        "three people would be visible who are hidden",
        *(cell("users", name, "enabledUser", "true") for name in ("fay", "cy", "eve")),
        first=tuple(cell("users", name, "enabledUser", "false") for name in ("cy", "eve", "gil")),
        codes="visible",
        hides="users/fay users/cy users/eve",
    ),
    night("three people are new", *NEWCOMERS, codes="grown", hides="users/nan users/ned"),
    night(
        "accounts of three people are disabled",
        *(cell("users", name, "enabledUser", "false") for name in ("eve", "gil", "cy")),
        codes="hidden",
        sees="users/eve users/gil users/cy",
    ),
    night(
        "the names in systems are others",
        every("users", "username", lambda name: f"{name}@riverside"),
        codes="rekeyed",
        stored={"users/ann username": "ann"},
    ),
    night(
        "the e-mail addresses are others",
        every("users", "email", lambda email: email.replace("org", "net")),
        codes="rekeyed",
        stored={"users/ann email": "ann@example.org"},
    ),
    night(
        "the identifiers are others",
        every("users", "identifier", lambda number: f"0{number}"),
        codes="rekeyed",
        stored={"users/ann identifier": "A1"},
    ),
    night(
        "students are teachers",
        every("users", "role", lambda role: "teacher" if role == "student" else role),
        codes="rekeyed",
        versions=("1.1",),
    ),
    night(
        "students are teachers in roles",
        every("roles", "role", lambda role: "teacher" if role == "student" else role),
        codes="rekeyed",
        versions=("1.2",),
    ),
    night(
        "the column of marks is gone",
        without_column("users", MARK),
        codes="emptied-column",
        hides=HIDES,
    ),
    night(
        "a mark is blank where another can't be read: the columns have slipped",
        cell("users", "bob", MARK, ""),
        cell("users", "ann", MARK, "555-1"),
        codes="marks-unclear",
        hides=HIDES,
    ),
    night("all marks are blank", column("users", MARK, ""), codes="emptied-column", hides=HIDES),
    night(
        "the marks of classes are gone",
        without_column("classes", MARK),
        codes="emptied-column",
        hides=HIDES,
    ),
    night(
        "the column endDate is gone",
        without_column("enrollments", "endDate"),
        codes="emptied-column",
        hides=HIDES,
    ),
    night(
        "all end dates are blank",
        column("enrollments", "endDate", ""),
        codes="emptied-column",
        hides=HIDES,
    ),
    night(
        "the column beginDate is gone",
        without_column("enrollments", "beginDate"),
        codes="emptied-column",
        hides=HIDES,
    ),
    night(
        "a begin date has slipped to where the end belongs",
        cell("enrollments", "e-dee", "beginDate", ""),
        cell("enrollments", "e-dee", "endDate", "2027-03-01"),
        codes="cells-slipped",
        hides=HIDES,
    ),
    Case(
        "a mark has fallen out of a row that got a cell",
        first=(cell("users", "eve", MARK, "true"),),
        then=(row("users", "bob", lambda cells: [*cells[:8], "", *cells[8:-1]]),),
        state=Import.State.HELD,
        options={"approved": False, "codes": "cells-slipped"},
        hides=HIDES,
    ),
    night(
        "an end date has slipped to where a moment belongs",
        cell("enrollments", "e-cy", "endDate", ""),
        cell("enrollments", "e-cy", "dateLastModified", "2026-10-01"),
        codes="cells-slipped",
        hides=HIDES,
    ),
    night(
        "a begin date has changed places with a moment",
        cell("enrollments", "e-dee", "beginDate", "2026-11-16T06:00:00.000Z"),
        cell("enrollments", "e-dee", "dateLastModified", "2027-03-01"),
        codes="cells-slipped",
        hides=HIDES,
    ),
    night(
        "an end date of a role has slipped to the next column but one",
        cell("roles", "r-sue", "endDate", ""),
        cell("roles", "r-sue", "userProfileSourcedId", "2026-10-01"),
        cell("roles", "r-ann", "endDate", "2027-05-31"),
        codes="cells-slipped",
        versions=("1.2",),
        hides="users/sue",
    ),
    night(
        "the end dates of roles are gone",
        without_column("roles", "endDate"),
        codes="emptied-column",
        versions=("1.2",),
        hides="users/sue",
    ),
    night(
        "a whole column of other values is blank",
        column("users", "email", ""),
        codes="emptied-column rekeyed",
        stored={"users/ann email": "ann@example.org"},
        never="",
    ),
    night(
        "end dates are written as in the US",
        cell("enrollments", "e-ann", "endDate", "2027-06-01"),
        every("enrollments", "endDate", in_us),
        codes="date-form",
        hides=HIDES,
    ),
    night(
        "who was inactive would be active: the column status is gone",
        without_column("users", "status"),
        first=(cell("users", "eve", "status", "inactive"),),
        codes="status-missing",
        hides=f"{HIDES} users/eve",
    ),
    night(
        "the active year is gone: ids are used again",
        *NEXT_YEAR,
        codes="year hidden",
        sees="classes/k1 enrollments/e-ann",
    ),
    night(
        "the active year is gone: other ids",
        without_row("academicSessions", "y", "fall", "spring"),
        add("academicSessions", "y28", title="2027-28", type="schoolYear",
            startDate="2027-07-01", endDate="2028-07-01", schoolYear="2028"),
        codes="removals year hidden",
        sees="classes/k1 enrollments/e-ann",
    ),
]  # fmt: skip

NOT_HELD = [
    night("nothing is different"),
    night("two people are gone", without_row("users", "eve", "gil"), hides="users/eve users/gil"),
    night(
        "two hidden people are shown in words",
        cell("users", "fay", "enabledUser", "true"),
        cell("users", "bob", MARK, "false"),
        sees="users/fay users/bob",
    ),
    night("two people are new", *NEWCOMERS[:4], sees="users/nan users/ned"),
    night("one mark is cleared in words", cell("users", "bob", MARK, "false"), sees="users/bob"),
    night(
        "one end date is blank, others aren't",
        cell("enrollments", "e-ann", "endDate", ""),
        sees="enrollments/e-ann",
        hides=HIDES,
    ),
    night(
        "two names in systems are others",
        cell("users", "ann", "username", "anna"),
        cell("users", "eve", "username", "eva"),
        stored={"users/ann username": "anna"},
    ),
    night(
        "an ended enrollment is gone, the last with an end date stays",
        without_row("enrollments", "e-cy"),
        hides=HIDES,
    ),
    night(
        "next year's sessions come beside this year's",
        add("academicSessions", "y28", title="2027-28", type="schoolYear",
            startDate="2027-07-01", endDate="2028-07-01", schoolYear="2028"),
        sees="classes/k1 enrollments/e-ann",
    ),
    night(
        "the column enabledUser is gone: accounts stay as they are",
        without_column("users", "enabledUser"),
        hides=HIDES,
    ),
    night("a file is missing", without("demographics"), sees="demographics/ann"),
    night(
        "a file has a header only",
        lambda files: files | {
            "enrollments.csv": files["enrollments.csv"].partition("\n")[0] + "\n"
        },
        sees="enrollments/e-ann enrollments/e-eve",
        findings="file-without-rows",
        hides=HIDES,
    ),
    night("a column of few values is gone", without_column("users", "phone"),
          stored={"users/ann phone": ""}),
]  # fmt: skip


def limited(load: Bundler, **limits: int) -> None:
    Organization.objects.update(**{**LIMITS, **limits})
    load.organization.refresh_from_db()


@table([*HELD, *NOT_HELD])
def test_a_night_is_held_or_not(case: Case, version: str, load: Bundler) -> None:
    limited(load)
    codes = case.options["codes"]
    done = check(_plain(case), version, load)
    assert done is not None
    assert {each["code"] for each in done.holds} == set(codes.split()), done.holds
    assert bool(done.difference) == bool(codes)
    assert ArrivalPart.objects.exists() == bool(codes)


def _plain(case: Case) -> Case:
    options = {name: value for name, value in case.options.items() if name != "codes"}
    return Case(**{**{f: getattr(case, f) for f in Case.__slots__}, "options": options})


@table([case for case in HELD if case.title != "a school is gone"])
def test_a_small_district_is_not_held_for_numbers(case: Case, version: str, load: Bundler) -> None:
    """With the limits as they are at first, numbers of a dozen people are no reason."""
    files = bundle(version)
    load.organization.school_year = "2027"
    load.organization.save()
    load(files, version)
    done = load(changed(changed(files, case.first), case.then or ()), version, approved=False)
    numbers = {"removals", "emptied", "visible", "grown", "hidden", "rekeyed"}
    assert not numbers & {each["code"] for each in done.holds}


def held(load: Bundler, *changes: Any, version: str = "1.2") -> Import:
    """Return an import that is held: of Riverside without its marks, and with other changes."""
    Organization.objects.update(school_year="2027")
    load(bundle(version), version)
    files = changed(bundle(version), (without_column("users", MARK), *changes))
    done = load(files, version, approved=False)
    assert done.state == Import.State.HELD
    return done


def test_a_held_import_changes_nothing_and_says_what_it_would(load: Bundler) -> None:
    Organization.objects.update(school_year="2027")
    load(bundle("1.2"))
    before = everything(load.organization)
    marks = list(Mark.objects.values())
    done = held(load, cell("users", "ann", "email", "a@example.net"), without_row("users", "eve"))
    assert everything(load.organization) == before
    assert list(Mark.objects.values()) == marks
    assert load.organization.revision == 1
    [reason] = done.holds
    assert reason["reason"] == (
        "All exclude marks are gone from users.csv: its column metadata.externalLmsExclude is"
        " missing, or has none now. Records that had one and are still there: 1. Was the column"
        " left out of the export?"
    )
    assert done.difference["users"] == {
        "created": 0,
        "updated": 2,
        "returned": 0,
        "removed": 1,
        "fields": {"email": 1, "metadata": 1},
        "schools": {"north": {"updated": 2}, "south": {"removed": 1}},
        "records": [
            {"sourcedId": "ann", "act": "updated", "school": "north", "name": "Ann O'Hara",
             "fields": ["email"]},
            {"sourcedId": "bob", "act": "updated", "school": "north", "name": "Bob Lee",
             "fields": ["metadata"]},
            {"sourcedId": "eve", "act": "removed", "school": "south", "name": "Eve Lee",
             "fields": []},
        ],
    }  # fmt: skip
    assert AuditEntry.objects.get(action="import.held").new == [reason["reason"]]


def test_dates_in_another_form_are_held_in_words_though_no_record_differs(load: Bundler) -> None:
    load(bundle("1.2"))
    done = load(changed(bundle("1.2"), [every("enrollments", "endDate", in_us)]), approved=False)
    assert [each["reason"] for each in done.holds] == [
        "The dates of endDate in enrollments.csv are written in another form: month, day, year, and"
        " before 2026-08-31. Where a day was taken for a month, the difference shows other dates."
    ]
    assert done.difference == {}


def test_dates_that_had_no_certain_form_are_held_when_they_get_one(load: Bundler) -> None:
    mixed = cell("demographics", "ann", "birthDate", "04/03/2012")
    load(changed(bundle("1.2"), [mixed]))
    done = load(changed(bundle("1.2"), [every("demographics", "birthDate", in_us)]), approved=False)
    assert "month, day, year, and before in none that was certain." in done.holds[0]["reason"]


def test_one_person_who_comes_out_of_hiding_is_told_in_good_english(load: Bundler) -> None:
    load(bundle("1.2"))
    limited(load, hold_visible=0)
    shown = changed(bundle("1.2"), [cell("users", "bob", MARK, "false")])
    [reason] = load(shown, approved=False).holds
    assert reason["reason"] == (
        "People who are hidden now and would be visible to vendors: 1; the limit is 0."
    )


def test_what_classes_name_as_their_school_is_a_school_in_the_difference(load: Bundler) -> None:
    department = cell("orgs", "south", "type", "department")
    load(changed(bundle("1.2"), [department]))
    changes = [department, cell("orgs", "south", "name", "S"), cell("users", "eve", "email", "")]
    done = load(changed(bundle("1.2"), [*changes, without_column("users", MARK)]), approved=False)
    assert done.difference["orgs"]["schools"] == {"south": {"updated": 1}}
    assert done.difference["users"]["schools"]["south"] == {"updated": 1}


def test_a_held_import_is_applied_when_it_is_approved(load: Bundler) -> None:
    waiting = held(load, cell("users", "ann", "email", "a@example.net"))
    assert "users/bob" not in visible(load.organization, "1.2")
    done = approve(load.organization, by="Lea")
    assert (done.pk, done.state, done.approved_by) == (waiting.pk, Import.State.APPLIED, "Lea")
    assert done.revision == Organization.objects.get().revision
    assert [each["code"] for each in done.holds] == ["emptied-column"]
    assert done.difference == {}
    assert User.objects.get(sourced_id="ann").email == "a@example.net"
    assert "users/bob" in visible(load.organization, "1.2")
    assert not ArrivalPart.objects.exists()
    assert Arrival.objects.get().of_import_id == done.pk
    assert AuditEntry.objects.latest("pk").reason == done.holds[0]["reason"]
    with pytest.raises(Refused, match="No import of Riverside is held"):
        approve(load.organization, by="Lea")


@pytest.mark.parametrize(
    ("error", "told"),
    [(KeyError("x"), KeyError), (OSError(ENOSPC, "full"), Refused), (KeyboardInterrupt(), None)],
    ids=["a mistake", "a full disk", "Ctrl-C"],
)
def test_an_approval_that_an_error_ends_is_held_as_before(
    load: Bundler, error: BaseException, told: type[BaseException] | None
) -> None:
    waiting = held(load)

    def fail(percent: int, stage: str) -> None:
        if percent > 80:
            raise error

    with pytest.raises(told or KeyboardInterrupt):
        approve(load.organization, by="Lea", progress=fail)
    waiting.refresh_from_db()
    assert waiting.state == (Import.State.HELD if told else Import.State.RUNNING)
    assert "users/bob" not in visible(load.organization, "1.2")
    done = approve(load.organization, by="Lea")
    assert (done.pk, done.state) == (waiting.pk, Import.State.APPLIED)
    assert not ArrivalPart.objects.exists()


def test_a_discarded_import_leaves_its_numbers_only(load: Bundler) -> None:
    held(load)
    done = discard(load.organization, by="Lea")
    done.refresh_from_db()
    assert (done.state, done.reason) == (Import.State.DISCARDED, "Discarded by Lea.")
    assert (done.difference["users"]["updated"], done.difference["users"]["records"]) == (1, [])
    assert not ArrivalPart.objects.exists()
    assert AuditEntry.objects.filter(action="import.discarded", by_name="Lea").exists()
    with pytest.raises(Refused, match="No import of Riverside is held"):
        discard(load.organization, by="Lea")


@pytest.mark.parametrize("state", [Import.State.HELD, Import.State.APPLIED])
def test_the_next_import_supersedes_what_is_held(load: Bundler, state: str) -> None:
    first = held(load)
    files = bundle("1.2")
    if state == Import.State.HELD:
        files = changed(files, (without_column("users", MARK),))
    then = load(files, approved=False)
    assert then.state == state
    first.refresh_from_db()
    assert first.state == Import.State.DISCARDED
    assert first.reason == f"Superseded by import {then.pk}."
    kept = Arrival.objects.filter(parts__isnull=False).distinct()
    assert [each.of_import_id for each in kept] == [then.pk] * (state == Import.State.HELD)


def test_a_refused_import_does_not_supersede_what_is_held(load: Bundler) -> None:
    first = held(load)
    with pytest.raises(Refused):
        load({"users.csv": "nothing\n1\n"})
    first.refresh_from_db()
    assert first.state == Import.State.HELD


@pytest.mark.parametrize("called", ["", "metadata.hide"])
def test_a_delta_without_the_column_of_marks_is_held(load: Bundler, called: str) -> None:
    load(bundle("1.2"))
    head, _, bob, *_ = bundle("1.2")["users.csv"].splitlines()
    head, bob = head.removesuffix(MARK) + called, bob.removesuffix("true")
    bob = bob.replace("bob,,", "bob,active,2026-11-16T03:00:00Z", 1)
    if not called:
        head, bob = head.removesuffix(","), bob.removesuffix(",")
    manifest = "oneroster.version,1.2\nfile.users,delta\n"
    done = load({"users.csv": f"{head}\n{bob}\n"}, manifest=manifest, approved=False)
    assert [each["code"] for each in done.holds] == ["emptied-column"]
    assert "users/bob" not in visible(load.organization, "1.2")


@pytest.mark.parametrize(("named", "holds"), [("sue", []), ("tom sue", ["emptied-column"])])
def test_a_delta_in_which_all_end_dates_are_blank_is_held(
    load: Bundler, named: str, holds: list[str]
) -> None:
    load(bundle("1.2"))
    stamp = "2026-11-16T03:00:00Z"
    head, *roles = bundle("1.2")["roles.csv"].splitlines()
    rows = [each.split(",") for each in roles if each.split(",")[0][2:] in named.split()]
    said = [",".join([row[0], "active", stamp, *row[3:7], "", *row[8:]]) for row in rows]
    manifest = "oneroster.version,1.2\nfile.roles,delta\nfile.orgs,absent\nfile.users,absent\n"
    done = load({"roles.csv": "\n".join([head, *said, ""])}, manifest=manifest, approved=False)
    assert [each["code"] for each in done.holds] == holds
    assert ("users/sue" in visible(load.organization, "1.2")) == (not holds)


def test_a_delta_waits_for_a_decision_about_what_is_held(load: Bundler) -> None:
    first = held(load)
    stamp = "2026-11-16T03:00:00Z"
    head = bundle("1.2")["users.csv"].partition("\n")[0]
    row = bundle("1.2")["users.csv"].splitlines()[1].replace("ann,,", f"ann,active,{stamp}")
    manifest = "oneroster.version,1.2\nfile.users,delta\n"
    files = {"users.csv": f"{head}\n{row}\n"}
    with pytest.raises(Refused, match=f"Import {first.pk} is held"):
        load(files, manifest=manifest, approved=False)
    discard(load.organization, by="Lea")
    assert load(files, manifest=manifest, approved=False).state == Import.State.APPLIED
