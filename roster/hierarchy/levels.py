"""The levels of each kind, with their parents (product: What is visible, 2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from json.encoder import encode_basestring
from typing import NamedTuple

from roster.hierarchy.ground import BATCH, Ground
from roster.models import Agent

Level = tuple[tuple[str, str], "Derived"]
"""Kind and id, and the level."""


class Derived(NamedTuple):
    """One level as derived; `all_of` and `any_of` are JSON as PostgreSQL writes it, by which what
    is stored compares with it cheaply."""

    name: str = ""
    year: str = ""
    school: str = ""
    person: str = ""
    course: str = ""
    role: str = ""
    all_of: str = "[]"
    any_of: str = "[]"


def edges(*pairs: tuple[str, str]) -> str:
    return f"[{', '.join(f'[{encode_basestring(k)}, {encode_basestring(v)}]' for k, v in pairs)}]"


def levels_of(ground: Ground) -> Iterator[Level]:
    """Yield every derived level once, each kind after its parents."""
    known: set[int] = set()  # Hashes, since the keys themselves take three times the memory.
    for key, level in chain(
        _calendars(ground),
        _school_enrollments(ground),
        _district_assignments(ground),
        _guardian_links(ground),
        _courses(ground),
    ):
        if (hashed := hash(key)) not in known:
            known.add(hashed)
            yield key, level


def _calendars(ground: Ground) -> Iterator[Level]:
    for sourced_id, (school, year, name) in ground.calendars.items():
        title = f"{ground.orgs[school][2]} {name}"
        yield (
            ("calendar", sourced_id),
            Derived(title, year, school, all_of=edges(("school", school))),
        )
    for sourced_id, (calendar, name) in ground.structures.items():
        school, year, _ = ground.calendars[calendar]
        yield (
            ("schedule_structure", sourced_id),
            Derived(name, year, school, all_of=edges(("calendar", calendar))),
        )


def _school_enrollments(ground: Ground) -> Iterator[Level]:
    shared: dict[tuple[frozenset[str], tuple[str, ...]], str] = {}
    for (user, school), structures in ground.students.items():
        grades = ground.grades[user] or ("none",)
        levels = shared.get((structures, grades))
        if levels is None:
            found = [*_grade_levels(ground, school, structures, grades)]
            yield from found
            levels = shared[structures, grades] = edges(*(key for key, _ in found))
        yield (
            ("school_enrollment", f"{user}~{school}"),
            Derived(school=school, person=user, all_of=edges(("person", user)), any_of=levels),
        )


def _grade_levels(
    ground: Ground, school: str, structures: frozenset[str], grades: tuple[str, ...]
) -> Iterator[Level]:
    for structure in sorted(structures):
        year = ground.calendars[ground.structures[structure][0]][1]
        above = edges(("schedule_structure", structure))
        for grade in grades:
            yield (
                ("grade_level", f"{structure}~{grade}"),
                Derived(grade, year, school, all_of=above),
            )


def _district_assignments(ground: Ground) -> Iterator[Level]:
    for (user, org), role in ground.staff.items():
        place = "school" if org in ground.schools else "org"
        yield (
            ("district_assignment", f"{user}~{org}"),
            Derived(
                school=org, person=user, role=role, all_of=edges(("person", user), (place, org))
            ),
        )


def _guardian_links(ground: Ground) -> Iterator[Level]:
    schools: dict[str, list[str]] = defaultdict(list)
    for user, school in ground.students:
        schools[user].append(school)
    pairs: set[tuple[str, str]] = set()
    agents = Agent.objects.filter(organization=ground.organization)
    for user, agent in agents.values_list("user", "agent").iterator(BATCH):
        if agent in ground.guardians and user in schools:
            pairs.add((user, agent))
        if user in ground.guardians and agent in schools:
            pairs.add((agent, user))
    for child, guardian in pairs:
        if child != guardian and child in ground.grades and guardian in ground.grades:
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


def _courses(ground: Ground) -> Iterator[Level]:
    masters = _course_masters(ground)
    used: dict[str, set[str]] = defaultdict(set)
    for klass, course, _, _, _ in ground.classes.values():
        used[course].update(ground.structures[s][0] for s in ground.class_structures[klass])
    by_school: dict[str, list[str]] = defaultdict(list)
    for calendar, (school, _, _) in ground.calendars.items():
        by_school[school].append(calendar)
    titled: set[str] = set()
    for sourced_id, title, *_ in ground.courses:
        master = masters.get(sourced_id)
        if master and master not in titled:
            titled.add(master)
            yield ("course_master", master), Derived(title, course=sourced_id)
    for sourced_id, title, _, org, year_session, _ in ground.courses:
        year = ground.timetable.year(year_session)
        calendars = used[sourced_id] | _own_calendars(
            ground, by_school[org], used[sourced_id], year
        )
        above = [("course_master", masters[sourced_id])] if sourced_id in masters else []
        of_the_year = [
            c for c in calendars if ground.calendars[c][1] in ("", ground.timetable.active_year)
        ]
        if not of_the_year and not by_school[org]:
            school_above = [("school", org)] if org in ground.schools else []
            yield (
                ("course", sourced_id),
                Derived(title, year, org, course=sourced_id, all_of=edges(*school_above, *above)),
            )
        for calendar in sorted(calendars):
            school, calendar_year, _ = ground.calendars[calendar]
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


def _own_calendars(ground: Ground, own: list[str], used: set[str], year: str) -> set[str]:
    """Return its own school's calendars of every year in which no class is of the course.

    A calendar of several years counts as one of the active year.
    """

    def year_of(calendar: str) -> str:
        return ground.calendars[calendar][1] or ground.timetable.active_year

    taught = {year_of(calendar) for calendar in used}
    return {
        calendar
        for calendar in own
        if year_of(calendar) not in taught
        and (not year or ground.calendars[calendar][1] in ("", year))
    }


def _course_masters(ground: Ground) -> dict[str, str]:
    shared: dict[tuple[str, str], set[str]] = defaultdict(set)
    for _, title, code, org, _, _ in ground.courses:
        if org in ground.schools and code:
            shared[code, title].add(org)
    masters = {}
    for sourced_id, title, code, org, _, metadata in ground.courses:
        if metadata.get("courseMaster"):
            masters[sourced_id] = str(metadata["courseMaster"])
        elif org not in ground.schools:
            masters[sourced_id] = sourced_id
        elif code and len(shared[code, title]) > 1:
            masters[sourced_id] = f"{code}~{title}"
    return masters
