"""On whom the difference of two walks can bear: mostly on few, so few are to be looked at.

Places and teaching stand on no person, so they are walked whole, and cheaply. What differs
there, in the marks and in the rules says whose person, roles, class enrollments or relations
may be decided otherwise; nobody else's are. Somebody's relations are decided with theirs, so a
family comes whole, to the last one that agents tie to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from roster.models import Agent, Enrollment, Level, Organization
from roster.parts import named
from roster.visibility.beginning import Beginning

MOST = 5000
"""More people than that are not picked out one by one."""

PLACES = ("org", "school")
WITHIN_SCHOOLS = ("calendar", "schedule_structure", "grade_level")
PRESENCE = ("school_enrollment", "district_assignment")
OF_PEOPLE = (*PRESENCE, "guardian_link")

People = frozenset[str] | None
"""The people that a walk is narrowed to; None: everybody."""


def families(organization: Organization, people: Iterable[str]) -> People:
    """Return these people and all whom agents tie to them; None where they are too many."""
    agents = Agent.objects.filter(organization=organization)
    found = set(people)
    fresh = found
    while fresh and len(found) <= MOST:
        kin = named(agents, "user", fresh, "agent") | named(agents, "agent", fresh, "user")
        fresh = kin - found
        found = found | fresh
    return frozenset(found) if len(found) <= MOST else None


def touched(before: Beginning, after: Beginning) -> People:
    """Return all people whom the two may decide otherwise, with their families; None: anybody."""
    if _bear_on_all(before, after):
        return None
    organization = after.ledger.organization
    levels = Level.objects.filter(organization=organization)
    # Ended ones too: for whoever was enrolled, results are told.
    enrollments = Enrollment.objects.filter(organization=organization)
    found = set(before.rules.kept_out ^ after.rules.kept_out)
    for kind in ("person", "demographics"):
        found |= _other(before.marks, after.marks, kind)
    for kind in OF_PEOPLE:
        marked = _other(before.marks, after.marks, kind)
        found |= named(levels.filter(kind=kind), "sourced_id", marked, "person")
    marked = _other(before.marks, after.marks, "enrollment")
    found |= named(enrollments, "sourced_id", marked, "user")
    sections = _other(before.fell, after.fell, "section")
    found |= named(enrollments, "klass", sections, "user")
    places = {place for kind in PLACES for place in _other(before.fell, after.fell, kind)}
    for kind in WITHIN_SCHOOLS:
        fell = _other(before.fell, after.fell, kind)
        places |= named(levels.filter(kind=kind), "sourced_id", fell, "school")
    found |= named(levels.filter(kind__in=PRESENCE), "school", places, "person")
    return families(organization, found)


def _bear_on_all(before: Beginning, after: Beginning) -> bool:
    """Return whether rules differ that are about everybody."""
    old, new = before.rules, after.rules
    stand_in = f"users.{before.ledger.organization.username_stand_in}"
    if before.version == "1.1" and stand_in in old.withheld ^ new.withheld:
        # A withheld field can't stand in for a username, and without one there is no person.
        return True
    return (
        (old.grades, old.roles, old.inactive, old.unenrolled, old.schools.is_all)
        != (new.grades, new.roles, new.inactive, new.unenrolled, new.schools.is_all)
    ) or ("guardians" in old.shares) != ("guardians" in new.shares)


def _other(before: Any, after: Any, kind: str) -> set[str]:
    """Return the ids of a kind that stand in one of two tables by kind and not in the other."""
    return set(before.get(kind, ())) ^ set(after.get(kind, ()))
