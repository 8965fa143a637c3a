"""Where everything is: the rows that levels are derived from, placed in calendars and schools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection

from roster.hierarchy.circles import without_circles
from roster.hierarchy.roles import GUARDIANS, is_student, teacher_first
from roster.hierarchy.timetable import Timetable
from roster.models import Course, Enrollment, Klass, Org, Organization, Role, Status, User

BATCH = 1000


class Ground:
    """An organization's live rows, and who and what is where.

    `calendars` by id: school, year and name; `structures` by id: calendar and name;
    `students` by person and school: schedule structures; `staff` by person and org: the role
    that classes give, blank where a role row says it.
    """

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.timetable = Timetable.of(organization)
        live = {"organization": organization, "status": Status.ACTIVE}
        self.orgs = {
            row[0]: row
            for row in Org.objects.filter(**live).values_list(
                "sourced_id", "type", "name", "parent"
            )
        }
        self.classes = {
            row[0]: row
            for row in Klass.objects.filter(**live).values_list(
                "sourced_id", "course", "school", "terms", "metadata"
            )
        }
        self.courses = list(
            Course.objects.filter(**live).values_list(
                "sourced_id", "title", "course_code", "org", "school_year", "metadata"
            )
        )
        shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.grades = {
            user: shared.setdefault(found := tuple(grades), found)
            for user, grades in User.objects.filter(**live)
            .values_list("sourced_id", "grades")
            .iterator(BATCH)
        }
        self.schools = {name for name, kind, *_ in self.orgs.values() if kind == "school"}
        self.schools |= {row[2] for row in self.classes.values() if row[2] in self.orgs}
        self._parents = without_circles(
            {name: row[3] for name, row in self.orgs.items() if row[3] in self.orgs}
        )
        self.calendars: dict[str, tuple[str, str, str]] = {}
        self.structures: dict[str, tuple[str, str]] = {}
        self.students: dict[tuple[str, str], frozenset[str]] = {}
        self._shared: dict[frozenset[str], frozenset[str]] = {}
        self.staff: dict[tuple[str, str], str] = {}
        self.guardians: set[str] = set()
        self.class_structures: dict[str, list[str]] = {}
        self._place_classes()
        self._place_people()
        self._place_students_by_default()

    def _seat(self, user: str, school: str, structures: Iterable[str]) -> None:
        """Add structures to a student's at a school; most share them, and have one set of them."""
        every = self.students.get((user, school), frozenset()).union(structures)
        self.students[user, school] = self._shared.setdefault(every, every)

    def within(self, org: str) -> str:
        """Return the school that an org is or lies within: the nearest one upward, or none."""
        while org and org not in self.schools:
            org = self._parents.get(org, "")
        return org

    def calendar(self, school: str, sourced_id: str, year: str, name: str) -> str:
        known = self.calendars.get(sourced_id)
        if known and known[1] != year:
            year = ""
        self.calendars[sourced_id] = (school, year, name)
        return sourced_id

    def structure(self, calendar: str, metadata: dict[str, Any]) -> str:
        named = str(metadata.get("scheduleStructure") or "structure")
        sourced_id = f"{calendar}~{named}"
        self.structures[sourced_id] = (calendar, named)
        return sourced_id

    def _structures_of_the_year(self, user: str, school: str) -> list[str]:
        active = self.timetable.active_year
        return [
            structure
            for structure in self.students[user, school]
            if self.calendars[self.structures[structure][0]][1] in ("", active)
        ]

    def _place_classes(self) -> None:
        for sourced_id, _, school, terms, metadata in self.classes.values():
            self.class_structures[sourced_id] = [
                self.structure(self.calendar(school, *calendar), metadata)
                for calendar in self.timetable.calendars(school, terms, metadata)
                if school in self.schools
            ]

    def _place_people(self) -> None:
        """Find who is where: by roles (1.1's orgs among them) and by class enrollments."""
        roles = Role.objects.filter(organization=self.organization, status=Status.ACTIVE)
        for user, org, role, metadata in roles.values_list(
            "user", "org", "role", "metadata"
        ).iterator(BATCH):
            if role in GUARDIANS:
                self.guardians.add(user)
            elif user not in self.grades or org not in self.orgs:
                continue
            elif is_student(role):
                if school := self.within(org):
                    self._seat(user, school, self._structures_by_role(school, metadata))
            else:
                self.staff.setdefault((user, org), "")
        places = {
            klass: (row[2], tuple(self.class_structures[klass]))
            for klass, row in self.classes.items()
            if row[2] in self.schools
        }
        seats = dict.fromkeys(
            (user, role, places[klass]) for user, role, klass in self._enrolled() if klass in places
        )
        for user, role, (school, structures) in seats:
            if user not in self.grades:
                continue
            if is_student(role):
                self._seat(user, school, structures)
            elif self.staff.get((user, school), role) != "":
                known = self.staff.get((user, school), role)
                self.staff[user, school] = min(role, known, key=teacher_first)
        for school in {org for _, org in (*self.students, *self.staff)} & self.schools:
            if not any(place == school for place, _, _ in self.calendars.values()):
                default = self.timetable.default_calendar(school)
                self.structure(self.calendar(school, *default), {})

    def _enrolled(self) -> Iterator[tuple[str, str, str]]:
        """Yield who is in classes, as what, and one class for all that are in the same place.

        Most students are in several classes of one place; each would be a row to look at.
        """
        klass, enrollment = (f'"{model._meta.db_table}"' for model in (Klass, Enrollment))
        live = (self.organization.pk, Status.ACTIVE.value)
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH alike AS (SELECT sourced_id, MIN(sourced_id) OVER"  # noqa: S608
                f" (PARTITION BY school, terms, metadata) AS one FROM {klass}"
                " WHERE organization_id = %s AND status = %s)"
                f' SELECT DISTINCT e."user", e.role, alike.one FROM {enrollment} AS e'
                " JOIN alike ON alike.sourced_id = e.klass"
                " WHERE e.organization_id = %s AND e.status = %s",
                [*live, *live],
            )
            yield from cursor

    def _structures_by_role(self, school: str, metadata: dict[str, Any]) -> set[str]:
        if not metadata.get("calendar") and not metadata.get("scheduleStructure"):
            return set()
        calendar = self.timetable.calendars(school, [], metadata)[0]
        return {self.structure(self.calendar(school, *calendar), metadata)}

    def _place_students_by_default(self) -> None:
        """Put the students of no calendar of the year into their school's own."""
        for user, school in self.students:
            if not self._structures_of_the_year(user, school):
                default = self.timetable.default_calendar(school)
                self._seat(user, school, [self.structure(self.calendar(school, *default), {})])
