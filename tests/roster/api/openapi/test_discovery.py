"""Discovery: the documents are there for anybody, under both names, and tell the truth."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from roster.api.openapi import discovery
from roster.api.openapi.document import ALL, document, operations_of, path_in
from roster.api.operations import BUNDLES, OPERATIONS, WRITES
from roster.api.scopes import MEANINGS, READ_SCOPES

DOCUMENTS = list(discovery.NAMES)
PATHS = [path for known in DOCUMENTS for path in discovery.paths_of(*known)]


@pytest.mark.parametrize(
    "path",
    [
        "/ims/oneroster/rostering/v1p2/discovery/onerosterv1p2rostersservice_openapi3_v1p0.json",
        "/ims/oneroster/rostering/v1p2/discovery/imsorv1p2_rostering_openapi3_v1p0.json",
        "/ims/oneroster/gradebook/v1p2/discovery/onerosterv1p2gradebookservice_openapi3_v1p0.json",
        "/ims/oneroster/gradebook/v1p2/discovery/imsorv1p2_gradebook_openapi3_v1p0.json",
        "/ims/oneroster/resources/v1p2/discovery/onerosterv1p2resourcesservice_openapi3_v1p0.json",
        "/ims/oneroster/resources/v1p2/discovery/imsorv1p2_resources_openapi3_v1p0.json",
        "/ims/oneroster/v1p1/discovery/onerosterv1p1service_openapi3_v1p0.json",
    ],
)
def test_anybody_finds_a_document_under_the_names_of_the_specification(path: str, client: Client):
    """This test has no database: a document costs no query."""
    for asked in (path, path + "/"):
        answer = client.get(asked)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/json"
        assert answer["Cache-Control"] == "public, max-age=3600"
        base = path.partition("/discovery/")[0]
        told = answer.json()
        assert told["servers"] == [{"url": "http://testserver" + base}]
        assert (
            told["components"]["securitySchemes"]["OAuth2CC"]["flows"]["clientCredentials"][
                "tokenUrl"
            ]
            == "http://testserver/oauth2/token"
        )


@pytest.mark.parametrize("path", PATHS)
def test_head_says_the_same_without_a_body(path: str, client: Client):
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == whole["ETag"]


@pytest.mark.parametrize("path", PATHS)
def test_an_unchanged_document_is_not_sent_again(path: str, client: Client):
    tag = client.get(path)["ETag"]
    known = client.get(path, headers={"If-None-Match": tag})
    assert (known.status_code, known.content, known["ETag"]) == (304, b"", tag)
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_a_document_can_only_be_read(path: str, method: str):
    answer = getattr(Client(enforce_csrf_checks=True), method)(path)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert ("statusInfoSet" in answer.json()) == ("v1p1" in path)


def test_addresses_are_those_of_the_installation(client: Client, settings: Any):
    settings.PUBLIC_URL = "https://roster.example.org"
    told = client.get(PATHS[0]).json()
    assert told["servers"][0]["url"].startswith("https://roster.example.org/ims/oneroster/")


def test_any_other_name_is_an_unknown_path(db: None, client: Client):
    path = "/ims/oneroster/rostering/v1p2/discovery/imsorv1p2_gradebook_openapi3_v1p0.json"
    assert client.get(path).status_code == 401


def test_every_operation_is_in_one_document_exactly():
    told = [each for known in DOCUMENTS for each in operations_of(*known)]
    assert sorted(told, key=repr) == sorted((*OPERATIONS, *WRITES), key=repr)
    for known in DOCUMENTS:
        paths = document(*known, "https://x.example", "https://x.example/token")["paths"]
        for operation in operations_of(*known):
            assert (
                paths[path_in(operation)][operation.method.lower()]["operationId"] == operation.id
            )
        bundles = [path_in(each) for each in BUNDLES if each.version == known[0]]
        assert paths.keys() - {path_in(each) for each in operations_of(*known)} == {
            path for path in bundles if known[1] in (ALL, "rostering")
        }


@pytest.mark.parametrize(("version", "service"), DOCUMENTS)
def test_every_reference_leads_somewhere_and_every_schema_is_used(version: str, service: str):
    told = document(version, service, "https://x.example", "https://x.example/token")
    components = told["components"]
    there = {
        f"#/components/{area}/{name}"
        for area, named in components.items()
        for name in named
        if area != "securitySchemes"
    }
    assert set(references(told)) == there


def references(value: Any) -> list[str]:
    """Return every `$ref` in a value."""
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [each for part in value.values() for each in references(part)]
    if isinstance(value, list):
        return [each for part in value for each in references(part)]
    return []


def test_every_scope_that_opens_a_read_has_a_meaning():
    assert {name for names in READ_SCOPES.values() for name in names} <= set(MEANINGS)
