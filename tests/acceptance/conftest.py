"""A desk for a whole module: an empty database, a live server, and both emptied afterwards.

Reading a district in takes longer than reading it out, so the tests of a module share one;
what they see was committed, as in production.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from roster import reading
from tests.acceptance.desk import Desk


@pytest.fixture(scope="module")
def transactional_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """As pytest-django's, but emptied after each module instead of each test.

    The name matters: by it the plugin knows that a database is wanted at all, and when.
    """
    with django_db_blocker.unblock():
        _forget()
        yield
        call_command("flush", verbosity=0, interactive=False)
        _forget()


@pytest.fixture(scope="module")
def desk(transactional_db: None) -> Iterator[Desk]:
    server = LiveServer("127.0.0.1")
    yield Desk(server.url)
    server.stop()


def _forget() -> None:
    reading.forget()
    cache.clear()
