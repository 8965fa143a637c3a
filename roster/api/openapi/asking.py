"""The parameters of operations: ids in the path, and what lists and singles can be asked by."""

from __future__ import annotations

from typing import Any

from roster.api.openapi import naming
from roster.api.operations import Operation
from roster.api.parameters import DEFAULT_LIMIT, MOST_LIMIT, WAYS
from roster.reading.query import MOST_CLAUSES, PREDICATES

QUERY: dict[str, tuple[str, dict[str, Any]]] = {
    "limit": (
        "How many records a page may have. More than the maximum is refused, never cut.",
        {
            "type": "integer",
            "format": "int32",
            "default": DEFAULT_LIMIT,
            "minimum": 1,
            "maximum": MOST_LIMIT,
        },
    ),
    "offset": (
        "How many records of the list to skip.",
        {"type": "integer", "format": "int32", "default": 0, "minimum": 0},
    ),
    "sort": (
        "The one field to order by, in its parts if need be: school.sourcedId. "
        "Ties are ordered by sourcedId.",
        {"type": "string"},
    ),
    "orderBy": (
        "The direction of sort; asc if absent.",
        {"type": "string", "enum": [way for way in WAYS if way]},
    ),
    "filter": (
        "Clauses of a field, a predicate and a value in single quotes, joined by AND or OR and "
        f"read from left to right, {MOST_CLAUSES} at most. Predicates: {' '.join(PREDICATES)}",
        {"type": "string"},
    ),
    "fields": (
        "The fields that records shall have, and only those; separated by commas, repeated, "
        "or both.",
        {"type": "array", "items": {"type": "string"}},
    ),
}
"""The query parameters; a single record has the last alone."""


def parameters_of(operation: Operation) -> list[dict[str, str]]:
    """Return the references to an operation's parameters, those of the path first."""
    names = [parent.name for parent in operation.parents]
    if not operation.many:
        names.append("sourcedId")
    if operation.method == "GET":
        names += QUERY if operation.many else ["fields"]
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def body_of(operation: Operation) -> dict[str, Any]:
    """Return what is sent with an operation: nothing where nothing is."""
    if operation.method not in ("PUT", "POST"):
        return {}
    name = naming.many if operation.many else naming.single
    schema = naming.ref(name(operation.collection))
    words = "References may hold a sourcedId alone; status and dateLastModified may be left out."
    return {
        "requestBody": {
            "description": words,
            "content": {"application/json": {"schema": schema}},
            "required": True,
        }
    }


def components(operations: list[Operation]) -> dict[str, Any]:
    """Return the parameters that operations refer to, by name."""
    ids = {parent.name for operation in operations for parent in operation.parents}
    return {
        **{name: _in_path(name) for name in ("sourcedId", *sorted(ids))},
        **{name: _in_query(name, words, schema) for name, (words, schema) in QUERY.items()},
    }


def _in_path(name: str) -> dict[str, Any]:
    whose = name.removesuffix("SourcedId") if name != "sourcedId" else "record"
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": f"The sourcedId of the {whose}, percent-encoded.",
        "schema": {"type": "string"},
        "style": "simple",
    }


def _in_query(name: str, words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": words,
        "schema": schema,
        "style": "form",
        "allowEmptyValue": False,
    }
