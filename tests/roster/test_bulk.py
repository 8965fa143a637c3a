"""What waits for the disk, and what is on it with a later transaction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from roster import bulk

pytestmark = pytest.mark.django_db(transaction=True)


POSTGRESQL = connection.vendor == "postgresql"


@pytest.fixture(autouse=True)
def durable() -> Iterator[None]:
    """A connection whose transactions wait for the disk, as a district's do."""
    _say("SET synchronous_commit TO on")
    yield
    _say("RESET synchronous_commit")


def _say(statement: str) -> None:
    if POSTGRESQL:
        with connection.cursor() as cursor:
            cursor.execute(statement)


def waits() -> bool:
    """Whether the transaction of now waits for the disk; SQLite's all do."""
    if not POSTGRESQL:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return bool(cursor.fetchone()[0] == "on")


def test_what_is_unhurried_does_not_wait_for_the_disk_and_what_follows_does() -> None:
    with bulk.unhurried():
        assert waits() != POSTGRESQL
    assert waits()


def test_what_is_unhurried_within_another_transaction_makes_that_wait_as_before() -> None:
    with transaction.atomic():
        with bulk.unhurried():
            assert waits()
        assert waits()
