"""The audit log: one entry for every change that somebody makes, in the change's transaction."""

from __future__ import annotations

from typing import Any

from roster.models import AuditEntry, Organization

Actor = Any
"""Who acts: a portal account (a row of `AUTH_USER_MODEL`) or a name such as `command: root`."""


def name_of(by: Actor) -> str:
    """Return the words under which logs have the one who acts."""
    return str(by) if isinstance(by, str) else str(by.email)


def record(
    by: Actor,
    action: str,
    organization: Organization | None,
    *,
    kind: str = "",
    object_id: str = "",
    old: Any = None,
    new: Any = None,
    reason: str = "",
) -> AuditEntry:
    """Append one entry; `action` is `noun.verbed`. Never pass a secret or a token.

    Without a kind it is about the organization itself.
    """
    if organization and not kind:
        kind, object_id = "organization", organization.slug
    return AuditEntry.objects.create(
        organization=organization,
        by=None if isinstance(by, str) else by,
        by_name=name_of(by)[:200],
        action=action,
        kind=kind,
        object_id=object_id,
        old=old,
        new=new,
        reason=reason,
    )
