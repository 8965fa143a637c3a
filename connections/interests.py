"""Interest forms of vendors: sent by anybody, reviewed by the operator.

Nothing of a form is believed: an accepted one becomes an entry of the directory with the operator's
name under it, a declined one is forgotten after a while. How many wait is bounded, since anybody
may send.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from connections import partners
from connections.models import Interest, Partner
from roster import audit
from roster.clock import clock
from roster.refusal import Refused, require_valid

MOST_WAITING = 200
KEPT = timedelta(days=90)
"""How long a declined form is kept."""

SENDER = "a vendor"
"""Who sends a form, for the audit log: nobody signs in to it."""


@transaction.atomic
def send(
    *,
    vendor: str,
    contact_name: str,
    contact_email: str,
    versions: Iterable[str],
    types: Iterable[str] = (),
    website: str = "",
    certification: str = "",
    words: str = "",
) -> Interest:
    """Keep a form until the operator has looked at it.

    The same vendor's form that waits is replaced by its next one. Refused: what the directory
    couldn't hold, and any more than 200 that wait.
    """
    interest = Interest(
        vendor=vendor.strip(),
        contact_name=contact_name.strip(),
        contact_email=contact_email.strip(),
        versions=partners.known_versions(versions),
        types=partners.known_types(types),
        website=website.strip(),
        certification=certification.strip(),
        words=words.strip(),
    )
    partners.require_sense(interest.vendor, interest.versions, interest.types)
    require_valid(interest)
    waiting = Interest.objects.waiting()
    waiting.filter(vendor__iexact=interest.vendor, contact_email=interest.contact_email).delete()
    if waiting.count() >= MOST_WAITING:
        raise Refused("Too many forms are waiting to be read. Try again in some days.")
    interest.save()
    audit.record(SENDER, "interest.sent", None, kind="interest", object_id=str(interest.pk))
    return interest


@transaction.atomic
def accept(interest: Interest, *, by: audit.Actor) -> Partner:
    """Enter the vendor in the directory, as certified as it says; refused if that is decided."""
    row = _decided(interest, Interest.State.ACCEPTED, by)
    partner = partners.create_partner(row.vendor, row.versions, row.types, by=by)
    partners.change_partner(
        partner,
        by=by,
        website=row.website,
        contact=f"{row.contact_name}, {row.contact_email}"[:200],
        certification=row.certification,
    )
    row.partner = partner
    row.save(update_fields=["partner"])
    _record(by, "interest.accepted", row)
    interest.refresh_from_db()
    return partner


@transaction.atomic
def decline(interest: Interest, *, by: audit.Actor, reason: str) -> None:
    """Decline a form, with the reason; refused without one, or if that is decided."""
    if not reason.strip():
        raise Refused("Say why: whoever looks at it later needs a reason.")
    row = _decided(interest, Interest.State.DECLINED, by, reason.strip())
    _record(by, "interest.declined", row)
    interest.refresh_from_db()


def forget() -> int:
    """Delete the forms that were declined long ago; return how many."""
    return Interest.objects.declined_before(clock() - KEPT).delete()[0]


def _decided(
    interest: Interest, state: Interest.State, by: audit.Actor, reason: str = ""
) -> Interest:
    waiting = Interest.objects.waiting().filter(pk=interest.pk)
    name = audit.name_of(by)[:200]
    if not waiting.update(state=state, decided=clock(), decided_by=name, reason=reason):
        raise Refused("Somebody has decided about this form already.")
    return Interest.objects.get(pk=interest.pk)


def _record(by: audit.Actor, action: str, interest: Interest) -> None:
    new = {"vendor": interest.vendor, "partner": interest.partner_id}
    audit.record(
        by,
        action,
        None,
        kind="interest",
        object_id=str(interest.pk),
        new=new,
        reason=interest.reason,
    )
