"""The account that a command is about."""

from __future__ import annotations

from portal.models import Staff
from roster.refusal import Refused


def account(email: str) -> Staff:
    """Return the account of that address, or refuse."""
    found = Staff.objects.filter(email__iexact=email.strip()).first()
    if found is None:
        raise Refused(f"There is no account {email}.")
    return found
