"""The audit log of accounts: an entry in every organization that a person serves."""

from __future__ import annotations

from typing import Any

from portal.models import Staff
from roster import audit
from roster.models import Organization


def note(
    action: str,
    staff: Staff,
    by: audit.Actor,
    *,
    old: Any = None,
    new: Any = None,
    reason: str = "",
) -> None:
    """Record what happened to an account; of no organization, where it serves none."""
    served = Organization.objects.filter(memberships__staff=staff)
    organizations: list[Organization | None] = list(served)
    for organization in organizations or [None]:
        audit.record(
            by,
            action,
            organization,
            kind="staff",
            object_id=str(staff.pk),
            old=old,
            new=new,
            reason=reason.strip(),
        )
