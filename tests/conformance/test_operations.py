"""Sections 1.2 to 1.5 and 4.1: every operation, asked well and asked badly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from roster.api.operations import OPERATIONS, WRITES
from tests.acceptance.vendor import BASES
from tests.cast import ask_token
from tests.conformance.asking import Asker
from tests.conformance.errors import refusal
from tests.conformance.operations import ENDPOINTS, PREFIXES, Endpoint

OTHER = {"1.1": "1.2", "1.2": "1.1"}
NOBODY = "no/such@one"

OF = {
    "academicSessions": "y26", "terms": "spring", "gradingPeriods": "q1", "orgs": "dist",
    "schools": "north", "courses": "c-dist", "classes": "k/1@n", "users": "zoe/1@x",
    "students": "zoe/1@x", "teachers": "tom", "enrollments": "e/zoe@lab",
    "demographics": "zoe/1@x", "resources": "res-phy", "categories": "cat-lab",
    "lineItems": "li/lab@1", "results": "r/zoe@lab", "scoreScales": "ss/lab@1",
    "assessmentLineItems": "al/part@1", "assessmentResults": "ar-zoe",
}  # fmt: skip
"""A record for each word of a path; together they are one class with its people and work."""

ELSEWHERE = {
    "/schools/{}/classes/{}/enrollments": ("south", "k/1@n"),
    "/schools/{}/classes/{}/students": ("south", "k/1@n"),
    "/schools/{}/classes/{}/teachers": ("south", "k/1@n"),
    "/students/{}/classes": ("tom",),
    "/teachers/{}/classes": ("zoe/1@x",),
    "/schools/{}/classes": ("dist",),
    "/schools/{}/students": ("area",),
    "/terms/{}/classes": ("q1",),
    "/terms/{}/gradingPeriods": ("y26",),
    "/classes/{}/students/{}/results": ("k/1@n", "tom"),
    "/students/{}": ("tom",),
    "/teachers/{}": ("zoe/1@x",),
    "/schools/{}": ("dist",),
    "/terms/{}": ("q1",),
    "/gradingPeriods/{}": ("spring",),
}
"""Records that are there, and not what the path says of them (1.2: 404)."""

EMPTY = {
    "/courses/{}/classes": ("c-dist-idle",),
    "/teachers/{}/classes": ("ida",),
    "/users/{}/classes": ("dan",),
    "/terms/{}/gradingPeriods": ("summer",),
    "/classes/{}/resources": ("k-phy-n",),
    "/courses/{}/resources": ("c-east-lit",),
    "/classes/{}/categories": ("k-lit-e",),
    "/classes/{}/lineItems": ("k-lit-e",),
    "/classes/{}/results": ("k-lit-e",),
    "/classes/{}/students/{}/results": ("k/1@n", "dee"),
}
"""Parents without members: 200 and an empty list."""

every = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
nested = pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.is_nested], ids=str)


def at(endpoint: Endpoint, *ids: str) -> str:
    """Return an endpoint's address, its ids percent-encoded; those of the table by default."""
    told = list(ids or (OF[word] for word in endpoint.plurals[: endpoint.path.count("{}")]))
    address = endpoint.address
    for each in told:
        address = address.replace("{}", quote(each, safe=""), 1)
    return address


def vendor_of(riverside: Any, endpoint: Endpoint) -> Asker:
    vendor: Asker = riverside.full[endpoint.version]
    return vendor


def test_there_are_exactly_the_operations_of_the_specification() -> None:
    ours = {
        (o.version, o.service, o.id, _plain(o.path), o.envelope, o.many, frozenset(o.scopes))
        for o in OPERATIONS
    }
    theirs = {
        (e.version, e.service, e.id, e.address, e.envelope, e.many, frozenset(e.scopes))
        for e in ENDPOINTS
    }
    assert ours == theirs
    assert len(OPERATIONS) == len(ENDPOINTS) == 121


def _plain(path: str) -> str:
    return "/" + re.sub(r"\{\w+\}", "{}", path)


@every
def test_an_operation_answers_in_its_envelope(riverside: Any, endpoint: Endpoint) -> None:
    answer = vendor_of(riverside, endpoint).ask(at(endpoint))
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    assert [*body] == [endpoint.envelope]
    told = body[endpoint.envelope]
    if endpoint.many:
        assert isinstance(told, list)
        assert told, "the table names parents with members"
        assert int(answer["X-Total-Count"]) == len(told)
    else:
        assert told["sourcedId"] == OF[endpoint.plurals[0]]


@every
def test_a_slash_at_the_end_changes_nothing(riverside: Any, endpoint: Endpoint) -> None:
    vendor = vendor_of(riverside, endpoint)
    with_slash, without = vendor.ask(at(endpoint) + "/"), vendor.ask(at(endpoint))
    assert with_slash.status_code == 200
    assert with_slash.content == without.content


@every
def test_head_answers_as_get_without_a_body(riverside: Any, endpoint: Endpoint) -> None:
    vendor = vendor_of(riverside, endpoint)
    head, get = vendor.ask(at(endpoint), method="HEAD"), vendor.ask(at(endpoint))
    assert head.status_code == 200
    assert head.content == b""
    for name in ("Content-Type", "ETag", "X-Total-Count"):
        assert head.headers.get(name) == get.headers.get(name)


@every
def test_options_tells_the_methods(riverside: Any, endpoint: Endpoint) -> None:
    answer = vendor_of(riverside, endpoint).ask(at(endpoint), method="OPTIONS")
    assert answer.status_code == 204
    assert "Content-Type" not in answer
    assert {"GET", "HEAD", "OPTIONS"} <= {word.strip() for word in answer["Allow"].split(",")}


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if "{}" in e.path], ids=str)
def test_an_unknown_id_is_not_found(riverside: Any, endpoint: Endpoint) -> None:
    vendor = vendor_of(riverside, endpoint)
    known = [OF[word] for word in endpoint.plurals[: endpoint.path.count("{}")]]
    for place in range(len(known)):
        ids = [*known[:place], NOBODY, *known[place + 1 :]]
        description = refusal(vendor.ask(at(endpoint, *ids)), endpoint, 404)
        assert NOBODY in description


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(("path", "ids"), ELSEWHERE.items(), ids=str)
def test_what_is_something_else_is_not_found(
    riverside: Any, version: str, path: str, ids: tuple[str, ...]
) -> None:
    for endpoint in by_path(version, path):
        refusal(vendor_of(riverside, endpoint).ask(at(endpoint, *ids)), endpoint, 404)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(("path", "ids"), EMPTY.items(), ids=str)
def test_a_parent_without_members_has_an_empty_list(
    riverside: Any, version: str, path: str, ids: tuple[str, ...]
) -> None:
    for endpoint in by_path(version, path):
        answer = vendor_of(riverside, endpoint).ask(at(endpoint, *ids))
        assert answer.status_code == 200
        assert answer.json() == {endpoint.envelope: []}
        assert answer["X-Total-Count"] == "0"


@every
def test_without_a_token_there_is_401(riverside: Any, endpoint: Endpoint) -> None:
    vendor = vendor_of(riverside, endpoint)
    for sent, challenge in (
        ("", 'Bearer realm="Rosterdesk"'),
        ("Bearer nobodys", 'Bearer realm="Rosterdesk", error="invalid_token"'),
    ):
        answer = vendor.ask(at(endpoint), Authorization=sent)
        refusal(answer, endpoint, 401)
        assert answer["WWW-Authenticate"] == challenge


@every
def test_each_scope_opens_what_it_names(riverside: Any, endpoint: Endpoint) -> None:
    vendor = vendor_of(riverside, endpoint)
    for scope, token in tokens(vendor):
        answer = vendor.ask(at(endpoint), Authorization=f"Bearer {token}")
        if scope in endpoint.scopes:
            assert answer.status_code == 200, scope
        else:
            description = refusal(answer, endpoint, 403)
            assert all(needed in description for needed in endpoint.scopes)
            assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]


def tokens(vendor: Asker) -> Iterator[tuple[str, str]]:
    """Yield a token for each reading scope of the vendor's version."""
    if vendor.version not in _tokens or _tokens[vendor.version][0] != vendor.client_id:
        scopes = sorted({s for e in ENDPOINTS if e.version == vendor.version for s in e.scopes})
        _tokens[vendor.version] = (vendor.client_id, {s: vendor.grant(s) for s in scopes})
    yield from _tokens[vendor.version][1].items()


_tokens: dict[str, tuple[str, dict[str, str]]] = {}


@every
def test_a_token_of_the_other_version_is_refused_in_words(
    riverside: Any, endpoint: Endpoint
) -> None:
    other = riverside.full[OTHER[endpoint.version]]
    description = refusal(other.ask(at(endpoint)), endpoint, 403)
    assert f"for OneRoster {other.version}" in description
    assert f"this path is OneRoster {endpoint.version}" in description


@every
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_another_method_is_not_allowed(riverside: Any, endpoint: Endpoint, method: str) -> None:
    if method in written(endpoint):
        return
    answer = vendor_of(riverside, endpoint).ask(at(endpoint), method=method)
    refusal(answer, endpoint, 405)
    assert "GET" in answer["Allow"]


def written(endpoint: Endpoint) -> set[str]:
    """Return the methods by which vendors write at an endpoint."""
    path = endpoint.address.strip("/")
    same = (each for each in WRITES if re.sub(r"{\w+}", "{}", each.path) == path)
    return {each.method for each in same}


INVENTED = [
    "", "/", "/nothing", "/Users", "/users/{}/classes/b", "/classes/{}/enrollments",
    "/users/{}/enrollments", "/users/{}/demographics", "/orgs/{}/classes",
    "/courses/{}/students", "/schools/{}/academicSessions", "/metadata",
]  # fmt: skip
"""Paths that neither version has (1.2, rules)."""


@pytest.mark.parametrize("base", sorted({b for v in BASES.values() for b in v.values()}))
@pytest.mark.parametrize("path", INVENTED)
def test_an_invented_path_is_not_found(riverside: Any, base: str, path: str) -> None:
    version = "1.1" if "v1p1" in base else "1.2"
    service = next(name for name, each in BASES[version].items() if each == base)
    asked = Endpoint(version, service, "", path, "", True, ())
    answer = riverside.full[version].ask(base + path.replace("{}", "tom"))
    if version == "1.1" and "{}" in path:
        # An id may hold slashes, so that this could be one: only nobody has it.
        asked = replace(asked, id=operation_told(answer))
    refusal(answer, asked, 404)


def operation_told(answer: Any) -> str:
    return str(answer.json()["statusInfoSet"][0].get("imsx_operationRefIdentifier", ""))


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_an_operation_of_another_service_is_not_found(riverside: Any, version: str) -> None:
    bases = BASES[version]
    if len(set(bases.values())) == 1:
        return
    for endpoint in ENDPOINTS:
        for service, base in bases.items():
            if endpoint.version == version and service != endpoint.service:
                asked = Endpoint(version, service, "", "", "", True, ())
                address = at(endpoint).replace(bases[endpoint.service], base)
                same = [e for e in ENDPOINTS if e.service == service and e.path == endpoint.path]
                if not same:
                    refusal(riverside.full[version].ask(address), asked, 404)


def test_what_a_connection_does_not_share_has_no_scope(riverside: Any) -> None:
    for version, vendor in riverside.narrow.items():
        asked = PREFIXES[version] + "roster-demographics.readonly"
        answer = ask_token(vendor.client_id, vendor.client_secret, scope=asked)
        assert answer.status_code == 400
        assert json.loads(answer.content)["error"] == "invalid_scope"


def by_path(version: str, path: str) -> list[Endpoint]:
    return [each for each in ENDPOINTS if each.version == version and each.path == path]
