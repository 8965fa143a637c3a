"""Guardians and their children, and whom a version has words for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.oracle.asking import asked_once
from tests.oracle.people import People, Shown
from tests.oracle.rows import GUARDIANS


class Families(People):
    """Every person, those too who are visible for a child's sake."""

    def schools_as_student(self, user: str) -> list[str]:
        if not self.has_username(user):
            return []
        return sorted(
            {
                role.org
                for role in self.roles_of_their_own(user)
                if role.word == "student" and self.district.is_school(role.org)
            }
        )

    def guardian_rows(self, user: str) -> list[Any]:
        # Reading: a guardian's role that has ended, or isn't shared, makes no guardian.
        return [
            row
            for row in self.district.roles_of(user)
            if row.role in GUARDIANS
            and self.is_role_current(row)
            and self.rules.shares_role(row.role)
        ]

    @asked_once
    def sees_guardian_link(self, child: str, guardian: str) -> bool:
        return (
            "guardians" in self.rules.shares
            and self.sees_account(guardian)
            and guardian in self.district.linked(child)
            and bool(self.guardian_rows(guardian))
            and not self.district.is_marked("guardian_link", f"{child}~{guardian}")
            and bool(self.schools_as_student(child))
        )

    def children(self, guardian: str) -> list[str]:
        return [
            child
            for child in sorted(self.district.linked(guardian))
            if self.sees_guardian_link(child, guardian)
        ]

    def agents(self, user: str) -> Iterator[str]:
        """Whom to name as a person's agents: through visible links, in both directions."""
        for other in sorted(self.district.linked(user)):
            if self.sees_user(other) and (
                self.sees_guardian_link(user, other) or self.sees_guardian_link(other, user)
            ):
                yield other

    @asked_once
    def roles_as_guardian(self, user: str) -> list[Shown]:
        children = self.children(user)
        if not children:
            return []
        # Reading: a guardian's own rows are shown where a visible child is.
        schools = sorted({each for child in children for each in self.schools_as_student(child)})
        shown = [
            Shown(row.role, row.org, row)
            for row in self.guardian_rows(user)
            if row.org in schools
            or (not self.district.is_school(row.org) and self.sees_org(row.org))
        ]
        # Reading: supplied where no school of a child is among those the rows name.
        if not any(role.org in schools for role in shown):
            shown += [Shown(self.guardian_rows(user)[0].role, school) for school in schools]
        return shown

    @asked_once
    def roles_shown(self, user: str) -> list[Shown]:
        return list(self.roles_of_their_own(user)) + list(self.roles_as_guardian(user))

    # In the words of the version

    def username(self, user: str) -> str:
        """What 1.1 shows as username, or nothing."""
        row = self.district.users[user]
        if row.username:
            return str(row.username)
        stand_in = self.district.organization.username_stand_in
        if stand_in == "sourcedId":
            return user
        # Reading: a field withheld doesn't exist, so it can't stand in either.
        if stand_in in ("identifier", "email") and f"users.{stand_in}" not in self.rules.withheld:
            return str(getattr(row, stand_in))
        return ""

    def has_username(self, user: str) -> bool:
        """Whether the version has what it requires of this person, roles aside."""
        return self.version == "1.2" or bool(self.username(user))

    def teaches(self, user: str) -> bool:
        return any(
            enrollment.role == "teacher"
            and self.sees_class(enrollment.klass)
            and self.may_take_part(enrollment)
            for enrollment in self.district.enrollments_of(user)
        )

    def old_roles(self, user: str) -> set[str]:
        """The 1.1 role; several where the rules leave the choice, none where there is no word."""
        words = {role.word for role in self.roles_shown(user)}
        if "student" in words:
            return {"student"}
        if self.teaches(user):
            return {"teacher"}
        return {OLD_WORDS[word] for word in words if word in OLD_WORDS}

    @asked_once
    def sees_user(self, user: str) -> bool:
        return (
            user in self.district.users
            and bool(self.roles_shown(user))
            and self.has_username(user)
            and (self.version == "1.2" or bool(self.old_roles(user)))
        )


OLD_WORDS = {
    "student": "student",
    "teacher": "teacher",
    "principal": "administrator",
    "siteAdministrator": "administrator",
    "districtAdministrator": "administrator",
    "systemAdministrator": "administrator",
    "counselor": "aide",
    "aide": "aide",
    "proctor": "proctor",
    "guardian": "guardian",
    "parent": "parent",
    "relative": "relative",
}
"""The 1.1 words for those of 1.2."""
