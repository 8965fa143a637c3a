"""The counts of oddities equal what is really in the files."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict

from tests.roster.generator import reading
from tests.roster.generator.conftest import Generated


def test_the_counts_are_those_of_the_files(district: Generated) -> None:
    assert _without_helpers(district) == {
        **_of_names(district["users"]),
        **_of_assignments(district),
        **_of_teaching(district),
        **_of_summer(district),
    }


def test_every_oddity_occurs_and_stays_rare(district: Generated) -> None:
    assert min(district.made.oddities.values()) > 0
    assert district.made.oddities["people_without_username"] == 5
    assert max(
        count for name, count in district.made.oddities.items() if name.startswith("people_")
    ) < 0.02 * len(district["users"])


def test_helpers_are_counted_by_the_roles_that_1_2_knows(districts: dict[str, Generated]) -> None:
    first: dict[str, str] = {}
    for user, role, _org in districts["1.2"].posts():
        first.setdefault(user, role)
    held = Counter(first.values())
    teaching = Counter(first[user] for user in _teaching(districts["1.2"]))
    for version in ("1.1", "1.2"):
        told = districts[version].made.oddities
        assert told["counselors"] == held["counselor"]
        assert told["aides"] == held["aide"]
        for role in ("principal", "counselor", "aide"):
            assert told[f"teaching_{role}s"] == teaching[role]


def _without_helpers(district: Generated) -> dict[str, int]:
    """Gives the counts but for those of roles that 1.1 doesn't tell apart."""
    helpers = ("aides", "counselors", "teaching_")
    return {
        name: count
        for name, count in district.made.oddities.items()
        if not name.startswith(helpers)
    }


def _teaching(district: Generated) -> set[str]:
    return {row["userSourcedId"] for row in district["enrollments"] if row["role"] == "teacher"}


def _of_names(users: reading.Rows) -> dict[str, int]:
    names = [f"{user['givenName']} {user['familyName']}" for user in users]
    arabic_or_hebrew = ("ARABIC", "HEBREW")
    return {
        "names_with_apostrophe": sum("'" in name for name in names),
        "names_with_hyphen": sum("-" in name for name in names),
        "names_beyond_ascii": sum(any(ord(one) > 127 for one in name) for name in names),
        "names_right_to_left": sum(
            any(unicodedata.name(one).startswith(arabic_or_hebrew) for one in name)
            for name in names
        ),
        "names_very_long": sum(len(name) > 40 for name in names),
        "people_with_unusual_sourced_id": sum(
            not user["sourcedId"].replace("-", "").isalnum() for user in users
        ),
        **{
            f"people_without_{column}": sum(not user[column] for user in users)
            for column in ("username", "email", "identifier")
        },
    }


def _of_assignments(district: Generated) -> dict[str, int]:
    schools = {org["sourcedId"] for org in district["orgs"] if org["type"] == "school"}
    at = defaultdict(set)
    for user, _role, org in district.posts():
        at[user].add(org)
    many = [user for user, orgs in at.items() if len(orgs & schools) > 1]
    return {
        "students_at_two_schools": sum(user.startswith("stu") for user in many),
        "staff_at_two_schools": sum(user.startswith("stf") for user in many),
        "classes_taken_at_another_school": sum(
            row["schoolSourcedId"] not in at[row["userSourcedId"]]
            for row in district["enrollments"]
        ),
    }


def _of_teaching(district: Generated) -> dict[str, int]:
    teachers = Counter(
        (row["classSourcedId"], row["primary"])
        for row in district["enrollments"]
        if row["role"] == "teacher"
    )
    classes = [klass["sourcedId"] for klass in district["classes"]]
    return {
        "co_taught_classes": sum(
            teachers[(klass, "true")] + teachers[(klass, "false")] > 1 for klass in classes
        ),
        "classes_with_several_primary_teachers": sum(
            teachers[(klass, "true")] > 1 for klass in classes
        ),
        "classes_without_primary_teacher": sum(not teachers[(klass, "true")] for klass in classes),
        "courses_without_classes_or_year": sum(
            not row["schoolYearSourcedId"] for row in district["courses"]
        ),
    }


def _of_summer(district: Generated) -> dict[str, int]:
    [session] = [row for row in district["academicSessions"] if row["title"] == "Summer Session"]
    classes = {
        row["sourcedId"]
        for row in district["classes"]
        if row["termSourcedIds"] == session["sourcedId"]
    }
    return {
        "summer_classes": len(classes),
        "summer_enrollments": sum(
            row["role"] == "student" and row["classSourcedId"] in classes
            for row in district["enrollments"]
        ),
    }
