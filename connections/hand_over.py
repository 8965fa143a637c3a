"""Handing a client secret to a vendor: a link that shows it once, to whoever presses its button.

A link carries a secret of its own, made with it: what was sent by other ways isn't sent again.
Secrets that the vendor has never used end when a link is made, since nobody misses them; one that
is in use goes on beside the new one, as in every rotation. Weighed and left: a link for a secret
that exists already (only its hash is kept), and a password beside the link (it travels the same
way).
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from cryptography.fernet import InvalidToken
from django.db import transaction

from connections import credentials, tokens
from connections.models import Connection, HandOver, Secret
from connections.moves import record
from roster import audit
from roster.clock import clock
from roster.encryption import cipher
from roster.refusal import Refused

PURPOSE = "a secret to hand over"
PATH = "/hand-over/"
DAYS, MOST_DAYS = 7, 30
"""How long a link can be opened, unless another time is asked for; and at most."""
VENDOR = "the vendor"
"""Who opens a link, for the audit log: nobody signs in to it."""


@transaction.atomic
def issue(connection: Connection, *, by: audit.Actor, days: int = DAYS) -> tuple[HandOver, str]:
    """Return a new link's row, and the word that its address ends with: kept nowhere.

    Links that wait are withdrawn, and secrets that were never used end. Refused for a closed
    connection, and where two secrets are in use.
    """
    if not 1 <= days <= MOST_DAYS:
        raise Refused("A link can be opened for 1 to %(most_days)s days.", most_days=MOST_DAYS)
    locked = Connection.objects.select_for_update().get(pk=connection.pk)
    if locked.status == Connection.Status.CLOSED:
        raise Refused("This connection is closed; there is nothing to hand over.")
    _withdraw(locked)
    for secret in credentials.live(locked):
        if secret.last_used is None:
            Secret.objects.filter(pk=secret.pk).update(ended=clock())
            tokens.end_made_with(secret)
    text = credentials.rotate(locked, by)
    word, now = credentials.random_word(credentials.SECRET_LENGTH), clock()
    made = HandOver.objects.create(
        connection=locked,
        secret=credentials.live(locked)[0],
        digest=digest_of(word),
        sealed=cipher(PURPOSE).encrypt(text.encode()).decode(),
        made=now,
        made_by=audit.name_of(by)[:200],
        expires=now + timedelta(days=days),
    )
    record(by, "hand_over.made", locked, new={"expires": made.expires.isoformat()})
    return made, word


@transaction.atomic
def withdraw(connection: Connection, *, by: audit.Actor) -> bool:
    """Shut the link that waits, and end its secret; return whether there was one."""
    locked = Connection.objects.select_for_update().get(pk=connection.pk)
    shut = _withdraw(locked)
    if shut and len(credentials.live(locked)) > 1:
        credentials.end(locked, newer=True, by=by)
    if shut:
        record(by, "hand_over.withdrawn", locked)
    return shut


def find(word: str) -> HandOver | None:
    """Return the link whose address ends with that word."""
    links = HandOver.objects.select_related(
        "secret", "connection__organization", "connection__client", "connection__partner"
    )
    return links.filter(digest=digest_of(word)).first()


def state_of(link: HandOver) -> str:
    """Return how a link is now; a closed connection's is withdrawn."""
    if link.connection.status == Connection.Status.CLOSED and not link.opened:
        return "withdrawn"
    return link.state(clock())


@transaction.atomic
def open_once(link: HandOver) -> str | None:
    """Return the secret and forget it; None where the link can't be opened (any more)."""
    locked = HandOver.objects.select_for_update(of=("self",)).select_related("secret", "connection")
    row = locked.get(pk=link.pk)
    if state_of(row) != "waiting":
        return None
    try:
        secret = cipher(PURPOSE).decrypt(row.sealed.encode()).decode()
    except InvalidToken:
        return None
    # On SQLite nothing is locked by reading: of two at once, one finds it gone.
    if not HandOver.objects.filter(pk=row.pk, opened=None).update(opened=clock(), sealed=""):
        return None
    record(VENDOR, "hand_over.opened", link.connection)
    link.refresh_from_db()
    return secret


def last_of(connection: Connection) -> HandOver | None:
    """Return the connection's newest link."""
    return connection.hand_overs.select_related("secret", "connection").order_by("-pk").first()


def forget() -> int:
    """Forget the secrets of links that can't be opened any more; return how many."""
    return HandOver.objects.filter(expires__lte=clock()).exclude(sealed="").update(sealed="")


def digest_of(word: str) -> str:
    """Return what is kept of a link's word, which nobody can guess."""
    return hashlib.sha256(word.encode()).hexdigest()


def _withdraw(connection: Connection) -> bool:
    waiting = connection.hand_overs.filter(opened=None, withdrawn=None).exclude(sealed="")
    return bool(waiting.update(withdrawn=clock(), sealed=""))
