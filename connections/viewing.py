"""View as vendor: a connection's reader for the district's own eyes.

It stands at the head, where a new run would begin, belongs to no run and leaves nothing behind:
no run, no log entry, no “last seen”.
"""

from __future__ import annotations

from connections.models import Connection
from connections.scopes import allowed
from roster.api.reader import Reader
from roster.deciding.rules import Rules
from roster.dialects.fields import FIELDS
from roster.kinds import COLLECTIONS
from roster.written import numbering


def reader_of(connection: Connection) -> Reader:
    """Return who reads what the connection would read now; a paused one what it had."""
    feed = connection.feed
    head = feed.head if feed else None
    return Reader(
        connection=connection.pk,
        organization=connection.organization_id,
        version=connection.oneroster,
        feed=feed.pk if feed else None,
        publication=head.pk if head else 0,
        number=head.number if head else 0,
        revision=head.revision if head else 0,
        cut=head.cut if head else {},
        last_number=connection.organization.last_number,
        vendor=connection.partner_id or 0,
        written=numbering.last(connection.organization_id),
        acts=connection.organization.acts,
        scopes=frozenset(allowed(connection)),
    )


def collections_of(connection: Connection) -> list[str]:
    """Return the collections that the connection has, in the order of the specification's list."""
    if connection.feed is None:
        return []
    rules = Rules.of(connection.feed.rules, connection.organization.field_policy)
    return [
        name
        for name, collection in COLLECTIONS.items()
        if name in FIELDS[connection.oneroster] and rules.shares_collection(name, collection.types)
    ]
