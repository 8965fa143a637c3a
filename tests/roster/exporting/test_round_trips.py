"""Export, strict import into an empty organization, export: the same bytes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from roster.generator.formats import COLUMNS
from roster.generator.making import make_bundle
from roster.generator.streams import Extras
from roster.importing import import_bundle
from roster.models import Mark
from tests.roster.exporting.conftest import Desk, rows_of, texts
from tests.roster.importing.bundles import EVERYTHING, V1P1, Files, edited

ALL = Extras(guardians=True, gradebook=True, resources=True)
versions = pytest.mark.parametrize("version", ["1.1", "1.2"])


@versions
@pytest.mark.parametrize("made_in", ["1.1", "1.2"])
def test_a_whole_district_comes_back_byte_for_byte(
    desk: Desk, tmp_path: Path, made_in: str, version: str
) -> None:
    path = tmp_path / "made.zip"
    made = make_bundle(path, 120, oneroster=made_in, school_year=2027, extras=ALL)
    organization = desk.organization()
    import_bundle(organization, path, by="Dana")
    out, exported = desk.exported(organization, version)
    desk.comes_back(out, version)
    if version == made_in:
        assert exported.left_out == {}
        assert exported.supplied == {
            "users.csv": {"username": made.oddities["people_without_username"]}
        }
        assert exported.files == made.files


@versions
def test_what_a_bundle_says_is_said_again(desk: Desk, version: str) -> None:
    files = V1P1 if version == "1.1" else EVERYTHING
    out, _ = desk.exported(desk.loaded(files, version), version)
    desk.comes_back(out, version)
    if version == "1.1":
        assert {name: rows_of(out, name) for name in files} == {
            name: sorted(csv.DictReader(io.StringIO(text)), key=lambda row: row["sourcedId"])
            for name, text in files.items()
        }


PLUGIN: Files = {
    "orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
    "ORG_1,active,2026-10-02T00:00:00.000Z,Harbor High,school,,\n",
    "academicSessions.csv": "sourcedId,status,dateLastModified,title,type,startDate,endDate,"
    "parentSourcedId,schoolYear\n"
    "SESSION_1,active,2026-10-02T00:00:00.000Z,Semester 1,semester,2026-09-04,2027-01-26,,2026\n",
    "courses.csv": "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,"
    "orgSourcedId,subjects,subjectCodes\n"
    "COURSE_1,active,2026-10-02T00:00:00.000Z,,Knots 101,,,ORG_1,subject1,0101\n",
    "classes.csv": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,"
    "classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods\n"
    "CLASS_1,active,2026-10-02T00:00:00.000Z,Knots,,COURSE_1,,scheduled,,ORG_1,SESSION_1,,,\n",
    "users.csv": "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,"
    "familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,"
    "userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,"
    "primaryOrgSourcedId,pronouns\n"
    "USER_0,active,2026-10-02T00:00:00.000Z,TRUE,ned,,Ned,Reed,,ned.reed,,,,,,secret!,,,,,,\n",
    "roles.csv": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,"
    "orgSourcedId,userProfileSourcedId\n"
    "ROLE_8,active,2026-10-02T00:00:00.000Z,USER_0,primary,student,,,ORG_1,\n",
    "userProfiles.csv": "sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId,"
    "applicationId,description,credentialType,username,password\n"
    "PROFILE_1,active,2026-10-02T00:00:00.000Z,USER_0,SYSTEM,V18954,,,login,ned,\n",
    "demographics.csv": "sourcedId,status,dateLastModified,birthDate,sex,"
    "americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
    "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,"
    "hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,"
    "publicSchoolResidenceStatus\n"
    "USER_0,active,2026-10-02T00:00:00.000Z,2012-04-17,,,,,,,,,,,,\n",
    "enrollments.csv": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,"
    "userSourcedId,role,primary,beginDate,endDate\n"
    "ENROLLMENT_1,active,2026-10-02T00:00:00.000Z,CLASS_1,ORG_1,USER_0,student,,,\n",
}
"""A minimal bundle as a plugin of an LMS writes them: stamps though it is bulk, no course code."""


@versions
def test_a_plugins_minimal_bundle_comes_back(desk: Desk, version: str) -> None:
    out, exported = desk.exported(desk.loaded(PLUGIN, "1.2"), version)
    desk.comes_back(out, version)
    assert exported.left_out == {}
    assert {len(rows_of(out, name)) for name in PLUGIN if version == "1.2"} <= {1}
    assert not any("secret!" in text for text in texts(out).values())


@versions
def test_every_file_has_the_bindings_header_and_the_manifest_says_so(
    desk: Desk, version: str
) -> None:
    files = edited(EVERYTHING, "academicSessions.csv", "Fall,term", "Fall,gradingPeriod")
    out, _ = desk.exported(desk.loaded(files, "1.2"), version)
    said = texts(out)
    for name, columns in COLUMNS[version].items():
        assert said[f"{name}.csv"].splitlines()[0] == ",".join(columns)
    assert rows_of(out, "manifest.csv") == [
        {"propertyName": name, "value": value}
        for name, value in (
            ("manifest.version", "1.0"),
            ("oneroster.version", version),
            *((f"file.{name}", "bulk") for name in COLUMNS[version]),
            ("source.systemName", "Rosterdesk"),
            ("source.systemCode", "rosterdesk"),
        )
    ]


@pytest.mark.parametrize("odd", ["a/b", "..", "-", "A@b.c", "_x", "x" * 255])
def test_odd_ids_come_back(desk: Desk, odd: str) -> None:
    files = edited(EVERYTHING, "users.csv", "ann,,,true", f"{odd},,,true")
    files = edited(files, "roles.csv", "r1,,,ann", f"r1,,,{odd}")
    files = edited(files, "enrollments.csv", "s1,ann,", f"s1,{odd},")
    out, _ = desk.exported(desk.loaded(files, "1.2"), "1.2")
    assert odd in [row["userSourcedId"] for row in rows_of(out, "enrollments.csv")]
    desk.comes_back(out, "1.2")


@pytest.mark.parametrize("odd", ["a~b", "{7}", "ü", "a b"])
def test_ids_that_the_binding_forbids_are_kept_as_they_are(desk: Desk, odd: str) -> None:
    files = edited(EVERYTHING, "users.csv", "ann,,,true", f"{odd},,,true")
    files = edited(files, "enrollments.csv", "s1,ann,", f"s1,{odd},")
    out, _ = desk.exported(desk.loaded(files, "1.2"), "1.2")
    assert odd in [row["sourcedId"] for row in rows_of(out, "users.csv")]
    organization = desk.organization()
    import_bundle(organization, out, by="Dana")
    again, _ = desk.exported(organization, "1.2")
    assert again.read_bytes() == out.read_bytes()


def test_metadata_columns_and_marks_come_back(desk: Desk) -> None:
    files = edited(EVERYTHING, "users.csv", "pronouns\n", "pronouns,metadata.locker,metadata.b\n")
    files = edited(files, "users.csv", ",s1,she\n", ',s1,she,"9, left",\n')
    files = edited(files, "users.csv", ",s1,\n", ",s1,,,x\n")
    files = edited(files, "users.csv", "ann,,,,,,,,\n", "ann,,,,,,,,,,\n")
    organization = desk.loaded(files, "1.2")
    Mark.objects.create(
        organization=organization, kind="person", sourced_id="tom", reason="asked", by_name="Dana"
    )
    out, exported = desk.exported(organization, "1.2")
    own = ("metadata.b", "metadata.externalLmsExclude", "metadata.locker")
    assert {row["sourcedId"]: [row[name] for name in own] for row in rows_of(out, "users.csv")} == {
        "ann": ["", "", "9, left"],
        "pat": ["", "", ""],
        "tom": ["x", "true", ""],
    }
    assert exported.marks_not_carried == 0
    desk.comes_back(out, "1.2")


def test_marks_that_no_row_can_carry_are_counted(desk: Desk) -> None:
    organization = desk.loaded(EVERYTHING, "1.2")
    for kind, sourced_id in (("calendar", "s1~2027"), ("school_enrollment", "ann~s1")):
        Mark.objects.create(organization=organization, kind=kind, sourced_id=sourced_id)
    out, exported = desk.exported(organization, "1.2")
    assert exported.marks_not_carried == 1
    assert [row["metadata.externalLmsExclude"] for row in rows_of(out, "roles.csv")] == [
        "true", "", "", "",
    ]  # fmt: skip
    assert desk.exported(organization, "1.1")[1].marks_not_carried == 2
