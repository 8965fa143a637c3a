"""The numbers of an organization's gradebook: each is a moment, later than the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from roster.clock import clock, milliseconds
from roster.database import prepared
from roster.models import Gradebook

TAKE = (
    f"UPDATE {Gradebook._meta.db_table} SET last ="  # noqa: S608
    " CASE WHEN last >= %s THEN last + 1 ELSE %s END + %s - 1"
    " WHERE organization_id = %s RETURNING last"
)


def take(organization: int, many: int = 1) -> int:
    """Return the first of so many new numbers, in a transaction.

    Until it ends nobody else takes one: numbers are in the order in which they become readable.
    """
    now = milliseconds(clock())
    # Locks the row, on either engine, until the transaction ends.
    values = [now, now, many, organization]
    while not (row := _one(TAKE, values)):
        Gradebook.objects.get_or_create(pk=organization)
    return int(row[0]) - many + 1


def _one(sql: str, values: Sequence[int]) -> Any:
    with prepared.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def last(organization: int) -> int:
    """Return the number of the last write that can be read, 0 where nothing was written."""
    return Gradebook.objects.filter(pk=organization).values_list("last", flat=True).first() or 0
