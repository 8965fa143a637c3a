"""“Why is Ann not in the reading app?”, to the end of the chain: what this vendor reads, and did.

The reasons are the walk's (`roster/explaining.py`); here come the connection's own: its
status, the publication it reads, and when it last read the list that the record stands in.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db.models import OuterRef, Subquery

from connections import runs
from connections.models import Connection, Request
from connections.models.connection import ConnectionQuerySet
from roster.clock import stamp
from roster.explaining import explain
from roster.kinds import KINDS
from roster.models import Publication, Record, Status
from roster.refusal import Refused


def explain_to(connection: Connection, kind: str, sourced_id: str) -> dict[str, Any]:
    """Return `roster.explaining.explain`'s answer for what the connection reads, and beside it
    `connection`, `vendor`, `status` and `last_read`: when it last read that collection, if ever.

    Refused for an unknown kind or id, and for a connection that reads nothing any more.
    """
    if connection.line is None:
        raise Refused(f"{connection.vendor} reads nothing: the connection is closed.")
    told = explain(connection.line, kind, sourced_id, number=connection.held_at)
    collection = KINDS[kind].collection
    last = runs.last_read(connection, collection) if collection else None
    return told | {
        "connection": connection.pk,
        "vendor": connection.vendor,
        "status": connection.status,
        "last_read": stamp(last) if last else None,
    }


@dataclass(frozen=True)
class Sight:
    """How one connection has a record: as it reads it now (`live`, `removed`), or not (`none`).

    `since` is since when it has been live without a break, `changed` when it last changed;
    `last_read` when the vendor last got the list in which the record stands.
    """

    connection: Connection
    state: str
    since: datetime | None = None
    changed: datetime | None = None
    last_read: datetime | None = None


def sights(connections: ConnectionQuerySet, collection: str, sourced_id: str) -> list[Sight]:
    """Return how each connection has a record, from what it reads now: by three queries in all.

    The reasons where it hasn't are `explain_to`'s, one connection at a time: they take a walk.
    """
    reads = Request.objects.filter(
        connection=OuterRef("pk"), endpoint__in=runs.lists_of(collection), status=200
    )
    read = list(
        connections.annotate(last_read=Subquery(reads.order_by("-at").values("at")[:1])).by_name()
    )
    rows: dict[int, list[Record]] = defaultdict(list)
    lines = {connection.line_id for connection in read if connection.line_id}
    for row in Record.objects.filter(line__in=lines, kind=collection, sourced_id=sourced_id):
        rows[row.line_id].append(row)
    numbers = {
        n for found in rows.values() for row in found for n in (row.added_in, row.changed_in)
    }
    stamps = {
        (line, number): stamp
        for line, number, stamp in Publication.objects.filter(
            line__in=lines, number__in=numbers
        ).values_list("line", "number", "stamp")
    }
    return [_sight(connection, rows[connection.line_id or 0], stamps) for connection in read]


def _sight(
    connection: Any, rows: list[Record], stamps: dict[tuple[int, int], datetime | None]
) -> Sight:
    number = connection.number
    found = next((row for row in rows if row.valid_from <= number < row.valid_to), None)
    if found is None:
        return Sight(connection, "none", last_read=connection.last_read)
    # A paused publication keeps a withdrawn record's place; the document says what it is.
    live = orjson.loads(found.document)["status"] == Status.ACTIVE
    return Sight(
        connection,
        "live" if live else "removed",
        stamps.get((found.line_id, found.added_in)),
        stamps.get((found.line_id, found.changed_in)),
        connection.last_read,
    )
