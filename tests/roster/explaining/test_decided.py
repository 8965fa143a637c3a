"""Decisions are kept for as long as nothing that they depend on has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster.excluding import exclude, include
from roster.explaining.decided import decided
from roster.models import Organization, User
from tests.roster.importing.conftest import one_class


@pytest.fixture
def riverside(tmp_path: Path, db: None) -> Organization:
    return one_class(tmp_path)


def sees(organization: Organization, person: str) -> bool:
    return not decided(organization, "1.2", {}).why("person", person)


def test_the_same_question_is_decided_once(riverside: Organization):
    assert decided(riverside, "1.2", {}) is decided(riverside, "1.2", {})
    assert decided(riverside, "1.2", {}) is not decided(riverside, "1.1", {})
    assert decided(riverside, "1.2", {}) is not decided(riverside, "1.2", {"grades": []})


def test_marks_settings_and_rows_are_seen_at_once(riverside: Organization):
    assert sees(riverside, "ann")
    exclude(riverside, "person", ["ann"], reason="Asked", by="test")
    assert not sees(riverside, "ann")
    include(riverside, "person", ["ann"], by="test")
    assert sees(riverside, "ann")
    before = decided(riverside, "1.2", {})
    Organization.objects.update(early_access_days=3)
    assert decided(riverside, "1.2", {}) is not before
    User.objects.filter(sourced_id="ann").update(status="tobedeleted")
    Organization.objects.filter(pk=riverside.pk).touch()
    assert not sees(riverside, "ann")
