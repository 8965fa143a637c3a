"""“Why is Ann not in the reading app?”, to the end of the chain: what this vendor reads, and did.

The reasons are those of deciding (`roster/explaining/`); here come the connection's own: its
status, the publication it reads, and when it last read the list that the record stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from connections import sync_history
from connections.models import Connection, Request
from connections.models.connection import ConnectionQuerySet
from roster.clock import moment_of, stamp
from roster.explaining import Entry, entries, explain
from roster.kinds import KINDS
from roster.models import Status
from roster.refusal import Refused


def explain_to(connection: Connection, kind: str, sourced_id: str) -> dict[str, Any]:
    """Return `roster.explaining.explain`'s answer for what the connection reads, and beside it
    `connection`, `vendor`, `status` and `last_read`: when it last read that collection, if ever.

    `published.since` is since when the record is known to have been as it is: from its last
    change on, and never from before the connection was made. Refused for an unknown kind or id,
    and for a connection that reads nothing any more.
    """
    if connection.feed is None:
        raise Refused(f"{connection.vendor} reads nothing: the connection is closed.")
    said = explain(connection.feed, kind, sourced_id)
    collection = KINDS[kind].collection
    last = sync_history.last_read(connection, collection) if collection else None
    published = said["published"]
    if published is not None:
        published = published | {"since": max(published["last"], stamp(connection.created))}
    return said | {
        "published": published,
        "connection": connection.pk,
        "vendor": connection.vendor,
        "status": connection.status,
        "last_read": stamp(last) if last else None,
    }


@dataclass(frozen=True)
class Sight:
    """How one connection has a record: as it reads it now (`live`, `removed`), or not (`none`).

    `changed` is when the record last changed for the connection; `since` since when it is known
    to read it so: from then on, or from the connection's own beginning. `last_read` is when the
    vendor last got the list in which the record stands.
    """

    connection: Connection
    state: str
    since: datetime | None = None
    changed: datetime | None = None
    last_read: datetime | None = None


def sights(connections: ConnectionQuerySet, collection: str, sourced_id: str) -> list[Sight]:
    """Return how each connection has a record, from what it reads now, in a few queries for all.

    The reasons where it hasn't are `explain_to`'s.
    """
    reads = Request.objects.filter(
        connection=OuterRef("pk"),
        endpoint__in=sync_history.lists_of(collection),
        status=200,
    )
    read = list(
        connections.annotate(last_read=Subquery(reads.order_by("-at").values("at")[:1]))
        .select_related("feed")
        .by_name()
    )
    heads = {each.pk: each.feed.publication_id for each in read if each.feed}
    found = entries([head for head in heads.values() if head], collection, sourced_id)
    return [_sight(each, found.get(heads.get(each.pk) or 0)) for each in read]


def _sight(connection: Any, entry: Entry | None) -> Sight:
    if entry is None:
        return Sight(connection, "none", last_read=connection.last_read)
    changed = moment_of(entry.stamp)
    return Sight(
        connection,
        "live" if entry.status == Status.ACTIVE else "removed",
        max(changed, connection.created),
        changed,
        connection.last_read,
    )
