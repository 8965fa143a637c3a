"""Counts attempts and requests in Redis, and goes on where there is none.

Django's own backend raises, and a Redis that is away would stop every request of the API and every
sign-in, for the sake of counting them. Here nothing is there while it is away: nobody is refused.
One failure is enough for a while, so that requests don't wait for it one after the other.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds that a request waits for it."""

PAUSE = 5.0
"""Seconds after a failure in which it isn't asked."""

_again_at = 0.0


class Client(RedisCacheClient):
    """Django's client, for whom nothing is there while Redis is away."""

    def __init__(self, servers: Any, **options: Any) -> None:
        options |= {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
        super().__init__(servers, retry=Retry(NoBackoff(), 1), **options)

    def add(self, *args: Any) -> bool:
        return bool(_asked(super().add, args, True))

    def get(self, key: Any, default: Any = None) -> Any:
        return _asked(super().get, (key, default), default)

    def set(self, *args: Any) -> None:
        _asked(super().set, args, None)

    def touch(self, *args: Any) -> bool:
        return bool(_asked(super().touch, args, False))

    def delete(self, *args: Any) -> bool:
        return bool(_asked(super().delete, args, False))

    def get_many(self, *args: Any) -> Any:
        return _asked(super().get_many, args, {})

    def set_many(self, *args: Any) -> None:
        _asked(super().set_many, args, None)

    def delete_many(self, *args: Any) -> None:
        _asked(super().delete_many, args, None)

    def has_key(self, *args: Any) -> bool:
        return bool(_asked(super().has_key, args, False))

    def incr(self, key: Any, delta: int) -> int:
        """Raise ValueError, as for a key that isn't there, while nobody counts."""
        found: int | None = _asked(super().incr, (key, delta), None)
        if found is None:
            raise ValueError(f"Key '{key}' not found.")
        return found


class Redis(RedisCache):
    """Django's cache in Redis, by a client that never raises because Redis is away."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = Client


def _asked(method: Callable[..., Any], args: tuple[Any, ...], without: Any) -> Any:
    """Return what Redis answers, or `without` while it doesn't."""
    global _again_at
    if time.monotonic() < _again_at:
        return without
    try:
        return method(*args)
    except RedisError as error:
        _again_at = time.monotonic() + PAUSE
        log.warning("Redis is away (%s): attempts aren't counted.", type(error).__name__)
        return without
