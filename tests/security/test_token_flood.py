"""Who knows no secret can neither fill the district's log nor learn which client ids there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from connections import credentials, views
from connections.models import Request
from tests.connections.conftest import Vendor, connected
from tests.security.conftest import riverside

__all__ = ["riverside"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_refusals_are_logged_up_to_a_number_a_minute(
    riverside: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    monkeypatch.setattr(views, "REFUSALS_LOGGED", 3)
    vendor: Vendor = connected(riverside)  # type: ignore[arg-type]
    # All within one minute, by which they are counted.
    with time_machine.travel(timezone.now().replace(second=1)):
        for _ in range(6):
            assert vendor.ask(client_secret="wrong").status_code == 401
    assert Request.objects.filter(status=401).count() == 3
    assert vendor.ask().status_code == 200
    assert Request.objects.filter(status=200).count() == 1


@pytest.mark.parametrize("given", ["known", "nobody's"])
def test_a_client_that_nobody_has_is_the_same_work_as_a_wrong_secret(
    riverside: object, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    """Counted, not timed: hashes, questions to the database, and what is asked of the cache."""
    vendor: Vendor = connected(riverside)  # type: ignore[arg-type]
    done: Counter[str] = Counter()
    hashed, counted = credentials.digest_of, cache.add

    def count(name: str, asked: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            done[name] += 1
            return asked(*arguments)

        return call

    monkeypatch.setattr(credentials, "digest_of", count("hash", hashed))
    monkeypatch.setattr(cache, "add", count("count", counted))
    client_id = vendor.id if given == "known" else "nobody"

    def look(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        done["look"] += "connections_secret" in sql
        return execute(sql, *arguments)

    with connection.execute_wrapper(look):
        answer = vendor.ask(client_id=client_id, client_secret="wrong")
    assert answer.status_code == 401
    assert done == {"look": 1, "hash": credentials.AT_MOST, "count": 1}
