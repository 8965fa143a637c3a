"""People: where each of them is seen today, as student, as staff, as somebody's guardian."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any

from roster.hierarchy.roles import ENROLLED_AS, is_staff, is_student, teacher_first
from roster.models import Enrollment, Role, User
from roster.visibility.causes import (
    DATES,
    INACTIVE,
    KEPT_OUT,
    MARKED,
    NOT_SHARED,
    ORG_NOT_SHARED,
    UNENROLLED,
    Cause,
    fallen,
    missing,
    unpublishable,
)
from roster.visibility.ledger import BATCH, Ledger
from roster.visibility.places import Places
from roster.visibility.teaching import Teaching


class People:
    """The third step of the walk. By person: `student_at` schools, `staff_at` orgs with the
    role that classes give there, `guardian_of` (a child's guardians), `wards` (a guardian's
    children), all in order. `only`: the people whom the walk is narrowed to.
    """

    def __init__(
        self, ledger: Ledger, places: Places, teaching: Teaching, only: frozenset[str] | None
    ) -> None:
        self.ledger = ledger
        self.places = places
        self.teaching = teaching
        self.only = only
        self.student_at: dict[str, list[str]] = defaultdict(list)
        self.staff_at: dict[str, dict[str, str]] = defaultdict(dict)
        self.guardian_of: dict[str, list[str]] = defaultdict(list)
        self.wards: dict[str, list[str]] = defaultdict(list)
        self._walk_persons()
        self._find_present()
        self._walk_school_enrollments()
        self._walk_district_assignments()
        self._walk_teachers()
        self._walk_unenrolled()
        self._walk_guardian_links()
        self._note_unenrolled()
        for found in (self.student_at, self.guardian_of, self.wards):
            # A database gives rows in any order; what is told of them has one.
            for ids in found.values():
                ids.sort()

    def live(self, model: Any, column: str = "user") -> Any:
        """Return the live rows of a table; `column` says whose they are."""
        return self.among(self.ledger.live(model), column)

    def among(self, rows: Any, column: str = "user") -> Any:
        """Return those of the rows that are about the people whom the walk is about."""
        return rows if self.only is None else rows.filter(**{f"{column}__in": self.only})

    def sees(self, user: str) -> bool:
        if self.only is not None and user not in self.only:
            raise LookupError("The walk was narrowed to other people.")
        return (
            user in self.persons
            and user not in self.ledger.fell["person"]
            and (user in self.student_at or user in self.staff_at or bool(self.wards.get(user)))
        )

    def drop(self, user: str, cause: Cause) -> None:
        """Let a person fall whom the version has no form for, and who stood on them."""
        self.ledger.fell["person"][user] = cause
        self.student_at.pop(user, None)
        self.staff_at.pop(user, None)
        self.wards.pop(user, None)
        for guardian in self.guardian_of.pop(user, []):
            self.wards[guardian] = [child for child in self.wards[guardian] if child != user]

    def role_is_current(self, begin: date | None, end: date | None) -> bool:
        """As `Ledger.is_current`; the active year's own dates count as blank."""
        return not (begin or end) or self.ledger.is_current(begin, end, self._school_years)

    @cached_property
    def _school_years(self) -> list[str]:
        timetable = self.ledger.timetable
        return [
            session.sourced_id
            for session in timetable.sessions.values()
            if session.type == "schoolYear" and timetable.belongs(session.sourced_id)
        ]

    def shares_role(self, role: str, org: str) -> bool:
        """Return whether a role is among those shared, in 1.2's words."""
        if role == "administrator":
            at_school = org in self.places.schools
            role = "siteAdministrator" if at_school else "districtAdministrator"
        return self.ledger.rules.roles.has(role)

    def _walk_persons(self) -> None:
        rules, fell = self.ledger.rules, self.ledger.fell["person"]
        people = self.live(User, "sourced_id")
        self.persons = frozenset(people.values_list("sourced_id", flat=True).iterator(BATCH))
        if not rules.inactive:
            inactive = people.filter(enabled=False).values_list("sourced_id", flat=True)
            fell.update(dict.fromkeys(inactive.iterator(BATCH), INACTIVE))
        fell.update(dict.fromkeys(rules.kept_out, KEPT_OUT))
        fell.update(dict.fromkeys(self.ledger.marks["person"], MARKED))

    def _find_present(self) -> None:
        """Find who is somewhere today, by a role or a class enrollment that has begun."""
        self.here_as_student: set[tuple[str, str]] = set()
        # With the role that classes give there today; blank where the person's own roles say it.
        self.here_as_staff: dict[tuple[str, str], str] = {}
        self.here_as_guardian: set[str] = set()
        rows = self.live(Role).values_list("user", "org", "role", "begin_date", "end_date")
        for user, org, role, begin, end in rows.iterator(BATCH):
            if not self.role_is_current(begin, end) or not self.shares_role(role, org):
                continue
            if is_student(role):
                self.here_as_student.add((user, org))
            elif is_staff(role):
                self.here_as_staff[user, org] = ""
            else:
                self.here_as_guardian.add(user)
        self._find_enrolled()

    def _find_enrolled(self) -> None:
        rows = self.live(Enrollment).values_list("user", "klass", "role", "begin_date", "end_date")
        classes = self.teaching.classes
        for user, klass, role, begin, end in rows.iterator(BATCH):
            if not self.teaching.is_of_the_year(klass):
                continue
            row = classes[klass]
            here = (user, row.school)
            if is_student(role):
                supplied, known = role, here in self.here_as_student
            else:
                supplied, known = ENROLLED_AS.get(role, role), self.here_as_staff.get(here) == ""
            if known or not self.shares_role(supplied, row.school):
                continue
            if not self.ledger.is_current(begin, end, row.terms):
                continue
            if is_student(role):
                self.here_as_student.add(here)
            else:
                others = self.here_as_staff.get(here, role)
                self.here_as_staff[here] = min(role, others, key=teacher_first)

    def _levels(self, kind: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        return self.ledger.levels(kind, *columns, among=self.among)

    def _walk_school_enrollments(self) -> None:
        kind = "school_enrollment"
        grades = self._grades()
        for sourced_id, all_of, any_of, person, school in self._levels(kind, "person", "school"):
            here = (person, school) in self.here_as_student
            if not self.ledger.rules.grades.has_any(grades.get(person) or ["none"]):
                self.ledger.fell[kind][sourced_id] = (
                    self.ledger.marked(kind, sourced_id) or NOT_SHARED
                )
            elif self._holds(kind, sourced_id, all_of, any_of, here):
                self.student_at[person].append(school)

    def _grades(self) -> dict[str, list[str]]:
        """Return people's grades, only where some grades are shared and others not."""
        if self.ledger.rules.grades.is_all:
            return {}
        grades = self.live(User, "sourced_id").values_list("sourced_id", "grades")
        return dict(grades.iterator(BATCH))

    def _walk_district_assignments(self) -> None:
        kind = "district_assignment"
        for sourced_id, all_of, any_of, person, org in self._levels(kind, "person", "school"):
            if not self.ledger.rules.schools.is_all and org not in self.places.schools:
                self.ledger.fell[kind][sourced_id] = (
                    self.ledger.marked(kind, sourced_id) or ORG_NOT_SHARED
                )
            elif self._holds(kind, sourced_id, all_of, any_of, (person, org) in self.here_as_staff):
                self.staff_at[person][org] = self.here_as_staff[person, org]

    def _walk_guardian_links(self) -> None:
        kind = "guardian_link"
        shared = "guardians" in self.ledger.rules.shares
        for sourced_id, all_of, any_of, guardian in self._levels(kind, "person"):
            child = all_of[1][1]
            if not shared:
                self.ledger.fell[kind][sourced_id] = (
                    self.ledger.marked(kind, sourced_id) or NOT_SHARED
                )
            elif self._holds(kind, sourced_id, all_of, any_of, guardian in self.here_as_guardian):
                if child not in self.student_at:
                    self.ledger.fell[kind][sourced_id] = fallen("person", child)
                    continue
                self.guardian_of[child].append(guardian)
                self.wards[guardian].append(child)

    def _holds(self, kind: str, sourced_id: str, all_of: Any, any_of: Any, here: bool) -> bool:
        cause = self.ledger.marked(kind, sourced_id) or self.ledger.footing(all_of, any_of)
        if cause is None and not here:
            cause = DATES
        if cause:
            self.ledger.fell[kind][sourced_id] = cause
        return cause is None

    def _walk_teachers(self) -> None:
        """Find who teaches a visible class: in 1.1 that makes a teacher of them."""
        self.teaches = self._enrolled(self.live(Enrollment).filter(role="teacher"))

    def _walk_unenrolled(self) -> None:
        """Where only enrolled people are shared, those without a visible class are nowhere."""
        self.unenrolled: set[str] = set()
        if self.ledger.rules.unenrolled:
            return
        enrolled = self._enrolled(self.live(Enrollment))
        self.unenrolled = (self.student_at.keys() | self.staff_at.keys()) - enrolled
        for user in self.unenrolled:
            self.student_at.pop(user, None)
            self.staff_at.pop(user, None)

    def _note_unenrolled(self) -> None:
        """Let them fall, but for those who are seen for a child's sake."""
        for user in self.unenrolled - self.wards.keys():
            self.ledger.fell["person"][user] = UNENROLLED

    def _enrolled(self, enrollments: Any) -> set[str]:
        """Return whom these class enrollments put into a visible class, the excluded ones aside."""
        rows = enrollments.values_list(
            "sourced_id", "user", "klass", "role", "begin_date", "end_date"
        )
        marked, classes = self.ledger.marks["enrollment"], self.teaching.classes
        return {
            user
            for sourced_id, user, klass, role, begin, end in rows.iterator(BATCH)
            if sourced_id not in marked
            and self.teaching.sees_class(klass)
            and self._is_at(user, classes[klass].school, role)
            and self.ledger.is_current(begin, end, classes[klass].terms)
        }

    def _is_at(self, user: str, school: str, role: str) -> bool:
        places = self.student_at if is_student(role) else self.staff_at
        return school in places.get(user, ())

    def enrollment_cause(self, row: Any) -> Cause | None:
        """Return why a class enrollment isn't visible, or None."""
        ledger, teaching = self.ledger, self.teaching
        if row.sourced_id in ledger.marks["enrollment"]:
            return MARKED
        if ledger.version == "1.1" and row.role.startswith("ext:"):
            return unpublishable("role")
        klass = teaching.classes.get(row.klass)
        if klass is None:
            return missing("section", row.klass)
        if row.klass in ledger.fell["section"]:
            return fallen("section", row.klass)
        if row.user not in self.persons:
            return missing("person", row.user)
        if row.user in ledger.fell["person"]:
            return fallen("person", row.user)
        if row.school and not self.places.sees(row.school):
            known = row.school in self.places.orgs
            kind = self.places.kind(row.school)
            return fallen(kind, row.school) if known else missing("school", row.school)
        if not self._is_at(row.user, klass.school, row.role):
            kind = "school_enrollment" if is_student(row.role) else "district_assignment"
            return fallen(kind, f"{row.user}~{klass.school}")
        if not ledger.is_current(row.begin_date, row.end_date, klass.terms):
            return DATES
        return None
