"""A client secret, or a link to set up an account, on its way to the one page that shows it.

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


def put(session: SessionBase, about: Connection | str, secret: str) -> None:
    """Keep the secret for the next page about this connection, or of that name."""
    session[key_of(about)] = cipher(PURPOSE).encrypt(secret.encode()).decode()


def take(session: SessionBase, about: Connection | str) -> str | None:
    """Return the secret and forget it; None if there is none, or it has waited too long."""
    kept = session.pop(key_of(about), None)
    if kept is None:
        return None
    try:
        return cipher(PURPOSE).decrypt(kept, ttl=WAITS).decode()
    except InvalidToken:
        return None


def key_of(about: Connection | str) -> str:
    return f"secret-of-{about if isinstance(about, str) else about.pk}"


def link_of(connection: Connection) -> str:
    """Return the name under which a hand-over link waits to be shown."""
    return f"hand-over-{connection.pk}"
