"""Documents of both sides in one shape, and the differences between them in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from roster.database.parts import in_parts
from roster.kinds import COLLECTIONS
from roster.models import Document, Feed, Publication
from roster.publishing import lists

Documents = dict[str, dict[str, dict[str, Any]]]

Id = tuple[str, str]
"""A collection and a sourcedId, or a kind and a sourcedId."""

PLURALS = {collection.singular: name for name, collection in COLLECTIONS.items()}


def published(feed: Feed) -> Documents:
    """Return the live documents that a feed's readers get, by collection and id, plain."""
    feed.refresh_from_db()
    return read(feed.publication_id) if feed.publication_id else {}


def read(publication: int) -> Documents:
    """Return the live documents of one publication, as `published`."""
    return _read(publication)[0]


def cut_in(publication: int) -> set[Id]:
    """Return the documents of a publication that are read without fields that they have."""
    return _read(publication)[1]


def _read(publication: int) -> tuple[Documents, set[Id]]:
    names = ("lists", "cut")
    lists_, cut = Publication.objects.values_list(*names).get(pk=publication)
    key = (publication, json.dumps([lists_, cut], sort_keys=True))
    if key not in _known:
        _known[key] = _whole(publication, cut)
    documents, shortened = _known[key]
    return {name: dict(found) for name, found in documents.items()}, set(shortened)


_known: dict[tuple[int, str], tuple[Documents, set[Id]]] = {}
"""What was read of publications, which are the same as long as their lists are."""


class Told(NamedTuple):
    """A document of the shelf, which never changes."""

    sourced_id: str
    is_live: bool
    document: dict[str, Any]


_shelf: dict[int, Told] = {}


def forget() -> None:
    _known.clear()
    _shelf.clear()


def _whole(publication: int, cut: dict[str, Any]) -> tuple[Documents, set[Id]]:
    found: Documents = {}
    shortened = set()
    numbers = _listed(publication)
    _fetch({each for listed in numbers.values() for each in listed} - _shelf.keys())
    for collection, listed in numbers.items():
        fields = set(cut.get(collection, ()))
        for sourced_id, is_live, document in map(_shelf.__getitem__, listed):
            # What was withdrawn from an older publication stands there as a tombstone.
            if not is_live:
                continue
            if not fields.isdisjoint(document):
                shortened.add((collection, sourced_id))
                document = {name: document[name] for name in document if name not in fields}
            found.setdefault(collection, {})[sourced_id] = document
    return found, shortened


def _listed(publication: int) -> dict[str, list[int]]:
    """Return the documents that a publication lists, by collection."""
    kept = lists.listed(publication).lists
    parts = [(name, part) for name in kept for part in kept[name].get("live", ())]
    found: dict[str, list[int]] = {}
    for (name, _), entries in zip(parts, lists.fetch([part for _, part in parts]), strict=True):
        found.setdefault(name, []).extend(entries.documents.tolist())
    return found


def _fetch(numbers: Iterable[int]) -> None:
    names = ("pk", "sourced_id", "status", "body")
    for some in in_parts(sorted(numbers), 500):
        for pk, *told in Document.objects.filter(pk__in=some).values_list(*names):
            sourced_id, status, body = told
            _shelf[pk] = Told(sourced_id, status == "active", plain(json.loads(body)))


def plain(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without hrefs and stamp, its unordered lists in the order of ids."""
    found = {name: _plain(value) for name, value in document.items() if name != "metadata"}
    found.pop("dateLastModified", None)
    if "metadata" in document:
        found["metadata"] = document["metadata"]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if name != "href"}
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return sorted((_plain(each) for each in value), key=_order)
    return value


def _order(value: dict[str, Any]) -> str:
    org = value.get("org")
    place = org["sourcedId"] if isinstance(org, dict) else ""
    rest = {name: each for name, each in value.items() if name != "roleType"}
    return place + json.dumps(rest, sort_keys=True)


def flat(documents: Documents) -> dict[Id, dict[str, Any]]:
    return {
        (name, sourced_id): document
        for name, of_collection in documents.items()
        for sourced_id, document in of_collection.items()
    }


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


def differences(actual: Documents, expected: Documents) -> list[str]:
    """Return, in words, every record and field in which the two differ."""
    found = []
    for collection in sorted({*actual, *expected}):
        has, should = actual.get(collection, {}), expected.get(collection, {})
        for sourced_id in sorted({*has, *should}):
            where = f"{collection} {sourced_id}"
            if sourced_id not in should:
                found.append(f"{where}: is published and must not be: {has[sourced_id]}")
            elif sourced_id not in has:
                found.append(f"{where}: must be published and is not: {should[sourced_id]}")
            elif has[sourced_id] != should[sourced_id]:
                found += _fields(where, has[sourced_id], plain(should[sourced_id]))
    return found


def _fields(where: str, has: dict[str, Any], should: dict[str, Any]) -> list[str]:
    found = []
    for name in sorted({*has, *should}):
        if name == "roles" and "users" in where:
            found += _roles(where, has.get(name, []), should.get(name, []))
        elif has.get(name) != should.get(name):
            found.append(f"{where}: {name} is {has.get(name)}, must be {should.get(name)}")
    return found


def _roles(where: str, has: list[dict[str, Any]], should: list[dict[str, Any]]) -> list[str]:
    """Compare roles; which of an org's several is primary is open, that one is, is not."""
    found = []
    if untyped(has) != untyped(should):
        found.append(f"{where}: roles are {has}, must be {should}")
    for org in {role["org"]["sourcedId"] for role in has}:
        primary = [r for r in has if r["org"]["sourcedId"] == org and r["roleType"] == "primary"]
        if len(primary) != 1:
            found.append(f"{where}: {len(primary)} primary roles at {org}")
    return found


def untyped(roles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return roles without saying which is primary."""
    return [{name: each for name, each in role.items() if name != "roleType"} for role in roles]
