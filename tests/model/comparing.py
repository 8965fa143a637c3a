"""Documents of both sides in one shape, and the differences between them in words."""

from __future__ import annotations

import json
from typing import Any

from roster.models import Line, Record

Documents = dict[str, dict[str, dict[str, Any]]]

PLURALS = {
    "org": "orgs",
    "academicSession": "academicSessions",
    "course": "courses",
    "class": "classes",
    "user": "users",
    "resource": "resources",
}


def published(line: Line) -> Documents:
    """Return the live documents at the head of a line, by collection and id, plain."""
    line.refresh_from_db()
    return read(line.pk, line.head)


def read(line: int, number: int) -> Documents:
    """Return the live documents of one publication of a line, as `published`."""
    rows = Record.objects.filter(
        line=line, valid_from__lte=number, valid_to__gt=number, status="active"
    )
    found: Documents = {}
    for row in rows.order_by("kind", "sourced_id"):
        document = json.loads(row.document)
        # What was withdrawn from an older publication stands there as a tombstone.
        if document["status"] == "active":
            found.setdefault(row.kind, {})[row.sourced_id] = plain(document)
    return found


def plain(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without hrefs and stamp, its unordered lists in the order of ids."""
    told = {name: _plain(value) for name, value in document.items() if name != "metadata"}
    told.pop("dateLastModified", None)
    if "metadata" in document:
        told["metadata"] = document["metadata"]
    return told


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


def differences(actual: Documents, expected: Documents) -> list[str]:
    """Return, in words, every record and field in which the two differ."""
    told = []
    for collection in sorted({*actual, *expected}):
        has, should = actual.get(collection, {}), expected.get(collection, {})
        for sourced_id in sorted({*has, *should}):
            where = f"{collection} {sourced_id}"
            if sourced_id not in should:
                told.append(f"{where}: is published and must not be: {has[sourced_id]}")
            elif sourced_id not in has:
                told.append(f"{where}: must be published and is not: {should[sourced_id]}")
            else:
                if has[sourced_id] == should[sourced_id]:
                    continue
                told += _fields(where, has[sourced_id], plain(should[sourced_id]))
    return told


def _fields(where: str, has: dict[str, Any], should: dict[str, Any]) -> list[str]:
    told = []
    for name in sorted({*has, *should}):
        if name == "roles" and "users" in where:
            told += _roles(where, has.get(name, []), should.get(name, []))
        elif has.get(name) != should.get(name):
            told.append(f"{where}: {name} is {has.get(name)}, must be {should.get(name)}")
    return told


def _roles(where: str, has: list[dict[str, Any]], should: list[dict[str, Any]]) -> list[str]:
    """Compare roles; which of an org's several is primary is open, that one is, is not."""
    told = []
    without = [
        [{name: each for name, each in role.items() if name != "roleType"} for role in roles]
        for roles in (has, should)
    ]
    if without[0] != without[1]:
        told.append(f"{where}: roles are {has}, must be {should}")
    for org in {role["org"]["sourcedId"] for role in has}:
        primary = [r for r in has if r["org"]["sourcedId"] == org and r["roleType"] == "primary"]
        if len(primary) != 1:
            told.append(f"{where}: {len(primary)} primary roles at {org}")
    return told
