"""Decisions by the rows, marks, settings and day of now, kept by the process.

A page asks why of one record after the other, and of one record for thirty connections. The first
question to a decision costs some 50 ms at 50,000 students, every further one less than one. One
is a few megabytes; those of rows that have changed since are let go.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import orjson
from django.db.models import Count, Max

from roster.deciding import Decision, Settings
from roster.deciding.decision import Visibility
from roster.deciding.given import Given
from roster.map import Map, current
from roster.models import Mark, Organization
from roster.publishing.inputs import Inputs, todays

MOST_BYTES = 128 * 2**20


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
    return decided_each(organization, [(version, rules)])[0]


def decided_each(
    organization: Organization, readers: Iterable[tuple[str, dict[str, Any]]]
) -> list[Decision]:
    """Return the same for each of these readers, by as many queries as for one."""
    organization.refresh_from_db()
    _, m = current(organization)
    now = cache(lambda: todays(organization))
    return [
        _known(key, m) or _keep(key, _decide(now(), key)) for key in _keys(organization, readers)
    ]


def _known(key: Key, m: Map) -> Decision | None:
    with _lock:
        found = _kept.get(key)
        if found is None or found.map is not m:
            return None
        _kept.move_to_end(key)
        return found


def _decide(inputs: Inputs, key: Key) -> Decision:
    inputs.last.extend(_visibilities(key, inputs.map))
    return inputs.decide(key.version, orjson.loads(key.rules))


def _visibilities(key: Key, m: Map) -> list[Visibility]:
    """Return who is seen by the decisions at hand that differ from a key in nothing but rules."""
    with _lock:
        alike = [
            kept.visibility
            for other, kept in _kept.items()
            if kept.map is m and other._replace(rules=key.rules) == key
        ]
    return [*{id(each): each for each in alike}.values()]


def _keys(organization: Organization, readers: Iterable[tuple[str, dict[str, Any]]]) -> list[Key]:
    marks = Mark.objects.filter(organization=organization).aggregate(Count("pk"), Max("pk"))
    alike = (
        organization.pk,
        (marks["pk__count"], marks["pk__max"] or 0),
        Settings.of(organization),
        organization.today(),
    )
    return [
        Key(*alike, version, orjson.dumps(rules, option=orjson.OPT_SORT_KEYS))
        for version, rules in readers
    ]


def _keep(key: Key, decision: Decision) -> Decision:
    with _lock:
        for other, kept in [*_kept.items()]:
            if other.organization == key.organization and kept.map is not decision.map:
                del _kept[other]
        _kept[key] = decision
        while len(_kept) > 1 and _size() > MOST_BYTES:
            _kept.popitem(last=False)
    return decision


def _size() -> int:
    """Return the bytes of what is known of all that are kept."""
    given: dict[int, Given] = {}
    for each in _kept.values():
        given |= {id(each): each, id(each.visibility): each.visibility}
    answers = (answer for each in given.values() for answer in [*each.answers.values()])
    return sum(answer.nbytes for answer in answers if isinstance(answer, np.ndarray))
