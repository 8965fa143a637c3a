"""Bundles written by hand: tables in the text of a test, folders of CSV files on the disk."""

from __future__ import annotations

import csv
from pathlib import Path

Table = list[dict[str, str]]

V11 = {
    "academicSessions": "title,type,startDate,endDate,parentSourcedId,schoolYear",
    "categories": "title",
    "classes": (
        "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,"
        "subjects,subjectCodes,periods"
    ),
    "classResources": "title,classSourcedId,resourceSourcedId",
    "courseResources": "title,courseSourcedId,resourceSourcedId",
    "courses": "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "demographics": (
        "birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
        "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,"
        "hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,"
        "publicSchoolResidenceStatus"
    ),
    "enrollments": "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
    "lineItems": (
        "title,description,assignDate,dueDate,classSourcedId,categorySourcedId,"
        "gradingPeriodSourcedId,resultValueMin,resultValueMax"
    ),
    "orgs": "name,type,identifier,parentSourcedId",
    "resources": "vendorResourceId,title,roles,importance,vendorId,applicationId",
    "results": "lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment",
    "users": (
        "enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,"
        "identifier,email,sms,phone,agentSourcedIds,grades,password"
    ),
}
V12 = V11 | {
    "categories": "title,weight",
    "lineItemLearningObjectiveIds": "lineItemSourcedId,source,learningObjectiveId",
    "lineItems": (
        "title,description,assignDate,dueDate,classSourcedId,categorySourcedId,"
        "academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId"
    ),
    "lineItemScoreScales": "title,lineItemSourcedId,scoreScaleSourcedId",
    "resultLearningObjectiveIds": "resultSourcedId,source,learningObjectiveId,score,textScore",
    "results": (
        "lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,textScore,"
        "classSourcedId,inProgress,incomplete,late,missing"
    ),
    "resultScoreScales": "title,resultSourcedId,scoreScaleSourcedId",
    "roles": "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId",
    "scoreScales": "title,type,orgSourcedId,courseSourcedId,classSourcedId,scoreScaleValue",
    "userProfiles": (
        "userSourcedId,profileType,vendorId,applicationId,description,credentialType,username,"
        "password"
    ),
    "userResources": "userSourcedId,orgSourcedId,classSourcedId,resourceSourcedId",
    "users": (
        "enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,"
        "agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,"
        "preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns"
    ),
}
COLUMNS = {"1.1": V11, "1.2": V12}
"""The columns of each file after the first three (specification, 5.3 and 5.6)."""


def table(text: str) -> Table:
    """Read a table: a line of column names, then a line per row, cells between bars."""
    lines = [
        [cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line
    ]
    names, *rows = lines
    for row in rows:
        assert len(row) == len(names), f"{row} doesn't fit {names}"
    return [dict(zip(names, row, strict=True)) for row in rows]


def write(folder: Path, version: str, files: dict[str, Table]) -> Path:
    """Write a bulk bundle; a file's columns are the binding's and the rows' own after them."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = [("manifest.version", "1.0"), ("oneroster.version", version)]
    for name, binding in COLUMNS[version].items():
        rows = files.get(name, [])
        manifest.append((f"file.{name}", "bulk" if rows else "absent"))
        if not rows:
            continue
        columns = ["sourcedId", "status", "dateLastModified", *binding.split(",")]
        columns += sorted({name for row in rows for name in row} - {*columns})
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    assert not set(files) - set(COLUMNS[version])
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("propertyName", "value"), *manifest])
    return folder
