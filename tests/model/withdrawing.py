"""What an act leaves of the publications that are still read.

Where a publication shows the rows as they stand, under marks that nobody doubts, the oracle says
what is left. Where rows, day or marks have moved on since, the rules leave the product a choice;
it is taken if it is within what both evaluations allow. In any case an act takes, and never gives:
records, references, fields and values are fewer than before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from tests.model.bounds import Bounds, Edition, both
from tests.model.comparing import Id, cut_in, flat, names, read, untyped
from tests.model.truth import Publication, Truth, are_same
from tests.oracle.writing import OneOf

Flat = dict[Id, dict[str, Any]]

REQUIRED = {
    "classes": ("course", "school", "terms"),
    "users": ("roles", "orgs"),
    "enrollments": ("user", "class", "school"),
    "lineItems": ("class", "category", "school", "gradingPeriod"),
    "results": ("lineItem", "student"),
    "scoreScales": ("class",),
    "assessmentResults": ("assessmentLineItem", "student"),
}
"""References without which there is no record; in 1.2 a grading period isn't one of them."""

THROUGH_OTHERS = ("academicSessions", "resources", "assessmentLineItems")
"""What is seen through classes and courses without saying so."""


@dataclass
class Act:
    """An act as it was confirmed: over which rows, on which day, from where to where.

    `named` are the marks that it sets.
    """

    edition: Edition
    day: date
    before: Bounds
    after: Bounds
    named: frozenset[Id]
    now: datetime

    def today(self, version: str) -> tuple[Flat, Flat]:
        """Return what the rows of today show before it and after it."""
        return (
            flat(self.edition.documents(version, self.day, self.before)),
            flat(self.edition.documents(version, self.day, self.after)),
        )

    def courses_of_masters(self) -> set[Id]:
        """Return the courses that the masters it names are made of today.

        They go wherever they are published, also where they had no master then.
        """
        district = self.edition.district
        masters = {level for kind, level in self.named if kind == "course_master"}
        return {
            ("courses", course)
            for course in district.courses
            if district.course_master(course) in masters
        }

    def narrowed(self, bounds: Bounds) -> Bounds:
        """Return under what a publication of these bounds may show anything after it.

        A mark of its that was cleared since goes on hiding there.
        """
        marks = bounds.marks | self.named
        return Bounds(
            self.after.rules,
            marks,
            bounds.policy | self.after.policy,
            bounds.doubtful - marks,
            both(bounds.common.rules, self.after.rules),
        )


def apply(truth: Truth, act: Act, place: int) -> None:
    """Take back at once: at the head by a next publication, in older ones in their place.

    `place` is where the product's head of the connection is now.
    """
    head = truth.head
    if head is None:
        return
    if place != head.place:
        after = replace(head, place=place, moments={}, past=set(), withdrawn=set(), touched=set())
        after.retold = set()
        after.documents, after.bounds = left(head, act, place)
        truth.publish(after, act.now)
    else:
        take(head, act)
    take_from_older(truth, act)


def take_from_older(truth: Truth, act: Act) -> None:
    """Take out of what runs still read; of what nobody reads, note what has changed."""
    read_by_runs = {id(run.publication) for run in truth.going_on(act.now)}
    assert truth.head is not None
    for publication in truth.listed():
        before = publication.flat
        if id(publication) in read_by_runs:
            take(publication, act)
        else:
            publication.documents = read(publication.place)
        after = publication.flat
        truth.head.retold |= {name for name in before if before[name] != after.get(name)}


def take(publication: Publication, act: Act) -> None:
    """Take out of a publication in its place; where documents become others, stamps move."""
    before = publication.flat
    publication.documents, publication.bounds = left(publication, act, publication.place)
    after = publication.flat
    changed = {name for name in before if not are_same(before[name], after.get(name))}
    publication.touched |= changed
    publication.withdrawn |= before.keys() - after.keys()
    publication.cut = cut_in(publication.place)
    publication.moments |= dict.fromkeys(changed - publication.cut, act.now)


def left(publication: Publication, act: Act, place: int) -> tuple[Any, Bounds]:
    """Return what the product has left of a publication, held against the rules."""
    found = read(place)
    leftover = Leftover(publication, act, flat(found))
    leftover.check()
    bounds = act.narrowed(publication.bounds)
    # What went for what today's rows say, no later act brings back.
    return found, bounds.doubting(as_marks(leftover.taken))


def taken_today(act: Act, version: str) -> set[Id]:
    """Return what an act takes from what today's rows show."""
    was, now = _today(act, version)
    return was.keys() - now.keys()


def _today(act: Act, version: str) -> tuple[Flat, Flat]:
    """Return what today's rows show of their own before an act and after it."""
    was, now = (_of_their_own(act.edition, side) for side in act.today(version))
    return was, now


class Leftover:
    """A publication before an act, what is left of it, and what the rules say."""

    def __init__(self, publication: Publication, act: Act, after: Flat) -> None:
        version, edition, day = publication.version, publication.edition, publication.day
        bounds = act.narrowed(publication.bounds)
        self.where = f"{version} publication {publication.place} ({publication.day})"
        self.before, self.after = publication.flat, after
        self.may = flat(edition.documents(version, day, bounds))
        self.supplied = flat(edition.documents(version, day, bounds.common))
        was, now = _today(act, version)
        swapped = bounds.key() != bounds.common.key()
        of_today = edition is act.edition and day == act.day
        self.settled = of_today and not bounds.doubtful and not swapped
        self.taken = set() if self.settled else was.keys() - now.keys()
        if act.before.rules != act.after.rules:
            # The course that is published may be of other subjects than today's, and shared still.
            self.taken = {name for name in self.taken if name[0] != "courses"}
        tightest = bounds.common.tightest
        tightest = replace(tightest, marks=tightest.marks | set(as_marks(self.taken)))
        self.must = flat(edition.documents(version, day, tightest))
        # Of whom the act takes anything today it may take more here.
        changed = {name for name in was if was[name] != now.get(name)}
        self.free = set() if self.settled else changed | act.courses_of_masters()

    def check(self) -> None:
        added = self.after.keys() - self.before.keys()
        assert not added, f"{self.where}: an act has given {added}"
        lost = (self.after.keys() - self.may.keys()) | (self.after.keys() & self.taken)
        assert not lost, f"{self.where}: {lost} must be gone"
        for name, document in self.before.items():
            if name in self.after:
                self.check_fields(name)
            else:
                assert not self.stays(name, document), (
                    f"{self.where}: {name} must have stayed: {self.must.get(name)}"
                )
        for name, document in self.after.items():
            gone = names(document) & (self.before.keys() - self.after.keys())
            assert not gone, f"{self.where}: {name} names {gone}, which are gone"

    def stays(self, name: Id, document: dict[str, Any]) -> bool:
        """Whether there was no choice but to leave a record."""
        if name not in self.must or parents(name, document) & self.free or name in self.free:
            return False
        wanted = self.must[name]
        roles = document.get("role"), wanted.get("role")
        if name[0] == "users" and (
            roles[0] != roles[1] or not all(isinstance(each, str | None) for each in roles)
        ):
            # 1.1 has one role, which can't become another before the next refresh. Where the rules
            # leave open which, it may be the one that goes.
            return False
        if name[0] in THROUGH_OTHERS and self.must.keys() & self.gone("classes", "courses"):
            # With a class or course that was taken by choice, what it alone showed may go.
            return False
        for key in REQUIRED.get(name[0], ()):
            if key in document and not self.kept(key, document, wanted):
                return False
        return name[0] != "demographics" or ("users", name[1]) in self.after

    def gone(self, *collections: str) -> set[Id]:
        return {name for name in self.before.keys() - self.after.keys() if name[0] in collections}

    def kept(self, key: str, before: dict[str, Any], wanted: dict[str, Any]) -> bool:
        """Whether anything of a required field is left."""
        values = _common(key, before, wanted)
        # In 1.2 a line item needs no grading period.
        optional = key == "gradingPeriod" and "school" in before
        there = [value for value in values if names([value]) <= self.after.keys()]
        return bool(there) or optional

    def check_fields(self, name: Id) -> None:
        """A document has lost fields, or parts of them; what is withheld is gone."""
        where = f"{self.where}: {name}"
        before, after, may = self.before[name], self.after[name], self.may[name]
        for key in after:
            if key in ("roles", "orgs") and name[0] == "users":
                self.check_roles(name, key)
                continue
            now, common = _items(key, after), _common(key, before, may)
            assert all(value in common for value in now), (
                f"{where}: {key} was {before.get(key)}, has become {after[key]}"
            )
        if self.settled:
            for key in before.keys() & may.keys():
                common = [v for v in _common(key, before, may) if names([v]) <= self.after.keys()]
                assert all(value in _items(key, after) for value in common), (
                    f"{where}: {key} must be {common}, has become {after.get(key)}"
                )

    def check_roles(self, name: Id, key: str) -> None:
        """Roles are some of before; where none is left, one is supplied: never empty."""
        before, now = self.before[name], _items(key, self.after[name])
        allowed = []
        # Under marks that nobody doubts, and under those that the product may have counted.
        for may, supplied in ((self.may, self.supplied), (self.must, self.must)):
            common = _common(key, before, may.get(name, {}))
            allowed += common or _items(key, supplied.get(name, {}))
        where = f"{self.where}: {name}: {key} has become {now}, of {before[key]}"
        if name in self.free:
            # Of somebody of whom today's rows take a place, more may be taken here.
            places = {("orgs", each["sourcedId"]) for each in self.places(name)}
            assert places <= self.after.keys(), where
        else:
            assert all(value in allowed for value in now), where

    def places(self, name: Id) -> list[dict[str, Any]]:
        document = self.after[name]
        return document.get("orgs") or [role["org"] for role in document["roles"]]


def _of_their_own(edition: Edition, documents: Flat) -> Flat:
    """Leave out what is visible only through what is below it: sessions, and districts.

    Today it may be gone for what an import has changed.
    """
    schools = {org for org in edition.district.orgs if edition.district.is_school(org)}
    return {
        name: document
        for name, document in documents.items()
        if name[0] != "academicSessions" and (name[0] != "orgs" or name[1] in schools)
    }


KINDS = {
    "users": ("person",),
    "classes": ("section",),
    "orgs": ("org", "school"),
    "courses": ("course",),
    "enrollments": ("enrollment",),
    "demographics": ("demographics",),
    "categories": ("grading_task",),
    "lineItems": ("line_item",),
    "results": ("result",),
}
"""The kinds as which records are marked."""


def as_marks(names: set[Id]) -> Iterator[Id]:
    """Return marks on records, as far as they can be marked."""
    for collection, sourced_id in names:
        for kind in KINDS.get(collection, ()):
            yield kind, sourced_id


def parents(name: Id, document: dict[str, Any]) -> set[Id]:
    """Return what a record can't be without: references, and of demographics their user."""
    found = names(document)
    return found | ({("users", name[1])} if name[0] == "demographics" else set())


def _common(key: str, before: dict[str, Any], wanted: dict[str, Any]) -> list[Any]:
    there = _items(key, wanted)
    if key == "role":
        # Of what the rules left open, some may be open still.
        left = _open(before.get(key)) & _open(wanted.get(key))
        return [OneOf(left)] if left else []
    return [value for value in _items(key, before) if value in there]


def _open(role: Any) -> set[str]:
    return role.values if isinstance(role, OneOf) else {role} - {None}


def _items(key: str, document: dict[str, Any]) -> list[Any]:
    """Return the values of a field, one where it isn't a list."""
    value = document.get(key)
    if value is None:
        return []
    if key == "roles" and isinstance(value, list):
        return [role if isinstance(role, str) else untyped([role])[0] for role in value]
    return list(value) if isinstance(value, list) else [value]
