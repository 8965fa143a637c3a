"""Makes the people of a planned district up, one at a time, from their numbers alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from roster.generator import names
from roster.generator.dice import Dice
from roster.generator.district import Cohort, District, Employee, Post, School
from roster.generator.timetable import belongs_to_two_schools

#: What is missing or strange about every so-manieth student: (every, beginning with).
NO_USERNAME, NO_EMAIL, NO_IDENTIFIER = (400, 17), (100, 23), (200, 37)
UNUSUAL_NAME, AT_SIGN, UNDERSCORE, DOT = (250, 7), (300, 11), (300, 12), (300, 13)
_LONG_NAME = 40


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a role; blank text is a blank cell."""

    sourced_id: str
    given: str
    middle: str
    family: str
    preferred: str
    pronouns: str
    username: str
    identifier: str
    master_identifier: str
    user_ids: tuple[tuple[str, str], ...]
    email: str
    phone: str
    sms: str
    grade: str
    posts: tuple[Post, ...]

    @property
    def orgs(self) -> list[str]:
        return list(dict.fromkeys(post.org for post in self.posts))


def students(plan: District) -> Iterator[Person]:
    for school in plan.schools:
        for cohort in school.cohorts:
            for number in cohort.students:
                yield _student(plan, school, cohort, number)


def employees(plan: District) -> Iterator[Person]:
    for employee in plan.employees:
        yield _employee(plan, employee)


def student_id(number: int) -> str:
    """Gives the id; a few carry the other characters that ids may hold (no slash)."""
    if _hits(number, AT_SIGN):
        return f"stu-{number:06d}@sis"
    if _hits(number, UNDERSCORE):
        return f"stu_{number:06d}"
    if _hits(number, DOT):
        return f"stu.{number:06d}"
    return f"stu-{number:06d}"


def employee_id(number: int) -> str:
    return f"stf-{number:05d}"


def oddities_of(person: Person) -> Iterator[str]:
    """Yields by name what is odd about somebody, as the counts call it."""
    name = f"{person.given} {person.family}"
    schools = {post.org for post in person.posts if post.org.startswith("sch-")}
    roles = {post.role for post in person.posts}
    if len(schools) > 1:
        yield "students_at_two_schools" if "student" in roles else "staff_at_two_schools"
    if {"principal", "teacher"} <= roles:
        yield "teaching_principals"
    for column in ("username", "email", "identifier"):
        if not getattr(person, column):
            yield f"people_without_{column}"
    if "'" in name:
        yield "names_with_apostrophe"
    if "-" in name:
        yield "names_with_hyphen"
    if not name.isascii():
        yield "names_beyond_ascii"
    if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name):
        yield "names_right_to_left"
    if len(name) > _LONG_NAME:
        yield "names_very_long"
    if any(mark in person.sourced_id for mark in "._@"):
        yield "people_with_unusual_sourced_id"


def _student(plan: District, school: School, cohort: Cohort, number: int) -> Person:
    dice = Dice(plan.seed, "student", number)
    given, family = dice.pick(names.GIVEN), dice.pick(names.FAMILY)
    if _hits(number, UNUSUAL_NAME):
        given, family = names.UNUSUAL[number // UNUSUAL_NAME[0] % len(names.UNUSUAL)]
    username = f"{_slug(given)[:1]}{_slug(family)[:12]}{number}"
    posts = [Post("student", school.org.sourced_id)]
    host = plan.host_of(school)
    if host is not None and belongs_to_two_schools(number):
        posts.append(Post("student", host.org.sourced_id))
    return Person(
        sourced_id=student_id(number),
        given=given,
        middle=dice.pick(names.MIDDLE) if dice.one_in(3) else "",
        family=family,
        preferred=dice.pick(names.GIVEN) if dice.one_in(15) else "",
        pronouns=dice.pick(names.PRONOUNS) if dice.one_in(8) else "",
        username="" if _hits(number, NO_USERNAME) else username,
        identifier="" if _hits(number, NO_IDENTIFIER) else str(1_000_000 + number),
        master_identifier=f"umi-{number:07d}" if dice.one_in(5) else "",
        user_ids=(("StateId", f"{9_000_000 + number}"),) if dice.one_in(2) else (),
        email="" if _hits(number, NO_EMAIL) else f"{username}@students.{plan.domain}",
        phone="",
        sms=_telephone(dice) if dice.one_in(20) else "",
        grade=cohort.grade,
        posts=tuple(posts),
    )


def _employee(plan: District, employee: Employee) -> Person:
    number = employee.number
    dice = Dice(plan.seed, "employee", number)
    given, family = dice.pick(names.GIVEN), dice.pick(names.FAMILY)
    username = f"{_slug(given)}.{_slug(family)}.{number}"
    ids = (("LDAP", username), ("LTI", f"u{number:05d}"))
    return Person(
        sourced_id=employee_id(number),
        given=given,
        middle=dice.pick(names.MIDDLE) if dice.one_in(3) else "",
        family=family,
        preferred="",
        pronouns=dice.pick(names.PRONOUNS) if dice.one_in(6) else "",
        username=username,
        identifier=str(700_000 + number),
        master_identifier="",
        user_ids=ids[: dice.below(3)],
        email=f"{username}@{plan.domain}",
        phone=_telephone(dice) if dice.one_in(2) else "",
        sms="",
        grade="",
        posts=employee.posts,
    )


def _slug(name: str) -> str:
    """Gives the plain letters of a name, `x` where none is left."""
    plain = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in plain if "a" <= letter <= "z") or "x"


def _telephone(dice: Dice) -> str:
    """Gives a number from the range that is kept for fiction."""
    return f"({dice.pick((206, 503, 541, 808))}) 555-01{dice.below(100):02d}"


def _hits(number: int, rule: tuple[int, int]) -> bool:
    return number % rule[0] == rule[1]
