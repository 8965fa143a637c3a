"""Makes parents, guardians and relatives up, household by household.

A household is known by its first child. Every fifth has a brother or sister half the district
away, mostly at another school.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from roster.generator import names
from roster.generator.dice import Dice, hits
from roster.generator.district import Post
from roster.generator.nights import Night, Pupil
from roster.generator.population import Person, family_of, student_id, telephone

#: Of so many households one: has siblings, nobody at all, a guardian instead of a parent, …
_SIBLINGS, _NOBODY, _GUARDIAN, _BOTH = (5, 0), (40, 9), (10, 4), (3, 0)
#: … a second parent whom only the child names, a relative, one who is linked with nobody.
_CHILD_ONLY, _RELATIVE, _UNLINKED = (21, 6), (25, 5), (200, 111)


@dataclass(frozen=True, slots=True)
class Guardian:
    """One member of a household: who names whom."""

    sourced_id: str
    role: str
    names_child: bool = True
    child_names: bool = True

    @property
    def oddity(self) -> str:
        """Says how the link with the children is odd; blank where both sides name each other."""
        if self.names_child:
            return "" if self.child_names else "guardians_not_named_by_a_child"
        return "guardians_named_by_a_child_only" if self.child_names else "guardians_without_link"


def household_of(night: Night, child: int) -> int:
    """Gives the number of the first child of a student's household."""
    half = night.plan.students // 2
    first = child - half
    return first if child <= 2 * half and first > 0 and hits(first, _SIBLINGS) else child


def members(household: int) -> Iterator[Guardian]:
    """Yields the grown-ups of a household."""
    name = f"grd-{household:06d}"
    if hits(household, _NOBODY):
        return
    yield Guardian(f"{name}-1", "guardian" if hits(household, _GUARDIAN) else "parent")
    if hits(household, _BOTH):
        yield Guardian(f"{name}-2", "parent", names_child=not hits(household, _CHILD_ONLY))
    if hits(household, _RELATIVE):
        yield Guardian(f"{name}-3", "relative", child_names=False)
    if hits(household, _UNLINKED):
        yield Guardian(f"{name}-4", "relative", names_child=False, child_names=False)


def agents_of(night: Night, pupil: Pupil) -> list[str]:
    """Gives the ids of the guardians whom a student's row names."""
    household = household_of(night, pupil.number)
    return [member.sourced_id for member in members(household) if member.child_names]


def households(night: Night) -> Iterator[list[tuple[Guardian, Person, list[str]]]]:
    """Yields for each number the guardians of its household, with the children they name.

    Nobody where the number isn't the first child of one, or no child is there tonight.
    """
    for number in night.numbers:
        children = _children(night, number)
        yield [
            (
                member,
                _guardian(night, number, member, children),
                [student_id(child.number) for child in children] if member.names_child else [],
            )
            for member in (members(number) if children else ())
        ]


def _children(night: Night, household: int) -> list[Pupil]:
    if household_of(night, household) != household:
        return []
    numbers = [household]
    half = night.plan.students // 2
    if household <= half and hits(household, _SIBLINGS):
        numbers.append(household + half)
    return [child for child in map(night.pupil, numbers) if child is not None]


def _guardian(night: Night, household: int, member: Guardian, children: list[Pupil]) -> Person:
    plan = night.plan
    dice = Dice(plan.seed, "guardian", member.sourced_id)
    given, family = dice.pick(names.GIVEN), dice.pick(names.FAMILY)
    if not dice.one_in(5):
        family = family_of(plan, household)
    number = member.sourced_id.removeprefix("grd-").replace("-", "")
    orgs = dict.fromkeys(child.school.org.sourced_id for child in children)
    return Person(
        sourced_id=member.sourced_id,
        given=given,
        family=family,
        username=f"family{number}",
        identifier=f"F{number}",
        email=f"family{number}@families.{plan.domain}",
        phone=telephone(dice),
        posts=tuple(Post(member.role, org) for org in orgs),
    )
