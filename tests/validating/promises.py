"""Holds an answer against the OpenAPI document that promises it: status, headers, body."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import lru_cache
from typing import Any

import jsonschema_rs

from roster.api.openapi.document import ALL, document, path_in
from roster.api.operations import Operation
from roster.dialects.fields import V11


class Broken(AssertionError):
    """An answer that isn't what its document says."""


@lru_cache
def told(version: str, service: str, relaxed: bool = False) -> dict[str, Any]:
    """Return a service's document; `relaxed` is what holds where `fields` asks for a part."""
    found = document(
        version, ALL if version == V11 else service, "http://testserver", "http://testserver/token"
    )
    if relaxed:
        found = deepcopy(found)
        for name, schema in found["components"]["schemas"].items():
            if "sourcedId" in schema.get("properties", {}) and "GUIDRef" not in name:
                del schema["required"]
    return found


def check(operation: Operation, answer: Any, *, relaxed: bool = False) -> None:
    """Raise `Broken` where an answer of an operation isn't as promised."""
    promises = told(operation.version, operation.service, relaxed)
    responses = promises["paths"][path_in(operation)][operation.method.lower()]["responses"]
    status = str(answer.status_code)
    if status not in responses:
        raise Broken(f"{operation.id}: {status} isn't in the document")
    check_response(operation, responses[status], answer, relaxed=relaxed)


def check_sent(operation: Operation, body: dict[str, Any]) -> None:
    """Raise `Broken` where a body isn't as the document says that it is sent."""
    promises = told(operation.version, operation.service)
    described = promises["paths"][path_in(operation)][operation.method.lower()]["requestBody"]
    schema = described["content"]["application/json"]["schema"]["$ref"]
    _require_valid(operation, schema, body)


def check_other(operation: Operation, answer: Any) -> None:
    """Hold an answer against the default, which stands for statuses not told apart."""
    promises = told(operation.version, operation.service)
    default = promises["paths"][path_in(operation)]["get"]["responses"]["default"]
    check_response(operation, default, answer)


def check_response(
    operation: Operation, response: dict[str, Any], answer: Any, *, relaxed: bool = False
) -> None:
    promises = told(operation.version, operation.service, relaxed)
    if "$ref" in response:
        response = promises["components"]["responses"][response["$ref"].rpartition("/")[2]]
    for name in response.get("headers", {}):
        if name not in answer.headers:
            raise Broken(f"{operation.id}: {answer.status_code} lacks {name}")
    if "content" not in response:
        if answer.content:
            raise Broken(f"{operation.id}: {answer.status_code} has a body")
        return
    if answer["Content-Type"] != "application/json":
        raise Broken(f"{operation.id}: {answer.status_code} is {answer['Content-Type']}")
    schema = response["content"]["application/json"]["schema"]["$ref"]
    body = json.loads(answer.content)
    reads = operation.method == "GET"
    if reads and answer.status_code == 200 and operation.envelope not in body:
        raise Broken(f"{operation.id} has no {operation.envelope}")
    _require_valid(operation, schema, body, relaxed)


def _require_valid(
    operation: Operation, schema: str, body: dict[str, Any], relaxed: bool = False
) -> None:
    validator = _validator(operation.version, operation.service, schema, relaxed)
    found = next(iter(validator.iter_errors(body)), None)
    if found is not None:
        raise Broken(f"{operation.id}: {found.instance_path}: {found.message}"[:2000])


@lru_cache
def _validator(version: str, service: str, schema: str, relaxed: bool) -> Any:
    components = told(version, service, relaxed)["components"]
    whole = {"$ref": schema, "components": {"schemas": components["schemas"]}}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
