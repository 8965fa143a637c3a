"""The answers of an operation: success, 304, and errors in the version's own body."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from roster.api.errors import BAD_SORT, BLANK_SELECTION, COMMON, ENUMS, minor_in
from roster.api.faults import FAULTS, meaning_of
from roster.api.openapi import naming
from roster.api.openapi.naming import closed, listed, ref
from roster.api.operations import Operation
from roster.dialects.fields import V11

MAJORS = ["success", "processing", "failure", "unsupported"]
SEVERITIES = ["status", "warning", "error"]

HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "X-Total-Count": (
        "How many records the list has, filter applied, over all pages.",
        {"type": "integer", "minimum": 0},
    ),
    "Link": (
        "Addresses of the pages first, prev, next and last, each where there is one (RFC 8288).",
        {"type": "string"},
    ),
    "ETag": ("Sent back in If-None-Match, it is answered by 304.", {"type": "string"}),
    "WWW-Authenticate": ("Bearer, and what is wrong with the token.", {"type": "string"}),
    "Retry-After": ("Seconds to wait before asking again.", {"type": "integer", "minimum": 1}),
}

WITH = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
"""Headers that an error has."""


def responses_of(operation: Operation) -> dict[str, Any]:
    """Return every answer that an operation can give, by status."""
    if operation.method != "GET":
        return {**_done(operation), **_errors(statuses_of(operation))}
    return {"200": _success(operation), **common(statuses_of(operation))}


def common(statuses: Iterable[int]) -> dict[str, Any]:
    """Return the answers besides success: 304, these errors, and any other."""
    responses: dict[str, Any] = {
        "304": {
            "description": "What If-None-Match names is still so. No body.",
            "headers": headers("ETag"),
        },
    }
    return {**responses, **_errors(statuses)}


def _errors(statuses: Iterable[int]) -> dict[str, Any]:
    responses = {str(each): {"$ref": f"#/components/responses/{_name(each)}"} for each in statuses}
    return {**responses, "default": {"$ref": "#/components/responses/Default"}}


def _done(operation: Operation) -> dict[str, Any]:
    """Return the answers to a write that is done."""
    if operation.method == "POST":
        words = "All are kept, under these ids."
        return {"201": {"description": words, "content": _json(naming.GUID_PAIRS)}}
    if operation.method == "DELETE":
        return {"204": {"description": "It is deleted."}}
    created = {"201": {"description": "It is kept. No body."}}
    if operation.version == V11:
        created = {"201": {"description": "It is new, and kept."}}
        created["200"] = {"description": "It is kept in place of the one before."}
    return created


def written(operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the schemas of what is answered to a POST, where there is one."""
    if all(each.method != "POST" for each in operations):
        return {}
    names = ("suppliedSourcedId", "allocatedSourcedId")
    pair = closed({name: {"type": "string"} for name in names}, list(names))
    pairs = closed({"sourcedIdPairs": listed(ref(naming.GUID_PAIR))})
    return {naming.GUID_PAIR: pair, naming.GUID_PAIRS: pairs}


def statuses_of(operation: Operation) -> list[int]:
    """Return the errors that an operation can give: a list without parents is always there."""
    never = {405, 412, 422} if operation.method == "GET" else {400, 405}
    if operation.method == "POST":
        never.add(412)
    found = sorted({fault.status for fault in FAULTS} - never)
    if operation.many and not operation.parents:
        found.remove(404)
    return found


def components(version: str, operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the error responses and headers that operations refer to."""
    statuses = {status for operation in operations for status in statuses_of(operation)}
    found = {
        _name(status): _error(version, meaning_of(status), *WITH.get(status, ()))
        for status in sorted(statuses)
    }
    found["Default"] = _error(version, "Any other error. Its description says what was wrong.")
    shared = {
        name: {"description": words, "schema": schema} for name, (words, schema) in HEADERS.items()
    }
    return {"headers": shared, "responses": found}


def schemas(version: str, service: str) -> dict[str, Any]:
    """Return the schemas of error bodies."""
    description = {"imsx_description": {"type": "string"}}
    head = {
        "imsx_codeMajor": {"type": "string", "enum": MAJORS},
        "imsx_severity": {"type": "string", "enum": SEVERITIES},
    }
    if version == V11:
        operation = {"imsx_operationRefIdentifier": {"type": "string"}}
        minor = {"imsx_codeMinor": {"type": "string", "enum": minors(version, service)}}
        return {
            naming.STATUS_INFO: closed({**head, **operation, **description, **minor}, list(head)),
            naming.STATUS_INFO_SET: closed(
                {"statusInfoSet": listed(ref(naming.STATUS_INFO), least=1)}, ["statusInfoSet"]
            ),
        }
    field = {
        "imsx_codeMinorFieldName": {"type": "string", "default": "TargetEndSystem"},
        "imsx_codeMinorFieldValue": {"type": "string", "enum": minors(version, service)},
    }
    code = {"imsx_codeMinorField": listed(ref(naming.CODE_MINOR_FIELD), least=1)}
    return {
        naming.STATUS_INFO: closed(
            {**head, **description, "imsx_CodeMinor": ref(naming.CODE_MINOR)}, list(head)
        ),
        naming.CODE_MINOR: closed(code, list(code)),
        naming.CODE_MINOR_FIELD: closed(field, list(field)),
    }


def minors(version: str, service: str) -> list[str]:
    """Return the minor codes that a service knows, as it writes them."""
    if version == V11:
        return [minor_in(version, service, each) for each in (*COMMON, BLANK_SELECTION, BAD_SORT)]
    return list(ENUMS[service])


def _success(operation: Operation) -> dict[str, Any]:
    name = naming.many if operation.many else naming.single
    names = ("X-Total-Count", "Link", "ETag") if operation.many else ("ETag",)
    return {
        "description": "A page of the list." if operation.many else "The record.",
        "headers": headers(*names),
        "content": _json(name(operation.collection)),
    }


def _error(version: str, words: str, *names: str) -> dict[str, Any]:
    schema = naming.STATUS_INFO_SET if version == V11 else naming.STATUS_INFO
    return {
        "description": words,
        **({"headers": headers(*names)} if names else {}),
        "content": _json(schema),
    }


def headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": ref(schema)}}


def _name(status: int) -> str:
    return f"Error{status}"
