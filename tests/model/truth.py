"""What each connection is to read at any moment, kept beside the product and without it.

A publication is the district's rows as they were, seen under marks, rules and field policy.
Tightening reaches it later (`tightening.py`), loosening never. What a vendor gets depends on its
run, which is counted here a second time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.model.comparing import Documents, plain
from tests.oracle import evaluate
from tests.oracle.district import District

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=24)

Id = tuple[str, str]
"""A collection and a sourcedId, or a kind and a sourcedId."""


@dataclass
class Bounds:
    """What a publication may show: under these rules, marks and this field policy."""

    rules: dict[str, Any]
    marks: set[Id]
    policy: set[str]

    def within(self, other: Bounds) -> Bounds:
        """Return what both allow."""
        rules = both(self.rules, other.rules)
        return Bounds(rules, self.marks | other.marks, self.policy | other.policy)

    def key(self) -> tuple[Any, ...]:
        rules = json.dumps(both(self.rules, self.rules), sort_keys=True)
        return (rules, frozenset(self.marks), frozenset(self.policy))

    def allows(self, other: Bounds) -> bool:
        """Whether `other` is these bounds, or tighter ones in every respect."""
        together = both(self.rules, other.rules) == both(other.rules, other.rules)
        return together and self.marks <= other.marks and self.policy <= other.policy


def both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return rules that share only what both do."""
    found: dict[str, Any] = {"types": one["types"]}
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
    """The district's rows as they stood once, with what the oracle has told of them."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.told: dict[Any, Documents] = {}

    def documents(self, version: str, day: date, bounds: Bounds) -> Documents:
        key = (version, day, bounds.key())
        if key not in self.told:
            rows = self.district.marked(bounds.marks)
            self.told[key] = {
                name: {sourced_id: plain(document) for sourced_id, document in told.items()}
                for name, told in evaluate(rows, version, bounds.rules, day, bounds.policy).items()
            }
        return self.told[key]


@dataclass
class Publication:
    """One moment of a district as one connection may read it.

    `moments` says since when it can read each document as it stands; `past` what it could
    ever read; `touched` what was tightened here, in its place, after it was published;
    `chosen` whether the product had a choice in that (`tightening.py`).
    """

    edition: Edition
    version: str
    day: date
    bounds: Bounds
    documents: Documents = field(default_factory=dict)
    moments: dict[Id, datetime] = field(default_factory=dict)
    past: set[Id] = field(default_factory=set)
    touched: set[Id] = field(default_factory=set)
    chosen: bool = False

    def __post_init__(self) -> None:
        self.documents = self.documents or self.edition.documents(
            self.version, self.day, self.bounds
        )

    @property
    def flat(self) -> dict[Id, dict[str, Any]]:
        return flat(self.documents)

    def follow(self, before: Publication | None, now: datetime) -> None:
        """Become what is read after `before`, from now on."""
        known = before.flat if before else {}
        for name, document in self.flat.items():
            if before and are_same(document, known.get(name)):
                self.moments[name] = before.moments[name]
            else:
                self.moments[name] = now
        self.past = self.flat.keys() | (before.past if before else set())


def are_same(one: Any, other: Any) -> bool:
    """Whether nothing differs that the rules decide.

    Of one of the two it may be known which roles it could tell, of the other which one the
    product chose of them: they are the same if that is one of these.
    """
    if one and other and one.get("role") == other.get("role"):
        one, other = one | {"role": None}, other | {"role": None}
    return bool(settled(one) == settled(other))


def settled(document: Any) -> Any:
    """Return a document without what the rules leave open, which may or may not have changed."""
    if not document or "givenName" not in document:
        return document
    roles = [
        {name: value for name, value in role.items() if name != "roleType"}
        for role in document.get("roles", ())
    ]
    role = document.get("role")
    return document | {"roles": roles, "role": role if isinstance(role, str) else None}


def flat(documents: Documents) -> dict[Id, dict[str, Any]]:
    return {
        (name, sourced_id): document
        for name, told in documents.items()
        for sourced_id, document in told.items()
    }


@dataclass
class Run:
    """One reading: of one publication, from its first request to its last."""

    publication: Publication
    began: datetime
    last: datetime
    advanced: set[str] = field(default_factory=set)

    def holds(self, now: datetime, key: str | None, offset: int) -> bool:
        if now - self.last >= IDLE or now - self.began >= LONGEST:
            return False
        return key is None or offset > 0 or key not in self.advanced


@dataclass
class Truth:
    """What one connection is to read: `head` by a run that begins now, `run` by this one.

    `line` is what its line shows, which is the head unless the connection is paused; `behind`
    says that a resume has something to bring. `rules` are those that it is to have when nothing
    waits any more.
    """

    version: str
    rules: dict[str, Any]
    head: Publication
    line: Publication
    paused: bool = False
    behind: bool = False
    run: Run | None = None

    def publish(self, fresh: Publication, now: datetime) -> None:
        """Take a refresh; a paused connection sees nothing of it."""
        fresh.follow(self.line, now)
        self.move(fresh)

    def move(self, fresh: Publication) -> None:
        """Let the line show another publication."""
        self.behind = self.paused and (self.behind or fresh.documents != self.line.documents)
        self.line = fresh
        if not self.paused:
            self.head = fresh

    def pause(self) -> None:
        self.paused = True

    def resume(self, fresh: Publication, now: datetime) -> None:
        """End the pause: whatever has changed since it began changes now."""
        if self.paused and self.behind:
            fresh.follow(self.head, now)
            self.head = self.line = fresh
        self.paused = self.behind = False

    def enter(self, now: datetime, key: str | None, offset: int) -> Publication:
        """Count one request; return the publication from which it is answered."""
        if self.run is None or not self.run.holds(now, key, offset):
            self.run = Run(self.head, now, now)
        self.run.last = now
        return self.run.publication

    def gave(self, key: str, offset: int, count: int, total: int) -> None:
        if self.run is not None and (offset > 0 or count >= total):
            self.run.advanced.add(key)
