"""The token endpoint, over HTTP, with the habits of real consumers."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection as database
from django.test import Client as Browser
from oauth2_provider.models import AccessToken
from pytest_django import DjangoAssertNumQueries

from connections import credentials
from connections.models import Request, Secret
from connections.oauth import Validator
from connections.scopes import allowed
from roster.api.scopes import SCOPE_BASES
from roster.models import Organization
from tests.connections.conftest import DANA, Vendor, connected, publish

PLAIN = {"grant_type": "client_credentials"}
FORM = "application/x-www-form-urlencoded"


def basic(client_id: str, secret: str, scheme: str = "Basic") -> dict[str, str]:
    pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"{scheme} {pair}"}


def post(data: Any = PLAIN, path: str = "/oauth2/token", **more: Any) -> Any:
    return Browser(enforce_csrf_checks=True).post(path, data, **more)


def test_a_token_lives_an_hour_and_names_its_scopes(brightpath: Vendor) -> None:
    answer = post(headers=basic(brightpath.id, brightpath.secret))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Pragma"] == "no-cache"
    told = answer.json()
    token = told.pop("access_token")
    assert told == {
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": " ".join(allowed(brightpath.connection)),
    }
    assert len(token) >= 30


def test_tokens_and_secrets_are_nowhere_in_the_database(brightpath: Vendor) -> None:
    token = brightpath.token()
    words = (token, brightpath.secret)
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = repr(cursor.fetchall())
            assert not any(word in rows for word in words), table
    assert AccessToken.objects.get().token == ""


HABITS: dict[str, Any] = {
    "in Basic": lambda v: post(headers=basic(v.id, v.secret)),
    "in basic": lambda v: post(headers=basic(v.id, v.secret, "basic")),
    "in BASIC": lambda v: post(headers=basic(v.id, v.secret, "BASIC")),
    "in Basic, encoded before": lambda v: post(headers=basic(quote(v.id), quote(v.secret))),
    "in the body": lambda v: post(v.form()),
    "in both": lambda v: post(v.form(), headers=basic(v.id, v.secret)),
    "the id in the body too": lambda v: post(
        {**PLAIN, "client_id": v.id}, headers=basic(v.id, v.secret)
    ),
    "in the query": lambda v: post({}, f"/oauth2/token?{urlencode(v.form())}"),
    "in the query, the grant in the body": lambda v: post(
        PLAIN, f"/oauth2/token?client_id={v.id}&client_secret={v.secret}"
    ),
    "in query and body": lambda v: post(v.form(), f"/oauth2/token?{urlencode(v.form())}"),
    "form-encoded": lambda v: post(urlencode(v.form()), content_type=FORM),
    "as multipart": lambda v: post(v.form()),
    "without a content type": lambda v: post(urlencode(v.form()), content_type=""),
    "as text": lambda v: post(urlencode(v.form()), content_type="text/plain"),
    "with a slash": lambda v: post(v.form(), "/oauth2/token/"),
    "with more parameters": lambda v: post(
        v.form(appName="x", username="y", resource="not an address", scopes="z")
    ),
    "with a blank scope": lambda v: post(v.form(scope=" ")),
}


@pytest.mark.parametrize("habit", HABITS)
def test_consumers_get_a_token_however_they_ask(habit: str, brightpath: Vendor) -> None:
    answer = HABITS[habit](brightpath)
    assert answer.status_code == 200, answer.content
    assert answer.json()["scope"] == " ".join(allowed(brightpath.connection))


REFUSED: dict[str, tuple[Any, int, str, str]] = {
    "no parameters": (lambda v: post({}), 400, "invalid_request", "grant"),
    "no credentials": (lambda v: post(), 401, "invalid_client", "wrong"),
    "a blank secret": (lambda v: post(v.form(client_secret="")), 401, "invalid_client", "wrong"),
    "a wrong secret": (lambda v: post(v.form(client_secret="x")), 401, "invalid_client", "wrong"),
    "an unknown client": (lambda v: post(v.form(client_id="x")), 401, "invalid_client", "wrong"),
    "a NUL in the client": (
        lambda v: post(v.form(client_id="a\0b")),
        401,
        "invalid_client",
        "wrong",
    ),
    "strange bytes": (
        lambda v: post(b"grant_type=client_credentials&client_id=%ff%fe", content_type=FORM),
        401,
        "invalid_client",
        "wrong",
    ),
    "secrets that differ": (
        lambda v: post(v.form(), headers=basic(v.id, "Other")),
        400,
        "invalid_request",
        "differ",
    ),
    "clients that differ": (
        lambda v: post(v.form(client_id="other"), headers=basic(v.id, v.secret)),
        400,
        "invalid_request",
        "differ",
    ),
    "grants that differ": (
        lambda v: post(v.form(), "/oauth2/token?grant_type=password"),
        400,
        "invalid_request",
        "grant_type",
    ),
    "a grant sent twice": (
        lambda v: post(f"{urlencode(v.form())}&grant_type=client_credentials", content_type=FORM),
        400,
        "invalid_request",
        "grant_type was sent twice",
    ),
    "JSON": (
        lambda v: post(json.dumps(v.form()), content_type="application/json"),
        400,
        "invalid_request",
        "form-encoded",
    ),
    "JSON under another name": (
        lambda v: post(json.dumps(v.form()), content_type=FORM),
        400,
        "invalid_request",
        "form-encoded",
    ),
    "a strange scope": (
        lambda v: post(v.form(scope="everything")),
        400,
        "invalid_scope",
        "roster.readonly",
    ),
    "OAuth 1 in the header": (
        lambda v: post(headers={"Authorization": 'OAuth oauth_consumer_key="x"'}),
        401,
        "invalid_client",
        "OAuth 1 is not supported",
    ),
    "OAuth 1 in the body": (
        lambda v: post(v.form(oauth_signature="x")),
        401,
        "invalid_client",
        "OAuth 1 is not supported",
    ),
    "too many parameters": (
        lambda v: post(urlencode([(f"a{i}", "x") for i in range(2000)]), content_type=FORM),
        400,
        "invalid_request",
        "read",
    ),
    "a broken multipart": (
        lambda v: post(b"--x", content_type="multipart/form-data"),
        400,
        "invalid_request",
        "read",
    ),
    **{
        f"the grant {grant}": (
            lambda v, grant=grant: post(v.form(grant_type=grant, code="x", username="x")),
            400,
            "unsupported_grant_type",
            "client_credentials",
        )
        for grant in (
            "password",
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
            "CLIENT_CREDENTIALS",
        )
    },
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_refused_in_words(case: str, brightpath: Vendor) -> None:
    ask, status, error, words = REFUSED[case]
    answer = ask(brightpath)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert words in answer.json()["error_description"]
    assert answer.json()["error_description"].isascii()
    assert answer["Cache-Control"] == "no-store"
    assert answer.get("WWW-Authenticate") == ('Basic realm="Rosterdesk"' if status == 401 else None)
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/token/", "/oauth2/revoke"])
@pytest.mark.parametrize("method", ["get", "put", "delete", "options"])
def test_another_method_is_refused_in_json(path: str, method: str, db: None) -> None:
    answer = getattr(Browser(), method)(path)
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert answer.json()["error"] == "invalid_request"


def test_a_stored_hash_is_no_secret(brightpath: Vendor) -> None:
    stored = Secret.objects.get().digest
    assert post(brightpath.form(client_secret=stored)).status_code == 401


@pytest.mark.parametrize("stored", ["", "!", "plain", "md5$a$b", "sha256$$", "sha256$salt$"])
def test_a_digest_of_an_unknown_format_fits_nothing(stored: str, brightpath: Vendor) -> None:
    Secret.objects.update(digest=stored)
    for secret in (stored, "", brightpath.secret):
        assert post(brightpath.form(client_secret=secret)).status_code == 401


def test_the_toolkits_own_secret_column_opens_nothing(brightpath: Vendor) -> None:
    client = brightpath.connection.client
    assert client.client_secret == ""
    type(client).objects.update(client_secret="plain")
    for path in ("/oauth2/token", "/oauth2/revoke"):
        answer = post(brightpath.form(client_secret="plain", token="x"), path)
        assert answer.status_code == 401


def test_an_unknown_client_costs_what_a_wrong_secret_costs(
    brightpath: Vendor,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    compared: list[str] = []
    real = credentials.matches

    def counted(secret: str, digest: str) -> bool:
        compared.append(digest)
        return real(secret, digest)

    monkeypatch.setattr(credentials, "matches", counted)
    for form in (brightpath.form(client_secret="x"), brightpath.form(client_id="x")):
        compared.clear()
        with django_assert_num_queries(1):
            asked = SimpleNamespace(headers={}, decoded_body=list(form.items()))
            assert not Validator().authenticate_client(asked)
        assert len(compared) == 2


def test_both_secrets_work_until_the_overlap_ends(brightpath: Vendor) -> None:
    second = credentials.rotate(brightpath.connection, by=DANA)
    assert brightpath.ask().status_code == 200
    assert brightpath.ask(client_secret=second).status_code == 200
    credentials.end(brightpath.connection, newer=False, by=DANA)
    assert brightpath.ask().status_code == 401
    assert brightpath.ask(client_secret=second).status_code == 200


STATUSES = [
    ("active", 200, None, ""),
    ("paused", 200, None, ""),
    ("disabled", 400, "unauthorized_client", "not enabled yet"),
    ("suspended", 400, "unauthorized_client", "suspended by the district"),
    ("closed", 401, "invalid_client", "closed"),
]


@pytest.mark.parametrize(("status", "code", "error", "words"), STATUSES)
def test_the_status_of_a_connection_is_told(
    status: str, code: int, error: str | None, words: str, brightpath: Vendor
) -> None:
    brightpath.move(status=status)
    answer = brightpath.ask()
    assert (answer.status_code, answer.json().get("error")) == (code, error)
    assert words in answer.json().get("error_description", "")
    assert brightpath.ask(client_secret="wrong").status_code == 401


def test_an_expired_connection_is_told_so(brightpath: Vendor) -> None:
    today = brightpath.connection.organization.today()
    brightpath.move(expires=today)
    assert brightpath.ask().status_code == 200
    brightpath.move(expires=today - timedelta(days=1))
    answer = brightpath.ask()
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    assert "expired" in answer.json()["error_description"]


def test_of_the_scopes_asked_the_allowed_are_given(riverside: Organization) -> None:
    vendor = connected(riverside, shares=["demographics"])
    roster, demographics = (
        SCOPE_BASES["1.2"] + name for name in ("roster.readonly", "roster-demographics.readonly")
    )
    cases = {
        roster: roster,
        f"{roster}  {demographics}": f"{roster} {demographics}",
        f"{roster} {SCOPE_BASES['1.2']}gradebook.readonly nonsense": roster,
        roster.replace("https", "http"): roster,
        SCOPE_BASES["1.1"] + "roster.readonly": roster,
    }
    for asked, given in cases.items():
        assert vendor.ask(scope=asked).json()["scope"] == given


def test_what_decides_about_a_token_is_read_at_once(
    brightpath: Vendor,
) -> None:
    """A column that the one query lacks would be asked for by a second one."""
    brightpath.token()  # The secret's use is noted once an hour.
    verbs: list[str] = []

    def keep(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        verbs.append(sql.split()[0])
        return execute(sql, *arguments)

    with database.execute_wrapper(keep):
        brightpath.token()
    assert verbs[: verbs.index("INSERT")].count("SELECT") == 1


def test_a_token_can_be_given_back_by_its_own_client_only(
    brightpath: Vendor, lakeside: Organization
) -> None:
    other = connected(lakeside)
    token = brightpath.token()
    for path in ("/oauth2/revoke", "/oauth2/revoke/"):
        assert post(other.form(token=token), path).status_code == 200
        assert AccessToken.objects.count() == 1
    assert post({"token": token, "client_id": brightpath.id}, "/oauth2/revoke").status_code == 401
    assert post(brightpath.form(token=token), "/oauth2/revoke").status_code == 200
    assert not AccessToken.objects.exists()
    assert post(brightpath.form(token=token), "/oauth2/revoke").status_code == 200
    assert post(brightpath.form(), "/oauth2/revoke").json()["error"] == "invalid_request"


def test_no_other_door_of_the_toolkit_is_open(brightpath: Vendor) -> None:
    for path in ("introspect/", "authorize/", "applications/", "device-authorization/"):
        assert Browser().get(f"/oauth2/{path}").status_code == 404


def test_token_requests_stand_in_the_request_log(brightpath: Vendor) -> None:
    post({}, f"/oauth2/token?{urlencode(brightpath.form(client_secret='wrong'))}")
    brightpath.ask()
    publish(brightpath)
    rows = list(Request.objects.order_by("pk").values_list("endpoint", "status", "query", "reason"))
    assert rows == [
        ("token", 401, "", "The client id or the client secret is wrong."),
        ("token", 200, "", ""),
    ]
    brightpath.connection.refresh_from_db()
    assert brightpath.connection.last_seen is not None
