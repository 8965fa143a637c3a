"""Makes the people of a planned district up, one at a time, from their numbers alone."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from roster.generator import names
from roster.generator.dice import Dice, hits
from roster.generator.district import District, Employee, Post
from roster.generator.nights import NO_USERNAME, Night, Pupil
from roster.generator.timetable import belongs_to_two_schools

#: What is missing or strange about every so-manieth student: (every, beginning with).
NO_EMAIL, NO_IDENTIFIER = (100, 23), (200, 37)
UNUSUAL_NAME, AT_SIGN, UNDERSCORE, DOT = (250, 7), (300, 11), (300, 12), (300, 13)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a role; blank text is a blank cell."""

    sourced_id: str
    given: str
    family: str
    username: str
    identifier: str
    email: str
    posts: tuple[Post, ...]
    middle: str = ""
    preferred: str = ""
    pronouns: str = ""
    master_identifier: str = ""
    user_ids: tuple[tuple[str, str], ...] = ()
    phone: str = ""
    sms: str = ""
    grade: str = ""

    @property
    def orgs(self) -> list[str]:
        return list(dict.fromkeys(post.org for post in self.posts))


def student_id(number: int) -> str:
    """Gives the id; a few carry the other characters that ids may hold (no slash)."""
    if hits(number, AT_SIGN):
        return f"stu-{number:06d}@sis"
    if hits(number, UNDERSCORE):
        return f"stu_{number:06d}"
    if hits(number, DOT):
        return f"stu.{number:06d}"
    return f"stu-{number:06d}"


def employee_id(number: int) -> str:
    return f"stf-{number:05d}"


def student(night: Night, pupil: Pupil) -> Person:
    """Gives a student as of a night."""
    plan, number = night.plan, pupil.number
    dice = Dice(plan.seed, "student", number)
    given, family = _name(dice, number)
    username = _username(given, family, number)
    if pupil.renamed:
        family = Dice(plan.seed, "renamed", number).pick(names.FAMILY)
    if pupil.other_username:
        username = _username(given, family, number)
    return Person(
        sourced_id=student_id(number),
        given=given,
        middle=dice.pick(names.MIDDLE) if dice.one_in(3) else "",
        family=family,
        preferred=dice.pick(names.GIVEN) if dice.one_in(15) else "",
        pronouns=dice.pick(names.PRONOUNS) if dice.one_in(8) else "",
        username="" if hits(number, NO_USERNAME) else username,
        identifier="" if hits(number, NO_IDENTIFIER) else str(1_000_000 + number),
        master_identifier=f"umi-{number:07d}" if dice.one_in(5) else "",
        user_ids=(("StateId", f"{9_000_000 + number}"),) if dice.one_in(2) else (),
        email="" if hits(number, NO_EMAIL) else f"{username}@students.{plan.domain}",
        sms=telephone(dice) if dice.one_in(20) else "",
        grade=pupil.cohort.grade,
        posts=_posts(plan, pupil),
    )


def employee(night: Night, planned: Employee) -> Person:
    """Gives whoever holds a planned post on a night."""
    plan, number = night.plan, night.holder(planned.number)
    dice = Dice(plan.seed, "employee", number)
    given, family = dice.pick(names.GIVEN), dice.pick(names.FAMILY)
    username = f"{slug(given)}.{slug(family)}.{number}"
    ids = (("LDAP", username), ("LTI", f"u{number:05d}"))
    if night.has_renamed(planned.number):
        family = f"{family}-{Dice(plan.seed, 'married', number).pick(names.FAMILY)}"
    return Person(
        sourced_id=employee_id(number),
        given=given,
        middle=dice.pick(names.MIDDLE) if dice.one_in(3) else "",
        family=family,
        pronouns=dice.pick(names.PRONOUNS) if dice.one_in(6) else "",
        username=username,
        identifier=str(700_000 + number) if number == planned.number else f"7{number}",
        user_ids=ids[: dice.below(3)],
        email=f"{username}@{plan.domain}",
        phone=telephone(dice) if dice.one_in(2) else "",
        posts=planned.posts,
    )


def family_of(plan: District, number: int) -> str:
    """Gives the family name with which a student was planned."""
    return _name(Dice(plan.seed, "student", number), number)[1]


def slug(name: str) -> str:
    """Gives the plain letters of a name, `x` where none is left."""
    plain = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in plain if "a" <= letter <= "z") or "x"


def telephone(dice: Dice) -> str:
    """Gives a number from the range that is kept for fiction."""
    return f"({dice.pick((206, 503, 541, 808))}) 555-01{dice.below(100):02d}"


def _name(dice: Dice, number: int) -> tuple[str, str]:
    """Throws for a name, always twice, so that what is thrown later stays the same."""
    given, family = dice.pick(names.GIVEN), dice.pick(names.FAMILY)
    if hits(number, UNUSUAL_NAME):
        return names.UNUSUAL[number // UNUSUAL_NAME[0] % len(names.UNUSUAL)]
    return given, family


def _username(given: str, family: str, number: int) -> str:
    return f"{slug(given)[:1]}{slug(family)[:12]}{number}"


def _posts(plan: District, pupil: Pupil) -> tuple[Post, ...]:
    home = Post("student", pupil.school.org.sourced_id)
    host = plan.host_of(pupil.school)
    if host is None or pupil.moved or not belongs_to_two_schools(pupil.number):
        return (home,)
    return (home, Post("student", host.org.sourced_id))
