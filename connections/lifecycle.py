"""The life of a connection: made, enabled, paused, suspended, closed; each an audited act."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Unpack

from django.db import transaction

from connections import credentials, partners, relining, sharing
from connections.models import Client, Connection, Partner
from connections.models.connection import summary
from roster import audit
from roster.lines import line_for
from roster.models import Line, Organization
from roster.publishing import publish_line
from roster.refusal import Refused, require_valid

Status = Connection.Status


@transaction.atomic
def connect(
    organization: Organization,
    *,
    vendor: str,
    oneroster: str,
    by: audit.Actor,
    types: Iterable[str] = (),
    partner: Partner | None = None,
    acknowledge_unsupported: bool = False,
    purpose: str = "",
    agreement: str = "",
    contact_name: str = "",
    contact_email: str = "",
    expires: date | None = None,
    enabled: bool = True,
    **asked: Unpack[sharing.Asked],
) -> tuple[Connection, str]:
    """Return a new connection and its client secret, which can't be read again.

    `asked` is what it may see; schools must be among it: all, or some by name.
    Refused, in words: a version or type that the partner isn't certified for, a non-partner
    that nobody acknowledged, unknown schools, fields that can't be withheld, a past date.
    """
    types = partners.known_types(types)
    partners.known_versions([oneroster])
    partners.require_certified(partner, oneroster, types)
    _require_sense(organization, oneroster, types, partner, acknowledge_unsupported, expires)
    connection = Connection(
        organization=organization,
        partner=partner,
        vendor=vendor.strip(),
        oneroster=oneroster,
        types=types,
        status=Status.ACTIVE if enabled else Status.DISABLED,
        expires=expires,
        purpose=purpose,
        agreement=agreement,
        contact_name=contact_name,
        contact_email=contact_email,
        unsupported_acknowledged=partner is None,
        created_by=audit.name_of(by)[:200],
    )
    asked.setdefault("all_schools", False)
    for column, value in sharing.decide(connection, asked).items():
        setattr(connection, column, value)
    _read_its_line(connection)
    require_valid(connection, exclude=["organization", "partner", "line"])
    connection.save()
    Client.objects.create(
        connection=connection,
        name=connection.vendor,
        client_id=credentials.random_word(credentials.CLIENT_ID_LENGTH),
        client_secret="",
        hash_client_secret=False,
        client_type=Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_CLIENT_CREDENTIALS,
    )
    secret = credentials.issue(connection, by)
    _record(by, "connection.created", connection, new=summary(connection))
    return connection, secret


def publish_at_once(connection: Connection, by: audit.Actor) -> bool:
    """Publish the line of a new connection, if its organization is published and the line isn't.

    So a vendor that is connected at noon doesn't wait for the night. Return whether there is
    something to read now: not before the organization's first refresh, nor while another is
    running; the next one publishes this line too. Call it outside of a transaction: it builds
    as long as a refresh does.
    """
    line = connection.line
    published = Line.objects.filter(organization=connection.organization_id, head__gt=0)
    if line is None or not published.exists():
        return False
    if published.filter(pk=line.pk).exists():
        return True
    try:
        publish_line(line, by=by)
    except Refused:
        return False
    line.refresh_from_db()
    return line.head > 0


def set_status(
    connection: Connection,
    status: str,
    *,
    by: audit.Actor,
    until: date | None = None,
    reason: str = "",
) -> None:
    """Bring the connection to that status; nothing happens where it has it already.

    `until` is the day on which a paused one resumes. Refused: any way out of `closed`, a day
    that isn't in the future, a pause before anything was published.
    """
    if until is not None and status != Status.PAUSED:
        raise Refused("Only a pause ends on a day.")
    if status == Status.PAUSED:
        pause(connection, by=by, until=until, reason=reason)
    else:
        {
            Status.ACTIVE.value: activate,
            Status.SUSPENDED.value: suspend,
            Status.DISABLED.value: disable,
            Status.CLOSED.value: close,
        }[status](connection, by=by, reason=reason)


def activate(connection: Connection, *, by: audit.Actor, reason: str = "") -> None:
    """Let the vendor read what is published; a paused one resumes."""
    if connection.held_at is not None:
        resume(connection, by=by, reason=reason)
    else:
        _move(connection, Status.ACTIVE, "connection.activated", by, reason)


def pause(
    connection: Connection, *, by: audit.Actor, until: date | None = None, reason: str = ""
) -> None:
    """Let the vendor go on reading the publication it has now, whatever is published later."""
    if until is not None and until <= connection.organization.today():
        raise Refused("A pause ends on a day in the future.")
    with transaction.atomic():
        locked = _locked(connection)
        held_at = locked.held_at
        if held_at is None:
            held_at = locked.line.head if locked.line else 0
            if not held_at:
                raise Refused("Nothing is published for this connection yet: no pause is needed.")
        _move(connection, Status.PAUSED, "connection.paused", by, reason, held_at, until)
        if locked.line:
            relining.pin(locked.line)


def resume(connection: Connection, *, by: audit.Actor, reason: str = "") -> None:
    """End a pause: what changed meanwhile becomes readable now, stamped with now.

    Refused while a refresh is running. Call it outside of a transaction: it may build a
    publication, and the vendor goes on reading the old one until that is whole.
    """
    if connection.held_at is not None:
        relining.resume(connection, by)
        _move(connection, Status.ACTIVE, "connection.resumed", by, reason)
        if connection.line:
            relining.pin(connection.line)


def suspend(connection: Connection, *, by: audit.Actor, reason: str = "") -> None:
    """Stop the vendor at its next request, tokens issued earlier included."""
    _move(connection, Status.SUSPENDED, "connection.suspended", by, reason)


def disable(connection: Connection, *, by: audit.Actor, reason: str = "") -> None:
    """Keep the connection for its launch: the vendor is told that it isn't enabled yet."""
    _move(connection, Status.DISABLED, "connection.disabled", by, reason)


def close(connection: Connection, *, by: audit.Actor, reason: str = "") -> None:
    """End the connection for good: its credentials and tokens are unknown from now on."""
    _move(connection, Status.CLOSED, "connection.closed", by, reason)
    if connection.line:
        relining.pin(connection.line)
        relining.leave(connection.line)


@transaction.atomic
def _move(
    connection: Connection,
    status: Status,
    action: str,
    by: audit.Actor,
    reason: str,
    held_at: int | None = None,
    resume_on: date | None = None,
) -> None:
    locked = _locked(connection)
    if locked.status == Status.CLOSED and status != Status.CLOSED:
        raise Refused("This connection is closed for good. Make a new one.")
    if held_at is None and status not in (Status.ACTIVE, Status.CLOSED):
        held_at = locked.held_at
    old = summary(locked)
    locked.status, locked.held_at, locked.resume_on = status, held_at, resume_on
    new = summary(locked)
    if new != old:
        locked.save(update_fields=["status", "held_at", "resume_on"])
        _record(by, action, locked, old=old, new=new, reason=reason)
    connection.status, connection.held_at, connection.resume_on = status, held_at, resume_on


def _locked(connection: Connection) -> Connection:
    return (
        Connection.objects.select_for_update(of=("self",))
        .select_related("organization", "line")
        .get(pk=connection.pk)
    )


def _require_sense(
    organization: Organization,
    oneroster: str,
    types: list[str],
    partner: Partner | None,
    acknowledged: bool,
    expires: date | None,
) -> None:
    if "assessment" in types and oneroster != "1.2":
        raise Refused("Assessment Sync exists in OneRoster 1.2 only.")
    if partner is None and not acknowledged:
        raise Refused(
            "A vendor outside the partner directory is unsupported; acknowledge that to connect it."
        )
    if expires is not None and expires < organization.today():
        raise Refused("The day on which the connection expires is past.")


def _read_its_line(connection: Connection) -> None:
    line = line_for(connection.organization, connection.oneroster, sharing.rules(connection))
    connection.line, connection.since = line, line.head


def _record(
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
