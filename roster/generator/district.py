"""Plans a made-up district for a number of students: its orgs, cohorts of students, and staff.

Only what is few is kept (schools, cohorts, employees); students are numbers until they are
written, so a plan for half a million of them is still small.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from roster.generator import names
from roster.generator.calendars import Calendar, calendar_of
from roster.generator.courses import GRADES, STAGES, Stage, stage_of
from roster.generator.dice import Dice

#: Fewer students than this share one school for all grades.
_ONE_SCHOOL_BELOW = 60
#: From this size on the district has departments.
_DEPARTMENTS_FROM = 200
_LARGE = 50_000
_CLASS_SIZE = 24.2
_CLASSES_OF_A_TEACHER = 8
_STAFF_IN_SCHOOL = 0.078
_STAFF_IN_DISTRICT = 0.002

#: Of these roles the first holder teaches, where the school's principal does.
TEACHING = ("principal", "counselor", "aide")

#: Role at a school → students for each holder of it; teachers fill the rest.
_HOLDERS = {"siteAdministrator": 600, "counselor": 350, "aide": 120, "proctor": 800}


@dataclass(frozen=True, slots=True)
class Org:
    sourced_id: str
    name: str
    type: str
    identifier: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Cohort:
    """The students of one grade at one school: numbers `first` to `first + size - 1`."""

    grade: str
    first: int
    size: int

    @property
    def sections(self) -> int:
        """How many sections the cohort is taught in, in each block."""
        return max(1, round(self.size / _CLASS_SIZE)) if self.size else 0

    @property
    def students(self) -> range:
        return range(self.first, self.first + self.size)


@dataclass(frozen=True, slots=True)
class Post:
    """One role held at one org; the first of a person at an org is the primary one."""

    role: str
    org: str
    primary: bool = True
    begin: str = ""


@dataclass(frozen=True, slots=True)
class Employee:
    number: int
    posts: tuple[Post, ...]

    @property
    def role(self) -> str:
        return self.posts[0].role


@dataclass(frozen=True, slots=True)
class School:
    index: int
    org: Org
    stages: tuple[Stage, ...]
    cohorts: tuple[Cohort, ...]
    staff: tuple[Employee, ...]
    neighbour: int | None

    def holders(self, role: str) -> list[Employee]:
        return [employee for employee in self.staff if employee.role == role]

    def nearest(self, grade: str) -> Cohort | None:
        """Gives the cohort here whose grade is nearest to another school's."""
        level = GRADES.index(grade)
        return min(
            (cohort for cohort in self.cohorts if cohort.size),
            key=lambda cohort: abs(GRADES.index(cohort.grade) - level),
            default=None,
        )


@dataclass(frozen=True, slots=True)
class District:
    students: int
    seed: int
    calendar: Calendar
    org: Org
    departments: tuple[Org, ...]
    schools: tuple[School, ...]
    staff: tuple[Employee, ...]
    domain: str

    @property
    def orgs(self) -> Iterator[Org]:
        yield self.org
        yield from self.departments
        yield from (school.org for school in self.schools)

    @property
    def employees(self) -> Iterator[Employee]:
        yield from self.staff
        for school in self.schools:
            yield from school.staff

    def host_of(self, school: School) -> School | None:
        """Gives the school at which this one's people are guests; none if it is the only one."""
        return None if school.neighbour is None else self.schools[school.neighbour]

    def visitors_of(self, school: School) -> list[Employee]:
        """Gives the teachers of other schools who also teach here."""
        return [
            other.staff[-1]
            for other in self.schools
            if other.neighbour == school.index and travels(other.index)
        ]


def plan_district(students: int, school_year: int, seed: int, name: str = "") -> District:
    """Gives the plan for `students` (1 or more) in the school year that ends in `school_year`."""
    name = name or Dice(seed, "district").pick(names.DISTRICTS)
    org = Org("dist-001", f"{name} Unified School District", "district", "0600001")
    departments: tuple[Org, ...] = ()
    if students >= _DEPARTMENTS_FROM:
        departments = (
            Org("dep-001", "Curriculum and Languages", "department", "0600001-CL", "dist-001"),
            Org("dep-002", "Student Services", "department", "0600001-SS", "dist-001"),
        )
    groups = list(_groups(students))
    central = _district_staff(students, org, departments)
    schools = []
    seat, desk = 1, len(central) + 1
    for index, (stages, sizes) in enumerate(groups):
        school_org = _school_org(index, stages, seed, org)
        cohorts = []
        for grade, size in sizes:
            cohorts.append(Cohort(grade, seat, size))
            seat += size
        neighbour = _neighbour(index, groups)
        staff = _school_staff(index, school_org, cohorts, desk, neighbour)
        desk += len(staff)
        schools.append(School(index, school_org, stages, tuple(cohorts), staff, neighbour))
    return District(
        students=students,
        seed=seed,
        calendar=calendar_of(school_year),
        org=org,
        departments=departments,
        schools=tuple(schools),
        staff=central,
        domain=f"{name.lower().replace(' ', '')}.example",
    )


_Group = tuple[tuple[Stage, ...], list[tuple[str, int]]]


def _groups(students: int) -> Iterator[_Group]:
    """Yields each school to be: its stages, and the students of each of its grades."""
    per_grade = dict(zip(GRADES, _split(students, [1] * len(GRADES)), strict=True))
    if students < _ONE_SCHOOL_BELOW:
        yield STAGES, list(per_grade.items())
        return
    for stage in STAGES:
        count = max(1, round(students * stage.share / _LARGE))
        weights = [8 + index * 5 % 9 for index in range(count)]
        parts = [_split(per_grade[grade], weights) for grade in stage.grades]
        stages = (stage,)
        for sizes in zip(*parts, strict=True):
            yield stages, list(zip(stage.grades, sizes, strict=True))


def _split(total: int, weights: Sequence[int]) -> list[int]:
    """Gives whole parts that follow the weights and add up to the total."""
    parts, whole, seen, given = [], sum(weights), 0, 0
    for weight in weights:
        seen += weight
        upto = total * seen // whole
        parts.append(upto - given)
        given = upto
    return parts


def _neighbour(index: int, groups: list[_Group]) -> int | None:
    """Gives the next school of the same stage, else the next one up, else the one below."""
    stages = groups[index][0]
    alike = [other for other, (theirs, _sizes) in enumerate(groups) if theirs is stages]
    if len(alike) > 1:
        return alike[(alike.index(index) + 1) % len(alike)]
    if len(groups) == 1:
        return None
    return index + 1 if index + 1 < len(groups) else index - 1


def _school_id(index: int) -> str:
    return f"sch-{index + 1:03d}"


def _school_org(index: int, stages: tuple[Stage, ...], seed: int, parent: Org) -> Org:
    nth = index + Dice(seed, "schools").below(len(names.PLACE_FIRST) * len(names.PLACE_SECOND))
    first = names.PLACE_FIRST[nth % len(names.PLACE_FIRST)]
    turn = nth // len(names.PLACE_FIRST) + nth
    second = names.PLACE_SECOND[turn % len(names.PLACE_SECOND)]
    kind = stages[0].title if len(stages) == 1 else "K-12"
    return Org(
        _school_id(index),
        f"{first} {second} {kind} School",
        "school",
        f"{parent.identifier}{index + 1:04d}",
        parent.sourced_id,
    )


def _district_staff(students: int, org: Org, departments: Sequence[Org]) -> tuple[Employee, ...]:
    homes = (org, *departments)
    return tuple(
        Employee(
            number,
            (
                Post(
                    "systemAdministrator" if number % 3 == 2 else "districtAdministrator",
                    homes[(number - 1) // 2 % len(homes)].sourced_id,
                    begin=_hired(number),
                ),
            ),
        )
        for number in range(1, max(2, round(students * _STAFF_IN_DISTRICT)) + 1)
    )


def _school_staff(
    index: int, org: Org, cohorts: Sequence[Cohort], first: int, neighbour: int | None
) -> tuple[Employee, ...]:
    """Gives a school's staff, and which of them hold a second post, in known numbers."""
    size = sum(cohort.size for cohort in cohorts)
    roles = ["principal"]
    for role, students in _HOLDERS.items():
        roles += [role] * max(1, round(size / students))
    classes = sum(
        cohort.sections * len(stage_of(cohort.grade).blocks_of(cohort.grade)) for cohort in cohorts
    )
    needed = -(-classes // _CLASSES_OF_A_TEACHER)
    roles += ["teacher"] * max(1, needed, round(size * _STAFF_IN_SCHOOL) - len(roles))
    here = org.sourced_id
    staff = []
    for place, role in enumerate(roles):
        number = first + place
        posts = [Post(role, here, begin=_hired(number))]
        if role in TEACHING and teaches(index) and role not in roles[:place]:
            posts.append(Post("teacher", here, primary=False))
        if place == len(roles) - 1 and neighbour is not None and travels(index):
            posts.append(Post("teacher", _school_id(neighbour)))
        staff.append(Employee(number, tuple(posts)))
    return tuple(staff)


def teaches(index: int) -> bool:
    """Says whether principal, a counselor and an aide of a school also teach: every tenth."""
    return index % 10 == 0


def travels(index: int) -> bool:
    """Says whether that school's last teacher also teaches at its neighbour: every third."""
    return index % 3 == 0


def _hired(number: int) -> str:
    """Gives the day on which a member of staff began, long past, for one in four."""
    return f"{2005 + number % 15}-08-01" if number % 4 == 0 else ""
