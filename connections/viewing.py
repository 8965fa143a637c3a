"""View as vendor: a connection's reader for the district's own eyes.

It stands at the head, where a new run would begin, belongs to no run and leaves nothing behind:
no reading, no log entry, no “last seen”.
"""

from __future__ import annotations

from connections.models import Connection
from connections.scopes import allowed
from roster.api.reader import Reader
from roster.dialects.fields import FIELDS
from roster.kinds import COLLECTIONS
from roster.visibility import Rules


def reader_of(connection: Connection) -> Reader:
    """Return who reads what the connection would read now; a paused one what it had."""
    line = connection.line
    return Reader(
        connection=connection.pk,
        organization=connection.organization_id,
        version=connection.oneroster,
        line=line.pk if line else None,
        number=connection.number,
        since=connection.since,
        withdrawals=line.withdrawals if line else 0,
        scopes=frozenset(allowed(connection)),
        veil=line.veil if line else {},
    )


def collections_of(connection: Connection) -> list[str]:
    """Return the collections that the connection has, in the order of the specification's list."""
    if connection.line is None:
        return []
    rules = Rules.of(connection.line.rules, connection.organization.field_policy)
    return [
        name
        for name, collection in COLLECTIONS.items()
        if name in FIELDS[connection.oneroster] and rules.shares_collection(name, collection.types)
    ]
