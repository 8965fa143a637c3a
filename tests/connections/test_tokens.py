"""Access tokens end with their cause: their secret, a suspension, the connection, a person."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from connections import credentials, lifecycle, tokens
from connections.models import MadeWith
from roster.models import AuditEntry
from tests.connections.conftest import DANA, Vendor, publish

ORGS = "/ims/oneroster/rostering/v1p2/orgs"


def status(token: str) -> int:
    return Browser().get(ORGS, headers={"authorization": f"Bearer {token}"}).status_code


@pytest.mark.parametrize("newer", [True, False])
def test_a_token_ends_with_the_secret_that_made_it(brightpath: Vendor, newer: bool) -> None:
    publish(brightpath)
    of_older = brightpath.token()
    second = credentials.rotate(brightpath.connection, by=DANA)
    of_newer = brightpath.token(client_secret=second)
    assert (status(of_older), status(of_newer)) == (200, 200)
    credentials.end(brightpath.connection, newer=newer, by=DANA)
    assert (status(of_older), status(of_newer)) == ((200, 401) if newer else (401, 200))


@pytest.mark.parametrize(
    ("stop", "meanwhile"),
    [(lifecycle.suspend, 403), (lifecycle.disable, 403), (lifecycle.pause, 200)],
)
def test_a_token_from_before_a_suspension_stays_refused_after_it(
    brightpath: Vendor, stop: object, meanwhile: int
) -> None:
    publish(brightpath)
    token = brightpath.token()
    stop(brightpath.connection, by=DANA)  # type: ignore[operator]
    assert status(token) == meanwhile
    lifecycle.activate(brightpath.connection, by=DANA)
    assert status(token) == (200 if meanwhile == 200 else 401)
    assert status(brightpath.token()) == 200


def test_a_closed_connections_token_is_refused_for_good(brightpath: Vendor) -> None:
    token = brightpath.token()
    lifecycle.close(brightpath.connection, by=DANA)
    assert status(token) == 401


def test_all_tokens_end_when_somebody_says_so(brightpath: Vendor) -> None:
    publish(brightpath)
    held = [brightpath.token() for _ in range(3)]
    assert tokens.end_all(brightpath.connection, by=DANA, reason="A laptop was lost.") == 3
    assert [status(token) for token in held] == [401] * 3
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.reason, entry.new) == (
        "tokens.ended",
        "A laptop was lost.",
        {"tokens": 3},
    )
    assert status(brightpath.token()) == 200
    assert tokens.end_all(brightpath.connection, by=DANA) == 1
    assert tokens.end_all(brightpath.connection, by=DANA) == 0


def test_a_token_given_back_leaves_nothing_behind(brightpath: Vendor) -> None:
    token = brightpath.token()
    Browser().post("/oauth2/revoke", brightpath.form(token=token))
    assert status(token) == 401
    assert not MadeWith.objects.exists()
