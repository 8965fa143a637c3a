"""Requests that a machine makes up from our documents, right and wrong: none surprises us.

schemathesis reads each OpenAPI document and asks by it, with a good token and with bad ones.
No answer is a fault of ours, has a status that the document doesn't name, or another form.
`python -m tests.validating --guesses 100` does so for longer.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests  # type: ignore[import-untyped]
import schemathesis
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from roster import reading
from roster.api.openapi.discovery import NAMES
from roster.api.openapi.document import document, operations_of, path_in
from roster.api.operations import Operation
from roster.dialects.paths import PATHS
from roster.models import Organization
from roster.organizations import create_organization
from roster.reading.query import PREDICATES
from tests.cast import member
from tests.validating import scene
from tests.validating.walking import Walker, spread, walker

GUESSES = int(os.environ.get("VALIDATING_GUESSES", "2"))
STRANGE = ["\0", "a/b", "é", "%2F", "' OR ''='", "x" * 3000]
HERE = "http://testserver"
PROMISED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
]
WHOLE = [*PROMISED, response_schema_conformance]


@pytest.fixture
def riverside(db: None, tmp_path: Path) -> Iterator[Organization]:
    organization = create_organization("riverside", "Riverside", by="test")
    scene.prepare(organization, 200, tmp_path)
    logging.disable(logging.CRITICAL)
    yield organization
    logging.disable(logging.NOTSET)
    reading.forget()
    cache.clear()


@pytest.mark.parametrize(("version", "service"), NAMES)
def test_no_guess_finds_a_fault_or_an_answer_without_a_promise(
    version: str, service: str, riverside: Organization
):
    dana = member("dana@riverside.example", "Dana", riverside, "admin")
    vendor = walker(scene.vendor(riverside, dana, version), dana)
    stranger = walker(scene.vendor(riverside, dana, "1.1" if version == "1.2" else "1.2"), dana)
    scene.publish(riverside)
    good = f"Bearer {vendor.token}"
    tokens = [good] * 5 + ["", "Bearer nonsense", f"Bearer {stranger.token}"]
    known = ids(vendor)
    schema = promises(version, service)
    base = schema.raw_schema["servers"][0]["url"]
    seen: Counter[int] = Counter()
    for operation in operations_of(version, service):
        asked = schema[path_in(operation)][operation.method]
        modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        cases = st.one_of(*(asked.as_strategy(mode) for mode in modes))
        likely = st.tuples(paths(operation, known), queries(operation))
        guess(cases, likely, st.sampled_from(tokens), base, seen)
    assert not {status for status in seen if status >= 500}
    assert seen[200]
    told = ", ".join(f"{count:,} × {status}" for status, count in sorted(seen.items()))
    print(f"\nOneRoster {version}, {service}: {seen.total():,} guesses: {told}")


def paths(operation: Operation, known: dict[str, list[str]]) -> st.SearchStrategy[dict[str, str]]:
    """Return ids of records that are there, which a machine would never find by itself."""
    wanted = {each.name: each.collection for each in operation.parents}
    if not operation.many:
        wanted["sourcedId"] = operation.collection
    return st.fixed_dictionaries(
        {
            name: st.sampled_from([*known[collection], *STRANGE])
            for name, collection in wanted.items()
        }
    )


def queries(operation: Operation) -> st.SearchStrategy[dict[str, Any]]:
    """Return parameters that mean something, with values that may not."""
    if operation.method != "GET":
        return st.just({})
    names = st.sampled_from(sorted(PATHS[operation.version][operation.collection]))
    if not operation.many:
        return st.fixed_dictionaries({}, optional={"fields": st.lists(names, min_size=1)})
    value = st.text() | st.sampled_from(["active", "2026-01-31", "1", "true", "O'Brien", "a,b"])
    clause = st.builds("{}{}'{}'".format, names, st.sampled_from(PREDICATES), value)
    tree = st.lists(clause, min_size=1, max_size=4).map(" OR ".join)
    return st.fixed_dictionaries(
        {},
        optional={
            "filter": tree,
            "sort": names,
            "orderBy": st.sampled_from(["asc", "desc"]),
            "limit": st.integers(1, 50),
            "offset": st.integers(0, 50),
        },
    )


def guess(
    cases: st.SearchStrategy[Any],
    likely: st.SearchStrategy[tuple[dict[str, str], dict[str, Any]]],
    tokens: st.SearchStrategy[str],
    base: str,
    seen: Counter[int],
) -> None:
    @seed(1)
    @settings(
        max_examples=GUESSES,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, likely=likely, token=tokens, is_likely=st.booleans())
    def ask(
        case: Any, likely: tuple[dict[str, str], dict[str, Any]], token: str, is_likely: bool
    ) -> None:
        if is_likely:
            case.path_parameters, case.query = likely
        answer = sent(case, base, token)
        seen[answer.status_code] += 1
        # Required fields are missing where others were asked for.
        checks = PROMISED if "fields" in (case.query or {}) else WHOLE
        case.validate_response(answer, checks=checks)

    ask()


def promises(version: str, service: str) -> Any:
    """Return a document as schemathesis reads it, without the default, which names any status."""
    told = document(version, service, HERE, f"{HERE}/oauth2/token")
    for calls in told["paths"].values():
        for call in calls.values():
            del call["responses"]["default"]
    return schemathesis.openapi.from_dict(told)


def sent(case: Any, base: str, token: str) -> Response:
    """Send a case through the whole application; return the answer as schemathesis reads it."""
    asked = requests.Request(**{**case.as_transport_kwargs(base_url=base), "cookies": None})
    prepared = asked.prepare()
    headers = {"Authorization": token} if token else {}
    body = prepared.body or b""
    told = Client(raise_request_exception=False).generic(
        str(prepared.method),
        str(prepared.path_url),
        body if isinstance(body, bytes) else str(body).encode(),
        content_type="application/json",
        headers={**headers, "Accept": "application/json"},
    )
    return Response(
        status_code=told.status_code,
        headers={name.lower(): [value] for name, value in told.headers.items()},
        content=told.getvalue(),
        request=prepared,
        elapsed=0.0,
        verify=False,
    )


def ids(vendor: Walker) -> dict[str, list[str]]:
    """Return ids of a few records of every collection."""
    known: dict[str, list[str]] = {}
    for operation in vendor.operations:
        if operation.many and not operation.parents:
            vendor.read(operation)
            few = [each["sourcedId"] for each in spread(vendor.records[operation.id], 5)]
            known[operation.collection] = known.get(operation.collection, []) + few
    return known
