"""What each connection is to read at any moment, kept beside the product and without it.

A publication is the district's rows as they were, seen under marks, rules and field policy.
An act reaches it later (`withdrawing.py`), what is given never. What a vendor gets depends on
its runs, which are counted here a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from roster.models import Publication as Rows
from tests.model.bounds import Bounds, Edition
from tests.model.comparing import Documents, Id, cut_in, flat, untyped

IDLE = timedelta(minutes=15)
SETTLED = timedelta(minutes=2)
LONGEST = timedelta(hours=24)


@dataclass
class Publication:
    """One moment of a district as one connection may read it.

    `place` is the product's own publication. `moments` says since when the connection can read
    each document as it stands; `past` what it could ever read; `touched` what acts have changed
    here in its place, after this was superseded, and `withdrawn` what they have taken out;
    `cut` are the documents that are read without fields that were withheld since: no stamp says so
    before they are listed anew. `retold` are documents that stay as they are, while an act has
    changed them in an older publication: their stamp may say so, for readers of that one.
    """

    edition: Edition
    version: str
    day: date
    bounds: Bounds
    documents: Documents
    place: int = 0
    moments: dict[Id, datetime] = field(default_factory=dict)
    past: set[Id] = field(default_factory=set)
    touched: set[Id] = field(default_factory=set)
    withdrawn: set[Id] = field(default_factory=set)
    cut: set[Id] = field(default_factory=set)
    retold: set[Id] = field(default_factory=set)

    @classmethod
    def of(cls, edition: Edition, version: str, day: date, bounds: Bounds) -> Publication:
        """Return what the rules show of the rows on that day."""
        return cls(edition, version, day, bounds, edition.documents(version, day, bounds))

    @property
    def flat(self) -> dict[Id, dict[str, Any]]:
        return flat(self.documents)

    def follow(self, before: Publication | None, now: datetime) -> None:
        """Become what is read after `before`, from now on."""
        known = before.flat if before else {}
        self.cut = cut_in(self.place)
        for name, document in self.flat.items():
            if before is None or name not in known:
                self.moments[name] = now
            elif name in self.cut:
                self.moments[name] = before.moments[name]
                self.retold |= before.retold & {name}
            elif name in before.cut or not are_same(document, known[name]):
                self.moments[name] = now
            else:
                self.moments[name] = before.moments[name]
                self.retold |= before.retold & {name}
        self.past = self.flat.keys() | (before.past if before else set())


def are_same(one: Any, other: Any) -> bool:
    """Whether nothing differs that the rules decide.

    Of one of the two it may be known which roles it could show, of the other which one the
    product chose of them: they are the same if that is one of these.
    """
    if one and other and one.get("role") == other.get("role"):
        one, other = one | {"role": None}, other | {"role": None}
    return bool(settled(one) == settled(other))


def settled(document: Any) -> Any:
    """Return a document without what the rules leave open, which may or may not have changed."""
    if not document or "givenName" not in document:
        return document
    role = document.get("role")
    return document | {
        "roles": untyped(document.get("roles", [])),
        "role": role if isinstance(role, str) else None,
    }


@dataclass
class Given:
    """How far a run has come in one list, and how often it was asked for its first page."""

    upto: int = 0
    beyond: bool = False
    whole: bool = False
    begun: int = 0


@dataclass
class Run:
    """One reading of one publication, from its first request to its last."""

    publication: Publication
    began: datetime
    last: datetime
    tokens: set[str] = field(default_factory=set)
    lists: dict[str, Given] = field(default_factory=dict)

    def goes_on(self, now: datetime) -> bool:
        return now - self.last < IDLE and now - self.began < LONGEST

    def is_over_for(self, key: str, token: str, now: datetime) -> bool:
        """Whether the first page of a list begins another run."""
        given = self.lists.get(key)
        if given is not None and (given.beyond or given.whole):
            return True
        if not all(each.whole for each in self.lists.values()):
            return False
        return now - self.last >= SETTLED or token not in self.tokens

    def begun(self, key: str) -> int:
        return self.lists[key].begun if key in self.lists else 0

    def gave(self, key: str, offset: int, count: int, total: int) -> None:
        given = self.lists.setdefault(key, Given())
        given.begun += offset == 0
        given.upto = max(given.upto, offset + count)
        given.beyond |= offset > 0
        given.whole |= offset + count >= total


@dataclass
class Truth:
    """What one connection is to read: `head` by a run that begins now, or what its runs read.

    `rules` are those that it is to have, `held` says that it keeps what it has. `older` are the
    publications that it had before, as long as the product lists them.
    """

    version: str
    rules: dict[str, Any]
    head: Publication | None = None
    held: bool = False
    runs: list[Run] = field(default_factory=list)
    older: list[Publication] = field(default_factory=list)

    def publish(self, fresh: Publication, now: datetime) -> None:
        fresh.follow(self.head, now)
        if self.head is not None:
            self.older.append(self.head)
        self.head = fresh

    def listed(self) -> list[Publication]:
        """Return the older publications that are still there to be read."""
        places = [each.place for each in self.older]
        rows = Rows.objects.filter(pk__in=places, listed=True)
        there = set(rows.values_list("pk", flat=True))
        self.older = [each for each in self.older if each.place in there]
        return self.older

    def going_on(self, now: datetime) -> list[Run]:
        self.runs = [run for run in self.runs if run.goes_on(now)]
        return self.runs

    def enter(self, now: datetime, token: str, key: str | None, offset: int) -> Run:
        """Count one request; return the run that it belongs to.

        `key` is the top-level list that is asked; None for single records.
        """
        runs = self.going_on(now)
        mine = [run for run in runs if token in run.tokens] or runs
        run = mine[-1] if mine else None
        if key is not None and offset:
            run = self.that_gave(key, token, offset) or run
        elif run is not None and key is not None and run.is_over_for(key, token, now):
            run = None
        if run is None:
            assert self.head is not None
            run = Run(self.head, now, now)
            self.runs.append(run)
        run.last = now
        run.tokens.add(token)
        return run

    def that_gave(self, key: str, token: str, offset: int) -> Run | None:
        """The run that gave the beginning of a list: the token's, the one that is just there."""
        runs = [run for run in self.runs if key in run.lists]
        runs.sort(key=lambda run: (token in run.tokens, run.lists[key].upto == offset))
        return runs[-1] if runs else None
