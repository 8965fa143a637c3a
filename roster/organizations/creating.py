"""How an organization begins."""

from __future__ import annotations

from django.db import transaction

from roster import audit
from roster.models import Organization
from roster.refusal import Refused, require_valid


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
        new={"slug": slug, "name": organization.name, "timeZone": time_zone},
    )
    return organization
