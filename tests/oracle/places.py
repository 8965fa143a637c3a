"""Which orgs, calendars, structures and grade levels a connection may see."""

from __future__ import annotations

from tests.oracle.asking import Asking, asked_once
from tests.oracle.rules import ALL

LEVELS = ("calendar", "schedule_structure", "grade_level")


class Places(Asking):
    """The upper levels of the hierarchy."""

    @asked_once
    def may_be_org(self, org: str) -> bool:
        """It exists, is complete, the version has a word for it, and it isn't excluded."""
        row = self.district.orgs.get(org)
        return (
            row is not None
            and bool(row.name and row.type)
            and self.has_word(row.type)
            and not self.district.is_org_excluded(org)
        )

    @asked_once
    def shares_school(self, org: str) -> bool:
        """A school whose people and classes are shared."""
        return (
            self.district.is_school(org) and self.may_be_org(org) and self.rules.shares_school(org)
        )

    @asked_once
    def sees_org(self, org: str) -> bool:
        """A shared school, what is above one, or any org where all schools are shared."""
        if not self.may_be_org(org):
            return False
        if self.rules.schools == ALL or self.shares_school(org):
            return True
        # What lies within a shared school is seen with it.
        if self.shares_school(self.district.school_around(org)):
            return True
        return any(
            self.shares_school(school) and org in self.district.ancestors_of_org(school)
            for school in self.district.orgs
        )

    def sees_calendar(self, school: str, calendar: str) -> bool:
        return (
            self.shares_school(school)
            and self.district.is_calendar_of_year(calendar)
            and not self.district.is_marked("calendar", calendar)
        )

    def sees_grade_level(self, school: str, grade_level: str) -> bool:
        """`school~calendar~structure~grade`: it, and the two above it, are unmarked."""
        calendar = grade_level.rpartition("~")[0].rpartition("~")[0]
        return self.sees_calendar(school, calendar) and not self.marks_above(grade_level)

    def marks_above(self, grade_level: str) -> set[tuple[str, str]]:
        """The marks that close a grade level: on it, on its structure, on its calendar."""
        structure = grade_level.rpartition("~")[0]
        calendar = structure.rpartition("~")[0]
        levels = zip(LEVELS, (calendar, structure, grade_level), strict=True)
        return {level for level in levels if self.district.is_marked(*level)}
