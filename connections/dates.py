"""What happens to connections by date: pauses end, agreements expire and go on."""

from __future__ import annotations

import logging
from collections.abc import Callable

from connections import lifecycle
from connections.models import Connection
from connections.moves import nothing
from connections.standing import is_expired
from roster import audit
from roster.models import Feed
from roster.publishing import hold_feed, resume_feed, start_feed
from roster.refusal import Refused

logger = logging.getLogger("rosterdesk.connections")


def resume_due(by: audit.Actor) -> list[Connection]:
    """Resume the paused connections whose day has come in their district's time zone."""
    paused = Connection.objects.filter(status=Connection.Status.PAUSED, resume_on__isnull=False)
    return [
        connection
        for connection in paused.select_related("organization")
        if connection.resume_on
        and connection.resume_on <= connection.organization.today()
        and _done(
            connection,
            lambda each: lifecycle.resume(each, by=by, reason="The day set for it has come."),
        )
    ]


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
        hold_feed(feed, by=by, then=nothing)
    elif feed.state == Feed.State.HELD:
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
