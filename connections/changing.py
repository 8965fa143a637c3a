"""Changing what a connection may see: decided, previewed, saved with its history, then read.

The choice, its audit entry and the publication by the new rules are one transaction: the vendor
reads by the old sharing or by the new one, and the district never sees a choice saved that the
vendor's next request doesn't obey.
"""

from __future__ import annotations

from typing import Any, Unpack

from connections import sharing
from connections.models import Connection
from connections.moves import record
from roster import audit
from roster.checking import numbers_of
from roster.explaining import Difference, difference
from roster.models import Feed
from roster.publishing import change_feed
from roster.publishing.inputs import last_shown
from roster.refusal import Refused


class Overtaken(Refused):
    """The connection's sharing has become another one while this change was prepared."""

    def __init__(self) -> None:
        super().__init__("The connection was changed meanwhile. Look at it, and try again.")


def change_sharing(
    connection: Connection, *, by: audit.Actor, reason: str = "", **asked: Unpack[sharing.Asked]
) -> dict[str, Any]:
    """Give the connection the sharing that is asked for; what isn't named stays as it is.

    Returns `{"changed": bool, "published": bool, "old": {…}, "sharing": {…}, "warnings":
    [sentences]}`; `published` says whether the vendor reads by the new rules already: a paused
    one is given nothing new before it goes on, though it loses at once what the rules take.
    Nothing is written where nothing differs. Refused, in words, as by `sharing.decide`, for a
    connection that is closed, and where somebody else changes it at the same time. Call it
    outside of a transaction: it may render documents.
    """
    wanted = _current(connection)
    old = sharing.described(wanted)
    columns = _apply(wanted, asked)
    new = sharing.described(wanted)

    def save() -> None:
        locked = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
        if sharing.described(locked) != old or locked.status == Connection.Status.CLOSED:
            raise Overtaken
        wanted.save(update_fields=columns)
        record(by, "sharing.changed", wanted, old=old, new=new, reason=reason.strip())

    if new != old:
        feed = wanted.feed
        if feed is None:
            raise Overtaken
        change_feed(feed, sharing.rules(wanted), by=by, then=save)
    connection.refresh_from_db()
    return {
        "changed": new != old,
        "published": _reads_on(connection),
        "old": old,
        "sharing": new,
        "warnings": sharing.warnings(connection),
    }


def preview_sharing(
    connection: Connection, named: int = 0, **asked: Unpack[sharing.Asked]
) -> dict[str, Any]:
    """Return what `change_sharing` would do, and the difference by collection; writes nothing.

    `{"changed", "sharing", "warnings", "collections": {"users": {"now", "then", "added",
    "removed", "changed"}}}`: live records that the vendor can read now, and those that it could
    by the new rules this moment. With `named`, so many ids of what appears and goes are there too.
    """
    wanted = _current(connection)
    old = sharing.described(wanted)
    _apply(wanted, asked)
    return {
        "changed": sharing.described(wanted) != old,
        "sharing": sharing.described(wanted),
        "warnings": sharing.warnings(wanted),
        "collections": _difference(wanted, named),
    }


def difference_of(connection: Connection, **asked: Unpack[sharing.Asked]) -> Difference:
    """Return the difference that `preview_sharing` tells, and nothing else."""
    wanted = _current(connection)
    _apply(wanted, asked)
    return _difference(wanted)


def numbers_then(connection: Connection, **asked: Unpack[sharing.Asked]) -> dict[str, Any]:
    """Return what of the data wouldn't reach the vendor by the new rules, and why, by version.

    The shape is that of `roster.checking.unreached`.
    """
    wanted = _current(connection)
    _apply(wanted, asked)
    decision = last_shown(wanted.organization).decide(wanted.oneroster, sharing.rules(wanted))
    return {wanted.oneroster: numbers_of(decision)}


def _difference(wanted: Connection, named: int = 0) -> Difference:
    rules = sharing.rules(wanted)
    return difference(wanted.feed, wanted.organization, wanted.oneroster, rules, named)


def sharing_of(connection: Connection) -> dict[str, Any]:
    """Return what the connection is shared now, in the shape of a change that changes nothing."""
    return {
        "changed": False,
        "sharing": sharing.described(connection),
        "warnings": sharing.warnings(connection),
    }


def _current(connection: Connection) -> Connection:
    """Return the connection's row as it is now, to be changed and not to be seen by others."""
    return Connection.objects.select_related("organization", "feed").get(pk=connection.pk)


def _reads_on(connection: Connection) -> bool:
    """Return whether something is published for the connection, and it isn't held there."""
    feed = connection.feed
    return (
        feed is not None and feed.state == Feed.State.FOLLOWING and feed.publication_id is not None
    )


def _apply(connection: Connection, asked: sharing.Asked) -> list[str]:
    """Set the columns that bear what is asked; return their names."""
    if connection.status == Connection.Status.CLOSED:
        raise Refused("This connection is closed for good. Make a new one.")
    return sharing.give(connection, asked)
