"""Counts requests by connection and status, beside the rows of the request log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F

from connections.models import STEPS, Tally


def add(answers: Iterable[tuple[int, int, float]]) -> None:
    """Count answers, each a connection's id, the status, and the milliseconds that it took.

    To be called in a transaction. Rows are taken in one order, so that two processes wait for each
    other.
    """
    took = defaultdict(list)
    for connection, status, milliseconds in answers:
        took[connection, status].append(milliseconds)
    for (connection, status), times in sorted(took.items()):
        grown = {
            "requests": F("requests") + len(times),
            "milliseconds": F("milliseconds") + sum(times),
        }
        for step in STEPS:
            name = f"within_{step}"
            grown[name] = F(name) + sum(each <= step for each in times)
        row = Tally.objects.filter(connection_id=connection, status=status)
        if not row.update(**grown):
            Tally.objects.get_or_create(connection_id=connection, status=status)
            row.update(**grown)
