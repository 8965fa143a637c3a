"""A change of status with its audit entry, as one value that the verbs of publishing call back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from connections import tokens
from connections.models import Connection
from connections.models.connection import summary
from roster import audit
from roster.refusal import Refused

Status = Connection.Status

REFUSED = (Status.DISABLED.value, Status.SUSPENDED.value)
"""Statuses in which no token is answered."""


@dataclass(frozen=True, slots=True)
class Move:
    """A change of status, called in the transaction that changes what is read.

    It does nothing where the connection has that status already; it is refused out of `closed`,
    and with `due` unless the day on which the connection becomes active has come.
    """

    connection: Connection
    status: Connection.Status
    action: str
    by: audit.Actor
    reason: str
    until: date | None = None
    due: bool = False

    def __call__(self) -> None:
        locked = (
            Connection.objects.select_for_update(of=("self",))
            .select_related("organization")
            .get(pk=self.connection.pk)
        )
        if locked.status == Status.CLOSED and self.status != Status.CLOSED:
            raise Refused("This connection is closed for good. Make a new one.")
        today = locked.organization.today()
        if self.due and (locked.active_on is None or locked.active_on > today):
            raise Refused("The connection was changed meanwhile.")
        old = summary(locked)
        locked.status, locked.active_on = self.status, self.until
        if self.status == Status.CLOSED:
            locked.feed = None
        new = summary(locked)
        if new != old:
            if old["status"] in REFUSED:
                # What was made before a suspension mustn't work again after it.
                tokens.end_of(locked)
            locked.save(update_fields=["status", "active_on", "feed"])
            record(self.by, self.action, locked, old=old, new=new, reason=self.reason)
        self.connection.status, self.connection.active_on = locked.status, locked.active_on
        self.connection.feed = locked.feed

    @transaction.atomic
    def alone(self) -> None:
        """Change the status where nothing that is read changes with it."""
        self()


def nothing() -> None:
    """What is written beside a publication where no change of a connection's row goes with it."""


def record(
    by: audit.Actor, action: str, connection: Connection, reason: str = "", **change: Any
) -> None:
    audit.record(
        by,
        action,
        connection.organization,
        kind="connection",
        object_id=str(connection.pk),
        reason=reason,
        **change,
    )
