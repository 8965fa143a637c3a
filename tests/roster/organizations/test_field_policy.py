"""The fields that no connection of an organization may have."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from roster.lines import line_for
from roster.models import AuditEntry, Line, Organization, Record, User
from roster.publishing import refresh
from tests.roster.importing.bundles import EVERYTHING
from tests.roster.importing.conftest import Bundler

pytestmark = pytest.mark.django_db(transaction=True)

RULES: dict[str, Any] = {"schools": "all", "shares": [], "withheld": [], "types": []}


@pytest.fixture
def line(tmp_path: Path, transactional_db: None) -> Line:
    """A published line of Riverside that shares what a new connection does."""
    riverside = Organization.objects.create(slug="riverside", name="Riverside", school_year="2027")
    Bundler(tmp_path, riverside)(EVERYTHING)
    line = line_for(riverside, "1.2", RULES)
    refresh(riverside, by="dana")
    return line


def told(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("set_field_policy", "riverside", *arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def emails(line: Line) -> int:
    """Return how many documents that can be read at the head have an e-mail address."""
    line.refresh_from_db()
    rows = Record.objects.filter(line=line, valid_from__lte=line.head, valid_to__gt=line.head)
    return rows.filter(document__contains='"email"').count()


def test_a_field_of_the_policy_is_gone_at_once_and_back_after_a_refresh(line: Line) -> None:
    assert emails(line) == 2
    done = told("--withhold", "users.email", "--reason", "Board policy 7")
    assert done == {
        "organization": "riverside",
        "changed": True,
        "field_policy": ["users.email"],
        "warnings": [],
    }
    assert emails(line) == 0
    entry = AuditEntry.objects.get(action="organization.field_policy_set")
    assert (entry.old, entry.new, entry.reason) == ([], ["users.email"], "Board policy 7")
    assert told("--none")["field_policy"] == []
    assert emails(line) == 0
    refresh(line.organization, by="dana")
    assert emails(line) == 2


def test_the_same_policy_again_changes_nothing(line: Line) -> None:
    told("--withhold", "users.email", "users.sms")
    revision = Organization.objects.get().revision
    assert not told("--withhold", "users.sms", "--withhold", "users.email")["changed"]
    assert Organization.objects.get().revision == revision
    assert AuditEntry.objects.filter(action="organization.field_policy_set").count() == 1


def test_it_warns_where_the_address_stands_elsewhere(line: Line) -> None:
    User.objects.filter(sourced_id="ann").update(username="ann@example.org")
    assert told("--withhold", "users.email")["warnings"] == [
        "1 username contains the e-mail address that is withheld, and can still be read."
    ]
    assert told("--withhold", "users.email", "users.phone")["warnings"]
    assert not told("--withhold", "users.phone")["warnings"]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("users.givenName", "OneRoster 1.1 requires it"),
        ("users.username", "from every connection: OneRoster 1.1 requires it"),
        ("orgs.identifier", "from every connection: OneRoster 1.2 requires it"),
        ("users.sourcedId", "requires it"),
        ("users.shoes", "no such optional field"),
    ],
)
def test_what_a_version_requires_cannot_be_withheld_from_all(
    field: str, words: str, line: Line
) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("set_field_policy", "riverside", "--withhold", field)
    assert Organization.objects.get().field_policy == []
