"""Keeping one person out of one connection, with a reason, and letting them in again."""

from __future__ import annotations

from typing import Any

from connections.changing import change_sharing, difference_of
from connections.models import Connection
from roster import audit


def keep_out(
    connection: Connection, person: str, *, reason: str, by: audit.Actor
) -> dict[str, Any]:
    """Keep a person out of the connection, at once; returns what `change_sharing` does."""
    kept = {**_now(connection), person: reason}
    return change_sharing(connection, by=by, reason=reason, kept_out=kept)


def let_in(
    connection: Connection, person: str, *, by: audit.Actor, reason: str = ""
) -> dict[str, Any]:
    """Let a person in again who was kept out; nothing happens where nobody kept them out."""
    kept = _now(connection)
    kept.pop(person, None)
    return change_sharing(connection, by=by, reason=reason, kept_out=kept)


def preview(connection: Connection, person: str, *, out: bool) -> dict[str, dict[str, int]]:
    """Return how what the vendor reads would differ, by collection, with the person out or in."""
    kept = _now(connection)
    kept.pop(person, None)
    if out:
        kept[person] = "preview"
    return difference_of(connection, kept_out=kept)


def _now(connection: Connection) -> dict[str, str]:
    now = Connection.objects.values_list("kept_out", flat=True).get(pk=connection.pk)
    return dict(now)
