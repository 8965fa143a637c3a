"""Section 3.5 and 4: refusals that no single request brings about by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.utils import timezone

from connections import lifecycle
from connections.models import Connection
from roster import reading
from roster.api import throttling
from roster.models import Organization
from roster.publishing.lists import Swept
from tests.conformance.asking import Asker
from tests.conformance.conftest import EVERYTHING, asker, connect, run
from tests.conformance.errors import refusal
from tests.conformance.operations import ENDPOINTS, Endpoint
from tests.conformance.test_operations import at

SAMPLES = [
    each
    for each in ENDPOINTS
    if each.path in ("/users", "/users/{}", "/lineItems", "/resources", "/classes/{}/students")
]
"""A list, a single and a nested list, in each service of each version."""

samples = pytest.mark.parametrize("endpoint", SAMPLES, ids=str)


@samples
@pytest.mark.parametrize(
    "signed",
    [
        {"Authorization": 'OAuth oauth_consumer_key="k", oauth_signature="x"'},
        {"Authorization": 'oauth realm="", oauth_signature_method="HMAC-SHA1", oauth_nonce="1"'},
    ],
)
def test_an_oauth_1_signature_is_refused_in_so_many_words(
    riverside: Any, endpoint: Endpoint, signed: dict[str, str]
) -> None:
    vendor = riverside.full[endpoint.version]
    query = "?oauth_consumer_key=k&oauth_signature=x"
    for address, headers in ((at(endpoint), signed), (at(endpoint) + query, {"Authorization": ""})):
        answer = vendor.ask(address, **headers)
        assert "OAuth 1 is not supported" in refusal(answer, endpoint, 401)
        assert answer["WWW-Authenticate"].startswith("Bearer ")


@samples
@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer ", "Basic dG9tOnRvbQ==", "Token x", "Bearer a b", "nonsense"]
)
def test_whatever_is_no_token_is_401(riverside: Any, endpoint: Endpoint, sent: str) -> None:
    answer = riverside.full[endpoint.version].ask(at(endpoint), Authorization=sent)
    refusal(answer, endpoint, 401)
    assert answer["WWW-Authenticate"] == 'Bearer realm="Rosterdesk"'


@samples
def test_an_expired_token_is_401(riverside: Any, endpoint: Endpoint) -> None:
    vendor = riverside.full[endpoint.version]
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        answer = vendor.ask(at(endpoint))
        assert "expired" in refusal(answer, endpoint, 401)
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


@samples
@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        ("suspended", 403, "suspended by the district"),
        ("disabled", 403, "not enabled yet"),
    ],
)
def test_a_status_refuses_at_once(
    riverside: Any, endpoint: Endpoint, status: str, code: int, words: str
) -> None:
    vendor = riverside.full[endpoint.version]
    held = Connection.objects.get(client__client_id=vendor.client_id)
    lifecycle.set_status(held, status, by="test")
    try:
        assert words in refusal(vendor.ask(at(endpoint)), endpoint, code)
    finally:
        lifecycle.set_status(held, "active", by="test")
        before, vendor.token = vendor.token, vendor.grant()
    assert vendor.ask(at(endpoint)).status_code == 200
    assert vendor.ask(at(endpoint), Authorization=f"Bearer {before}").status_code == 401


@samples
def test_too_many_requests_wait_as_long_as_they_are_told(
    riverside: Any, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttling.ConnectionThrottle, "allow_request", lambda *_: False)
    answer = riverside.full[endpoint.version].ask(at(endpoint))
    refusal(answer, endpoint, 429)
    assert 1 <= int(answer["Retry-After"]) <= throttling.PERIOD


@samples
@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (ZeroDivisionError("secret"), 500),
        (OperationalError("secret"), 503),
        (Swept("secret"), 503),
    ],
)
def test_a_fault_of_ours_tells_nothing_of_it(
    riverside: Any,
    endpoint: Endpoint,
    fault: Exception,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise fault

    for name in ("page", "single", "exists"):
        monkeypatch.setattr(reading, name, fail)
    answer = riverside.full[endpoint.version].ask(at(endpoint))
    assert "secret" not in refusal(answer, endpoint, status)
    assert ("Retry-After" in answer) == (status == 503)


@pytest.fixture(scope="module")
def unpublished(riverside: Any) -> dict[str, Asker]:
    """Vendors of a district that has published nothing so far."""
    run("create_organization", "lakeside", "--name", "Lakeside", "--school-year", "2026")
    Organization.objects.filter(slug="lakeside").update(
        time_zone="America/Chicago", refresh_at="02:30"
    )
    return {version: asker(connect(version, EVERYTHING, "lakeside")) for version in ("1.1", "1.2")}


@samples
def test_before_the_first_publication_the_next_refresh_is_named(
    unpublished: dict[str, Asker], endpoint: Endpoint
) -> None:
    answer = unpublished[endpoint.version].ask(at(endpoint))
    description = refusal(answer, endpoint, 503)
    due = Organization.objects.get(slug="lakeside").next_refresh()
    assert due.strftime("%Y-%m-%dT%H:%M:%S.000Z") in description
    assert "02:30, America/Chicago" in description
    assert 1 <= int(answer["Retry-After"]) <= 3600


@samples
def test_before_the_first_publication_faults_are_told_first(
    unpublished: dict[str, Asker], endpoint: Endpoint
) -> None:
    answer = unpublished[endpoint.version].ask(f"{at(endpoint)}?fields=")
    assert answer.status_code == 400


def test_a_list_below_another_base_is_shown_its_own(riverside: Any) -> None:
    vendor = riverside.full["1.2"]
    for asked, right in (("rostering", "gradebook"), ("resources", "gradebook")):
        answer = vendor.ask(f"/ims/oneroster/{asked}/v1p2/lineItems/")
        assert answer.status_code == 404
        assert f"/lineItems is below /ims/oneroster/{right}/v1p2." in answer.content.decode()
    answer = vendor.ask("/ims/oneroster/rostering/v1p2/people")
    assert " is below " not in answer.content.decode()
