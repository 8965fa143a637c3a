"""What was agreed with a vendor, changed later: its name here, purpose, contact, agreement, end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypedDict, Unpack

from django.db import transaction

from connections.models import Connection
from connections.moves import record
from roster import audit
from roster.models import Organization
from roster.refusal import Refused, require_valid

MOST_DAYS = 90
"""So long at most a connection of a sandbox lasts, counted from today."""


class Terms(TypedDict, total=False):
    """What is to be changed: whole values. What isn't named stays as it is."""

    vendor: str
    purpose: str
    contact_name: str
    contact_email: str
    agreement: str
    data_elements: str
    agreement_ends: date | None
    expires: date | None
    networks: list[str]


@transaction.atomic
def change_terms(
    connection: Connection, *, by: audit.Actor, reason: str = "", **asked: Unpack[Terms]
) -> dict[str, Any]:
    """Change what was agreed; return `{"changed": {name: {"old", "new"}}}`.

    Refused, in words: a closed connection, a last day that is past, a blank name. A last day that
    was put off lets an expired vendor read again within a minute.
    """
    row = Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
    if row.status == Connection.Status.CLOSED:
        raise Refused("This connection is closed for good. Make a new one.")
    wanted = {name: value.strip() if isinstance(value, str) else value
              for name, value in asked.items()}  # fmt: skip
    changed = {
        name: {"old": _plain(getattr(row, name)), "new": _plain(value)}
        for name, value in wanted.items()
        if getattr(row, name) != value
    }
    today = connection.organization.today()
    days = [day for name in changed if isinstance(day := wanted[name], date)]
    if any(day < today for day in days):
        raise Refused("This day is past. To stop the vendor now, suspend the connection.")
    for name in changed:
        setattr(row, name, wanted[name])
    if "expires" in changed:
        require_end(connection.organization, row.expires)
    require_valid(row, exclude=["organization", "partner", "feed"])
    if "vendor" in changed:
        require_own_title(row)
    if changed:
        row.save(update_fields=list(changed))
        record(
            by,
            "connection.changed",
            row,
            old={name: each["old"] for name, each in changed.items()},
            new={name: each["new"] for name, each in changed.items()},
            reason=reason.strip(),
        )
        connection.refresh_from_db()
    return {"changed": changed}


def require_own_title(connection: Connection) -> None:
    """Refuse a name that another open connection of the same version has already.

    Call it in the transaction that saves the connection: of two at the same time, one waits.
    """
    Organization.objects.select_for_update(no_key=True).get(pk=connection.organization_id)
    others = Connection.objects.filter(
        organization=connection.organization_id, oneroster=connection.oneroster
    )
    title = connection.title.casefold()
    others = others.open().exclude(pk=connection.pk).select_related("partner")
    if any(each.title.casefold() == title for each in others):
        raise Refused(
            "There is a connection %(connection)s already. Give it another name.",
            connection=connection.title,
        )


def require_end(organization: Organization, expires: date | None) -> None:
    """Refuse a connection of a sandbox that wouldn't end by itself: nobody relies on a test."""
    if not organization.is_sandbox:
        return
    if expires is None or expires > organization.today() + timedelta(days=MOST_DAYS):
        raise Refused(
            "%(name)s is a sandbox: its connections are for tests, and each has a last day, "
            "%(most_days)s days from today at most.",
            name=organization.name,
            most_days=MOST_DAYS,
        )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
