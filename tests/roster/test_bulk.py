"""What waits for the disk, and what is on it with a later transaction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from roster import bulk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def durable() -> Iterator[None]:
    """A connection whose transactions wait for the disk, as a district's do."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's transactions are all written in one way.")
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")


def waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return bool(cursor.fetchone()[0] == "on")


def test_what_is_unhurried_does_not_wait_for_the_disk_and_what_follows_does() -> None:
    with bulk.unhurried():
        assert not waits()
    assert waits()


def test_what_is_unhurried_within_another_transaction_makes_that_wait_as_before() -> None:
    with transaction.atomic():
        with bulk.unhurried():
            assert waits()
        assert waits()
