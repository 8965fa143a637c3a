"""The Postman collection of a version: every operation, made from the tables of the API.

OAuth 2 is set up once, at the folder, and inherited. Run from the top, lists give the ids that
single records and nested lists need, and what is written is deleted again; each request works by
itself too. The format is Postman's Collection 2.1.0.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from portal.postman.bodies import PREFIX, body_of
from roster.api.openapi.asking import QUERY
from roster.api.operations import BUNDLES, ID, OPERATIONS, WRITES, Operation, capital
from roster.api.scopes import short
from roster.api.summaries import AREAS, BUNDLE, area_of, gives
from roster.kinds import COLLECTIONS

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
SCRIPTS = Path(__file__).with_name("scripts")

SINGULARS = {
    plural: singular
    for each in COLLECTIONS.values()
    for plural, singular in (
        (each.name, each.singular),
        *((plural, singular) for plural, singular, _ in each.subsets),
    )
}
"""Lists by the last word of their path, with what one record is called."""

EXAMPLES = {"limit": "100", "offset": "0", "orderBy": "asc", "sort": "dateLastModified"}
FIELDS = "sourcedId,status,dateLastModified"
SINCE = "dateLastModified>='{{DeltaDateTime}}'"
THIS_YEAR = "schoolYear='{{SchoolYear}}'"


def collection(version: str) -> dict[str, Any]:
    """Return the collection of one version; it names no installation and holds no secret."""
    reads = [each for each in OPERATIONS if each.version == version]
    lists = [each for each in reads if each.many and not each.parents]
    folders = [
        _folder(
            version, title, [_request(each) for each in _in_order(reads) if area_of(each) == area]
        )
        for area, title in AREAS.items()
    ]
    bundles = [_request(each) for each in BUNDLES if each.version == version]
    return {
        "info": {
            "name": f"OneRoster {version}",
            "description": (
                "Every operation of the OneRoster API. Choose the environment that came with it, "
                "enter your client ID as OneRosterConsumerKey and your secret as "
                "OneRosterConsumerSecret, and run the folder or single requests. Changes are asked "
                "since DeltaDateTime. Blank Scopes mean all that your connection has; what your "
                "token lacks the scope for is left out. The folder Writing puts records into the "
                "gradebook, and deletes them again."
            ),
            "schema": SCHEMA,
        },
        "item": [
            {
                "name": f"OR REST APIs {version}",
                "auth": _auth(),
                "event": [
                    _script(version, "prerequest", "token.js"),
                    _script(version, "test", "answer.js"),
                ],
                "item": [
                    *(folder for folder in folders if folder["item"]),
                    _folder(
                        version, "Changes since DeltaDateTime", [_changes(each) for each in lists]
                    ),
                    _folder(version, "Everything as one bundle", bundles),
                    _folder(version, "Writing", list(_writing(version))),
                ],
            }
        ],
    }


def _in_order(operations: list[Operation]) -> list[Operation]:
    """Lists first, which give ids; then single records, then nested lists."""
    return sorted(operations, key=lambda each: (bool(each.parents), not each.many))


def _writing(version: str) -> Iterable[dict[str, Any]]:
    """Requests that make records and delete them again: parents first, then the other way."""
    writes = [each for each in WRITES if each.version == version]
    # A result is of a student of the class, and a line item of a category.
    for name in ("getStudentsForClass", "getAllCategories"):
        yield _request(
            next(each for each in OPERATIONS if (each.id, each.version) == (name, version))
        )
    yield from (_request(each) for each in writes if each.method == "PUT")
    deleting = [each for each in writes if each.method == "DELETE"]
    for posting in (each for each in writes if each.method == "POST"):
        yield _request(posting)
        one = next(each for each in deleting if each.collection == posting.collection)
        yield _request(one, " of the allocated id", "{{allocatedSourcedId}}")
    yield from (_request(each) for each in reversed(deleting))


def _request(
    operation: Operation, more: str = "", sourced_id: str = "", **enabled: str
) -> dict[str, Any]:
    """Return an operation as a request; query parameters that aren't `enabled` stand ready."""
    words = BUNDLE if operation in BUNDLES else gives(operation)
    scopes = " or ".join(short(scope) for scope in operation.scopes)
    body = body_of(operation)
    return {
        "name": operation.id + more,
        "request": {
            "method": operation.method,
            "description": f"{capital(words)}. Scope: {scopes}.",
            "header": [],
            "url": {
                "raw": "{{OneRosterHost}}/" + ID.sub(r":\1", operation.path),
                "host": ["{{OneRosterHost}}"],
                "path": ID.sub(r":\1", operation.path).split("/"),
                "query": list(_query(operation, enabled)),
                "variable": list(_variables(operation, sourced_id)),
            },
            **({"body": _json(body)} if body else {}),
        },
    }


def _changes(operation: Operation) -> dict[str, Any]:
    return _request(operation, " since DeltaDateTime", limit="1000", filter=SINCE)


def _query(operation: Operation, enabled: dict[str, str]) -> Iterable[dict[str, Any]]:
    if operation.method != "GET" or operation in BUNDLES:
        return
    enabled = enabled or ({"limit": EXAMPLES["limit"]} if operation.many else {})
    narrowed = THIS_YEAR if operation.collection == "academicSessions" else SINCE
    examples = EXAMPLES | {"filter": narrowed, "fields": FIELDS}
    for name, (words, _) in QUERY.items():
        if operation.many or name == "fields":
            yield {
                "key": name,
                "value": enabled.get(name, examples[name]),
                "description": words,
                "disabled": name not in enabled,
            }


def _variables(operation: Operation, sourced_id: str) -> Iterable[dict[str, str]]:
    for name in ID.findall(operation.path):
        whose = name.removesuffix("SourcedId") if name != "sourcedId" else _singular(operation)
        value = f"{{{{{whose}SourcedId}}}}"
        if operation.method in ("PUT", "DELETE"):
            value = sourced_id or PREFIX + whose
        elif operation.id == "postResultsForLineItem":
            value = f"{PREFIX}lineItem"
        yield {
            "key": name,
            "value": value,
            "description": f"The sourcedId of the {whose}.",
        }


def _singular(operation: Operation) -> str:
    return SINGULARS[operation.path.split("/")[-2]]


def _json(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "mode": "raw",
        "raw": json.dumps(body, indent=2),
        "options": {"raw": {"language": "json"}},
    }


def _folder(version: str, title: str, requests: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": title, "item": requests, "event": [_script(version, "prerequest", "skip.js")]}


def _auth() -> dict[str, Any]:
    values = {
        "accessToken": "{{OAuth2AccessToken}}",
        "addTokenTo": "header",
        "tokenType": "Bearer",
        "grant_type": "client_credentials",
        "accessTokenUrl": "{{Oauth2TokenAddress}}",
        "clientId": "{{OneRosterConsumerKey}}",
        "clientSecret": "{{OneRosterConsumerSecret}}",
        "scope": "{{Scopes}}",
        "client_authentication": "header",
    }
    return {
        "type": "oauth2",
        "oauth2": [{"key": key, "value": value, "type": "string"} for key, value in values.items()],
    }


def _script(version: str, when: str, name: str) -> dict[str, Any]:
    """Return a script as an event, with the tables that it reads."""
    text = (SCRIPTS / name).read_text()
    needed = {
        each.id: [*each.scopes]
        for each in (*OPERATIONS, *BUNDLES, *WRITES)
        if each.version == version
    }
    for constant, table in (("NEEDED", needed), ("SINGULARS", SINGULARS)):
        if constant in text:
            text = f"const {constant} = {json.dumps(table)};\n{text}"
    return {"listen": when, "script": {"type": "text/javascript", "exec": text.splitlines()}}
