"""Redis goes and comes back: nobody is refused meanwhile, and counting goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.test import Client

from portal import attempts
from roster.api.throttling import ConnectionThrottle
from tests import engines
from tests.cast import ask_token
from tests.cast import brightpath as brightpath
from tests.cast import dana as dana
from tests.cast import riverside as riverside


@pytest.fixture
def away(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cache in a Redis that isn't there."""
    monkeypatch.setattr(attempts, "_again_at", 0.0)
    address = f"redis://127.0.0.1:{engines.free_port()}/1"
    settings.CACHES = {"default": {"BACKEND": "portal.attempts.Redis", "LOCATION": address}}
    yield
    del caches["default"]


def test_while_it_is_away_nothing_is_there(away: None) -> None:
    began = time.monotonic()
    assert cache.add("name", 1)
    cache.set("name", 1)
    assert cache.get("name", "nothing") == "nothing"
    assert cache.get_many(["name"]) == {}
    assert not cache.delete("name")
    with pytest.raises(ValueError, match="not found"):
        cache.incr("name")
    assert time.monotonic() - began < 2


@pytest.mark.django_db
def test_sign_in_tokens_and_reads_go_on(away: None, brightpath: Any) -> None:
    answer = ask_token(brightpath.client.client_id, "wrong")
    assert answer.status_code == 401
    form = {"login": "nobody@riverside.example", "password": "wrong"}
    assert Client().post("/sign-in/", form).status_code == 200
    request = type("Request", (), {"auth": type("Reader", (), {"connection": brightpath.pk})})
    assert ConnectionThrottle().allow_request(request, None)


def test_it_counts_again_when_it_is_back(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "PAUSE", 0.0)
    monkeypatch.setattr(attempts, "_again_at", 0.0)
    for _ in range(2):
        with engines.redis() as address:
            settings.CACHES = {"default": {"BACKEND": "portal.attempts.Redis", "LOCATION": address}}
            assert cache.add("name", 1)
            assert cache.incr("name") == 2
        assert cache.get("name") is None
        del caches["default"]
