"""Careless clients are understood: bodies in chunks, slashes twice."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from portal.entrance import MOST_AT_ONCE, entrance

PATHS = {
    "//oauth2/token": "/oauth2/token",
    "/oauth2//token": "/oauth2/token",
    "/ims/oneroster/v1p1//users": "/ims/oneroster/v1p1/users",
    "//ims/oneroster/rostering/v1p2/users/a": "/ims/oneroster/rostering/v1p2/users/a",
    "/ims//oneroster/gradebook/v1p2//results": "/ims/oneroster/gradebook/v1p2/results",
    # An id may hold slashes.
    "/ims/oneroster/v1p1/users/a//b": "/ims/oneroster/v1p1/users/a//b",
    "/o/riverside//": "/o/riverside//",
    "/": "/",
}


def seen(**environ: Any) -> tuple[str, bytes]:
    """Return the status, or the path and the body that the application saw."""
    told: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        told["path"] = environ["PATH_INFO"]
        told["body"] = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        return []

    environ.setdefault("wsgi.input", BytesIO())
    entrance(application)(environ, lambda status, headers: told.update(path=status, body=b""))
    return told["path"], told["body"]


@pytest.mark.parametrize("path", PATHS)
def test_slashes_count_once_down_to_the_end_of_a_base_url(path: str) -> None:
    assert seen(PATH_INFO=path) == (PATHS[path], b"")


def test_the_public_path_is_taken_away() -> None:
    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        return [environ["PATH_INFO"].encode()]

    def asked(path: str) -> bytes:
        (body,) = entrance(application, "/campus/api")({"PATH_INFO": path}, None)  # type: ignore[arg-type]
        return bytes(body)

    users = b"/ims/oneroster/v1p1/users"
    assert asked("/campus/api/ims/oneroster/v1p1/users") == users
    assert asked("/campus/api//ims/oneroster/v1p1//users") == users
    assert asked("/ims/oneroster/v1p1/users") == users
    assert asked("/campus/apis") == b"/campus/apis"


def test_a_body_in_chunks_has_the_length_that_it_has() -> None:
    chunked = {"HTTP_TRANSFER_ENCODING": "Chunked", "PATH_INFO": "/oauth2/token"}
    body = b"grant_type=client_credentials"
    assert seen(**chunked, **{"wsgi.input": BytesIO(body)}) == ("/oauth2/token", body)
    endless = BytesIO(b"x" * (MOST_AT_ONCE + 1))
    assert seen(**chunked, **{"wsgi.input": endless}) == ("413 Content Too Large", b"")


def test_a_body_that_ends_too_early_is_refused_and_an_upload_is_left_to_who_reads_it() -> None:
    def sent(body: bytes, length: int) -> tuple[str, bytes]:
        given = {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(length)}
        return seen(PATH_INFO="/oauth2/token", **given)

    assert sent(b"a=b", 3) == ("/oauth2/token", b"a=b")
    assert sent(b"a=b", 4) == ("400 Bad Request", b"")
    upload = b"x" * (MOST_AT_ONCE + 1)
    assert sent(upload, len(upload)) == ("/oauth2/token", upload)
