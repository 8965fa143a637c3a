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

from django.db import transaction
from django.utils.crypto import constant_time_compare

from connections import tokens
from connections.models import Connection, Secret
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
    return list(connection.secrets.filter(ended__isnull=True).order_by("-pk"))


def issue(connection: Connection, by: audit.Actor) -> str:
    """Store one more secret of the connection and return it: the only time it can be read."""
    secret = random_word(SECRET_LENGTH)
    Secret.objects.create(
        connection=connection,
        digest=digest_of(secret),
        hint=secret[-HINT_LENGTH:],
        created_by=audit.name_of(by)[:200],
    )
    return secret


@transaction.atomic
def rotate(connection: Connection, by: audit.Actor) -> str:
    """Return a second secret, valid beside the first until one of them is ended.

    Refused for a closed connection, and while an overlap is running.
    """
    locked = Connection.objects.select_for_update().get(pk=connection.pk)
    if locked.status == Connection.Status.CLOSED:
        raise Refused("This connection is closed; it gets no secret any more.")
    running = live(locked)
    if len(running) >= AT_MOST:
        raise Refused(
            "Two secrets are valid already. End one of them first: the older, once the vendor uses"
            " the newer; the newer, if it got lost."
        )
    secret = issue(locked, by)
    audit.record(
        by,
        "secret.rotated",
        locked.organization,
        kind="connection",
        object_id=str(locked.pk),
        old={"valid": [_shown(row) for row in running]},
        new={"valid": [_shown(row) for row in live(locked)]},
    )
    return secret


@transaction.atomic
def end(connection: Connection, *, newer: bool, by: audit.Actor) -> int:
    """End one of two secrets, and the tokens made with it: the newer (it got lost), or the older.

    Returns how many secrets ended: 0 where only one is valid, which stays.
    """
    locked = Connection.objects.select_for_update().get(pk=connection.pk)
    running = live(locked)
    if len(running) < AT_MOST:
        return 0
    ends, stays = running if newer else reversed(running)
    Secret.objects.filter(pk=ends.pk).update(ended=clock())
    tokens.end_made_with(ends)
    audit.record(
        by,
        "secret.discarded" if newer else "secret.ended",
        locked.organization,
        kind="connection",
        object_id=str(locked.pk),
        old={"valid": [_shown(row) for row in running]},
        new={"valid": [_shown(stays)]},
    )
    return 1


def _shown(secret: Secret) -> dict[str, str]:
    """What an audit entry says of a secret: when it was made, never how it ends."""
    return {"created": secret.created.isoformat(), "by": secret.created_by}
