"""How real consumers speak HTTP, against the real server: bodies on GET, old HTTP, many at once."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.conformance.asking import Asker
from tests.portal.running import copied, running

BASES = {"1.1": "/ims/oneroster/v1p1", "1.2": "/ims/oneroster/rostering/v1p2"}
PATIENCE = 60


@dataclass
class Served:
    """The running server, with a token for each version."""

    port: int
    tokens: dict[str, str]

    def ask(self, version: str, path: str, *, body: str | None = None, **headers: str) -> Any:
        """Return status, headers and body of one request, on a connection of its own."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            return self.on(line, version, path, body=body, **headers)
        finally:
            line.close()

    def on(
        self,
        line: http.client.HTTPConnection,
        version: str,
        path: str,
        *,
        body: str | None = None,
        **headers: str,
    ) -> Any:
        sent = {"authorization": f"Bearer {self.tokens[version]}", **headers}
        line.request("GET", BASES[version] + path, body=body, headers=sent)
        answer = line.getresponse()
        return answer.status, answer.headers, answer.read()

    def raw(self, request: bytes) -> bytes:
        """Return all that comes back for these bytes, to the end of the connection."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as line:
            line.sendall(request)
            found = b""
            while part := line.recv(65536):
                found += part
        return found


@pytest.fixture(scope="module")
def served(riverside: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The district behind `manage.py serve`, web processes alone."""
    with copied(tmp_path_factory.mktemp("served") / "desk") as environ:
        # A broker of one's own has workers of its own: none is started, so nothing changes.
        own = environ | {"BROKER_URL": "redis://127.0.0.1:9/0"}
        own |= {name: os.environ[name] for name in ("CACHE_URL",) if name in os.environ}
        with running(own, "serve", "--workers", 1) as it:
            it.told("Ctrl-C stops it")
            yield Served(it.port, {v: token(it.port, who) for v, who in riverside.full.items()})


def token(port: int, vendor: Asker) -> str:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    form = {
        "grant_type": "client_credentials",
        "client_id": vendor.client_id,
        "client_secret": vendor.client_secret,
    }
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", "/oauth2/token", urlencode(form), kind)
    told = json.loads(line.getresponse().read())
    line.close()
    return str(told["access_token"])


both = pytest.mark.parametrize("version", ["1.1", "1.2"])


def users(answer: Any) -> list[str]:
    status, headers, body = answer
    assert status == 200, body
    return [user["sourcedId"] for user in json.loads(body)["users"]]


@both
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{}", "application/json"), ('{"users": [1]}', "application/json"), ("x", "text/plain"),
        ("a=b", "application/x-www-form-urlencoded"), ("{", "application/json"),
        ("--x--", "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
def test_a_get_with_a_body_is_answered_as_one_without(
    served: Served, version: str, body: str, kind: str
) -> None:
    plain = users(served.ask(version, "/users"))
    told = served.ask(version, "/users", body=body, **{"Content-Type": kind})
    assert users(told) == plain


@both
def test_one_connection_carries_a_whole_sync(served: Served, version: str) -> None:
    line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE)
    line.connect()
    own = line.sock
    found: list[str] = []
    for offset in range(0, 30, 5):
        # A body that nobody reads must not stand before the next request.
        found += users(served.on(line, version, f"/users?limit=5&offset={offset}", body="{}"))
        assert line.sock is own, "the server closed it"
    line.close()
    assert found == users(served.ask(version, "/users?limit=30"))


@both
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_an_answer_waits_for_a_body_that_comes_after_its_head(
    served: Served, version: str, method: str
) -> None:
    """Who is answered earlier is hung up on, and never learns why a write was refused."""
    head = (
        f"{method} {BASES[version]}/users/nobody HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
        "Authorization: Bearer nonsense\r\nContent-Length: 2\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", served.port), PATIENCE) as line:
        for _ in range(2):
            line.sendall(head)
            line.settimeout(0.2)
            with pytest.raises(TimeoutError):
                line.recv(1)
            line.settimeout(PATIENCE)
            line.sendall(b"{}")
            answer = http.client.HTTPResponse(line, method=method)
            answer.begin()
            answer.read()
            assert answer.status == 401


@both
def test_old_http_is_answered_too(served: Served, version: str) -> None:
    path = f"{BASES[version]}/users?limit=1"
    head = f"Authorization: Bearer {served.tokens[version]}\r\nHost: 127.0.0.1:{served.port}\r\n"
    told = served.raw(f"GET {path} HTTP/1.0\r\n{head}\r\n".encode())
    top, _, body = told.partition(b"\r\n\r\n")
    assert top.split()[1] == b"200"
    assert b"chunked" not in top.lower()
    assert [*json.loads(body)] == ["users"]


@both
def test_pages_asked_side_by_side_make_one_list(served: Served, version: str) -> None:
    whole = users(served.ask(version, "/users"))
    offsets = range(0, len(whole), 3)
    with ThreadPoolExecutor(6) as many:
        pages = list(
            many.map(
                lambda offset: users(served.ask(version, f"/users?limit=3&offset={offset}")),
                offsets,
            )
        )
    assert [each for page in pages for each in page] == whole


@both
@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "*/*"}, {"accept": "text/html"}, {"accept": "application/xml;q=0.9"},
        {"accept": ""}, {"accept": "nonsense"}, {"accept": "application/json; charset=utf-8"},
        {"content-type": "application/json"}, {"content-type": "text/xml"},
        {"accept-language": "xx"}, {"user-agent": ""}, {"x-requested-with": "XMLHttpRequest"},
        {"origin": "https://vendor.example"}, {"cookie": "a=b"}, {"expect": "nothing"},
    ],
)  # fmt: skip
def test_headers_change_nothing(served: Served, version: str, headers: dict[str, str]) -> None:
    status, told, _ = served.ask(version, "/users?limit=2", **headers)
    assert status == 200
    assert told["Content-Type"] == "application/json"


@both
def test_gzip_is_given_to_those_who_ask(served: Served, version: str) -> None:
    _, plain, body = served.ask(version, "/users")
    assert "Content-Encoding" not in plain
    for asked in ("gzip", "gzip, deflate, br", "deflate, GZIP;q=0.5"):
        _, told, packed = served.ask(version, "/users", **{"Accept-Encoding": asked})
        assert told["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed) == body
        assert len(packed) < len(body)
    for asked in ("identity", "gzip;q=0", "br"):
        _, told, same = served.ask(version, "/users", **{"Accept-Encoding": asked})
        assert "Content-Encoding" not in told
        assert same == body


UNENCODED = (
    "filter=email='zoe@riverside.example'",
    "filter=familyName='O''Brien'", "filter=familyName='O'Brien'",
    "filter=status='active'+AND+familyName~'o'&sort=familyName",
    "filter=username!='|{}^`;:,/?@[]$*'", "filter=givenName~'zoë'",
    "filter=dateLastModified='2026-02-02T00:00:00+01:00'",
)  # fmt: skip
"""As much as addresses allow: a space, a quotation mark, `<` and `>` they don't (RFC 3986, 2)."""


@both
@pytest.mark.parametrize("query", UNENCODED)
def test_a_filter_may_come_unencoded(served: Served, version: str, query: str) -> None:
    path = f"{BASES[version]}/users?{query}"
    head = f"authorization: Bearer {served.tokens[version]}\r\nconnection: close\r\n"
    head += f"host: 127.0.0.1:{served.port}\r\n"
    told = served.raw(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
    status = told.split(b" ", 2)[1]
    assert status == b"200", told[:400]


@pytest.mark.parametrize("character", ['"', "<", ">", " "])
def test_what_no_url_may_hold_is_refused_by_the_server_as_the_guide_says(
    served: Served, character: str
) -> None:
    head = f"authorization: Bearer {served.tokens['1.2']}\r\nhost: 127.0.0.1:{served.port}\r\n"
    path = f"{BASES['1.2']}/users?filter=dateLastModified{character}'2026-01-01'"
    told = served.raw(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
    answer, _, body = told.partition(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"content-length: 0" in answer.lower()
    assert not body
