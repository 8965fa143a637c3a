"""How a sandbox begins."""

from __future__ import annotations

from django.db import transaction

from roster import audit
from roster.models import Organization
from roster.organizations import create_organization
from roster.refusal import Refused

STUDENTS, MOST_STUDENTS = 300, 20_000


@transaction.atomic
def create_sandbox(
    slug: str,
    name: str,
    time_zone: str = "UTC",
    students: int = STUDENTS,
    *,
    by: audit.Actor,
) -> Organization:
    """Return a new organization of so many made-up students; its first night brings them.

    Refused as any organization is, and where it would be larger than a sandbox need be.
    """
    if not 1 <= students <= MOST_STUDENTS:
        raise Refused(f"A sandbox has 1 to {MOST_STUDENTS:,} students.")
    sandbox = create_organization(slug, name, time_zone, by=by)
    sandbox.sandbox_students = students
    sandbox.refresh_after_import = True
    sandbox.save(update_fields=["sandbox_students", "refresh_after_import"])
    audit.record(
        by,
        "sandbox.created",
        sandbox,
        new={"students": students},
    )
    return sandbox
