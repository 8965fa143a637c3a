"""An empty database is filled at once, and only where all of it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from portal.health import missing_migrations
from tests.portal import running


@pytest.fixture
def empty(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), running.without_tables():
        yield


@pytest.mark.django_db
def test_a_new_installation_lacks_no_migration() -> None:
    assert missing_migrations() == 0


def test_a_plan_makes_nothing(empty: None) -> None:
    told = StringIO()
    call_command("migrate", "--plan", stdout=told)
    assert "roster.0001_initial" in told.getvalue()
    assert connection.introspection.table_names() == []


def test_one_part_of_it_is_made_by_its_migrations(empty: None) -> None:
    call_command("migrate", "sessions", verbosity=0)
    made = connection.introspection.table_names()
    assert "django_session" in made
    assert "roster_organization" not in made
