"""What fell by an act on one line, and which of its stored documents tell of it.

Two walks, with and without what was confirmed, say what fell. Documents of that, and whatever
names it, change; in every publication that is still stored, and in those of older rows too, so
the published text is what is looked at and not the rows that it once came from.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_
from typing import Any

import orjson
from django.db.models import Q

from roster import compiling
from roster.dialects.composing import render
from roster.kinds import COLLECTIONS
from roster.lines import obeyed_by
from roster.models import Enrollment, Line, Record
from roster.parts import in_parts, named
from roster.pruning import NEVER_EMPTY, TAGGED, Document, Gone, Withdrawn, prune, subtract, targets
from roster.sides import Sides
from roster.stored import Change, stored
from roster.visibility import Beginning, Rules, marks_of, touched

BATCH = 1000

FEW = 20
"""Up to so many withdrawn records are looked for in the text; for more, every document is read."""

MANY = 20_000
"""Up to so many are looked for by an index."""

NAMED = re.compile(r'"sourcedId":("(?:[^"\\]|\\.)*")')
"""An id as a document's text names it, quotes and escapes and all."""

DIRECT = {
    "school": "orgs",
    "org": "orgs",
    "enrollment": "enrollments",
    "demographics": "demographics",
    "line_item": "lineItems",
    "result": "results",
}
"""Kinds of which only the marks are taken as they are."""

FALLING = {
    "session": "academicSessions",
    "section": "classes",
    "person": "users",
    "grading_task": "categories",
}
"""Kinds whose notes in a walk are ids of documents that aren't told."""


class Fall:
    """The difference that an act makes to what a line has published."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.version = line.version
        organization = line.organization
        applied = line.applied or obeyed_by(line)
        known = marks_of(organization, withdrawn=True)
        day = organization.today()
        old = Rules.of(applied["rules"], applied["policy"])
        new = Rules.of(line.rules, organization.field_policy)
        before = Beginning(organization, line.version, old, day, known)
        after = Beginning(organization, line.version, new, day)
        self.sides = Sides(before, after, touched(before, after))
        self.before, self.after = self.sides.before, self.sides.after
        self.gone: Gone = set()
        self.dead: dict[str, set[str]] = defaultdict(set)
        self.users: dict[str, tuple[Document, Document]] = {}
        self._find()

    @property
    def collections(self) -> list[str]:
        """The collections that were published, in the order in which they are to be asked for."""
        return compiling.collections_of(self.before)

    @property
    def veil(self) -> dict[str, list[str]]:
        """The fields that are withheld by the act, by collection."""
        found = {name: sorted(self._off(name)) for name in compiling.collections_of(self.after)}
        return {name: fields for name, fields in found.items() if fields}

    def _off(self, collection: str) -> frozenset[str]:
        return self.after.rules.hidden(collection) - self.before.rules.hidden(collection)

    # What fell by the act.

    def _find(self) -> None:
        for kind, collection in FALLING.items():
            self.dead[collection] |= self.after.fell[kind].keys() - self.before.fell[kind].keys()
            # A marked record that has left the rows may still be read in a publication.
            self.dead[collection] |= self.after.marks[kind] - self.before.marks[kind]
        for kind, collection in DIRECT.items():
            self.dead[collection] |= self.after.marks[kind] - self.before.marks[kind]
        for collection in ("orgs", "courses"):
            self.dead[collection] |= self.sides.lost(collection)
        moved = self.sides.moved()
        self._find_users(moved)
        self._find_enrollments(moved)

    def _find_users(self, moved: set[str]) -> None:
        told = compiling.tell_many(self.before, "users", moved)
        still = compiling.tell_many(self.after, "users", moved)
        for user, doc in told.items():
            if user not in still:
                self.dead["users"].add(user)
            elif doc.body != still[user].body:
                before, after = orjson.loads(doc.body), orjson.loads(still[user].body)
                self.users[user] = before, self._only_taken(before, after)

    def _only_taken(self, before: Document, after: Document) -> Document:
        """Return what a document becomes without what the same act gives: giving waits."""
        taken = dict(after)
        for name, value in after.items():
            if isinstance(value, list):
                known = before.get(name, ())
                taken[name] = [
                    part for part in value if part in known or self._supplied(name, part)
                ]
        return taken

    def _supplied(self, name: str, part: Any) -> bool:
        """Return whether a place stands in for those that were taken: one that was seen before."""
        if name not in NEVER_EMPTY:
            return False
        return self.before.places.sees(part.get("org", part)["sourcedId"])

    def _find_enrollments(self, moved: set[str]) -> None:
        for part in in_parts(sorted(moved), 500):
            rows = self.after.ledger.live(Enrollment).filter(user__in=part)
            for row in rows.iterator(BATCH):
                if self.after.people.enrollment_cause(row) and not (
                    self.before.people.enrollment_cause(row)
                ):
                    self.dead["enrollments"].add(row.sourced_id)

    # Which documents tell of it.

    def changes_of(self, collection: str) -> Iterator[Change]:
        """Yield the collection's versions that must change; note what is gone of it.

        But for fields that are withheld: they are in every document, and `veil` tells of them.
        Ask for what others name first, and for each collection to its end.
        """
        singular = COLLECTIONS[collection].singular
        hidden = self.before.rules.hidden(collection) | self._off(collection)
        refers = targets(self.version, collection, hidden)
        if collection == "demographics":
            self.dead[collection] |= {
                sourced_id for kind, sourced_id in self.gone if kind == "user"
            }
        self._are_gone(collection, self.dead[collection])
        if collection not in compiling.collections_of(self.after):
            yield from self._noted(
                collection, ((row, None) for row in stored(self.line, collection))
            )
        elif singular not in refers:
            yield from self._noted(collection, self._changed(collection, refers))
        else:
            # Where documents name others of their own collection, the first round finds who falls.
            known = len(self.gone)
            found = list(self._noted(collection, self._changed(collection, refers)))
            if len(self.gone) > known:
                found = list(self._noted(collection, self._changed(collection, refers)))
            yield from found

    def _noted(self, collection: str, changes: Iterable[Change]) -> Iterator[Change]:
        """Yield the changes; what fell by them is gone, unless it stands at the head even so."""
        fell: set[str] = set()
        at_head: set[str] = set()
        for row, body in changes:
            if body is None:
                fell.add(row.sourced_id)
                if row.is_read_at(self.line.head):
                    at_head.add(row.sourced_id)
            yield row, body
        self._are_gone(collection, fell - (self._live_at_head(collection, fell) - at_head))

    def _are_gone(self, collection: str, ids: set[str]) -> None:
        singular = COLLECTIONS[collection].singular
        self.gone |= {(singular, sourced_id) for sourced_id in ids}

    def _looked_for(self, collection: str, refers: frozenset[str]) -> list[Q] | None:
        """Return which of the collection's records may have to change; None: any of them."""
        found: dict[str, set[str]] = defaultdict(set)
        found["sourced_id"] |= self.dead[collection]
        if collection == "users":
            found["sourced_id"] |= self.users.keys()
        spelled: set[str] = set()
        for kind, sourced_id in self.gone:
            if kind in refers:
                column = TAGGED.get(collection, {}).get(kind)
                (found[column] if column else spelled).add(sourced_id)
        if len(spelled) > FEW or any(len(ids) > MANY for ids in found.values()):
            return None
        wanted = [
            # The indexes are of rows that have a tag, which a long list alone doesn't say.
            Q(**{f"{column}__in": part}) & ~Q(**{column: ""})
            for column, ids in found.items()
            for part in in_parts(sorted(ids), BATCH)
        ]
        if spelled:
            texts = [f'"sourcedId":{_written(each)}' for each in sorted(spelled)]
            wanted.append(reduce(or_, (Q(document__contains=text) for text in texts)))
        return wanted

    def _live_at_head(self, collection: str, ids: set[str]) -> set[str]:
        """Return those of them that stand at the head. A record that fell and doesn't is gone as
        well: perhaps by a withdrawal that died between the head and what is older.
        """
        rows = Record.objects.filter(line=self.line, kind=collection, status="active")
        head = rows.filter(valid_from__lte=self.line.head, valid_to__gt=self.line.head)
        return named(head, "sourced_id", ids, "sourced_id")

    def _changed(self, collection: str, refers: frozenset[str]) -> Iterator[Change]:
        dead = self.dead[collection]
        users = self.users if collection == "users" else {}
        gone = {_written(sourced_id) for kind, sourced_id in self.gone if kind in refers}
        off = self._off(collection)
        for row in stored(self.line, collection, self._looked_for(collection, refers)):
            if row.sourced_id in dead:
                yield row, None
                continue
            if row.sourced_id not in users and gone.isdisjoint(NAMED.findall(row.document)):
                continue
            document = orjson.loads(row.document)
            try:
                if row.sourced_id in users:
                    subtract(document, *users[row.sourced_id])
                for name in off:
                    document.pop(name, None)
                prune(self.version, collection, document, self.gone)
            except Withdrawn:
                yield row, None
                continue
            body = render(document)
            if body.decode() != row.document:
                yield row, body


def _written(sourced_id: str) -> str:
    """Return an id as documents are written."""
    return orjson.dumps(sourced_id).decode()
