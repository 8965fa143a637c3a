"""The one walk: decides for one line what is visible, and remembers why the rest is not.

What: one ordered pass down the hierarchy (kinds.py), set by set, no recursion into the
database and no query per row. A row that falls is noted with the cause; what stands on it
falls on it, so "why is Ann not there?" follows the notes of the very pass that decides.
Rules: product, What is visible. Weighed and left: rules in SQL, which are fast to run and
impossible to explain from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from roster.hierarchy import is_staff, is_student
from roster.models import (
    AssessmentLineItem,
    Category,
    ClassResource,
    Course,
    CourseResource,
    Enrollment,
    Klass,
    Level,
    LineItem,
    Mark,
    Org,
    Organization,
    Resource,
    Role,
    Status,
    User,
)
from roster.timetable import Timetable

BATCH = 2000


UNLESS_SHARED = {
    "metadata": "metadata",
    "resources": "resources",
    "users.phone": "users.phone",
    "users.sms": "users.sms",
    "users.userIds": "users.userIds",
    "users.agents": "guardians",
}
"""Fields that a connection gets only where the share of this name is ticked."""


class Cause(NamedTuple):
    """Why a row isn't visible: in a word, and what it stands on where that is the reason.

    `code`: marked, fallen (see `kind`, `sourced_id`), school_not_shared, org_not_shared,
    not_shared, other_year, dates, missing (a required reference names no record), nobody
    (no role or child keeps it), unpublishable (`sourced_id` names the required field that
    can't be filled in this version).
    """

    code: str
    kind: str = ""
    sourced_id: str = ""


class OrgRow(NamedTuple):
    sourced_id: str
    type: str
    parent: str


class ClassRow(NamedTuple):
    sourced_id: str
    course: str
    school: str
    terms: list[str]
    metadata: dict[str, Any]


MARKED = Cause("marked")
NOT_THE_DISTRICT = Cause("org_not_shared")
WORDLESS = Cause("unpublishable", "", "type")


class Walk:
    """What one line may see of an organization on a day. `fell` has the causes by kind and id."""

    def __init__(
        self, organization: Organization, version: str, rules: dict[str, Any], day: date
    ) -> None:
        self.organization = organization
        self.version = version
        self.day = day
        self.early = day + timedelta(days=organization.early_access_days)
        self.shares = frozenset(rules["shares"])
        self.withheld = frozenset(rules["withheld"]) | frozenset(organization.field_policy)
        self.types = frozenset(rules["types"])
        self.all_schools = rules["schools"] == "all"
        self.chosen = frozenset() if self.all_schools else frozenset(rules["schools"])
        self.fell: dict[str, dict[str, Cause]] = defaultdict(dict)
        self._hidden: dict[str, frozenset[str]] = {}
        self.timetable = Timetable.of(organization)
        self._load()
        self._orgs()
        self._levels("calendar", "schedule_structure", "grade_level")
        self._people()
        self._course_levels()
        self._sections()
        self._sessions()
        self._grading_tasks()

    def hidden(self, collection: str) -> frozenset[str]:
        """Return the field names of a collection that this line doesn't show."""
        if collection not in self._hidden:
            off = {name for name, share in UNLESS_SHARED.items() if share not in self.shares}
            self._hidden[collection] = frozenset(
                name.removeprefix(f"{collection}.")
                for name in off | self.withheld
                if "." not in name or name.startswith(f"{collection}.")
            )
        return self._hidden[collection]

    def _live(self, model: Any) -> Any:
        return model.objects.filter(organization=self.organization, status=Status.ACTIVE)

    def _load(self) -> None:
        self.marks: dict[str, set[str]] = defaultdict(set)
        marks = Mark.objects.filter(organization=self.organization)
        for kind, sourced_id in marks.values_list("kind", "sourced_id"):
            self.marks[kind].add(sourced_id)
        self.orgs = {
            row[0]: OrgRow._make(row)
            for row in self._live(Org).values_list("sourced_id", "type", "parent")
        }
        self.classes = {
            row[0]: ClassRow._make(row)
            for row in self._live(Klass).values_list(*ClassRow._fields).iterator(BATCH)
        }
        self.schools = {org.sourced_id for org in self.orgs.values() if org.type == "school"}
        self.schools |= {row.school for row in self.classes.values() if row.school in self.orgs}

    # Orgs: a mark holds for everything below; of the unmarked, the shared ones are seen.

    def ancestors(self, org: str) -> list[str]:
        """Return the orgs above that exist, nearest first; a loop ends where it closes."""
        found: list[str] = []
        here = self.orgs[org].parent
        while here in self.orgs and here != org and here not in found:
            found.append(here)
            here = self.orgs[here].parent
        return found

    def place(self, org: str) -> str:
        """Return the kind under which an org is marked and explained: school or org."""
        return "school" if org in self.schools else "org"

    def _orgs(self) -> None:
        for org in self.orgs:
            cause = self._org_marked(org)
            if cause is None and org in self.schools and not self._is_chosen(org):
                cause = Cause("school_not_shared")
            if cause:
                self.fell[self.place(org)][org] = cause
        if self.version == "1.1":
            for org in self.orgs.values():
                if org.type.startswith("ext:"):
                    self.fell[self.place(org.sourced_id)][org.sourced_id] = WORDLESS
        if self.all_schools:
            return
        seen = {
            above
            for school in self.schools
            if school not in self.fell["school"]
            for above in self.ancestors(school)
        }
        for org in self.orgs.keys() - self.schools - seen - self.fell["org"].keys():
            self.fell["org"][org] = Cause("org_not_shared")

    def _is_chosen(self, school: str) -> bool:
        return self.all_schools or school in self.chosen

    def _org_marked(self, org: str) -> Cause | None:
        if org in self.marks["org"] or org in self.marks["school"]:
            return MARKED
        for above in self.ancestors(org):
            if above in self.marks["org"] or above in self.marks["school"]:
                return Cause("fallen", self.place(above), above)
        return None

    def sees_org(self, org: str) -> bool:
        return org in self.orgs and org not in self.fell[self.place(org)]

    # Levels: what was derived, in the order of the table of kinds.

    def footing(self, all_of: Iterable[list[str]], any_of: list[list[str]]) -> Cause | None:
        """Return the first thing fallen of `all_of`, or one of `any_of` if all of them fell."""
        for kind, sourced_id in all_of:
            if sourced_id in self.fell[kind]:
                return Cause("fallen", kind, sourced_id)
        if any_of and all(sourced_id in self.fell[kind] for kind, sourced_id in any_of):
            return Cause("fallen", *any_of[0])
        return None

    def _level_rows(self, kind: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        rows = Level.objects.filter(organization=self.organization, kind=kind)
        return rows.values_list("sourced_id", "year", "all_of", "any_of", *columns).iterator(BATCH)

    def _levels(self, *kinds: str) -> None:
        for kind in kinds:
            for sourced_id, year, all_of, any_of in self._level_rows(kind):
                cause = self._marked(kind, sourced_id) or self._in_year(year)
                cause = cause or self.footing(all_of, any_of)
                if cause:
                    self.fell[kind][sourced_id] = cause

    def _marked(self, kind: str, sourced_id: str) -> Cause | None:
        return MARKED if sourced_id in self.marks[kind] else None

    def _in_year(self, year: str) -> Cause | None:
        return None if year in ("", self.timetable.active_year) else Cause("other_year")

    # People: persons, where they are today, and what follows from it.

    def _people(self) -> None:
        for person in self.marks["person"]:
            self.fell["person"][person] = MARKED
        self.persons = set(self._live(User).values_list("sourced_id", flat=True).iterator(BATCH))
        self._present()
        self.student_at: dict[str, list[str]] = defaultdict(list)
        self.staff_at: dict[str, dict[str, str]] = defaultdict(dict)
        self.guardian_of: dict[str, list[str]] = defaultdict(list)
        self.wards: dict[str, list[str]] = defaultdict(list)
        kind = "school_enrollment"
        for sourced_id, _, all_of, any_of, person, school in self._level_rows(
            kind, "person", "school"
        ):
            if self._holds(
                kind, sourced_id, all_of, any_of, (person, school) in self.here_as_student
            ):
                self.student_at[person].append(school)
        kind = "district_assignment"
        for sourced_id, _, all_of, any_of, person, org, role in self._level_rows(
            kind, "person", "school", "role"
        ):
            if not self.all_schools and org not in self.schools:
                self.fell[kind][sourced_id] = self._marked(kind, sourced_id) or NOT_THE_DISTRICT
            elif self._holds(kind, sourced_id, all_of, any_of, (person, org) in self.here_as_staff):
                self.staff_at[person][org] = role
        kind = "guardian_link"
        for sourced_id, _, all_of, any_of, guardian in self._level_rows(kind, "person"):
            child = all_of[1][1]
            shared = None if "guardians" in self.shares else Cause("not_shared")
            if shared:
                self.fell[kind][sourced_id] = self._marked(kind, sourced_id) or shared
            elif self._holds(kind, sourced_id, all_of, any_of, guardian in self.here_as_guardian):
                self.guardian_of[child].append(guardian)
                self.wards[guardian].append(child)

    def _holds(self, kind: str, sourced_id: str, all_of: Any, any_of: Any, here: bool) -> bool:
        cause = self._marked(kind, sourced_id) or self.footing(all_of, any_of)
        if cause is None and not here:
            cause = Cause("dates")
        if cause:
            self.fell[kind][sourced_id] = cause
        return cause is None

    def _present(self) -> None:
        """Find who is somewhere today, by a role or a class enrollment that has begun."""
        self.here_as_student: set[tuple[str, str]] = set()
        self.here_as_staff: set[tuple[str, str]] = set()
        self.here_as_guardian: set[str] = set()
        rows = self._live(Role).values_list("user", "org", "role", "begin_date", "end_date")
        for user, org, role, begin, end in rows.iterator(BATCH):
            if not self.role_is_current(begin, end):
                continue
            if is_student(role):
                self.here_as_student.add((user, org))
            elif is_staff(role):
                self.here_as_staff.add((user, org))
            else:
                self.here_as_guardian.add(user)
        rows = self._live(Enrollment).values_list("user", "klass", "role", "begin_date", "end_date")
        for user, klass, role, begin, end in rows.iterator(BATCH):
            row = self.classes.get(klass)
            if row is None or not self.timetable.has_term_of_the_year(row.terms):
                continue
            here = self.here_as_student if is_student(role) else self.here_as_staff
            if (user, row.school) not in here and self.is_current(begin, end, row.terms):
                here.add((user, row.school))

    def is_current(self, begin: date | None, end: date | None, terms: list[str]) -> bool:
        """Return whether something that lasts from `begin` to before `end` is shared today.

        A date equal to one of the class's terms counts as blank; sharing begins the
        organization's early-access days before (product: What is visible, 4).
        """
        if begin or end:
            known = [self.timetable.sessions[t] for t in terms if t in self.timetable.sessions]
            edges = {day for term in known for day in (term.start_date, term.end_date)}
            begin = None if begin in edges else begin
            end = None if end in edges else end
        return (begin is None or begin <= self.early) and (end is None or end > self.day)

    def role_is_current(self, begin: date | None, end: date | None) -> bool:
        """As `is_current`, for a role: the active year's own dates count as blank."""
        if begin or end:
            return self.is_current(begin, end, self._school_years)
        return True

    @cached_property
    def _school_years(self) -> list[str]:
        return [
            session.sourced_id
            for session in self.timetable.sessions.values()
            if session.type == "schoolYear" and self.timetable.belongs(session.sourced_id)
        ]

    # Courses, classes, sessions.

    def _course_levels(self) -> None:
        self._levels("course_master")
        self._levels("course")
        codes = dict(self._live(Course).values_list("sourced_id", "course_code"))
        self.course_rows = frozenset(codes)
        self.course_levels: dict[str, list[str]] = defaultdict(list)
        rows = Level.objects.filter(organization=self.organization, kind="course")
        for sourced_id, course in rows.values_list("sourced_id", "course"):
            self.course_levels[course].append(sourced_id)
            if self.version == "1.2" and not codes.get(course):
                self.fell["course"].setdefault(sourced_id, Cause("unpublishable", "", "courseCode"))

    def sees_course(self, course: str) -> bool:
        """Return whether any of the row's derived courses is visible."""
        return course in self.course_rows and any(
            level not in self.fell["course"] for level in self.course_levels.get(course, ())
        )

    def _sections(self) -> None:
        for row in self.classes.values():
            cause = self._section_cause(row)
            if cause:
                self.fell["section"][row.sourced_id] = cause
        teaching = self._live(Enrollment).filter(role="teacher")
        self.teaches = {
            user
            for user, klass, begin, end in teaching.values_list(
                "user", "klass", "begin_date", "end_date"
            ).iterator(BATCH)
            if self.sees_class(klass) and self.is_current(begin, end, self.classes[klass].terms)
        }

    def sees_class(self, klass: str) -> bool:
        return klass in self.classes and klass not in self.fell["section"]

    def _section_cause(self, row: ClassRow) -> Cause | None:
        if row.sourced_id in self.marks["section"]:
            return MARKED
        if row.school not in self.orgs:
            return Cause("missing", "school", row.school)
        if row.school in self.fell["school"]:
            return Cause("fallen", "school", row.school)
        if not self.timetable.has_term_of_the_year(row.terms):
            known = any(term in self.timetable.sessions for term in row.terms)
            return Cause("other_year") if known else Cause("missing", "session")
        if self.version == "1.1" and not any(
            not self.timetable.sessions[term].type.startswith("ext:")
            for term in row.terms
            if term in self.timetable.sessions
        ):
            return Cause("unpublishable", "", "terms")
        if row.course not in self.course_rows:
            return Cause("missing", "course", row.course)
        calendars = [
            calendar.sourced_id
            for calendar in self.timetable.calendars(row.school, row.terms, row.metadata)
            if calendar.year in ("", self.timetable.active_year)
        ]
        for calendar in calendars:
            if calendar in self.fell["calendar"]:
                return Cause("fallen", "calendar", calendar)
            course = f"{row.course}~{calendar}"
            if course in self.fell["course"]:
                return Cause("fallen", "course", course)
        return None

    def _sessions(self) -> None:
        used_by_any = {term for row in self.classes.values() for term in row.terms}
        seen: set[str] = set()
        for row in self.classes.values():
            if row.sourced_id not in self.fell["section"]:
                seen.update(term for term in row.terms if term in self.timetable.sessions)
        for term in list(seen):
            seen.update(self.timetable.ancestors(term))
            seen.update(self.timetable.descendants(term))
        for sourced_id in self.timetable.sessions:
            if self.version == "1.1" and self.timetable.sessions[sourced_id].type.startswith(
                "ext:"
            ):
                self.fell["session"][sourced_id] = WORDLESS
            elif sourced_id in seen:
                continue
            elif not self.timetable.belongs(sourced_id):
                self.fell["session"][sourced_id] = Cause("other_year")
            elif self._is_used(sourced_id, used_by_any):
                self.fell["session"][sourced_id] = Cause("nobody")

    def _is_used(self, sourced_id: str, used: set[str]) -> bool:
        """Return whether any class at all goes by this session, above it or below it."""
        near = (
            sourced_id,
            *self.timetable.ancestors(sourced_id),
            *self.timetable.descendants(sourced_id),
        )
        return not used.isdisjoint(near)

    def sees_session(self, sourced_id: str) -> bool:
        return sourced_id in self.timetable.sessions and sourced_id not in self.fell["session"]

    @cached_property
    def org_children(self) -> dict[str, list[str]]:
        children: dict[str, list[str]] = defaultdict(list)
        for row in sorted(self.orgs.values()):
            children[row.parent].append(row.sourced_id)
        return dict(children)

    # The gradebook and resources: small sets, loaded where a line shares them.

    def _grading_tasks(self) -> None:
        self.published: dict[str, set[str]] = defaultdict(set)
        self.categories = frozenset(self._live(Category).values_list("sourced_id", flat=True))
        for category in self.categories & self.marks["grading_task"]:
            self.fell["grading_task"][category] = MARKED
        self.resources: frozenset[str] = frozenset()
        self.course_resources: dict[str, list[str]] = {}
        self.class_resources: dict[str, list[str]] = {}
        if "resources" in self.shares:
            self.resources = frozenset(self._live(Resource).values_list("sourced_id", flat=True))
            self.course_resources = self._links(CourseResource, "course")
            self.class_resources = self._links(ClassResource, "klass")

    def _links(self, model: Any, column: str) -> dict[str, list[str]]:
        links: dict[str, list[str]] = defaultdict(list)
        rows = self._live(model).order_by("resource").values_list(column, "resource").distinct()
        for owner, resource in rows.iterator(BATCH):
            links[owner].append(resource)
        return links

    @cached_property
    def ever_enrolled(self) -> set[tuple[str, str]]:
        """Student and class of every class enrollment of the year, ended ones too."""
        rows = Enrollment.objects.filter(organization=self.organization, role="student")
        return set(rows.values_list("user", "klass").iterator(BATCH))

    @cached_property
    def line_item_classes(self) -> dict[str, str]:
        return dict(self._live(LineItem).values_list("sourced_id", "klass"))

    @cached_property
    def assessments(self) -> frozenset[str]:
        return frozenset(self._live(AssessmentLineItem).values_list("sourced_id", flat=True))

    # What one row is asked about while documents are made.

    def sees_person(self, user: str) -> bool:
        return (
            user in self.persons
            and user not in self.fell["person"]
            and (user in self.student_at or user in self.staff_at or bool(self.wards.get(user)))
        )

    def enrollment_cause(
        self,
        sourced_id: str,
        user: str,
        klass: str,
        school: str,
        role: str,
        begin: date | None,
        end: date | None,
    ) -> Cause | None:
        """Return why a class enrollment isn't visible, or None."""
        if sourced_id in self.marks["enrollment"]:
            return MARKED
        if self.version == "1.1" and role.startswith("ext:"):
            return Cause("unpublishable", "", "role")
        row = self.classes.get(klass)
        if row is None:
            return Cause("missing", "section", klass)
        if klass in self.fell["section"]:
            return Cause("fallen", "section", klass)
        if user not in self.persons:
            return Cause("missing", "person", user)
        if user in self.fell["person"]:
            return Cause("fallen", "person", user)
        if school and not self.sees_org(school):
            return Cause("fallen" if school in self.orgs else "missing", "school", school)
        if is_student(role):
            if row.school not in self.student_at.get(user, ()):
                return Cause("fallen", "school_enrollment", f"{user}~{row.school}")
        elif row.school not in self.staff_at.get(user, ()):
            return Cause("fallen", "district_assignment", f"{user}~{row.school}")
        if not self.is_current(begin, end, row.terms):
            return Cause("dates")
        return None
