"""Letters to a vendor's contact about what will happen by date: ready to copy, or sent by e-mail.

A letter is made of what is settled at that moment, and never holds a secret. It isn't edited
here, so that what was sent is what the audit log says was sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from smtplib import SMTPException
from typing import Any, NamedTuple

from django.core.mail import EmailMessage
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from connections import credentials
from connections.models import Connection
from connections.moves import record
from portal.words import Words, standing_of
from roster import audit
from roster.refusal import Refused

log = logging.getLogger(__name__)


class Letter(NamedTuple):
    """A letter as it is copied or sent; `to` is blank where no address is known."""

    kind: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True)
class Kind:
    """A kind of letter: its name, its subject and paragraphs, and the facts in them.

    `facts` raises `Refused` in words where there is nothing to write about.
    """

    name: Words
    subject: Words
    paragraphs: tuple[Words, ...]
    facts: Callable[[Connection], dict[str, str]]


def _pause(connection: Connection) -> dict[str, str]:
    if standing_of(connection) not in ("active", "paused"):
        raise Refused("Only a connection that is active or paused is written to about a pause.")
    if connection.status == Connection.Status.PAUSED and connection.active_on:
        return {"until": _("on %(day)s") % {"day": _day(connection.active_on)}}
    return {"until": _("when we write to you again")}


def _rollover(connection: Connection) -> dict[str, str]:
    planned = connection.organization.rollovers.planned().first()
    if planned is None or connection.status == Connection.Status.CLOSED:
        raise Refused("Plan the year rollover first: this letter announces it.")
    return {"day": _day(planned.day), "before": planned.before, "after": planned.after}


def _rotation(connection: Connection) -> dict[str, str]:
    secrets = credentials.live(connection)
    if len(secrets) < credentials.AT_MOST:
        raise Refused("Make a new secret first: this letter announces it.")
    last = secrets[-1].expires
    if last:
        return {"ends": _("The one that you use now is good until %(day)s.") % {"day": _day(last)}}
    return {"ends": _("Tell us when you use the new one; we end the older one then.")}


def _expiry(connection: Connection) -> dict[str, str]:
    if connection.last_day is None:
        raise Refused("Neither this connection nor its agreement has a last day.")
    agreement = connection.agreement or _("without a number")
    return {"day": _day(connection.last_day), "agreement": agreement}


def _deletion(connection: Connection) -> dict[str, str]:
    if connection.status != Connection.Status.CLOSED:
        raise Refused("Close the connection first: this letter asks the vendor to delete.")
    return {"agreement": connection.agreement or _("without a number")}


KINDS = {
    "pause": Kind(
        _l("Pause"),
        _l("%(district)s: a pause of your roster"),
        (
            _l(
                "We pause the OneRoster connection of %(vendor)s. Until it goes on, you read the "
                "roster as it was when the pause began, and nothing newer. Your credentials and "
                "addresses stay as they are; writing is refused with HTTP 403."
            ),
            _l(
                "It goes on %(until)s. Then ask for all that has changed since your last sync, as "
                "always: everything that has changed meanwhile is there, what was removed "
                "included."
            ),
        ),
        _pause,
    ),
    "rollover": Kind(
        _l("Year rollover"),
        _l("%(district)s: the next school year"),
        (
            _l(
                "On %(day)s we change the OneRoster connection of %(vendor)s from the school year "
                "%(before)s to %(after)s (schoolYear: the year in which it ends). From then on "
                "terms, classes and enrollments of %(before)s are removed (tobedeleted), and those "
                "of %(after)s are there."
            ),
            _l(
                "Ask for all that has changed since your last sync, as always: it is many records "
                "that day. Whoever stays keeps the same sourcedId; your credentials and addresses "
                "stay as they are."
            ),
        ),
        _rollover,
    ),
    "rotation": Kind(
        _l("New secret"),
        _l("%(district)s: a new client secret"),
        (
            _l(
                "There is a second client secret for the OneRoster connection of %(vendor)s. You "
                "get it by another way than e-mail. Both are valid, so nothing stops while you "
                "change over; client ID and addresses stay as they are."
            ),
            _l("%(ends)s"),
        ),
        _rotation,
    ),
    "expiry": Kind(
        _l("Last day"),
        _l("%(district)s: the last day of your access"),
        (
            _l(
                "The last day of the OneRoster connection of %(vendor)s is %(day)s (agreement: "
                "%(agreement)s). From the day after, your application gets no access token "
                "(HTTP 400, unauthorized_client), and tokens that it has are refused with HTTP 403."
            ),
            _l(
                "If the agreement is to be renewed, please answer in time. If not, please delete "
                "our data as the agreement says, and confirm it."
            ),
        ),
        _expiry,
    ),
    "deletion": Kind(
        _l("Request to delete"),
        _l("%(district)s: please delete our data"),
        (
            _l(
                "The OneRoster connection of %(vendor)s has ended (agreement: %(agreement)s). "
                "Its client ID and secrets don't work any more."
            ),
            _l(
                "Please delete all data of our students, their families and our staff that came "
                "by it, in copies and at those who work for you too, and confirm to us in writing "
                "when that was done."
            ),
        ),
        _deletion,
    ),
}


def offered(connection: Connection) -> list[tuple[str, Words]]:
    """Return the letters that there is something to write in, by name."""
    found = []
    for name, kind in KINDS.items():
        try:
            kind.facts(connection)
        except Refused:
            continue
        found.append((name, kind.name))
    return found


def compose(connection: Connection, name: str) -> Letter:
    """Return the letter of that kind as it would be sent now; Refused where there is none.

    It is written in the organization's language, whoever looks at it.
    """
    with translation.override(connection.organization.language):
        return _written(connection, name)


def _written(connection: Connection, name: str) -> Letter:
    kind, organization = KINDS[name], connection.organization
    known = {
        "vendor": connection.vendor,
        "district": organization.name,
        "zone": organization.time_zone,
        **kind.facts(connection),
    }
    greeting = _("Dear %(name)s,") % {"name": connection.contact_name or connection.vendor}
    zone = _("Days begin and end in the time zone %(zone)s.") % known
    body = [str(paragraph) % known for paragraph in kind.paragraphs]
    signed = (organization.contact_name, organization.contact_email, organization.name)
    text = "\n\n".join([greeting, *body, zone, "\n".join(filter(None, signed))])
    subject = " ".join((str(kind.subject) % known).split())
    return Letter(name, connection.contact_email, subject, text + "\n")


def send(connection: Connection, name: str, *, by: audit.Actor) -> Letter:
    """Send the letter to the vendor's contact, and write that down; answers go to the district's.

    Refused, in words: no address of the vendor's contact, and mail that isn't taken.
    """
    letter, ours = compose(connection, name), connection.organization.contact_email
    if not letter.to:
        raise Refused("This connection has no contact with an e-mail address. Add one first.")
    mail = EmailMessage(
        letter.subject, letter.text, to=[letter.to], reply_to=[ours] if ours else None
    )
    try:
        mail.send()
    except (OSError, SMTPException) as error:
        log.warning("A letter could not be sent.", extra={"cause": type(error).__name__})
        raise Refused(
            "The e-mail could not be sent. Copy the text, and try again later."
        ) from error
    facts: dict[str, Any] = {"letter": name, "to": letter.to}
    record(by, "letter.sent", connection, new=facts)
    return letter


def _day(day: date) -> str:
    return formats.date_format(day, _("j F Y"))
