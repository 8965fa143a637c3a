"""The nights of a sandbox: each day's bundle is imported, and today's assessments are written."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from roster import audit
from roster.generator.bundles import SANDBOX
from roster.generator.calendars import school_year_of
from roster.generator.making import make_bundle
from roster.generator.streams import Extras
from roster.importing import import_bundle
from roster.importing.gathering import Progress
from roster.models import Import, Organization
from roster.organizations import set_organization
from roster.sandboxes.assessments import assess

EVERYTHING = Extras(guardians=True, gradebook=True, resources=True)
VERSION = "1.2"


def import_night(
    sandbox: Organization, *, by: audit.Actor, progress: Progress | None = None
) -> Import:
    """Import the sandbox's district as it is today, with people who came, left and moved.

    In July a new school year begins with another plan, and the old one leaves. Nothing is held:
    there is nobody to be protected. Done twice on a day, the second time changes nothing.
    """
    today = sandbox.today()
    year = school_year_of(today)
    if sandbox.school_year not in ("", str(year)):
        set_organization(sandbox, {"school_year": str(year)}, by=by, reason="A new school year.")
    night = night_of(sandbox, today)
    with tempfile.TemporaryDirectory(prefix="rosterdesk-night-") as folder:
        bundle = Path(folder) / f"night-{night}.zip"
        make_bundle(
            bundle,
            sandbox.sandbox_students or 0,
            oneroster=VERSION,
            school_year=year,
            seed=sandbox.pk,
            extras=EVERYTHING,
            night=night,
            system=SANDBOX,
        )
        done = import_bundle(sandbox, bundle, by=by, approved=True, progress=progress)
    assess(sandbox, today)
    return done


def night_of(sandbox: Organization, today: date) -> int:
    """Return how many nights have passed: since the sandbox was made, or since July began."""
    made = sandbox.created.astimezone(ZoneInfo(sandbox.time_zone)).date()
    return (today - max(made, date(school_year_of(today) - 1, 7, 1))).days
