"""Access tokens: which secret made one, and their end before their time.

A token ends with its cause: its secret, its connection, or the status under which it was made.
The vendor is answered 401 then, and asks for a new one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from oauth2_provider.models import AbstractAccessToken, get_access_token_model

from connections.models import Connection, MadeWith, Secret
from roster import audit
from roster.clock import clock
from roster.database import prepared

NOTED = timedelta(hours=1)
"""How exactly it is noted when a secret was last used, so that not every token writes it."""


MADE_WITH = f"INSERT INTO {MadeWith._meta.db_table} (token_id, secret_id) VALUES (%s, %s)"  # noqa: S608


def note(token: AbstractAccessToken, secret: Secret) -> None:
    """Note which secret a new token was made with, and that this one is in use."""
    with prepared.cursor() as cursor:
        cursor.execute(MADE_WITH, [token.pk, secret.pk])
    now: datetime = clock()
    if secret.last_used is None or secret.last_used < now - NOTED:
        Secret.objects.filter(pk=secret.pk).update(last_used=now)


def end_made_with(secret: Secret) -> int:
    """End the tokens made with a secret; return how many that were."""
    return _end(Q(made_with__secret=secret))


def end_of(connection: Connection) -> int:
    """End all tokens of a connection; return how many that were."""
    return _end(Q(application__connection=connection))


@transaction.atomic
def end_all(connection: Connection, *, by: audit.Actor, reason: str = "") -> int:
    """End all tokens of a connection, as a person asks; return how many that were."""
    ended = end_of(connection)
    if ended:
        audit.record(
            by,
            "tokens.ended",
            connection.organization,
            kind="connection",
            object_id=str(connection.pk),
            new={"tokens": ended},
            reason=reason,
        )
    return ended


def _end(which: Q) -> int:
    """Delete tokens; those that have expired count for nobody."""
    found = get_access_token_model().objects.filter(which)
    alive = found.filter(expires__gt=clock()).count()
    found.delete()
    return int(alive)
