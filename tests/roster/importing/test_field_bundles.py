"""Bundles with the oddities of real systems: what each gives, to the last finding.

They are our own; each stands for one that was met in the field, and what it must give was set
down before the importer saw it. Two more, which are read back too, are in
`tests/acceptance/test_real_input.py`.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from roster import models
from roster.models import Enrollment, Finding, Import, Klass, Organization, Status
from roster.refusal import Refused
from tests.roster.districts import published, shown
from tests.roster.importing.bundles import V1P1, V1P2, Files, manifest_of
from tests.roster.importing.conftest import Bundler

Told = dict[tuple[str, str, str, str], int]

STAMP = "2024-05-01T18:25:43.511Z"


def told(done: Import) -> Told:
    """Severity, code, file and column of an import's findings, with how often each occurred."""
    return {
        (finding.severity, finding.code, finding.file, finding.column): finding.occurrences
        for finding in done.findings.all()
    }


def totals(done: Import) -> dict[str, tuple[int, int]]:
    return {name: (counts["read"], counts["left_out"]) for name, counts in done.counts.items()}


# A bulk bundle that is filled like a delta, of one department and without courses.

DEPARTMENT: Files = {
    "orgs.csv": (
        "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
        f"dep,active,{STAMP},Music Department,department,MUS,gone-school\n"
    ),
    "academicSessions.csv": (
        "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,"
        "schoolYear\n"
        f"q2,tobedeleted,{STAMP},Quarter 2,gradingPeriod,2023-10-02,2023-12-24,fall,2024\n"
        f"fall,active,{STAMP},Fall,term,2023-09-01,2023-12-24,gone-year,2024\n"
        "half,inactive,2024-05-01,Half,semester,2023-10-02,2023-12-24,fall,2024\n"
        "idle,active,2024-05-01,Idle,term,2023-09-01,2023-12-24,gone-year,2024\n"
    ),
    "classes.csv": (
        "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,"
        "location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods\n"
        f'choir,active,{STAMP},Choir,"09,10",c-gone,CH1,Scheduled,Hall,dep,fall,"Music, Voice",'
        '"M1, V1",1\n'
        f'band,tobedeleted,{STAMP},Band,10,c-gone,BA1,homeroom,Hall,dep,"fall,idle",,,"1,2"\n'
    ),
    "enrollments.csv": (
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,"
        "primary,beginDate,endDate\n"
        f"e1,active,{STAMP},choir,dep,lee,teacher,false,2023-03-15,2023-06-15\n"
        f"e2,active,{STAMP},choir,dep,ida,student,false,2023-03-15,2023-06-15\n"
        f"e3,active,{STAMP},band,dep,ida,student,false,2023-03-15,2023-06-15\n"
    ),
    "users.csv": (
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,"
        "givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,"
        "password\n"
        "lee,active,2024-05-01,TRUE,dep,teacher,lee,,Lee,Low,,lee,lee@dep.example,,,,,hunter-2\n"
        'ida,,,TRUE,dep,student,ida,"{LDAP:1},{LTI:2}",Ida,Ives,,,,,,pam,10,hunter-3\n'
        f"pam,active,{STAMP},TRUE,dep,parent,pam,,Pam,Ives,,,,,,ida,,hunter-4\n"
    ),
}

DEPARTMENT_TOLD: Told = {
    ("warning", "reference-unknown", "academicSessions.csv", "parentSourcedId"): 2,
    ("warning", "reference-unknown", "orgs.csv", "parentSourcedId"): 1,
    ("warning", "reference-unknown", "classes.csv", "courseSourcedId"): 1,
    ("warning", "reference-unknown", "enrollments.csv", "classSourcedId"): 1,
    ("notice", "school-not-a-school", "classes.csv", "schoolSourcedId"): 1,
    ("notice", "stamps-filled", "orgs.csv", ""): 1,
    ("notice", "stamps-filled", "academicSessions.csv", ""): 4,
    ("notice", "stamps-filled", "classes.csv", ""): 2,
    ("notice", "stamps-filled", "enrollments.csv", ""): 3,
    ("notice", "stamps-filled", "users.csv", ""): 2,
    ("notice", "status-retired", "academicSessions.csv", "status"): 2,
    ("notice", "status-retired", "classes.csv", "status"): 1,
    ("notice", "letter-case", "classes.csv", "classType"): 1,
    ("notice", "letter-case", "users.csv", "enabledUser"): 3,
    ("notice", "password-dropped", "users.csv", "password"): 3,
}


def test_bulk_rows_filled_like_a_delta_are_taken_and_told(load: Bundler) -> None:
    done = load(DEPARTMENT, "1.1")
    assert told(done) == DEPARTMENT_TOLD
    assert totals(done) == {
        "orgs.csv": (1, 0), "academicSessions.csv": (4, 0), "classes.csv": (2, 0),
        "users.csv": (3, 0), "users.csv: roles": (3, 0), "enrollments.csv": (3, 0),
    }  # fmt: skip
    assert Klass.objects.get(sourced_id="choir").class_type == "scheduled"
    assert Klass.objects.get(sourced_id="choir").subject_codes == ["M1", "V1"]
    assert Klass.objects.get(sourced_id="band").status == Status.RETIRED
    assert "hunter" not in str(list(Finding.objects.values()))


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_of_a_department_without_courses_its_people_are_published(
    load: Bundler, riverside: Organization, version: str
) -> None:
    """A class names the department, so it is a school; without its course no class is seen."""
    load(DEPARTMENT, "1.1")
    assert Enrollment.objects.filter(status=Status.ACTIVE).count() == 3
    riverside.refresh_from_db()
    assert riverside.school_year == "2024"
    [line] = published(riverside, version)
    documents = [(kind, json.loads(text)) for (kind, _), text in shown(line).items()]
    assert {(kind, document["sourcedId"]) for kind, document in documents} == {
        ("orgs", "dep"), ("users", "lee"), ("users", "ida"), ("users", "pam"),
        ("academicSessions", "idle"),
    }  # fmt: skip


# Deltas.


def test_a_first_bundle_of_deltas_is_refused(load: Bundler) -> None:
    stamped = {name: text.replace(",,,", f",active,{STAMP},", 1) for name, text in V1P2.items()}
    manifest = manifest_of(V1P2, "1.2").replace(",bulk", ",delta")
    with pytest.raises(Refused, match=r"is a delta.*nothing is stored yet"):
        load(stamped, "1.2", manifest=manifest)
    nothing_was_stored()


STEP: Files = {
    "orgs.csv": (
        "sourcedId,status,dateLastModified,name,type,identifier\n"
        f"hill,active,{STAMP},Hill School,school,\n"
        f"area,active,{STAMP},Area,district,\n"
    ),
    "academicSessions.csv": (
        "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,"
        "schoolYear\n"
        f"all,active,{STAMP},All,term,8/27/2023,5/31/2024,2024,2024\n"
    ),
    "enrollments.csv": (
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,,,\n"
        f"e1,toBeDeleted,{STAMP},k1,hill,joe,student,,,\n"
    ),
    "users.csv": (
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,"
        "familyName,middleName,password,email\n"
        f"joe,active,{STAMP},TRUE,hill,student,joe,Joe,Joy,,hunter-5,joe@hill.example\n"
    ),
}


@pytest.mark.parametrize("step", ["base", "step"])
def test_stamped_folders_without_a_manifest_are_refused_as_deltas(load: Bundler, step: str) -> None:
    """A base with its steps in folders below it: each is judged alone, none is read as bulk."""
    load({"orgs.csv": V1P1["orgs.csv"]}, "1.1")
    below = {f"Step1/{name}": text for name, text in STEP.items()} if step == "base" else {}
    with pytest.raises(Refused, match=r"as in a delta.*--without-manifest"):
        load(STEP | below, "1.1", manifest=None, zipped=False)
    assert set(models.Org.objects.values_list("sourced_id", flat=True)) == {"d", "s1", "s2"}
    assert not models.User.objects.exists()


def nothing_was_stored() -> None:
    assert Import.objects.get().state == Import.State.REFUSED
    assert not Import.objects.get().counts
    kept: list[Any] = [models.Org, models.User, models.Klass, models.Role, models.Level]
    assert not any(model.objects.exists() for model in kept)


# Single oddities of the same bundles.


@pytest.mark.parametrize("word", ["8/27/2023", "27.08.2023", "Aug 27, 2023"])
def test_dates_of_other_countries_cost_a_session_its_row(load: Bundler, word: str) -> None:
    text = V1P1["academicSessions.csv"].replace("2026-08-20", f'"{word}"')
    done = load(V1P1 | {"academicSessions.csv": text}, "1.1")
    assert totals(done)["academicSessions.csv"] == (2, 1)
    assert ("error", "unreadable-row", "academicSessions.csv", "startDate") in told(done)


def test_columns_without_a_name_are_passed_over(load: Bundler) -> None:
    head, *rows = V1P1["enrollments.csv"].splitlines()
    nameless = "\n".join([head.replace("primary,beginDate,endDate", ",,"), *rows, ""])
    done = load(V1P1 | {"enrollments.csv": nameless}, "1.1")
    assert totals(done)["enrollments.csv"] == (2, 0)
    assert told(done)[("notice", "column-nameless", "enrollments.csv", "")] == 3


def test_people_may_be_enrolled_at_another_school_than_their_own(load: Bundler) -> None:
    text = V1P1["enrollments.csv"].replace("k1,s1,ann", "k1,s2,ann")
    done = load(V1P1 | {"enrollments.csv": text}, "1.1")
    assert {code for _, code, *_ in told(done)} == {"enrollment-school"}
    assert Enrollment.objects.get(sourced_id="e1").school == "s2"
