"""How an organization begins."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from roster.models import AuditEntry, Organization
from roster.organizations import create_organization
from roster.refusal import Refused


def test_an_organization_is_made_by_command(db: None) -> None:
    out = io.StringIO()
    call_command(
        *("create_organization", "riverside", "--name", "Riverside District"),
        *("--time-zone", "America/Chicago", "--school-year", "2027", "--json"),
        stdout=out,
    )
    made = Organization.objects.get()
    assert json.loads(out.getvalue()) == {
        "id": made.pk,
        "slug": "riverside",
        "name": "Riverside District",
        "time_zone": "America/Chicago",
        "school_year": "2027",
    }
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.organization) == ("organization.created", made)
    assert entry.by_name.startswith("command")


@pytest.mark.parametrize(
    ("slug", "name", "time_zone", "school_year", "words"),
    [
        ("Riverside", "Riverside", "UTC", "", "Slug"),
        ("river side", "Riverside", "UTC", "", "Slug"),
        ("-", "Riverside", "UTC", "", "Slug"),
        ("riverside", " ", "UTC", "", "Name"),
        ("riverside", "Riverside", "Chicago", "", "not a time zone"),
        ("riverside", "Riverside", "UTC", "27", "School year"),
        ("taken", "Riverside", "UTC", "", "already"),
    ],
)
def test_what_is_no_organization_is_refused_in_words(
    slug: str, name: str, time_zone: str, school_year: str, words: str, db: None
) -> None:
    create_organization("taken", "Taken", by="operator")
    with pytest.raises(Refused, match=words):
        create_organization(slug, name, time_zone, school_year, by="operator")
    assert Organization.objects.count() == 1
