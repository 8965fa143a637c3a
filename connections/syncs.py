"""When a vendor last read everything, and when last only what had changed, by its request log."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from connections.hints import COLUMNS, asked
from connections.models import Connection, Request
from connections.sync_history import lists_of

MOST = 2_000
"""So many of the newest pages of people are looked at."""


class Syncs(NamedTuple):
    """When the last reading of each sort began; None where the log shows none."""

    full: datetime | None
    differential: datetime | None


def last_syncs(connection: Connection) -> Syncs:
    """Return when the vendor last began to read the users: all of them, or those changed."""
    pages = Request.objects.filter(
        connection=connection, endpoint__in=lists_of("users"), status=200
    ).order_by("-at", "-pk")
    found = [asked(*row) for row in pages.values_list(*COLUMNS)[:MOST]]
    return Syncs(
        next((each.at for each in found if each.is_whole()), None),
        next((each.at for each in found if each.is_differential()), None),
    )
