"""What a tightening leaves of the publications that are still read.

Where a publication shows the rows as they stand, the oracle says it, whole. Where rows, day or
sharing have moved on since, the rules leave the product a choice: a mark on grade 3 needn't
find who has left grade 3 by an import that nobody has refreshed yet. There the model takes what
the product has made of the publication, if that is within what both evaluations allow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from tests.model.comparing import PLURALS, Documents, read
from tests.model.truth import Bounds, Edition, Id, Publication, Truth, flat

Place = tuple[int, int] | None
"""Line and number of a publication."""

SUPPLIED = {"role", "roles", "orgs"}
"""Fields of a user that may become others: never empty, a role is supplied."""


@dataclass
class Act:
    """A tightening as it was confirmed: over which rows, on which day, from where to where."""

    edition: Edition
    day: date
    before: Bounds
    after: Bounds
    now: datetime

    def fallen(self, version: str) -> set[Id]:
        """Return what falls by it, as the rows stand now."""
        before = self.edition.documents(version, self.day, self.before)
        after = self.edition.documents(version, self.day, self.after)
        return flat(before).keys() - flat(after).keys()


def apply(truth: Truth, act: Act, line: Place, held: Place, run: Place) -> None:
    """Take back at once: at the head by a publication, in older ones in their place.

    `line`, `held` and `run` are where the product has what the truth's namesakes are about;
    `line` is None where a whole publication of the connection has followed already.
    """
    run_holds = truth.run is not None and truth.run.holds(act.now, None, 0)
    reading = truth.run.publication if truth.run and run_holds else None
    if truth.paused:
        # What its line shows meanwhile is read by nobody, or by others.
        truth.behind |= line != held
        reduce(truth.head, act, held)
    elif line is not None:
        after = replace(truth.line, touched=set(), moments={}, past=set())
        reduce(after, act, line)
        after.follow(truth.line, act.now)
        after.touched = set()
        truth.move(after)
    if reading is not None and not (truth.paused and reading is truth.head):
        reduce(reading, act, run)


def reduce(publication: Publication, act: Act, place: Place) -> None:
    """Tighten a publication in its place: no stamp moves."""
    before = publication.flat
    if is_settled(publication, act):
        publication.bounds = act.after
        publication.documents = publication.edition.documents(
            publication.version, publication.day, act.after
        )
    elif place is not None:
        publication.chosen = True
        publication.documents = chosen(publication, act, place)
        publication.bounds = publication.bounds.within(act.after)
    after = publication.flat
    publication.touched |= {name for name in before if before[name] != after.get(name)}


def is_settled(publication: Publication, act: Act) -> bool:
    """Whether the rules leave no choice: it shows what the act was confirmed over."""
    version, edition = publication.version, publication.edition
    return (
        not publication.chosen
        and edition is act.edition
        and publication.bounds.key() == act.before.key()
        and act.before.allows(act.after)
        and publication.documents == edition.documents(version, act.day, act.before)
        and edition.documents(version, publication.day, act.after)
        == edition.documents(version, act.day, act.after)
    )


def chosen(publication: Publication, act: Act, place: Place) -> Documents:
    """Return what the product has left of a publication, after it was held against the rules."""
    assert place is not None
    documents = read(*place)
    before, after = publication.flat, flat(documents)
    where = f"{publication.version} at {place}, tightened:"
    added = after.keys() - before.keys()
    assert not added, f"{where} {added} came to it"
    fallen = act.fallen(publication.version) & before.keys()
    bounds = publication.bounds.within(act.after)
    strict = flat(publication.edition.documents(publication.version, publication.day, bounds))
    left = (fallen - strict.keys()) & after.keys()
    assert not left, f"{where} {left} must be gone"
    for name, document in before.items():
        gone = stands_on(name, document) & (before.keys() - after.keys())
        stays = name in strict and name not in fallen and not gone
        assert name in after or not stays, f"{where} {name} must have stayed"
    for name, document in after.items():
        dangling = stands_on(name, document) - after.keys()
        assert not dangling, f"{where} {name} stands on {dangling}, which are not there"
        check_fields(f"{where} {name}", name[0], before[name], document, act.after)
    return documents


def check_fields(
    where: str, collection: str, before: dict[str, Any], after: dict[str, Any], bounds: Bounds
) -> None:
    """A document has lost fields, or parts of them; those withheld are gone, none was given."""
    withheld = {*bounds.rules["withheld"], *bounds.policy}
    off = {name for name in after if f"{collection}.{name}" in withheld}
    assert not off, f"{where} still has {off}"
    for name, value in after.items():
        if collection == "users" and name in SUPPLIED:
            continue
        was = before.get(name)
        less = isinstance(value, list) and isinstance(was, list) and all(x in was for x in value)
        assert value == was or less, f"{where}: {name} was {was}, has become {value}"


def stands_on(name: Id, document: dict[str, Any]) -> set[Id]:
    """Return what a document refers to; demographics are their user's without saying so."""
    collection, sourced_id = name
    return names(document) | ({("users", sourced_id)} if collection == "demographics" else set())


def names(value: Any) -> set[Id]:
    """Return what a document refers to."""
    return set(_names(value))


def _names(value: Any) -> Iterator[Id]:
    if isinstance(value, list):
        for each in value:
            yield from _names(each)
    elif isinstance(value, dict):
        if "sourcedId" in value and value.get("type") in PLURALS and "status" not in value:
            yield PLURALS[value["type"]], value["sourcedId"]
        else:
            for each in value.values():
                yield from _names(each)
