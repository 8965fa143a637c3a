"""Bounded caches of a process: for what never changes under its key, or says of when it is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

V = TypeVar("V")

MEGABYTE = 2**20


class Cache(Generic[V]):
    """A least-recently-used cache of a number of bytes, safe between threads.

    `size` says how many bytes a value takes. One that alone takes more than half is not kept, but
    `whatever` its size the newest is where that is said.
    """

    def __init__(self, most: int, size: Callable[[V], int], *, whatever: bool = False) -> None:
        self.most = most
        self.whatever = whatever
        self.bytes = 0
        self._size = size
        self._kept: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = Lock()
        _caches.append(self)

    def get(self, key: Hashable) -> V | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        return None

    def put(self, key: Hashable, value: V) -> V:
        """Keep a value, and return it."""
        size = self._size(value)
        if size > self.most // 2 and not self.whatever:
            return value
        with self._lock:
            if key in self._kept:
                self.bytes -= self._size(self._kept.pop(key))
            self._kept[key] = value
            self.bytes += size
            while self.bytes > self.most and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                self.bytes -= self._size(oldest)
        return value

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.bytes = 0


_caches: list[Cache[Any]] = []


def forget() -> None:
    """Empty all caches: something that they know is gone, or a test rolled its database back."""
    for cache in _caches:
        cache.clear()
