"""The tenants: how an organization begins, and which fields it keeps from everybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from roster import audit
from roster.models import Organization
from roster.refusal import Refused, require_valid
from roster.withdrawing import announce, withdraw
from roster.withholding import email_elsewhere, known_policy


@transaction.atomic
def create_organization(
    slug: str, name: str, time_zone: str = "UTC", school_year: str = "", *, by: audit.Actor
) -> Organization:
    """Return a new organization; without `school_year` its first import decides.

    Refused, in words: a slug that is taken or isn't one, an unknown time zone, no name.
    """
    organization = Organization(
        slug=slug, name=name.strip(), time_zone=time_zone, school_year=school_year
    )
    if Organization.objects.filter(slug=slug).exists():
        raise Refused(f"There is an organization “{slug}” already.")
    require_valid(organization)
    organization.save()
    audit.record(
        by,
        "organization.created",
        organization,
        kind="organization",
        object_id=slug,
        new={"slug": slug, "name": organization.name, "timeZone": time_zone},
    )
    return organization


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
    with transaction.atomic():
        locked = Organization.objects.select_for_update().get(pk=organization.pk)
        old = sorted(locked.field_policy)
        if wanted != old:
            locked.field_policy = wanted
            locked.save(update_fields=["field_policy"])
            Organization.objects.filter(pk=locked.pk).touch()  # type: ignore[attr-defined]
            announce(locked)
            audit.record(
                by,
                "organization.field_policy_set",
                locked,
                kind="organization",
                object_id=locked.slug,
                old=old,
                new=wanted,
                reason=reason.strip(),
            )
    if wanted != old:
        withdraw(locked)
    organization.refresh_from_db()
    warnings = email_elsewhere(organization, wanted) if "users.email" in wanted else []
    return {"changed": wanted != old, "field_policy": wanted, "warnings": warnings}
