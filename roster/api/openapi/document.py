"""Puts the OpenAPI document of a version's service together."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from typing import Any

from roster.api.openapi import asking, bundle, schemas, statuses
from roster.api.operations import BUNDLES, OPERATIONS, WRITES, Operation, capital
from roster.api.scopes import MEANINGS, short
from roster.api.summaries import gives
from roster.dialects.fields import V11
from roster.dialects.references import base_path

ALL = "all"
"""The one service of 1.1: all three share a base."""

SERVICES = {"1.1": (ALL,), "1.2": ("rostering", "gradebook", "resources")}
SCHEME = "OAuth2CC"


def document(version: str, service: str, base: str, token_url: str) -> dict[str, Any]:
    """Return the document with the addresses of the installation that is asked.

    `base` is scheme and host; `token_url` the whole address of the Token URL.
    """
    served = deepcopy(_document(version, service))
    served["servers"] = [{"url": base + base_path(version, service)}]
    flow = served["components"]["securitySchemes"][SCHEME]["flows"]["clientCredentials"]
    flow["tokenUrl"] = token_url
    return served


def operations_of(version: str, service: str) -> list[Operation]:
    """Return the operations that a document tells of, in the order of their paths."""
    found = (
        each
        for each in (*OPERATIONS, *WRITES)
        if each.version == version and (service == ALL or each.service == service)
    )
    return sorted(found, key=lambda each: each.path)


def path_in(operation: Operation) -> str:
    """Return an operation's path below the base of its service."""
    return f"/{operation.path}".removeprefix(base_path(operation.version, operation.service))


@lru_cache(maxsize=8)
def _document(version: str, service: str) -> dict[str, Any]:
    """Return the document without addresses."""
    operations = operations_of(version, service)
    bundles = [
        each for each in BUNDLES if each.version == version and service in (ALL, each.service)
    ]
    tags = sorted({_tag(each) for each in (*operations, *bundles)})
    return {
        "openapi": "3.0.3",
        "info": {
            "title": _title(version, service),
            "version": version,
            "description": (
                "What can be read and written here. A token says whose roster, and which part."
            ),
        },
        "servers": [],
        "tags": [{"name": tag} for tag in tags],
        "paths": {
            **_calls(operations),
            **{path_in(each): {"get": bundle.call(each, _any_of(each))} for each in bundles},
        },
        "components": {
            "securitySchemes": {SCHEME: _security(operations)},
            "parameters": asking.components(operations),
            **statuses.components(version, operations),
            "schemas": {
                **schemas.schemas_of(
                    version, sorted({operation.collection for operation in operations})
                ),
                **statuses.schemas(version, service),
                **statuses.written(operations),
            },
        },
    }


def _calls(operations: list[Operation]) -> dict[str, dict[str, Any]]:
    """Return the calls of each path by method."""
    found: dict[str, dict[str, Any]] = {}
    for each in operations:
        found.setdefault(path_in(each), {})[each.method.lower()] = _operation(each)
    return found


def _title(version: str, service: str) -> str:
    return f"OneRoster {version}" + ("" if version == V11 else f" {capital(service)}")


def _operation(operation: Operation) -> dict[str, Any]:
    words = gives(operation)
    return {
        "operationId": operation.id,
        "summary": capital(words),
        "tags": [_tag(operation)],
        "parameters": asking.parameters_of(operation),
        **asking.body_of(operation),
        "security": _any_of(operation),
        "responses": statuses.responses_of(operation),
    }


def _any_of(operation: Operation) -> list[dict[str, list[str]]]:
    """Return an operation's scopes, each by itself: any one of them is enough."""
    return [{SCHEME: [scope]} for scope in operation.scopes]


def _tag(operation: Operation) -> str:
    return capital(path_in(operation).split("/")[1]) + "Management"


def _security(operations: list[Operation]) -> dict[str, Any]:
    scopes = dict.fromkeys(scope for operation in operations for scope in operation.scopes)
    return {
        "type": "oauth2",
        "description": "Client credentials; what the token opens is the district's decision.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "",
                "scopes": {scope: capital(MEANINGS[short(scope)]) for scope in scopes},
            }
        },
    }
