"""What excluding some rows would take from vendors, in numbers, before anybody does it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from roster.deciding import Decision
from roster.deciding.rules import EVERYTHING
from roster.explaining.decided import decided_each
from roster.marks import marks_for, resolve
from roster.models import Organization
from roster.publishing.inputs import Inputs


def effect_of_marks(organization: Organization, kind: str, ids: Iterable[str]) -> dict[str, int]:
    """Return how many records of each collection would go if these rows were excluded.

    For a reader of everything in 1.2. One of less can lose more, as it sees some records for the
    sake of these rows alone: `effects_of_marks` counts for each. Collections that lose nothing
    are left out.
    """
    return effects_of_marks(organization, kind, ids, [("1.2", EVERYTHING)])[0]


def effects_of_marks(
    organization: Organization,
    kind: str,
    ids: Iterable[str],
    readers: Iterable[tuple[str, dict[str, Any]]],
) -> list[dict[str, int]]:
    """Return the same for each reader of a version by the rules of its feed."""
    befores = decided_each(organization, readers)
    if not befores:
        return []
    first = befores[0]
    now = Inputs(0, first.map, first.day, first.settings, first.marks)
    marked = now.marked(resolve(marks_for(organization, kind, ids), first.map))
    known: dict[int, dict[str, int]] = {}
    for before in befores:
        if id(before) not in known:
            known[id(before)] = _lost(before, marked.decide(before.version, before.rules))
    return [known[id(before)] for before in befores]


def _lost(before: Decision, after: Decision) -> dict[str, int]:
    lost = {
        collection: before.visible(collection).size - after.visible(collection).size
        for collection in before.collections()
    }
    return {collection: number for collection, number in lost.items() if number}
