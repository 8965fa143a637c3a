"""Faults in the rows of a district: cells of other rows, blank ones, references to nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from roster.models import (
    Agent,
    Category,
    Course,
    Klass,
    Org,
    Organization,
    Role,
    Status,
    StoredMap,
    User,
)
from roster.models.fields import ReferenceField
from roster.models.row import Row
from tests.model.districts import NOWHERE, POOLS

SHARE = 12
"""Of so many rows of a kind one is spoiled."""

KEYS = {field.name for field in Row._meta.get_fields()} - {"metadata"} | {"id"}

EXCLUDED = {"externalLmsExclude": "true"}
LEVELS = {"calendar": "track", "scheduleStructure": "block"}
METADATA: dict[Any, dict[str, str]] = {
    Org: EXCLUDED,
    Course: EXCLUDED | {"courseMaster": "shared"},
    Klass: EXCLUDED | LEVELS,
    User: EXCLUDED,
    Role: EXCLUDED | LEVELS,
    Category: EXCLUDED | {"type": "standard"},
}
"""The columns that mean something, by kind of row."""


def mangle(organization: Organization, random: Random) -> None:
    """Spoil some rows of each kind, past the import, which would refuse some of it."""
    for model in POOLS:
        rows = list(model.objects.filter(organization=organization).order_by("sourced_id"))
        for row in random.sample(rows, -(-len(rows) // SHARE)):
            random.choice(FAULTS)(row, rows, random)
            row.save()
    links = list(Agent.objects.filter(organization=organization).order_by("pk"))
    Agent.objects.filter(pk__in=[e.pk for e in random.sample(links, len(links) // SHARE)]).delete()
    # It knows nothing of all this.
    StoredMap.objects.filter(organization=organization).delete()


def retire(row: Any, rows: Sequence[Any], random: Random) -> None:
    row.status = Status.RETIRED


def copy(row: Any, rows: Sequence[Any], random: Random) -> None:
    """Let a row have two cells of others."""
    for cell in random.sample(_cells(row), 2):
        setattr(row, cell.name, getattr(random.choice(rows), cell.name))


def blank(row: Any, rows: Sequence[Any], random: Random) -> None:
    cell = random.choice([each for each in _cells(row) if each.blank])
    setattr(row, cell.name, None if cell.null else cell.get_default())


def lose(row: Any, rows: Sequence[Any], random: Random) -> None:
    """Let a reference lead nowhere, where there is one."""
    if cells := [each for each in _cells(row) if isinstance(each, ReferenceField)]:
        setattr(row, random.choice(cells).name, NOWHERE)


def note(row: Any, rows: Sequence[Any], random: Random) -> None:
    """Give a row a metadata column that means something, where its kind has one."""
    if columns := METADATA.get(type(row)):
        name, value = random.choice([*columns.items()])
        row.metadata = {**row.metadata, name: value}


FAULTS: tuple[Callable[[Any, Sequence[Any], Random], None], ...] = (retire, copy, blank, lose, note)


def _cells(row: Any) -> list[Any]:
    return [field for field in row._meta.concrete_fields if field.name not in KEYS]
