"""Throw-away connections of a sandbox: for a vendor to try, over after some days by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from connections import lifecycle, terms
from connections.models import Connection, Partner
from connections.models.connection import SHARES
from roster import audit
from roster.models import Organization
from roster.refusal import Refused

DAYS = 30
"""How long a vendor may try, unless another time is asked for."""

PURPOSE = "Test with made-up people"


def connect(
    sandbox: Organization,
    *,
    vendor: str,
    oneroster: str,
    by: audit.Actor,
    types: Iterable[str] = (),
    partner: Partner | None = None,
    contact_email: str = "",
    days: int = DAYS,
) -> tuple[Connection, str]:
    """Return a new connection that shares everything, and its client secret.

    Refused: an organization that is no sandbox, and what any connection is refused for: Grade
    Book Sync and Assessment Sync are for partners that are certified for them.
    """
    if not sandbox.is_sandbox:
        raise Refused(
            "%(name)s is no sandbox. Throw-away connections read made-up people.", name=sandbox.name
        )
    if not 1 <= days <= terms.MOST_DAYS:
        raise Refused(
            "A throw-away connection lasts 1 to %(most_days)s days.", most_days=terms.MOST_DAYS
        )
    return lifecycle.connect(
        sandbox,
        vendor=vendor,
        oneroster=oneroster,
        types=types,
        partner=partner,
        acknowledge_unsupported=partner is None,
        purpose=PURPOSE,
        contact_email=contact_email,
        expires=sandbox.today() + timedelta(days=days),
        all_schools=True,
        shares=list(SHARES),
        by=by,
    )
