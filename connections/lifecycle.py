"""The life of a connection: made, enabled, paused, suspended, closed; each an audited act.

A change of status and what is read from then on are one transaction: the verbs of
`roster.publishing` prepare a publication, and call back for the connection's own row and its
audit entry where they show it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Unpack

from django.db import transaction

from connections import credentials, partners, sharing
from connections.models import Client, Connection, Partner
from connections.models.connection import summary
from connections.moves import Move, nothing, record
from connections.standing import is_expired
from connections.terms import require_end, require_own_title
from roster import audit
from roster.models import Feed, Organization
from roster.publishing import end_feed, pause_feed, resume_feed, start_feed
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
    data_elements: str = "",
    contact_name: str = "",
    contact_email: str = "",
    expires: date | None = None,
    agreement_ends: date | None = None,
    active_on: date | None = None,
    enabled: bool = True,
    **asked: Unpack[sharing.Asked],
) -> tuple[Connection, str]:
    """Return a new connection and its client secret, which can't be read again.

    `asked` is what it may see; schools must be among it: all, or some by name. `active_on` is
    the day of the launch, if it isn't enabled now.
    Refused, in words: a version or type that the partner isn't certified for, a non-partner
    that nobody acknowledged, unknown schools, fields that can't be withheld, a past date, a name
    that another open connection of this version has.
    """
    types = partners.known_types(types)
    partners.known_versions([oneroster])
    partners.require_certified(partner, oneroster, types)
    _require_sense(oneroster, types, partner, acknowledge_unsupported)
    require_end(organization, expires)
    _require_dates(organization, enabled=enabled, begins=active_on, ends=(expires, agreement_ends))
    connection = Connection(
        organization=organization,
        partner=partner,
        vendor=vendor.strip(),
        oneroster=oneroster,
        types=types,
        status=Status.ACTIVE if enabled else Status.DISABLED,
        expires=expires,
        agreement_ends=agreement_ends,
        active_on=active_on,
        purpose=purpose,
        agreement=agreement,
        data_elements=data_elements,
        contact_name=contact_name,
        contact_email=contact_email,
        unsupported_acknowledged=partner is None,
        created_by=audit.name_of(by)[:200],
    )
    asked.setdefault("all_schools", False)
    sharing.give(connection, asked)
    require_valid(connection, exclude=["organization", "partner", "feed"])
    require_own_title(connection)
    connection.feed = Feed.objects.create(
        organization=organization,
        version=oneroster,
        rules=sharing.rules(connection),
        state=Feed.State.FOLLOWING if enabled else Feed.State.OFF,
    )
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
    record(by, "connection.created", connection, new=summary(connection))
    return connection, secret


def publish_at_once(connection: Connection, by: audit.Actor) -> bool:
    """Publish for a new connection, if it is enabled and its organization is published.

    So a vendor that is connected at noon doesn't wait for the night. Return whether there is
    something to read now: not before the organization's first refresh. Call it outside of a
    transaction: it may render documents.
    """
    feed = feed_of(connection)
    if feed is None or feed.state != Feed.State.FOLLOWING:
        return False
    start_feed(feed, by=by, then=nothing)
    feed.refresh_from_db()
    return feed.publication_id is not None


def set_status(
    connection: Connection,
    status: str,
    *,
    by: audit.Actor,
    until: date | None = None,
    reason: str = "",
) -> None:
    """Bring the connection to that status; nothing happens where it has it already.

    `until` is the day on which a paused one resumes, or a disabled one begins. Refused: any way
    out of `closed`, a day that isn't in the future, a pause before anything was published.
    """
    ends = {Status.PAUSED.value: pause, Status.DISABLED.value: disable}
    if status in ends:
        ends[status](connection, by=by, until=until, reason=reason)
        return
    if until is not None:
        raise Refused("Only a pause, or the wait for a launch, ends on a day.")
    {
        Status.ACTIVE.value: activate,
        Status.SUSPENDED.value: suspend,
        Status.CLOSED.value: close,
    }[status](connection, by=by, reason=reason)


def activate(
    connection: Connection, *, by: audit.Actor, reason: str = "", due: bool = False
) -> None:
    """Let the vendor read what is published: what changed meanwhile, stamped with now.

    One that was never enabled begins here: nothing that was before leaves a tombstone. Call it,
    as all of these verbs, outside of a transaction: it may render documents. With `due` it is
    refused unless the day set for it has come, whatever was done meanwhile.
    """
    paused = connection.status == Status.PAUSED
    action = "connection.resumed" if paused else "connection.activated"
    move = Move(connection, Status.ACTIVE, action, by, reason, due=due)
    feed = feed_of(connection)
    if feed is None or is_expired(connection):
        move.alone()
    elif feed.state == Feed.State.PAUSED:
        resume_feed(feed, by=by, then=move)
    else:
        start_feed(feed, by=by, then=move)


def resume(connection: Connection, *, by: audit.Actor, reason: str = "") -> None:
    """End a pause; nothing happens where there is none."""
    if connection.status == Status.PAUSED:
        activate(connection, by=by, reason=reason)


def pause(
    connection: Connection, *, by: audit.Actor, until: date | None = None, reason: str = ""
) -> None:
    """Let the vendor go on reading the publication it has now, whatever is published later."""
    _require_future(connection.organization, until)
    feed = feed_of(connection)
    if feed is not None and feed.publication_id is None:
        raise Refused("Nothing is published for this connection yet: no pause is needed.")
    _pause_feed(Move(connection, Status.PAUSED, "connection.paused", by, reason, until))


def suspend(connection: Connection, *, by: audit.Actor, reason: str = "") -> None:
    """Stop the vendor at its next request, tokens issued earlier included."""
    _pause_feed(Move(connection, Status.SUSPENDED, "connection.suspended", by, reason))


def disable(
    connection: Connection, *, by: audit.Actor, until: date | None = None, reason: str = ""
) -> None:
    """Keep the connection for its launch: the vendor is refused until it is enabled.

    That happens by itself on the day `until`. One that was enabled before keeps what it had, as
    a suspended one does.
    """
    _require_future(connection.organization, until)
    _pause_feed(Move(connection, Status.DISABLED, "connection.disabled", by, reason, until))


def close(connection: Connection, *, by: audit.Actor, reason: str = "") -> None:
    """End the connection for good: its credentials and tokens are unknown from now on."""
    move = Move(connection, Status.CLOSED, "connection.closed", by, reason)
    feed = feed_of(connection)
    if feed is None:
        move.alone()
    else:
        end_feed(feed, by=by, then=move)


def feed_of(connection: Connection) -> Feed | None:
    """Return what the connection reads, as it is now; None for a closed one."""
    return Feed.objects.filter(connection=connection.pk).first()


def _pause_feed(move: Move) -> None:
    feed = feed_of(move.connection)
    if feed is None or feed.state != Feed.State.FOLLOWING:
        move.alone()
    else:
        pause_feed(feed, by=move.by, then=move)


def _require_sense(
    oneroster: str, types: list[str], partner: Partner | None, acknowledged: bool
) -> None:
    if "assessment" in types and oneroster != "1.2":
        raise Refused("Assessment Sync exists in OneRoster 1.2 only.")
    if partner is None and not acknowledged:
        raise Refused(
            "A vendor outside the partner directory is unsupported; acknowledge that to connect it."
        )


def _require_dates(
    organization: Organization,
    *,
    enabled: bool,
    begins: date | None,
    ends: tuple[date | None, date | None],
) -> None:
    if begins is not None and enabled:
        raise Refused("A connection that is enabled now has no day of launch.")
    _require_future(organization, begins)
    if any(day is not None and day < organization.today() for day in ends):
        raise Refused("The day on which the connection or its agreement ends is past.")


def _require_future(organization: Organization, day: date | None) -> None:
    if day is not None and day <= organization.today():
        raise Refused("A connection becomes active on a day in the future. Or make it active now.")
