"""Changing the installation's key: what a former one still protects is encrypted with the new one.

The new key goes into SECRET_KEY and the former into SECRET_KEY_FALLBACKS; then nothing but this
stands between the former key and its end.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from cryptography.fernet import InvalidToken
from django.db.models import QuerySet

from connections import hand_over
from connections.models import HandOver
from portal.signing_in import factors
from roster import audit
from roster.arrivals import keeping
from roster.encryption import cipher
from roster.fetching import credentials
from roster.models import ArrivalPart, Destination, Source


class Kept(NamedTuple):
    """Rows with an encrypted column, and the purpose that its keys are derived for."""

    what: str
    rows: QuerySet[Any]
    field: str
    purpose: str


KEPT = (
    Kept("credentials", Source.objects.exclude(secret=""), "secret", credentials.PURPOSE),
    Kept("grade servers", Destination.objects.exclude(secret=""), "secret", credentials.PURPOSE),
    Kept("pieces of bundles", ArrivalPart.objects.all(), "content", keeping.PURPOSE),
    Kept("hand-over links", HandOver.objects.exclude(sealed=""), "sealed", hand_over.PURPOSE),
)  # fmt: skip


def renew(by: audit.Actor) -> dict[str, int]:
    """Encrypt everything with SECRET_KEY; returns how many there are of what, and `unreadable`.

    Each row by itself, while everything runs: whoever reads meanwhile has both keys.
    """
    done = {kept.what: 0 for kept in KEPT} | {"unreadable": 0}
    for kept in KEPT:
        for pk in list(kept.rows.order_by("pk").values_list("pk", flat=True)):
            done[kept.what if _renew(kept, pk) else "unreadable"] += 1
    done["second factors"], lost = factors.renew()
    done["unreadable"] += lost
    audit.record(by, "key.renewed", None, new=done)
    return done


def _renew(kept: Kept, pk: int) -> bool:
    """Return False for what none of the keys can read."""
    old = kept.rows.values_list(kept.field, flat=True).filter(pk=pk).first()
    if old is None:  # Opened, set or forgotten since.
        return True
    try:
        new = cipher(kept.purpose).rotate(old if isinstance(old, str) else bytes(old))
    except InvalidToken:
        return False
    # What was changed in between has the new key already.
    kept.rows.filter(pk=pk, **{kept.field: old}).update(
        **{kept.field: new.decode() if isinstance(old, str) else new}
    )
    return True
