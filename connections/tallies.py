"""Counts requests by connection and status, beside the rows of the request log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection as database

from connections.models import STEPS, Tally

COUNTED = ("requests", "milliseconds", *(f"within_{step}" for step in STEPS))


def add(answers: Iterable[tuple[int, int, float]]) -> None:
    """Count answers, each a connection's id, the status, and the milliseconds that it took.

    To be called in a transaction. Rows are taken in one order, so that two processes wait for each
    other.
    """
    took = defaultdict(list)
    for connection, status, milliseconds in answers:
        took[connection, status].append(milliseconds)
    if not took:
        return
    quote = database.ops.quote_name
    names = ", ".join(map(quote, ("connection_id", "status", *COUNTED)))
    row = f"({', '.join(['%s'] * (len(COUNTED) + 2))})"
    table = quote(Tally._meta.db_table)
    grown = ", ".join(
        f"{quote(name)} = {table}.{quote(name)} + excluded.{quote(name)}" for name in COUNTED
    )
    values = [
        value
        for of, times in sorted(took.items())
        for value in (*of, len(times), sum(times), *(_within(times, step) for step in STEPS))
    ]
    with database.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) VALUES {', '.join([row] * len(took))}"  # noqa: S608
            f" ON CONFLICT (connection_id, status) DO UPDATE SET {grown}",
            values,
        )


def _within(times: list[float], step: int) -> int:
    return sum(each <= step for each in times)
