"""Makes another school year the active one; vendors read it after the next refresh."""

from __future__ import annotations

from django.db import transaction

from roster import audit, carrying, hierarchy
from roster.importing.former import marks_kept
from roster.models import Level, Organization, Rollover


@transaction.atomic
def change_year(organization: Organization, year: str, *, by: audit.Actor) -> None:
    """Change the active school year: its levels are derived, and marks carry over to them.

    A rollover that was planned for that year is done by it; else one is noted as done.
    """
    row = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if year == row.school_year:
        return
    before, known = row.school_year, carrying.before(row)
    row.school_year = year
    row.save(update_fields=["school_year"])
    Organization.objects.filter(pk=row.pk).touch()  # type: ignore[attr-defined]
    row.refresh_from_db()
    with marks_kept(row):
        hierarchy.derive(row)
        carrying.carry(row, known)
    if before and year:
        Rollover.objects.note(row, before, by_name=audit.name_of(by))
    organization.refresh_from_db()


def has_data(organization: Organization, year: str) -> bool:
    """Return whether classes of that school year are there."""
    calendars = Level.objects.filter(organization=organization, kind="calendar", year=year)
    courses = Level.objects.filter(organization=organization, kind="course", year=year)
    return calendars.exists() and courses.exists()
