"""Decisions by the rows, marks, settings and day of now, kept by the process.

A page asks why of one record after the other, and of one record for thirty connections. The first
question to a decision costs some 50 ms at 50,000 students, every further one less than one. One
is a few megabytes; those of rows that have changed since are let go.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from threading import Lock
from typing import Any, NamedTuple

import orjson
from django.db.models import Count, Max

from roster.deciding import Decision, Settings
from roster.map import current
from roster.models import Mark, Organization
from roster.publishing.inputs import todays

MOST_BYTES = 128 * 2**20
BYTES_PER_ROW = 16
"""Of a decision that was asked about every kind."""


class Key(NamedTuple):
    """What a decision depends on besides the map."""

    organization: int
    marks: tuple[int, int]
    settings: Settings
    day: date
    version: str
    rules: bytes


_kept: OrderedDict[Key, Decision] = OrderedDict()
_lock = Lock()


def decided(organization: Organization, version: str, rules: dict[str, Any]) -> Decision:
    """Return what a refresh at this moment would decide for a reader with these rules."""
    organization.refresh_from_db()
    _, m = current(organization)
    key = _key(organization, version, rules)
    with _lock:
        found = _kept.get(key)
        if found is not None and found.map is m:
            _kept.move_to_end(key)
            return found
    return _keep(key, todays(organization).decide(version, rules))


def _key(organization: Organization, version: str, rules: dict[str, Any]) -> Key:
    marks = Mark.objects.filter(organization=organization).aggregate(Count("pk"), Max("pk"))
    return Key(
        organization.pk,
        (marks["pk__count"], marks["pk__max"] or 0),
        Settings.of(organization),
        organization.today(),
        version,
        orjson.dumps(rules, option=orjson.OPT_SORT_KEYS),
    )


def _keep(key: Key, decision: Decision) -> Decision:
    with _lock:
        for other, kept in [*_kept.items()]:
            if other.organization == key.organization and kept.map is not decision.map:
                del _kept[other]
        _kept[key] = decision
        while len(_kept) > 1 and sum(map(_size, _kept.values())) > MOST_BYTES:
            _kept.popitem(last=False)
    return decision


def _size(decision: Decision) -> int:
    return BYTES_PER_ROW * sum(len(ids) for ids in decision.map.ids.values())
