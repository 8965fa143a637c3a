"""Changing what a connection may see: decided, previewed, saved with its history, then read.

The preview compiles the documents of the new rules and writes nothing; the act saves the
choice first, so that whatever follows can be done again from what is saved.
"""

from __future__ import annotations

from typing import Any, Unpack

from django.db import transaction

from connections import relining, sharing
from connections.models import Connection
from roster import audit
from roster.previewing import difference
from roster.refusal import Refused


def change_sharing(
    connection: Connection, *, by: audit.Actor, reason: str = "", **asked: Unpack[sharing.Asked]
) -> dict[str, Any]:
    """Give the connection the sharing that is asked for; what isn't named stays as it is.

    Returns `{"changed": bool, "published": bool, "old": {…}, "sharing": {…}, "warnings":
    [sentences]}`; `published` says whether the vendor reads by the new rules already. Nothing
    is written where nothing differs. Refused, in words, as by `sharing.decide`, and for a
    connection that is closed. Call it outside of a transaction: it may build a publication.
    """
    with transaction.atomic():
        locked = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
        old = sharing.told(locked)
        columns = _apply(locked, asked)
        new = sharing.told(locked)
        if new != old:
            locked.save(update_fields=columns)
            relining.announce_change(locked)
            audit.record(
                by,
                "sharing.changed",
                locked.organization,
                kind="connection",
                object_id=str(locked.pk),
                old=old,
                new=new,
                reason=reason.strip(),
            )
    connection.refresh_from_db()
    if new != old or connection.reline_due:
        published = relining.reline(connection, by)
    else:
        published = connection.line is not None and connection.line.head > 0
    return {
        "changed": new != old,
        "published": published,
        "old": old,
        "sharing": new,
        "warnings": sharing.warnings(connection),
    }


def preview_sharing(connection: Connection, **asked: Unpack[sharing.Asked]) -> dict[str, Any]:
    """Return what `change_sharing` would do, and the difference by collection; writes nothing.

    `{"changed", "sharing", "warnings", "collections": {"users": {"now", "then", "added",
    "removed", "changed"}}}`: live records that the vendor can read now, and those that it
    could if the organization's data were published by the new rules this moment.
    """
    wanted = Connection.objects.select_related("organization", "line").get(pk=connection.pk)
    old = sharing.told(wanted)
    _apply(wanted, asked)
    return {
        "changed": sharing.told(wanted) != old,
        "sharing": sharing.told(wanted),
        "warnings": sharing.warnings(wanted),
        "collections": difference(
            wanted.organization,
            wanted.oneroster,
            sharing.rules(wanted),
            line=wanted.line,
            number=wanted.number,
        ),
    }


def sharing_of(connection: Connection) -> dict[str, Any]:
    """Return what the connection is shared now, in the shape of a change that changes nothing."""
    return {
        "changed": False,
        "sharing": sharing.told(connection),
        "warnings": sharing.warnings(connection),
    }


def _apply(connection: Connection, asked: sharing.Asked) -> list[str]:
    """Set the columns that bear what is asked; return their names."""
    if connection.status == Connection.Status.CLOSED:
        raise Refused("This connection is closed for good. Make a new one.")
    columns = sharing.decide(connection, asked)
    for column, value in columns.items():
        setattr(connection, column, value)
    return list(columns)
