"""What waits for the disk, and what is on it with a later transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from threading import current_thread

import pytest
from django.db import connection, transaction

from roster.database import bulk

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


def test_copy_reads_each_value_as_it_was() -> None:
    if not POSTGRESQL:
        pytest.skip("Only PostgreSQL has COPY.")
    moment = datetime(2026, 8, 31, 7, 30, tzinfo=UTC)
    rows = [
        ("plain", None, True, 1.5, None, 1, b"\0\\x"),
        ("tab\tline\nend\r\\N \\. \"'", "2026-08-31", False, 1e22, None, 2, b""),
        ("", None, None, None, None, 3, b"a"),
        ("\u00e9 \u2028", None, True, -0.25, None, 4, None),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE copied (t text, d text, b boolean, f float8, n date, i bigint,"
            " x bytea, j jsonb, m timestamptz)"
        )
        with cursor.copy("COPY copied FROM STDIN") as copy:
            copy.write(bulk.copied([(*row, '["a\\"b"]', moment) for row in rows]))
        cursor.execute("SELECT t, d, b, f, n, i, x, j->>0, m FROM copied ORDER BY i")
        found = [(*row[:6], bytes(row[6]) if row[6] else row[6], *row[7:]) for row in cursor]
        cursor.execute("DROP TABLE copied")
    assert found == [(*row, 'a"b', moment) for row in rows]


def test_columns_come_as_they_are_blank_ones_too() -> None:
    rows = "SELECT 7 AS n, 'é' AS a, '' AS b UNION ALL SELECT %s, '', '%%' ORDER BY n DESC"
    numbers, texts = bulk.columns_of(rows, [-1], 1, 2)
    assert (numbers.tolist(), texts) == ([[7, -1]], [["é".encode(), b""], [b"", b"%"]])
    numbers, texts = bulk.columns_of("SELECT 1, 2, '' WHERE 1 = 0", [], 2, 1)
    assert (numbers.tolist(), texts) == ([[], []], [[]])


def test_the_next_part_is_asked_for_in_the_same_transaction_while_one_is_used() -> None:
    asked: list[str] = []

    def parts() -> Iterator[list[int]]:
        for number in range(3):
            asked.append(current_thread().name)
            yield bulk.numbers("SELECT n + %s FROM here", [number], 1)[0].tolist()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE here AS SELECT 4 AS n")
        assert [*bulk.ahead(parts())] == [[4], [5], [6]]
        cursor.execute("DROP TABLE here")
    assert len(asked) == 3
    assert current_thread().name not in asked


def test_what_goes_wrong_ahead_is_raised_and_leaves_the_connection_to_its_thread() -> None:
    def parts() -> Iterator[int]:
        yield 1
        raise LookupError

    with pytest.raises(LookupError):
        [*bulk.ahead(parts())]
    assert not connection.allow_thread_sharing
