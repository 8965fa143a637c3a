"""A fault of a server for each check of `check_provider`: what is done to its answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tests.conformance.inside import Given

Spoil = Callable[[Given], None]


def where(pattern: str, then: Spoil, *, status: int = 200) -> Spoil:
    """Spoil answers of a status whose path and query have the pattern."""

    def spoil(given: Given) -> None:
        if given.status == status and re.search(pattern, f"{given.path}?{given.query}"):
            then(given)

    return spoil


def answer(status: int) -> Spoil:
    return lambda given: setattr(given, "status", status)


def without(header: str) -> Spoil:
    def spoil(given: Given) -> None:
        given.headers.pop(header, None)

    return spoil


def rewritten(header: str, change: Callable[[str], str]) -> Spoil:
    def spoil(given: Given) -> None:
        if header in given.headers:
            given.headers[header] = change(given.headers[header])

    return spoil


def body(change: Callable[[Any], Any]) -> Spoil:
    def spoil(given: Given) -> None:
        told = json.loads(given.content)
        given.content = json.dumps(change(told) or told).encode()

    return spoil


def documents(change: Callable[[list[Any]], list[Any]]) -> Spoil:
    """Spoil the documents of a list."""
    return body(lambda told: {key: change(each) for key, each in told.items()})


def document(change: Callable[[dict[str, Any]], Any]) -> Spoil:
    """Spoil each document, of a list or by itself."""

    def spoil(told: dict[str, Any]) -> None:
        for found in told.values():
            for each in found if isinstance(found, list) else [found]:
                change(each)

    return body(spoil)


def put(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda each: each.update(values)


def more(text: str) -> str:
    return str(int(text) + 1)


TOKEN, LIST, SINGLE = r"/oauth2/token", r"/ims/oneroster/[^?]*s\?", r"/(courses|users)/[^/?]+\?"
OLD = {"dateLastModified": "2000-01-01T00:00:00.000Z"}

FAULTS: dict[str, Spoil] = {
    "token": where(TOKEN, body(lambda told: told.pop("expires_in") and None)),
    "token-scopes": where(TOKEN, body(lambda told: {**told, "scope": told["scope"] + " https://x/y"})),
    "token-kept": where(TOKEN, without("Cache-Control")),
    "token-secret": where(TOKEN, answer(400), status=401),
    "token-grant": where(TOKEN, body(lambda told: {"error": "invalid_request"}), status=400),
    "no-token": where(LIST, answer(403), status=401),
    "wrong-token": where(LIST, answer(500), status=401),
    "challenge": where(LIST, without("WWW-Authenticate"), status=401),
    "scope": where(LIST, answer(200), status=403),
    "discovery": where("/discovery/", answer(404)),
    "discovery-paths": where("/discovery/", body(lambda told: told["paths"].popitem() and None)),
    "list": where(r"/orgs\?", answer(404)),
    "nested": where(r"/classes/[^/]+/students\?", answer(501)),
    "single": where(SINGLE, answer(302)),
    "json": where(LIST, rewritten("Content-Type", lambda text: "text/html")),
    "envelope": where(r"/students\?", body(lambda told: {"students": told["users"]})),
    "same": where(SINGLE, document(put(**OLD))),
    "subset": where(r"/students\?", document(put(role="teacher", roles=[]))),
    "subset-single": where(r"/(students|terms)/", answer(200), status=404),
    "belongs": where(r"/classes\?", document(put(school={"sourcedId": "x"}))),
    "required": where(LIST, document(lambda each: each.pop("title", None))),
    "types": where(r"/users\?", document(put(enabledUser=True))),
    "words": where(r"/orgs\?", document(put(type="campus"))),
    "dates": where(r"/academicSessions\?", document(put(startDate="31/01/2026"))),
    "utc": where(LIST, document(put(dateLastModified="2026-01-01T00:00:00+01:00"))),
    "extra": where(LIST, document(put(custom="x"))),
    "guidref": where(r"/enrollments\?", document(lambda each: each["user"].update(type="student"))),
    "absolute": where(r"/enrollments\?", document(lambda each: each["user"].update(href="/x"))),
    "resolves": where(r"/users/[^/?]+\?", answer(404)),
    "default": where(r"/users\?\Z", documents(lambda found: found * 20)),
    "size": where("limit=2&", documents(lambda found: found[:1])),
    "order": where("limit=2&offset=2", documents(lambda found: found[::-1])),
    "total": where(LIST, without("X-Total-Count")),
    "stable": where("limit=2&offset=2", rewritten("X-Total-Count", more)),
    "links": where(LIST, without("Link")),
    "kept": where(LIST, rewritten("Link", lambda text: text.replace("fields=sourcedId&", ""))),
    "last": where(
        LIST, rewritten("Link", lambda text: f'{text}, <http://testserver/orgs>; rel="next"')
    ),
    "beyond": where(r"\?offset=1\d\d", answer(404)),
    "fields": where("fields=", document(put(status="active"))),
    "fields-single": where(r"/[^/]+\?fields=sourcedId\Z", document(put(status="active"))),
    "sort": where("orderBy=asc", documents(lambda found: found[::-1])),
    "equal": where("filter=title%3D", document(put(title="Another"))),
    "finds": where("filter=status%3D%27active", documents(lambda found: [])),
    "unequal": where("filter=sourcedId%21%3D", rewritten("X-Total-Count", more)),
    "contains": where("filter=sourcedId~", document(put(sourcedId="-"))),
    "compared": where("filter=dateLastModified%3E%27", document(put(**OLD))),
    "split": where("filter=dateLastModified%3C%3D", rewritten("X-Total-Count", more)),
    "and": where("%20AND%20sourcedId", documents(lambda found: [{"sourcedId": "x"}])),
    "or": where("%20OR%20", documents(lambda found: found[:1])),
    "delta": where("filter=dateLastModified%3E%3D", documents(lambda found: [])),
    "exact": where("filter=dateLastModified%3E%3D", document(put(**OLD))),
    "future": where("2999", answer(400)),
    "removed": where("tobedeleted", document(put(status="active"))),
    "active": where("filter=status%3D%27active", document(put(status="inactive"))),
    "refused": where("nosuchfield", answer(200), status=400),
    "odd": where("limit=0", answer(200), status=400),
    "body": where("nosuchfield", body(lambda told: {"error": "bad"}), status=400),
    "code": where(
        "nosuchfield",
        lambda given: setattr(given, "content", given.content.replace(b"_filter_", b"_")),
        status=400,
    ),
    "warned": where("nosuchfield", body(lambda told: told.pop("statusInfoSet") and None)),
}  # fmt: skip
"""What is done to answers, by the check that finds it."""

ONE_VERSION = {"discovery": "1.2", "discovery-paths": "1.2", "warned": "1.1"}
"""Checks of one version alone."""
