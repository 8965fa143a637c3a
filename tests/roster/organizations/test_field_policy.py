"""The fields that no connection of an organization may have."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from roster.models import AuditEntry, Feed, Organization, User
from roster.publishing import refresh
from tests.roster.districts import published, shown
from tests.roster.importing.bundles import EVERYTHING
from tests.roster.importing.conftest import Bundler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def feed(tmp_path: Path, transactional_db: None) -> Feed:
    """A published feed of Riverside."""
    riverside = Organization.objects.create(slug="riverside", name="Riverside", school_year="2027")
    Bundler(tmp_path, riverside)(EVERYTHING)
    (feed,) = published(riverside, "1.2")
    return feed


def run(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("set_field_policy", "riverside", *arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def emails(feed: Feed) -> int:
    """Return how many documents that can be read now have an e-mail address."""
    return sum('"email"' in document for document in shown(feed).values())


def test_a_field_of_the_policy_is_gone_at_once_and_back_after_a_refresh(feed: Feed) -> None:
    assert emails(feed) == 2
    done = run("--withhold", "users.email", "--reason", "Board policy 7")
    assert done == {
        "organization": "riverside",
        "changed": True,
        "field_policy": ["users.email"],
        "warnings": [],
    }
    assert emails(feed) == 0
    entry = AuditEntry.objects.get(action="organization.field_policy_set")
    assert (entry.old, entry.new, entry.reason) == ([], ["users.email"], "Board policy 7")
    assert run("--none")["field_policy"] == []
    assert emails(feed) == 0
    refresh(feed.organization, by="dana")
    assert emails(feed) == 2


def test_the_same_policy_again_changes_nothing(feed: Feed) -> None:
    run("--withhold", "users.email", "users.sms")
    acts = Organization.objects.get().acts
    assert not run("--withhold", "users.sms", "--withhold", "users.email")["changed"]
    assert Organization.objects.get().acts == acts
    assert AuditEntry.objects.filter(action="organization.field_policy_set").count() == 1


def test_it_warns_where_the_address_is_elsewhere_too(feed: Feed) -> None:
    User.objects.filter(sourced_id="ann").update(username="ann@example.org")
    assert run("--withhold", "users.email")["warnings"] == [
        "1 username contains the e-mail address that is withheld, and can still be read."
    ]
    assert run("--withhold", "users.email", "users.phone")["warnings"]
    assert not run("--withhold", "users.phone")["warnings"]


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
    field: str, words: str, feed: Feed
) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("set_field_policy", "riverside", "--withhold", field)
    assert Organization.objects.get().field_policy == []
