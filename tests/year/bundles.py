"""The bundles of the nights: twelve pupils in each of two grades, a class of each, by year."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from tests.roster.importing.bundles import manifest_of

PUPILS = 24
THIRD = range(1, 13)
"""The pupils who are in grade 3 to begin with; the others are in grade 5."""


def write(
    path: Path,
    years: Iterable[int],
    *,
    moved: int = 0,
    without: int = 0,
    joined: int = 0,
) -> Path:
    """Write a bundle of these school years, by their ends.

    The first `moved` pupils of grade 3 are in grade 4, the first `without` have left, and so many
    have joined grade 5.
    """
    sessions, classes, enrollments = [], [], []
    pupils = range(1 + without, PUPILS + joined + 1)
    for year in years:
        sessions += [
            f"y{year},,,{year - 1}-{year % 100},schoolYear,{year - 1}-08-01,{year}-08-01,,{year}",
            f"t{year},,,Year,term,{year - 1}-08-10,{year}-06-15,y{year},{year}",
        ]
        for grade in ("03", "05"):
            classes.append(f"k{grade}-{year},,,Maths,{grade},c,K{grade},homeroom,,s1,t{year},,,")
            enrollments += [
                f"e{each}-{year},,,k{grade}-{year},s1,p{each},student,,,"
                for each in pupils
                if (each in THIRD) == (grade == "03")
            ]
    users = ["tea,,,true,s1,teacher,tea,,Tea,Cher,,,,,,,,"] + [
        f"p{each},,,true,s1,student,p{each},,Pat,P{each},,,,,,,{_grade(each, moved)},"
        for each in pupils
    ]
    files = {
        "orgs.csv": _csv(
            "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
            ["d,,,Riverside,district,,", "s1,,,North School,school,,d"],
        ),
        "academicSessions.csv": _csv(
            "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,"
            "schoolYear",
            sessions,
        ),
        "courses.csv": _csv(
            "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,"
            "orgSourcedId,subjects,subjectCodes",
            ["c,,,,Maths,M,,s1,,"],
        ),
        "classes.csv": _csv(
            "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,"
            "location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods",
            classes,
        ),
        "users.csv": _csv(
            "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,"
            "givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,"
            "password",
            users,
        ),
        "enrollments.csv": _csv(
            "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,"
            "primary,beginDate,endDate",
            enrollments,
        ),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {"manifest.csv": manifest_of(files, "1.1"), **files}.items():
            archive.writestr(name, text)
    return path


def _grade(pupil: int, moved: int) -> str:
    if pupil not in THIRD:
        return "05"
    return "04" if pupil <= moved else "03"


def _csv(header: str, rows: list[str]) -> str:
    return "\n".join([header, *rows, ""])
