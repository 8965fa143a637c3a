"""While the database can't be reached, everybody is told to come back, in the form they read."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from django.db import OperationalError, connection
from django.test import Client

from portal.logs import OncePerCause, WithoutAddress

TOKEN = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
BEARER = {"Authorization": "Bearer x"}


@pytest.fixture
def gone(db: None) -> Iterator[Client]:
    """A browser while every query fails, with a session that nobody can look up now."""

    def fail(*_: Any) -> NoReturn:
        raise OperationalError("secret-host refused")

    browser = Client(raise_request_exception=False)
    browser.cookies["sessionid"] = "something"
    with connection.execute_wrapper(fail):
        yield browser


def test_vendors_are_told_in_their_versions_words(gone: Client) -> None:
    for method, path in (
        ("get", "/ims/oneroster/v1p1/users"),
        ("get", "/ims/oneroster/rostering/v1p2/users/x"),
        ("put", "/ims/oneroster/gradebook/v1p2/results/x"),
    ):
        answer = getattr(gone, method)(path, headers=BEARER)
        assert answer.status_code == 503
        assert b"server_busy" in answer.content
        assert answer["Retry-After"]


def test_the_token_endpoint_is_unavailable_for_a_moment(gone: Client) -> None:
    answer = gone.post("/oauth2/token", TOKEN)
    assert answer.status_code == 503
    assert answer.json()["error"] == "temporarily_unavailable"
    assert answer["Retry-After"]
    assert "secret-host" not in answer.content.decode()


def test_a_page_says_that_it_comes_back(gone: Client) -> None:
    answer = gone.get("/o/riverside/")
    assert answer.status_code == 503
    assert "Back in a moment" in answer.content.decode()
    assert answer["Retry-After"]
    assert gone.get("/docs/").status_code == 200
    assert gone.get("/healthz").status_code == 200


def failure(at: float = 1000.0) -> logging.LogRecord:
    try:
        raise OperationalError("gone")
    except OperationalError as error:
        told = (type(error), error, error.__traceback__)
    return logging.makeLogRecord({"name": "api", "exc_info": told, "created": at})


def test_a_failure_is_logged_once_a_minute_with_how_often_it_was_left_out() -> None:
    once = OncePerCause()
    assert [once.filter(failure(1000 + second)) for second in (0, 1, 59)] == [True, False, False]
    later = failure(1060)
    assert once.filter(later)
    assert vars(later)["left_out"] == 2
    assert once.filter(logging.makeLogRecord({"msg": "no failure"}))


def test_the_log_names_a_route_and_no_id(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(
        "portal.pages.docs.around", lambda *_: (_ for _ in ()).throw(ValueError("x"))
    )
    client.raise_request_exception = False
    with caplog.at_level("ERROR", "django.request"):
        assert client.get("/docs/sync").status_code == 500
    (record,) = caplog.records
    assert WithoutAddress().filter(record)
    assert record.getMessage() == "Internal Server Error: docs/<slug:name>"
