"""Under what a publication may show the district's rows: rules, marks, withheld fields."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tests.model.comparing import Documents, Id, plain
from tests.oracle import evaluate
from tests.oracle.district import District


@dataclass(frozen=True)
class Bounds:
    """What a publication may show: under these rules, marks and this field policy.

    `doubtful` are further marks of which the product may, or may not, take account: those that
    somebody has cleared since the last refresh. `since` is what all rules
    share that it ever had, where they have changed under it.
    """

    rules: dict[str, Any]
    marks: frozenset[Id]
    policy: frozenset[str]
    doubtful: frozenset[Id] = field(default_factory=frozenset)
    since: dict[str, Any] | None = None

    @property
    def common(self) -> Bounds:
        """The same under what all of its rules share."""
        return replace(self, rules=self.since or self.rules)

    @property
    def tightest(self) -> Bounds:
        return replace(self, marks=self.marks | self.doubtful)

    def doubting(self, marks: Iterable[Id]) -> Bounds:
        """The same where the product may take account of these marks too, or not."""
        return replace(self, doubtful=self.doubtful | (frozenset(marks) - self.marks))

    def key(self) -> tuple[Any, ...]:
        rules = json.dumps(both(self.rules, self.rules), sort_keys=True)
        return rules, self.marks, self.policy


def both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return rules that share only what both do."""
    found: dict[str, Any] = {"types": sorted({*one["types"]} & {*other["types"]})}
    for key in ("schools", "grades", "roles", "courses", "subjects", "collections"):
        chosen = [rules[key] for rules in (one, other) if rules.get(key, "all") != "all"]
        if chosen:
            found[key] = sorted(set(chosen[0]).intersection(*chosen))
    found["shares"] = sorted({*one["shares"]} & {*other["shares"]})
    for key in ("withheld", "kept_out"):
        found[key] = sorted({*one.get(key, ()), *other.get(key, ())})
    for key in ("inactive", "unenrolled"):
        found[key] = one.get(key, True) and other.get(key, True)
    return found


class Edition:
    """The district's rows as they stood once, with what the oracle has said of them."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.said: dict[Any, Documents] = {}

    def documents(self, version: str, day: date, bounds: Bounds) -> Documents:
        """Return what the rules show of them; marks in doubt aside."""
        key = (version, day, bounds.key())
        if key not in self.said:
            rows = self.district.marked(set(bounds.marks))
            found = evaluate(rows, version, bounds.rules, day, bounds.policy)
            self.said[key] = {
                name: {sourced_id: plain(document) for sourced_id, document in documents.items()}
                for name, documents in found.items()
            }
        return self.said[key]
