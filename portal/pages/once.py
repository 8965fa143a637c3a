"""A client secret on its way from the act that made it to the one page that shows it.

It waits in the session, which is a row of the database, so it is encrypted there with the
installation's key and lost after ten minutes. Taking it removes it: a second look finds nothing.
Weighed against answering the POST with the secret: a reload would make another connection.
"""

from __future__ import annotations

from cryptography.fernet import InvalidToken
from django.contrib.sessions.backends.base import SessionBase

from connections.models import Connection
from roster.encryption import cipher

WAITS = 600  # Seconds within which the page that shows it has to be opened.
PURPOSE = "a secret shown once"


def put(session: SessionBase, connection: Connection, secret: str) -> None:
    """Keep the secret for the next page about this connection."""
    session[key_of(connection)] = cipher(PURPOSE).encrypt(secret.encode()).decode()


def take(session: SessionBase, connection: Connection) -> str | None:
    """Return the secret and forget it; None if there is none, or it has waited too long."""
    kept = session.pop(key_of(connection), None)
    if kept is None:
        return None
    try:
        return cipher(PURPOSE).decrypt(kept, ttl=WAITS).decode()
    except InvalidToken:
        return None


def key_of(connection: Connection) -> str:
    return f"secret-of-{connection.pk}"
