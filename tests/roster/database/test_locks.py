"""Locks end with their holder, in the middle of whatever it does."""

from __future__ import annotations

import os
import signal
import time

import pytest
from django.db import connection

from roster.database import locks

LONG = {"postgresql": "SELECT pg_sleep(60)", "sqlite": ""}


@pytest.mark.django_db(transaction=True)
def test_who_dies_in_a_long_statement_holds_nothing() -> None:
    """PostgreSQL would go on with the statement of a client that is gone, and keep its lock."""
    connection.close()
    taken, told = os.pipe()
    child = os.fork()
    if not child:
        with locks.lock("long"):
            os.write(told, b"!")
            if statement := LONG[connection.vendor]:
                connection.cursor().execute(statement)
            time.sleep(60)
    os.read(taken, 1)
    assert not locks.is_free("long")
    time.sleep(0.5)  # It is in its statement by now.
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    until = time.monotonic() + 3 * locks.GONE
    while not locks.is_free("long"):
        assert time.monotonic() < until
        time.sleep(0.1)
