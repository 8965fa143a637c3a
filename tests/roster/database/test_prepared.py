"""What every request asks: planned once, and asked again where the connection is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from roster.database import prepared


def one() -> Any:
    with prepared.cursor() as cursor:
        cursor.execute("SELECT %s + 1", [41])
        return cursor.fetchone()[0]


class Lost:
    """A read that fails the first time."""

    times = 0

    def __call__(self) -> Any:
        self.times += 1
        if self.times == 1:
            raise OperationalError("server closed the connection unexpectedly")
        return one()


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "is_usable", lambda: False)
    assert prepared.first(Lost()) == 42


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("usable", [False, True])
def test_a_failure_within_a_transaction_or_of_the_statement_itself_is_told(
    usable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "is_usable", lambda: usable)
    with pytest.raises(OperationalError), transaction.atomic():
        prepared.first(Lost())
    if usable:
        with pytest.raises(OperationalError):
            prepared.first(Lost())


@pytest.mark.django_db(transaction=True)
def test_on_postgresql_plans_are_kept_and_a_session_that_ended_is_noticed() -> None:
    assert one() == 42
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements")
            assert [statement for (statement,) in cursor.fetchall()] == ["SELECT $1 + 1"]
        connection.connection.close()
        assert prepared.first(one) == 42
