"""An act seen from both sides: the walk without it and the walk with it, and who stands between.

Withdrawing asks what has to go from what is published, counting what would go before anybody
does it. Both walks are narrowed to those on whom the act can bear, and settled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from roster.dialects import people
from roster.visibility import Beginning, Walk

Ids = set[str]

SEEN: dict[str, tuple[Callable[[Walk], Iterable[str]], Callable[[Walk], Callable[[str], bool]]]] = {
    "orgs": (lambda walk: walk.places.orgs, lambda walk: walk.places.sees),
    "academicSessions": (
        lambda walk: walk.timetable.sessions,
        lambda walk: walk.teaching.sees_session,
    ),
    "courses": (lambda walk: walk.teaching.subjects, lambda walk: walk.teaching.sees_course),
    "classes": (lambda walk: walk.teaching.classes, lambda walk: walk.teaching.sees_class),
    "users": (lambda walk: walk.people.persons, lambda walk: walk.people.sees),
}
"""The collections that a walk decides without composing a document: their ids, and the question."""


class Sides:
    """The walks before and after; `only` are the people whom they are narrowed to."""

    def __init__(self, before: Beginning, after: Beginning, only: frozenset[str] | None) -> None:
        self.before, self.after = Walk(before, only), Walk(after, only)
        for walk in (self.before, self.after):
            people.settle(walk)

    def lost(self, collection: str) -> Ids:
        """Return the ids of a collection's rows that were visible and are no longer."""
        ids, sees = SEEN[collection]
        seen, still = sees(self.before), sees(self.after)
        return {each for each in ids(self.before) if seen(each) and not still(each)}

    def moved(self) -> Ids:
        """Return whose places or relations are other than before."""
        moved: Ids = set()
        for name in ("student_at", "staff_at", "guardian_of", "wards"):
            old: dict[str, Any] = getattr(self.before.people, name)
            new: dict[str, Any] = getattr(self.after.people, name)
            moved |= {user for user in old if old[user] != new.get(user)}
        # Guardians are shown where their children are.
        relations = self.before.people.guardian_of
        moved |= {guardian for child in moved for guardian in relations.get(child, ())}
        return moved | (self.before.people.teaches ^ self.after.people.teaches)
