"""What excluding some rows would take from vendors, in numbers, before anybody does it."""

from __future__ import annotations

from collections.abc import Iterable

from roster.deciding import Decision
from roster.deciding.rules import EVERYTHING
from roster.explaining.decided import decided
from roster.marks import marks_for, resolve
from roster.models import Organization
from roster.publishing.inputs import united


def effect_of_marks(organization: Organization, kind: str, ids: Iterable[str]) -> dict[str, int]:
    """Return how many records of each collection would go if these rows were excluded.

    For a reader of everything in 1.2, so that no connection loses more. Collections that lose
    nothing are left out.
    """
    before = decided(organization, "1.2", EVERYTHING)
    more = resolve(marks_for(organization, kind, ids), before.map)
    after = Decision(
        before.map,
        before.version,
        before.rules,
        before.settings,
        before.day,
        united(before.marks, more),
    )
    gone = {
        collection: before.visible(collection).size - after.visible(collection).size
        for collection in before.collections()
    }
    return {collection: number for collection, number in gone.items() if number}
