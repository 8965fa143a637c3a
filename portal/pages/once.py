"""A client secret on its way from the act that made it to the one page that shows it.

It waits in the session, which is a row of the database, so it is encrypted there with the
installation's key and lost after ten minutes. Taking it removes it: a second look finds nothing.
Weighed against answering the POST with the secret: a reload would make another connection.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from connections.models import Connection

WAITS = 600  # Seconds within which the page that shows it has to be opened.
PURPOSE = b"rosterdesk: a secret shown once"


def put(session: SessionBase, connection: Connection, secret: str) -> None:
    """Keep the secret for the next page about this connection."""
    session[key_of(connection)] = cipher().encrypt(secret.encode()).decode()


def take(session: SessionBase, connection: Connection) -> str | None:
    """Return the secret and forget it; None if there is none, or it has waited too long."""
    kept = session.pop(key_of(connection), None)
    if kept is None:
        return None
    try:
        return cipher().decrypt(kept, ttl=WAITS).decode()
    except InvalidToken:
        return None


def key_of(connection: Connection) -> str:
    return f"secret-of-{connection.pk}"


def cipher() -> Fernet:
    key = hashlib.blake2b(PURPOSE, key=settings.SECRET_KEY.encode()[:64], digest_size=32).digest()
    return Fernet(base64.urlsafe_b64encode(key))
