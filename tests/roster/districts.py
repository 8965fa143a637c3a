"""Made-up districts in the database, for tests that need real rows and no bundle of their own."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from roster.api.reader import Reader
from roster.generator.demo import write_demo_bundle
from roster.importing import import_bundle
from roster.lines import line_for
from roster.models import Line, Organization, Record
from roster.organizations import create_organization
from roster.publishing import refresh

EVERYTHING: dict[str, Any] = {
    "schools": "all",
    "shares": [
        "demographics",
        "guardians",
        "metadata",
        "resources",
        "users.phone",
        "users.sms",
        "users.userIds",
    ],
    "withheld": [],
    "types": ["grade_book"],
}


def demo_district(folder: Path, slug: str = "riverside") -> Organization:
    """Import the demo's 240 students, with guardians, a gradebook, marks and dirty data."""
    organization = create_organization(slug, slug.title(), by="test")
    path = folder / f"{slug}.zip"
    write_demo_bundle(path, date.today())  # noqa: DTZ011 - its year must be the one of today.
    import_bundle(organization, path, by="test")
    organization.refresh_from_db()
    return organization


def published(organization: Organization, *versions: str, **rules: Any) -> list[Line]:
    """Return lines of these versions that share everything but for `rules`, published."""
    lines = [line_for(organization, version, EVERYTHING | rules) for version in versions]
    refresh(organization, by="test")
    for line in lines:
        line.refresh_from_db()
    return lines


def shown(line: Line, number: int | None = None) -> dict[tuple[str, str], str]:
    """Return every document of a publication by collection and position, tombstones apart."""
    number = line.head if number is None else number
    rows = Record.objects.filter(
        line=line, status="active", valid_from__lte=number, valid_to__gt=number
    )
    return {(row.kind, f"{row.ordinal:06d}"): row.document for row in rows}


def reader_of(line: Line, number: int | None = None) -> Reader:
    """Return who reads a line as it stands now, at its head or at a publication before."""
    line.refresh_from_db()
    return Reader(
        connection=0,
        organization=line.organization_id,
        version=line.version,
        line=line.pk,
        number=line.head if number is None else number,
        since=0,
        withdrawals=line.withdrawals,
        scopes=frozenset(),
        veil=line.veil,
    )
