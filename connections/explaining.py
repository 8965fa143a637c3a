"""“Why is Ann not in the reading app?”, to the end of the chain: what this vendor reads, and did.

The reasons are the walk's (`roster/explaining.py`); here come the connection's own: its
status, the publication it reads, and when it last read the list that the record stands in.
"""

from __future__ import annotations

from typing import Any

from connections import runs
from connections.models import Connection
from roster.clock import stamp
from roster.explaining import explain
from roster.kinds import KINDS
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
