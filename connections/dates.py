"""What happens to connections by date: they begin, resume, expire and go on; secrets end."""

from __future__ import annotations

import logging
from collections.abc import Callable

from connections import credentials, lifecycle
from connections.models import Connection, Secret
from connections.moves import nothing
from connections.standing import is_expired
from roster import audit
from roster.models import Feed
from roster.publishing import pause_feed, resume_feed, start_feed
from roster.refusal import Refused

logger = logging.getLogger("rosterdesk.connections")


def begin_due(by: audit.Actor) -> list[Connection]:
    """Resume paused and enable disabled connections whose day has come in their time zone."""
    waiting = Connection.objects.filter(
        status__in=(Connection.Status.PAUSED, Connection.Status.DISABLED), active_on__isnull=False
    )
    return [
        connection
        for connection in waiting.select_related("organization")
        if connection.active_on
        and connection.active_on <= connection.organization.today()
        and _done(
            connection,
            lambda each: lifecycle.activate(
                each, by=by, reason="The day set for it has come.", due=True
            ),
        )
    ]


def end_secrets(by: audit.Actor) -> int:
    """End the secrets whose last day is over; return how many."""
    dated = Secret.objects.filter(ended__isnull=True, expires__isnull=False)
    connections = Connection.objects.filter(pk__in=dated.values("connection"))
    return sum(
        credentials.end_expired(each, by) for each in connections.select_related("organization")
    )


def keep_expiry(by: audit.Actor) -> list[Connection]:
    """Hold what active connections read whose last day is past, and let those go on for which
    that day was put off; return those that moved.
    """
    dated = Connection.objects.filter(status=Connection.Status.ACTIVE).select_related(
        "organization", "feed"
    )
    return [
        connection
        for connection in dated.filter(feed__isnull=False)
        if is_expired(connection) == (connection.feed.state == Feed.State.FOLLOWING)  # type: ignore[union-attr]
        and _done(connection, lambda each: _keep_expiry(each, by))
    ]


def _keep_expiry(connection: Connection, by: audit.Actor) -> None:
    feed = connection.feed
    if feed is None:
        return
    if is_expired(connection):
        pause_feed(feed, by=by, then=nothing)
    elif feed.state == Feed.State.PAUSED:
        resume_feed(feed, by=by, then=nothing)
    else:
        start_feed(feed, by=by, then=nothing)


def _done(connection: Connection, verb: Callable[[Connection], None]) -> bool:
    """Return whether the verb was done; what is refused now is tried again by the next call."""
    try:
        verb(connection)
    except Refused as refusal:
        logger.warning("Connection %s waits: %s", connection.pk, refusal)
        return False
    return True
