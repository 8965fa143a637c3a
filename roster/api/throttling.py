"""A budget of requests per connection, counted for all processes together.

Each process takes its share of the common count a handful at a time, so that counting costs
next to nothing on the hot path. The budget lets a whole sync in small pages through.
"""

from __future__ import annotations

import time
from threading import Lock
from typing import Any

from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

BUDGET = 30_000
PERIOD = 60
HANDFUL = 200

_taken: dict[tuple[int, int], int] = {}
_lock = Lock()


class ConnectionThrottle(BaseThrottle):
    """At most `BUDGET` requests of one connection in a period of 60 seconds."""

    def allow_request(self, request: Any, view: Any) -> bool:
        if request.auth is None:
            return True
        period = int(time.time()) // PERIOD
        key = (request.auth.connection, period)
        with _lock:
            left = _taken.get(key, 0)
            if left > 0:
                _taken[key] = left - 1
                return True
            for old in [known for known in _taken if known[1] < period]:
                del _taken[old]
        if self._count(f"throttle:{key[0]}:{period}") > BUDGET:
            return False
        with _lock:
            _taken[key] = _taken.get(key, 0) + HANDFUL - 1
        return True

    def _count(self, name: str) -> int:
        """Count a handful more. Added is only what isn't there: the database's cache finds out by
        an error, and Django's errors keep the frames of the request until a garbage collection.
        """
        try:
            return cache.incr(name, HANDFUL)
        except ValueError:
            cache.add(name, HANDFUL, PERIOD * 2)
            return HANDFUL

    def wait(self) -> float:
        return PERIOD - time.time() % PERIOD
