"""The fields that an organization keeps from everybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from roster import audit, publishing
from roster.dialects.withholding import email_elsewhere, known_policy
from roster.models import Organization


def set_field_policy(
    organization: Organization, fields: Iterable[str], *, by: audit.Actor, reason: str = ""
) -> dict[str, Any]:
    """Withhold these fields, and no others, from every connection, whatever it shares.

    Returns `{"changed": bool, "field_policy": [...], "warnings": [sentences]}`. What is new
    among them is gone from all that vendors read when this returns; what is given free shows
    after the next refresh. Refused: a field that a version requires, or that isn't one. Call
    it outside of a transaction.
    """
    wanted = known_policy(fields)
    organization.refresh_from_db()
    old = sorted(organization.field_policy)

    def write() -> None:
        Organization.objects.filter(pk=organization.pk).update(field_policy=wanted)
        audit.record(
            by,
            "organization.field_policy_set",
            organization,
            old=old,
            new=wanted,
            reason=reason.strip(),
        )

    if wanted != old:
        publishing.withhold(organization, wanted, write)
        organization.refresh_from_db()
    warnings = email_elsewhere(organization, wanted) if "users.email" in wanted else []
    return {"changed": wanted != old, "field_policy": wanted, "warnings": warnings}
