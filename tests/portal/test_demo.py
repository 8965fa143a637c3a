"""The first command of a new user, for real: what it prints is typed in, and works."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import psycopg
import pytest

from portal import demo
from tests.portal.running import PATIENCE, Running, command, database, embedded, eventually, running

pytestmark = pytest.mark.database
"""On each engine, in a database of its own."""

COUNTS = {
    "imports": "SELECT count(*) FROM roster_import",
    "publications": "SELECT count(*) FROM roster_publication",
    "marks of people": "SELECT count(*) FROM roster_mark WHERE source = 'person'",
    "connections": "SELECT count(*) FROM connections_connection",
    "living secrets": "SELECT count(*) FROM connections_secret WHERE ended IS NULL",
    "requests": "SELECT count(*) FROM connections_request",
    "refreshes": "SELECT count(*) FROM roster_refresh",
}


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A machine on which nothing was done yet, with the engines of this run."""
    environ = embedded(tmp_path / "data")
    if "DATABASE_URL" not in os.environ:
        yield environ
        return
    with database() as url:
        yield environ | {
            "DATABASE_URL": url,
            "BROKER_URL": os.environ["BROKER_URL"].replace("/0", "/7"),
        }


def test_the_demo_from_a_bare_machine_to_a_vendor_that_reads(environ: dict[str, str]) -> None:
    first = prepared(environ)
    made = counts(environ)
    assert made == {
        "imports": 1, "publications": 15, "marks of people": 2, "connections": 3,
        "living secrets": 3, "requests": 26, "refreshes": 2,
    }  # fmt: skip
    second = prepared(environ, "--port", 8123)
    assert counts(environ) == made
    assert second["address"] == "http://127.0.0.1:8123"
    for key in ("id", "client_id"):
        assert [one[key] for one in second["connections"]] == [
            one[key] for one in first["connections"]
        ]

    with running(environ, "demo") as desk:
        told = desk.told("Ctrl-C stops it")
        assert f"Rosterdesk is at {desk.url}\n" in told
        assert "is here already" in told
        for version, path in (("1.2", "rostering/v1p2"), ("1.1", "v1p1")):
            shown = typed_in(told, version)
            assert len(shown["users"]) == 5
            assert f"{desk.url}/ims/oneroster/{path}/" in json.dumps(shown)
            # Whoever tries it reads a run of their own, not the rest of one from before the marks.
            classes = typed_in(told, version, "classes?limit=1000")["classes"]
            assert {each["status"] for each in classes} == {"active"}
        for one in (*first["connections"], *second["connections"]):
            assert token(desk, f"{one['client_id']}:{one['client_secret']}") == 401

        dana = Browser(desk.url)
        dana.sign_in(demo.DANA, password_of(told, demo.DANA))
        assert_grades_have_come(dana)
        lines = told.split("Chalkmark Quizzes")[1].split("\n\n")[0].splitlines()[1:]
        assert shell(lines).strip().endswith("201")
        assert_a_worker_refreshes(dana)

        with a_request_that_waits(environ, desk, told) as answers:
            desk.process.send_signal(signal.SIGTERM)
        assert desk.process.wait(PATIENCE) == 0
        assert answers == [200]
        assert desk.family() == {}
        assert "Traceback" not in desk.errors()


def test_a_taken_port_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = command(embedded(tmp_path), "demo", "--port", port)
    assert done.returncode == 1
    assert f"Take another: --port {port + 1}." in done.stderr
    assert not (tmp_path / "rosterdesk.sqlite3").exists()


# What a person does with it -----------------------------------------------------------------


def prepared(environ: dict[str, str], *words: object) -> dict[str, Any]:
    """Prepare the demo without serving it; its one JSON object comes back."""
    done = command(environ, "demo", "--no-serve", "--json", *words)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert isinstance(told, dict)
    return told


def typed_in(told: str, version: str, read: str = "students?limit=5") -> dict[str, Any]:
    """Paste the lines of a version into a shell, one after the other."""
    lines = told.split(f"OneRoster {version}, ")[1].split("\n\n")[0].splitlines()[1:]
    shown = json.loads(shell([line.replace("students?limit=5", read) for line in lines]))
    assert isinstance(shown, dict)
    return shown


def shell(lines: list[str]) -> str:
    done = subprocess.run(
        ["bash"], input="\n".join(lines), capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"]}, timeout=PATIENCE,
    )  # fmt: skip
    return done.stdout


def password_of(told: str, email: str) -> str:
    found = re.search(rf"{re.escape(email)} +(\S+)", told)
    assert found
    return found[1]


class Browser:
    """Cookies and forms, as little as it takes to sign in and press a button."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def read(self, path: str) -> str:
        with self.opener.open(self.url + path, timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def post(self, page: str, path: str, **fields: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.read(page))
        assert found
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": found[1], **fields}).encode()
        with self.opener.open(self.url + path, data, timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def sign_in(self, email: str, password: str) -> None:
        assert demo.NAME in self.post("/sign-in/", "/sign-in/", login=email, password=password)


def assert_grades_have_come(dana: Browser) -> None:
    """Follow the one class that a vendor wrote into: a quiz, with a score for each student."""
    grades = f"/o/{demo.SLUG}/grades/"
    found = re.search(r'href="(\?id=[^"]+)"', dana.read(grades))
    assert found
    page = dana.read(grades + found[1])
    assert "Quiz 1" in page
    assert page.count("fully graded") == 3


def assert_a_worker_refreshes(dana: Browser) -> None:
    """Press “Refresh now”: web, broker and worker have to work together for an answer."""
    cache = f"/o/{demo.SLUG}/cache/"
    before = dana.read(cache).count("<tr")
    dana.post(cache, f"{cache}refresh/")
    assert eventually(lambda: dana.read(cache).count("<tr") > before, PATIENCE)
    assert eventually(lambda: 'hx-trigger="every 1s"' not in dana.read(cache), PATIENCE)
    assert "refresh failed" not in dana.read(cache)


def token(desk: Running, credentials: str) -> int:
    """Ask for a token; the status comes back."""
    client, _, secret = credentials.partition(":")
    fields = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    data = urllib.parse.urlencode(fields).encode()
    try:
        with urllib.request.urlopen(f"{desk.url}/oauth2/token", data, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@contextlib.contextmanager
def a_request_that_waits(environ: dict[str, str], desk: Running, told: str) -> Iterator[list[int]]:
    """Keep a request for a token waiting for the database while something happens."""
    found = re.search(r"CLIENT_ID=(\w+) CLIENT_SECRET=(\w+)", told)
    assert found
    answers: list[int] = []
    asking = threading.Thread(target=lambda: answers.append(token(desk, ":".join(found.groups()))))
    with connected(environ) as session:
        if "DATABASE_URL" in environ:
            session.execute("LOCK TABLE oauth2_provider_accesstoken")
        else:
            session.execute("BEGIN IMMEDIATE")
        asking.start()
        asking.join(1)
        yield answers
        asking.join(1)
        assert answers == []
        session.rollback()
    asking.join(PATIENCE)


@contextlib.contextmanager
def connected(environ: dict[str, str]) -> Iterator[Any]:
    url = environ.get("DATABASE_URL")
    file = Path(environ["ROSTERDESK_DATA"]) / "rosterdesk.sqlite3"
    session = psycopg.connect(url) if url else sqlite3.connect(file, isolation_level=None)
    with contextlib.closing(session):
        yield session


def counts(environ: dict[str, str]) -> dict[str, int]:
    with connected(environ) as session:
        return {name: session.execute(sql).fetchone()[0] for name, sql in COUNTS.items()}
