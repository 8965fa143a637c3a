"""Clients that are odd and common, as the bytes that they send: what the real server answers.

Their unencoded queries are tried behind nginx, in `tests/deploy/`.
"""

from __future__ import annotations

import re
import socket
import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.entrance import MOST_AT_ONCE
from tests import migrating
from tests.portal.running import PATIENCE, Running, embedded, eventually, running

PUBLIC = "https://district.example/campus/api"
V11, V12 = "/ims/oneroster/v1p1", "/ims/oneroster/rostering/v1p2"
FORM = "Content-Type: application/x-www-form-urlencoded"
GRANT = "grant_type=client_credentials"
ASK = f"POST /oauth2/token\nBASIC\n{FORM}"
CORE = '"scope": "https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly"'


def in_chunks(body: str, size: int) -> str:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return "".join(f"{len(part):x}\r\n{part}\r\n" for part in (*parts, ""))


def form(body: str) -> str:
    return f"{ASK}\nContent-Length: {len(body)}\n\n{body}"


TOO_MUCH = "x" * (MOST_AT_ONCE + 1)
CHUNKED = f"{ASK}\nTransfer-Encoding: chunked\n\n"

ODD: dict[str, tuple[str, int, str]] = {
    # what is odd: (what is sent, status, what stands in the answer)
    "a token request in chunks": (CHUNKED + in_chunks(GRANT, 11), 200, "access_token"),
    "more than is taken in chunks": (CHUNKED + in_chunks(TOO_MUCH, 500_000), 413, ""),
    "two slashes before the Token URL": (form(GRANT).replace(" /", " //"), 200, "access_token"),
    "two slashes behind the Base URL": (f"GET {V12}//users\nBEARER", 200, '{"users":['),
    "two slashes before the path": (f"GET /{V12}/users\nBEARER", 200, '{"users":['),
    "a scope by its name alone": (form(f"{GRANT}&scope=roster-core.readonly"), 200, CORE),
    "a grant sent twice": (form(f"{GRANT}&{GRANT}"), 400, "grant_type was sent twice"),
    "a scope that isn't there": (
        f"GET {V11}/demographics\nOTHER", 403, 'realm="Rosterdesk", error="insufficient_scope"'
    ),
    "OPTIONS without a content type": (f"OPTIONS {V12}/users\nBEARER", 204, "Allow: GET, HEAD"),
    "any ETag will do": (f"GET {V12}/users\nBEARER\nIf-None-Match: *", 304, ""),
    "a blank sort": (f"GET {V12}/users?sort=\nBEARER", 200, '{"users":['),
    "the path of PUBLIC_URL": (f"GET /campus/api{V12}/users\nBEARER", 200, f'"{PUBLIC}{V12}/orgs/'),
    "the path alone": (f"GET {V12}/users\nBEARER", 200, f'"{PUBLIC}{V12}/orgs/'),
    # Without nginx: nothing of ours sees them.
    "a raw >": (f"GET {V12}/users?filter=a>'b'\nBEARER", 400, "Content-Length: 0"),
    "a raw <": (f"GET {V12}/users?filter=a<'b'\nBEARER", 400, "Content-Length: 0"),
    'a raw "': (f'GET {V12}/users?filter=a="b"\nBEARER', 400, "Content-Length: 0"),
    "a space": (f"GET {V12}/users?filter=a = 'b'\nBEARER", 400, "Content-Length: 0"),
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Running, dict[str, str], Path]]:
    """A demo that is known by an address with a path; what stands for what in a request."""
    data = tmp_path_factory.mktemp("odd")
    migrating.bring(str(data / "rosterdesk.sqlite3"))
    with running(embedded(data) | {"PUBLIC_URL": PUBLIC}, "demo", "--json") as desk:
        for_12, for_11, _writes = desk.told_object()["connections"]
        yield desk, {
            "BASIC": f"Authorization: Basic {basic(for_12)}",
            "BEARER": f"Authorization: Bearer {token(desk, for_12)}",
            "OTHER": f"Authorization: Bearer {token(desk, for_11)}",
        }, data  # fmt: skip
        desk.stop()


def basic(connection: dict[str, Any]) -> str:
    return b64encode(f"{connection['client_id']}:{connection['client_secret']}".encode()).decode()


def token(desk: Running, connection: dict[str, Any]) -> str:
    answer = sent(desk, form(GRANT), {"BASIC": f"Authorization: Basic {basic(connection)}"})
    found = re.search(r'"access_token": "(\w+)"', answer)
    assert found, answer
    return found[1]


def sent(desk: Running, request: str, known: dict[str, str]) -> str:
    """Send these bytes, whatever is right; return all that comes back."""
    head, _, body = request.partition("\n\n")
    first, *headers = (known.get(line, line) for line in head.split("\n"))
    lines = [f"{first} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers, "", body]
    with socket.create_connection(("127.0.0.1", desk.port), timeout=PATIENCE) as line:
        line.sendall("\r\n".join(lines).encode())
        return b"".join(iter(lambda: line.recv(65536), b"")).decode()


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_client_is_answered(odd: str, desk: tuple[Running, dict[str, str], Path]) -> None:
    serving, known, _ = desk
    request, status, words = ODD[odd]
    answer = sent(serving, request, known)
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert words.casefold() in answer.casefold()


def test_an_old_path_is_named_in_the_request_log(
    desk: tuple[Running, dict[str, str], Path],
) -> None:
    serving, known, data = desk
    database = sqlite3.connect(data / "rosterdesk.sqlite3")

    def reasons() -> list[str]:
        return [why for (why,) in database.execute(
            "SELECT reason FROM connections_request WHERE endpoint LIKE '%/courses' ORDER BY id"
        )]  # fmt: skip

    before = len(reasons())
    for path in (f"/campus/api{V12}", V12):
        sent(serving, f"GET {path}/courses\nBEARER", known)
    assert eventually(lambda: len(reasons()) == before + 2, 10)
    assert reasons()[before:] == [
        "Came by http://127.0.0.1/campus/api", "Came by http://127.0.0.1"
    ]  # fmt: skip
    database.close()
