"""A desk for a whole module: an empty database, a live server, and both emptied afterwards.

Reading a district in takes longer than reading it out, so the tests of a module share one;
what they see was committed, as in production.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.servers.basehttp import WSGIServer
from django.test.testcases import LiveServerThread, QuietWSGIRequestHandler, _StaticFilesHandler

from roster import map as maps
from roster import reading
from tests import emptying
from tests.acceptance.desk import Desk


@pytest.fixture(scope="module")
def transactional_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """As pytest-django's, but emptied after each module instead of each test.

    The name matters: by it the plugin knows that a database is wanted at all, and when.
    """
    with django_db_blocker.unblock():
        _forget()
        yield
        emptying.empty()
        _forget()


class Server(LiveServerThread):
    """Answers one request after the other, on one connection to the database: that is cheaper."""

    def _create_server(self, connections_override: Any = None) -> WSGIServer:
        address = (self.host, self.port)
        return WSGIServer(address, QuietWSGIRequestHandler, allow_reuse_address=False)


@pytest.fixture(scope="module")
def desk(transactional_db: None) -> Iterator[Desk]:
    server = Server("127.0.0.1", _StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield Desk(f"http://127.0.0.1:{server.port}")
    server.terminate()


def _forget() -> None:
    reading.forget()
    maps.forget()
    cache.clear()
