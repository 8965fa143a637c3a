"""The audit log of accounts: an entry in every organization that a person serves."""

from __future__ import annotations

from typing import Any

from allauth.account import signals
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from portal.models import Staff
from portal.signing_in.devices import device
from roster import audit
from roster.models import Organization

BY = "sign-in"
"""Who acts where nobody has signed in."""


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


def connect() -> None:
    """Have allauth tell what happens at its doors."""
    signals.user_logged_in.connect(_signed_in)
    for changed in (signals.password_changed, signals.password_set, signals.password_reset):
        changed.connect(_password_changed)
    factors.authentication_failed.connect(_factor_failed)
    factors.authenticator_added.connect(_factor_added)
    factors.authenticator_reset.connect(_factor_added)
    factors.authenticator_removed.connect(_factor_removed)


def failed(request: HttpRequest, staff: Staff, means: str = "password") -> None:
    """Record that somebody tried to sign in as that person, and with what."""
    note("sign_in.failed", staff, BY, new={"with": means, **_whence(request)})


def _signed_in(request: HttpRequest, user: Staff, **_: Any) -> None:
    records = get_authentication_records(request, user)
    means = [str(each.get("provider") or each.get("type") or each["method"]) for each in records]
    note("sign_in.done", user, user, new={"with": ", ".join(means), **_whence(request)})


def _password_changed(user: Staff, **_: Any) -> None:
    note("password.changed", user, user)


def _factor_failed(request: HttpRequest, user: Staff, authenticator: Any, **_: Any) -> None:
    failed(request, user, authenticator.type)


def _factor_added(user: Staff, authenticator: Authenticator, **_: Any) -> None:
    note("factor.added", user, user, new={"factor": authenticator.type})


def _factor_removed(user: Staff, authenticator: Authenticator, **_: Any) -> None:
    note("factor.removed", user, user, old={"factor": authenticator.type})


def _whence(request: HttpRequest) -> dict[str, str]:
    return {
        "device": device(request.headers.get("User-Agent", "")),
        "address": get_adapter().get_client_ip(request),
    }
