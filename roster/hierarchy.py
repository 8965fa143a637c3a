"""Derives the levels of the hierarchy that OneRoster lacks, whenever the rows change.

What: calendars, schedule structures, grade levels, school enrollments, district assignments,
guardian links, course masters and courses by calendar, each with what it stands on (product:
What is visible, 2), kept as `Level` rows. Why stored: marks name them, people browse them,
and the walk reads them instead of deriving a second time. It depends on the rows and the
active school year only; dates are the walk's. Weighed and left: one table per kind, which
would say the same eight times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import orjson
from django.db import transaction

from roster import bulk
from roster.carrying import carry_over
from roster.models import (
    Agent,
    Category,
    Course,
    Enrollment,
    Klass,
    Level,
    Mark,
    Org,
    Organization,
    Role,
    Status,
    User,
)
from roster.timetable import Timetable

GUARDIANS = frozenset({"guardian", "parent", "relative"})

ENROLLED_AS = {"administrator": "siteAdministrator"}
"""What a class enrollment's role is called as a person's role, where the word differs."""

BATCH = 1000


def _teacher_first(role: str) -> tuple[bool, str]:
    return role != "teacher", role


class Derived(NamedTuple):
    """One level as derived; `all_of` and `any_of` are JSON, so that rows compare cheaply."""

    name: str = ""
    year: str = ""
    school: str = ""
    person: str = ""
    course: str = ""
    role: str = ""
    all_of: bytes = b"[]"
    any_of: bytes = b"[]"


COLUMNS = ("organization_id", "kind", "sourced_id", *Derived._fields)


def edges(*pairs: tuple[str, str]) -> bytes:
    return orjson.dumps(pairs)


def derive(organization: Organization) -> int:
    """Bring the organization's levels and bundle marks in step; return how many rows moved."""
    levels = dict(_Derivation(organization).levels())
    with transaction.atomic():
        known = set(_keys(organization))
        moved = _store(organization, levels) + _mark_from_bundles(organization)
        return moved + carry_over(organization, known)


def _keys(organization: Organization) -> Iterator[tuple[str, str]]:
    rows = Level.objects.filter(organization=organization)
    yield from rows.values_list("kind", "sourced_id").iterator(BATCH)


def is_student(role: str) -> bool:
    return role == "student"


def is_staff(role: str) -> bool:
    return role != "student" and role not in GUARDIANS


class _Derivation:
    """One derivation: the small tables in memory, then each kind in the order of its footing."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.timetable = Timetable.of(organization)
        live = {"organization": organization, "status": Status.ACTIVE}
        self.orgs = {
            row[0]: row
            for row in Org.objects.filter(**live).values_list("sourced_id", "type", "name")
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
        self.grades = dict(User.objects.filter(**live).values_list("sourced_id", "grades"))
        self.schools = {name for name, kind, _ in self.orgs.values() if kind == "school"}
        self.schools |= {row[2] for row in self.classes.values() if row[2] in self.orgs}
        self.calendars: dict[str, tuple[str, str, str]] = {}
        self.structures: dict[str, tuple[str, str]] = {}
        self.students: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.staff: dict[tuple[str, str], str] = {}
        self.guardians: set[str] = set()
        self.class_structures: dict[str, list[str]] = {}

    def levels(self) -> Iterator[tuple[tuple[str, str], Derived]]:
        self._place_classes()
        self._place_people()
        yield from self._calendars_and_structures()
        yield from self._grades_and_school_enrollments()
        yield from self._district_assignments()
        yield from self._guardian_links()
        yield from self._courses()

    def _calendar(self, school: str, sourced_id: str, year: str, name: str) -> str:
        known = self.calendars.get(sourced_id)
        if known and known[1] != year:
            year = ""
        self.calendars[sourced_id] = (school, year, name)
        return sourced_id

    def _structure(self, calendar: str, metadata: dict[str, Any]) -> str:
        named = str(metadata.get("scheduleStructure") or "structure")
        sourced_id = f"{calendar}~{named}"
        self.structures[sourced_id] = (calendar, named)
        return sourced_id

    def _place_classes(self) -> None:
        for sourced_id, _, school, terms, metadata in self.classes.values():
            self.class_structures[sourced_id] = [
                self._structure(self._calendar(school, *calendar), metadata)
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
                if org in self.schools:
                    self.students[user, org] |= self._structures_by_role(org, metadata)
            else:
                self.staff.setdefault((user, org), "")
        enrolled = Enrollment.objects.filter(organization=self.organization, status=Status.ACTIVE)
        for user, klass, role in enrolled.values_list("user", "klass", "role").iterator(BATCH):
            school = self.classes[klass][2] if klass in self.classes else ""
            if user not in self.grades or school not in self.schools:
                continue
            if is_student(role):
                self.students[user, school].update(self.class_structures[klass])
            elif self.staff.get((user, school), role) != "":
                known = self.staff.get((user, school), role)
                self.staff[user, school] = min(role, known, key=_teacher_first)
        for school in {org for _, org in (*self.students, *self.staff)} & self.schools:
            if not any(place == school for place, _, _ in self.calendars.values()):
                default = self.timetable.default_calendar(school)
                self._structure(self._calendar(school, *default), {})

    def _structures_by_role(self, school: str, metadata: dict[str, Any]) -> set[str]:
        if not metadata.get("calendar") and not metadata.get("scheduleStructure"):
            return set()
        calendar = self.timetable.calendars(school, [], metadata)[0]
        return {self._structure(self._calendar(school, *calendar), metadata)}

    def _calendars_and_structures(self) -> Iterator[tuple[tuple[str, str], Derived]]:
        by_school = {school for school, _, _ in self.calendars.values()}
        for user, school in self.students:
            if not self._structures_of_the_year(user, school):
                default = self.timetable.default_calendar(school)
                self.students[user, school].add(
                    self._structure(self._calendar(school, *default), {})
                )
                by_school.add(school)
        for sourced_id, (school, year, name) in self.calendars.items():
            title = f"{self.orgs[school][2]} {name}"
            yield (
                ("calendar", sourced_id),
                Derived(title, year, school, all_of=edges(("school", school))),
            )
        for sourced_id, (calendar, name) in self.structures.items():
            school, year, _ = self.calendars[calendar]
            yield (
                ("schedule_structure", sourced_id),
                Derived(name, year, school, all_of=edges(("calendar", calendar))),
            )

    def _structures_of_the_year(self, user: str, school: str) -> list[str]:
        active = self.timetable.active_year
        return [
            structure
            for structure in self.students[user, school]
            if self.calendars[self.structures[structure][0]][1] in ("", active)
        ]

    def _grades_and_school_enrollments(self) -> Iterator[tuple[tuple[str, str], Derived]]:
        seen: set[str] = set()
        for (user, school), structures in self.students.items():
            footing = []
            for structure in sorted(structures):
                for grade in self.grades[user] or ["none"]:
                    sourced_id = f"{structure}~{grade}"
                    footing.append(("grade_level", sourced_id))
                    if sourced_id not in seen:
                        seen.add(sourced_id)
                        year = self.calendars[self.structures[structure][0]][1]
                        above = edges(("schedule_structure", structure))
                        yield (
                            ("grade_level", sourced_id),
                            Derived(grade, year, school, all_of=above),
                        )
            yield (
                ("school_enrollment", f"{user}~{school}"),
                Derived(
                    school=school,
                    person=user,
                    all_of=edges(("person", user)),
                    any_of=edges(*footing),
                ),
            )

    def _district_assignments(self) -> Iterator[tuple[tuple[str, str], Derived]]:
        for (user, org), role in self.staff.items():
            place = "school" if org in self.schools else "org"
            yield (
                ("district_assignment", f"{user}~{org}"),
                Derived(
                    school=org, person=user, role=role, all_of=edges(("person", user), (place, org))
                ),
            )

    def _guardian_links(self) -> Iterator[tuple[tuple[str, str], Derived]]:
        schools: dict[str, list[str]] = defaultdict(list)
        for user, school in self.students:
            schools[user].append(school)
        pairs: set[tuple[str, str]] = set()
        agents = Agent.objects.filter(organization=self.organization)
        for user, agent in agents.values_list("user", "agent").iterator(BATCH):
            if agent in self.guardians and user in schools:
                pairs.add((user, agent))
            if user in self.guardians and agent in schools:
                pairs.add((agent, user))
        for child, guardian in pairs:
            if child in self.grades and guardian in self.grades:
                yield (
                    ("guardian_link", f"{child}~{guardian}"),
                    Derived(
                        person=guardian,
                        all_of=edges(("person", guardian), ("person", child)),
                        any_of=edges(
                            *(("school_enrollment", f"{child}~{place}") for place in schools[child])
                        ),
                    ),
                )

    def _courses(self) -> Iterator[tuple[tuple[str, str], Derived]]:
        masters = self._course_masters()
        used: dict[str, set[str]] = defaultdict(set)
        for klass, course, _, _, _ in self.classes.values():
            used[course].update(self.structures[s][0] for s in self.class_structures[klass])
        by_school: dict[str, list[str]] = defaultdict(list)
        for calendar, (school, _, _) in self.calendars.items():
            by_school[school].append(calendar)
        titled: set[str] = set()
        for sourced_id, title, *_ in self.courses:
            master = masters.get(sourced_id)
            if master and master not in titled:
                titled.add(master)
                yield ("course_master", master), Derived(title, course=sourced_id)
        for sourced_id, title, _, org, year_session, _ in self.courses:
            year = self.timetable.year(year_session)
            calendars = used[sourced_id] | self._own_calendars(
                by_school[org], used[sourced_id], year
            )
            above = [("course_master", masters[sourced_id])] if sourced_id in masters else []
            of_the_year = [
                c for c in calendars if self.calendars[c][1] in ("", self.timetable.active_year)
            ]
            if not of_the_year and not by_school[org]:
                footing = [("school", org)] if org in self.schools else []
                yield (
                    ("course", sourced_id),
                    Derived(title, year, org, course=sourced_id, all_of=edges(*footing, *above)),
                )
            for calendar in sorted(calendars):
                school, calendar_year, _ = self.calendars[calendar]
                yield (
                    ("course", f"{sourced_id}~{calendar}"),
                    Derived(
                        title,
                        calendar_year,
                        school,
                        course=sourced_id,
                        all_of=edges(("calendar", calendar), *above),
                    ),
                )

    def _own_calendars(self, own: list[str], used: set[str], year: str) -> set[str]:
        """Return its own school's calendars of every year in which no class is of the course."""
        taught = {self.calendars[calendar][1] for calendar in used}
        return {
            calendar
            for calendar in own
            if self.calendars[calendar][1] not in taught
            and (not year or self.calendars[calendar][1] in ("", year))
        }

    def _course_masters(self) -> dict[str, str]:
        shared: dict[tuple[str, str], set[str]] = defaultdict(set)
        for _, title, code, org, _, _ in self.courses:
            if org in self.schools and code:
                shared[code, title].add(org)
        masters = {}
        for sourced_id, title, code, org, _, metadata in self.courses:
            if metadata.get("courseMaster"):
                masters[sourced_id] = str(metadata["courseMaster"])
            elif org not in self.schools:
                masters[sourced_id] = sourced_id
            elif code and len(shared[code, title]) > 1:
                masters[sourced_id] = f"{code}~{title}"
        return masters


def _store(organization: Organization, levels: dict[tuple[str, str], Derived]) -> int:
    """Write what differs; unchanged levels keep their rows."""
    stale: list[int] = []
    known = Level.objects.filter(organization=organization)
    columns = ("pk", "kind", "sourced_id", *Derived._fields)
    for pk, kind, sourced_id, *rest in known.values_list(*columns).iterator(BATCH):
        now = Derived(*rest[:-2], *map(orjson.dumps, rest[-2:]))
        if levels.get((kind, sourced_id)) == now:
            del levels[kind, sourced_id]
        else:
            stale.append(pk)
    for start in range(0, len(stale), BATCH):
        known.filter(pk__in=stale[start : start + BATCH]).delete()
    fresh = iter(levels.items())
    while part := list(islice(fresh, BATCH)):
        bulk.insert(Level, COLUMNS, [_row(organization, *level) for level in part])
    return len(stale) + len(levels)


def _row(organization: Organization, key: tuple[str, str], level: Derived) -> tuple[Any, ...]:
    *texts, all_of, any_of = level
    return (organization.pk, *key, *texts, all_of.decode(), any_of.decode())


def _mark_from_bundles(organization: Organization) -> int:
    """Set and clear the marks that the bundle's `metadata.externalLmsExclude` columns ask for.

    Marks that people set are not touched; a course's column stands for all of its levels.
    """
    wanted = set(_wanted_marks(organization))
    marks = Mark.objects.filter(organization=organization, source=Mark.Source.BUNDLE)
    stale = []
    for pk, kind, sourced_id in marks.values_list("pk", "kind", "sourced_id"):
        if (kind, sourced_id) in wanted:
            wanted.discard((kind, sourced_id))
        else:
            stale.append(pk)
    marks.filter(pk__in=stale).delete()
    Mark.objects.bulk_create(
        Mark(
            organization=organization,
            kind=kind,
            sourced_id=sourced_id,
            source=Mark.Source.BUNDLE,
            reason="Set by the bundle",
            by_name="bundle",
            withdrawn=True,
        )
        for kind, sourced_id in sorted(wanted)
    )
    return len(stale) + len(wanted)


def _wanted_marks(organization: Organization) -> Iterator[tuple[str, str]]:
    schools = set(
        Org.objects.filter(organization=organization, type="school").values_list(
            "sourced_id", flat=True
        )
    ) | set(
        Klass.objects.filter(organization=organization, status=Status.ACTIVE).values_list(
            "school", flat=True
        )
    )
    sources: list[tuple[Any, str]] = [
        (Org, ""),
        (User, "person"),
        (Klass, "section"),
        (Category, "grading_task"),
    ]
    for model, kind in sources:
        for sourced_id in _excluded(model, organization).values_list("sourced_id", flat=True):
            yield kind or ("school" if sourced_id in schools else "org"), sourced_id
    courses = _excluded(Course, organization).values_list("sourced_id", flat=True)
    for sourced_id in Level.objects.filter(
        organization=organization, kind="course", course__in=list(courses)
    ).values_list("sourced_id", flat=True):
        yield "course", sourced_id
    for user, org, role in _excluded(Role, organization).values_list("user", "org", "role"):
        if is_student(role):
            yield "school_enrollment", f"{user}~{org}"
        elif is_staff(role):
            yield "district_assignment", f"{user}~{org}"


def _excluded(model: Any, organization: Organization) -> Any:
    return model.objects.filter(
        organization=organization,
        status=Status.ACTIVE,
        metadata__externalLmsExclude__in=["true", "TRUE", "True", "1", "yes"],
    )
