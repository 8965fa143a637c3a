"""Seconds that were measured, and what is told of them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence


def p50(seconds: Sequence[float]) -> float:
    return statistics.median(seconds)


def p95(seconds: Sequence[float]) -> float:
    """Return the smallest sample that 95 of 100 don't exceed."""
    return sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1]


def told(seconds: Sequence[float]) -> dict[str, float | int]:
    """Return p50, p95 and least in milliseconds, and how many samples they are made of."""
    return {
        "p50_ms": round(p50(seconds) * 1000, 3),
        "p95_ms": round(p95(seconds) * 1000, 3),
        "min_ms": round(min(seconds) * 1000, 3),
        "n": len(seconds),
    }
