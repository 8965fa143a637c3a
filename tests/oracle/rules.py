"""What one connection shares, with its blanks filled in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

ALL = "all"

UNLESS_TICKED = ("demographics", "resources")
"""Collections that are off until the tick of their name is set."""

BY_TYPE = {
    "categories": "grade_book",
    "scoreScales": "grade_book",
    "lineItems": "grade_book",
    "results": "grade_book",
    "assessmentLineItems": "assessment",
    "assessmentResults": "assessment",
}
"""Collections that a connection has only where it is of a type."""

FIELDS_UNLESS_TICKED = (
    "users.phone",
    "users.sms",
    "users.userIds",
    "users.userMasterIdentifier",
    "users.userProfiles",
    "users.pronouns",
)


class Rules:
    """The rules of a connection; `"all"` (or a missing key) narrows nothing."""

    def __init__(self, rules: dict[str, Any], field_policy: Iterable[str]) -> None:
        self.schools = rules.get("schools", ALL)
        self.grades = rules.get("grades", ALL)
        self.roles = rules.get("roles", ALL)
        self.courses = rules.get("courses", ALL)
        self.subjects = rules.get("subjects", ALL)
        self.collections = rules.get("collections", ALL)
        self.kept_out = set(rules.get("kept_out", ()))
        self.inactive = rules.get("inactive", True)
        self.unenrolled = rules.get("unenrolled", True)
        self.types = set(rules.get("types", ()))
        # A field policy is what no connection may have, ticked or not.
        self.shares = set(rules.get("shares", ())) - set(field_policy)
        self.withheld = set(rules.get("withheld", ())) | set(field_policy)

    def shares_school(self, school: str) -> bool:
        return self.schools == ALL or school in self.schools

    def shares_grades(self, grades: list[str]) -> bool:
        return self.grades == ALL or any(code in self.grades for code in grades or ["none"])

    def shares_role(self, word: str) -> bool:
        return self.roles == ALL or word in self.roles

    def shares_course(self, course: str) -> bool:
        return self.courses == ALL or course in self.courses

    def shares_subjects(self, *subjects: str) -> bool:
        return self.subjects == ALL or any(subject in self.subjects for subject in subjects)

    def shares_collection(self, name: str) -> bool:
        if name in UNLESS_TICKED and name not in self.shares:
            return False
        if name in BY_TYPE and BY_TYPE[name] not in self.types:
            return False
        return self.collections == ALL or name in self.collections

    def shares_field(self, path: str) -> bool:
        """Whether an optional field is told: `users.email`."""
        if path in self.withheld:
            return False
        return path not in FIELDS_UNLESS_TICKED or path in self.shares
