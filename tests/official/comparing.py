"""Compares two OpenAPI documents in what they promise; descriptions and layout don't count.

References to parameters, responses and headers are followed, those to schemas are compared by
name, and each schema once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
WORDS = ("description", "title", "summary", "example", "xml")


@dataclass(frozen=True, slots=True)
class Difference:
    """What `ours` says at a place and `theirs` does otherwise; None where one says nothing."""

    kind: str
    where: str
    ours: Any = None
    theirs: Any = None


def compare(ours: dict[str, Any], theirs: dict[str, Any]) -> list[Difference]:
    """Return every difference of two documents, in the order of their parts."""
    return [
        *_if("server", "", _base(ours), _base(theirs)),
        *_operations(ours, theirs),
        *_schemas(ours, theirs),
    ]


def _operations(ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[Difference]:
    mine, other = _calls(ours), _calls(theirs)
    for call in sorted(mine.keys() | other.keys()):
        if call not in mine or call not in other:
            yield Difference("operation", call, call in mine or None, call in other or None)
            continue
        yield from _if("operationId", call, *_both(mine, other, call, "operationId"))
        yield from _if("tags", call, *_both(mine, other, call, "tags"))
        yield from _parameters(call, _asked(ours, mine[call]), _asked(theirs, other[call]))
        yield from _scopes(call, mine[call], other[call])
        yield from _responses(call, _answers(ours, mine[call]), _answers(theirs, other[call]))


def _parameters(call: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[Difference]:
    for name in sorted(ours.keys() | theirs.keys()):
        where = f"{call} {name}"
        if name not in ours or name not in theirs:
            yield Difference("parameter", where, name in ours or None, name in theirs or None)
            continue
        yield from _named("parameter", where, _leaves(ours[name]), _leaves(theirs[name]))


def _leaves(value: Any, above: str = "") -> dict[str, Any]:
    """Return what stands at each place of a value: `{"schema.minimum": 1}`."""
    if not isinstance(value, dict):
        return {above: value}
    found: dict[str, Any] = {}
    for key, part in value.items():
        found |= _leaves(part, f"{above}.{key}" if above else key)
    return found


def _scopes(call: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[Difference]:
    mine, other = ours.get("security", []), theirs.get("security", [])
    if _flat(mine) != _flat(other):
        yield Difference("scopes", call, _flat(mine), _flat(other))
    elif len(mine) != len(other):
        # The same scopes, of which one side asks for any one and the other for all.
        yield Difference("scopes together", call, len(mine), len(other))


def _flat(security: list[dict[str, list[str]]]) -> list[str]:
    return sorted({scope for each in security for scopes in each.values() for scope in scopes})


def _responses(call: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[Difference]:
    for status in sorted(ours.keys() | theirs.keys()):
        where = f"{call} {status}"
        if status not in ours or status not in theirs:
            yield Difference("status", where, status in ours or None, status in theirs or None)
            continue
        mine, other = ours[status], theirs[status]
        yield from _if("body", where, mine["body"], other["body"])
        yield from _named("header", where, mine["headers"], other["headers"])
        yield from _if("links", where, mine["links"], other["links"])


def _schemas(ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[Difference]:
    mine, other = ours["components"]["schemas"], theirs["components"]["schemas"]
    for name in sorted(mine.keys() | other.keys()):
        if name not in mine or name not in other:
            yield Difference("schema", name, name in mine or None, name in other or None)
            continue
        one, two = plain(mine[name]), plain(other[name])
        yield from _named("property", name, one.pop("properties", {}), two.pop("properties", {}))
        for key in sorted(one.keys() | two.keys()):
            yield from _if(key, name, one.get(key), two.get(key))


def plain(value: Any) -> Any:
    """Return a schema without words, and without the order of what has none."""
    if isinstance(value, list):
        return sorted((plain(each) for each in value), key=_as_text)
    if not isinstance(value, dict):
        return value
    found = {
        key: plain(part)
        for key, part in value.items()
        if key not in WORDS or isinstance(part, dict)
    }
    if found.get("minItems") == 0:
        del found["minItems"]
    return found


def _named(
    kind: str, where: str, ours: dict[str, Any], theirs: dict[str, Any]
) -> Iterator[Difference]:
    for name in sorted(ours.keys() | theirs.keys()):
        yield from _if(kind, f"{where} {name}", ours.get(name), theirs.get(name))


def _if(kind: str, where: str, ours: Any, theirs: Any) -> Iterator[Difference]:
    if ours != theirs:
        yield Difference(kind, where, ours, theirs)


def _both(mine: Any, other: Any, call: str, key: str) -> tuple[Any, Any]:
    return mine[call].get(key), other[call].get(key)


def _base(document: dict[str, Any]) -> list[str]:
    """Return the path that each server's address ends in, its variables filled in."""
    found = []
    for server in document.get("servers", []):
        url = server["url"]
        for name, variable in server.get("variables", {}).items():
            url = url.replace(f"{{{name}}}", variable["default"])
        found.append(urlsplit(url).path)
    return found


def _calls(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": call
        for path, calls in document["paths"].items()
        for method, call in calls.items()
        if method in METHODS
    }


def _asked(document: dict[str, Any], call: dict[str, Any]) -> dict[str, Any]:
    """Return a call's parameters and body by name."""
    parameters = [plain(_followed(document, each)) for each in call.get("parameters", [])]
    found = {f"{each['in']} {each.pop('name')}": each for each in parameters}
    if "requestBody" in call:
        found["body"] = plain(_followed(document, call["requestBody"]))
    return found


def _answers(document: dict[str, Any], call: dict[str, Any]) -> dict[str, Any]:
    """Return `{"body", "headers", "links"}` of each status."""
    found = {}
    for status, response in call["responses"].items():
        told = _followed(document, response)
        headers = told.get("headers", {})
        found[status] = {
            "body": plain(told.get("content", {})),
            "headers": {
                name: plain(_followed(document, each)).get("schema", {}).get("type")
                for name, each in headers.items()
            },
            "links": sorted(told.get("links", {})),
        }
    return found


def _followed(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in value:
        return value
    found: Any = document
    for step in value["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def _as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
