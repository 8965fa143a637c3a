"""A connection's client secrets: made, stored as hashes, checked, rotated without an outage.

A secret is 43 random characters, 256 bits, so one round of salted SHA-256 is as safe as a
million: nobody can guess what to hash. A slow hasher would cost a quarter of a second of
processor time per token, and tell known clients from unknown ones by the time it takes.
Letters and digits only, since consumers encode them before Basic, or don't.
"""

from __future__ import annotations

import hashlib
import secrets
import string
from datetime import date

from django.db import transaction
from django.utils.crypto import constant_time_compare

from connections import tokens
from connections.models import Connection, Secret
from connections.moves import record
from roster import audit
from roster.clock import clock
from roster.refusal import Refused

ALPHABET = string.ascii_letters + string.digits
SECRET_LENGTH = 43
CLIENT_ID_LENGTH = 32
SALT_LENGTH = 22
HINT_LENGTH = 4
AT_MOST = 2
"""How many secrets may live side by side: the one in use and the next."""

FORMAT = "sha256"


def random_word(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def digest_of(secret: str, salt: str | None = None) -> str:
    """Return what is stored of a secret: `sha256$salt$hash`."""
    salt = random_word(SALT_LENGTH) if salt is None else salt
    return f"{FORMAT}${salt}${hashlib.sha256(f'{salt}{secret}'.encode()).hexdigest()}"


NOBODYS = digest_of(random_word(SECRET_LENGTH))
"""A digest that no secret fits: what an unknown client's secret is checked against."""


def matches(secret: str, digest: str) -> bool:
    """Return whether the digest is this secret's; one of an unknown format never matches."""
    name, _, rest = digest.partition("$")
    salt, _, hashed = rest.partition("$")
    known = name == FORMAT and bool(salt) and bool(hashed)
    return constant_time_compare(digest_of(secret, salt), digest) and known and bool(secret)


def matching(secret: str, digests: list[str]) -> int | None:
    """Return which of these is the secret's; the same work is done for any number of them."""
    padded = [*digests, *[NOBODYS] * (AT_MOST - len(digests))]
    found = [place for place, digest in enumerate(padded) if matches(secret, digest)]
    return found[0] if found else None


def live(connection: Connection) -> list[Secret]:
    """Return the secrets that are good now, the newest first."""
    return list(connection.secrets.live(connection.organization.today()).order_by("-pk"))


def issue(connection: Connection, by: audit.Actor, expires: date | None = None) -> str:
    """Store one more secret of the connection and return it: the only time it can be read."""
    secret = random_word(SECRET_LENGTH)
    Secret.objects.create(
        connection=connection,
        digest=digest_of(secret),
        hint=secret[-HINT_LENGTH:],
        created_by=audit.name_of(by)[:200],
        expires=expires,
    )
    return secret


@transaction.atomic
def rotate(connection: Connection, by: audit.Actor, expires: date | None = None) -> str:
    """Return a second secret, valid beside the first until one of them is ended.

    `expires` is its last day, if it is to have one. Refused for a closed connection, while an
    overlap is running, and for a day that is past.
    """
    locked = _locked(connection)
    _require_ahead(locked, expires)
    end_expired(locked, by)
    if locked.status == Connection.Status.CLOSED:
        raise Refused("This connection is closed; it gets no secret any more.")
    running = live(locked)
    if len(running) >= AT_MOST:
        raise Refused(
            "Two secrets are valid already. End one of them first: the older, once the vendor uses"
            " the newer; the newer, if it got lost."
        )
    secret = issue(locked, by, expires)
    record(
        by,
        "secret.rotated",
        locked,
        old={"valid": [_shown(row) for row in running]},
        new={"valid": [_shown(row) for row in live(locked)]},
    )
    return secret


@transaction.atomic
def end(connection: Connection, *, newer: bool, by: audit.Actor) -> int:
    """End one of two secrets, and the tokens made with it: the newer (it got lost), or the older.

    Returns how many secrets ended: 0 where only one is valid, which stays.
    """
    locked = _locked(connection)
    running = live(locked)
    if len(running) < AT_MOST:
        return 0
    ends, stays = running if newer else reversed(running)
    _end(ends)
    record(
        by,
        "secret.discarded" if newer else "secret.ended",
        locked,
        old={"valid": [_shown(row) for row in running]},
        new={"valid": [_shown(stays)]},
    )
    return 1


@transaction.atomic
def set_last_day(
    connection: Connection, day: date | None, *, newer: bool = True, by: audit.Actor
) -> Secret:
    """Let a secret be good up to that day, in the district's time zone, or without an end.

    `newer` says which, where two are valid. Refused: a day that is past, and no valid secret.
    """
    locked = _locked(connection)
    _require_ahead(locked, day)
    running = live(locked)
    if not running:
        raise Refused("This connection has no valid secret. Make a new one.")
    secret = running[0 if newer else -1]
    if secret.expires != day:
        old = _shown(secret)
        secret.expires = day
        secret.save(update_fields=["expires"])
        record(by, "secret.dated", locked, old=old, new=_shown(secret))
    return secret


@transaction.atomic
def end_expired(connection: Connection, by: audit.Actor) -> int:
    """End the secrets whose last day is over, with the tokens made with them; return how many.

    They get no token any more from that moment on, also where nobody calls this.
    """
    today = connection.organization.today()
    over = connection.secrets.filter(ended__isnull=True, expires__lt=today).select_for_update()
    ended = list(over)
    for secret in ended:
        _end(secret)
        record(by, "secret.expired", connection, old=_shown(secret))
    return len(ended)


def _locked(connection: Connection) -> Connection:
    rows = Connection.objects.select_for_update(of=("self",)).select_related("organization")
    return rows.get(pk=connection.pk)


def _require_ahead(connection: Connection, day: date | None) -> None:
    if day is not None and day < connection.organization.today():
        raise Refused("This day is past. A secret can be ended at once instead.")


def _end(secret: Secret) -> None:
    Secret.objects.filter(pk=secret.pk).update(ended=clock())
    tokens.end_made_with(secret)


def _shown(secret: Secret) -> dict[str, str | None]:
    """What an audit entry says of a secret: when it was made, never how it ends."""
    last = secret.expires.isoformat() if secret.expires else None
    return {"created": secret.created.isoformat(), "by": secret.created_by, "expires": last}
