"""One run: an installation of its own, vendors that ask it, commands that come and go.

Every answer must be 200, every command must end with 0, whether or not an import or a refresh is
under way, and the file must be whole in the end.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import itertools
import json
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests import migrating
from tests.portal.running import Running, command, embedded, running

BASES = {"1.1": "/ims/oneroster/v1p1", "1.2": "/ims/oneroster/rostering/v1p2"}
LISTS = ("/users?limit=100", "/enrollments?limit=100", "/classes", "/orgs")
TOKEN_EVERY = 5  # Requests: a token writes, a list only reads.
ASKING = 4  # Threads, half of them each vendor's.
WRITING = (("import_roster", "demo", "{bundle}"), ("refresh_cache", "demo"))
QUICK = (
    ("list_kind", "demo", "person"),
    ("exclude", "demo", "person", "--where", "name~lee", "--reason", "stress", "--dry-run"),
    ("set_field_policy", "demo", "--none"),
)
"""Commands that come and go, one loop beside the other."""


@dataclass
class Outcome:
    """What a run saw; `failures` says in words what must not be."""

    answers: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0


def run(folder: Path, seconds: float, students: int = 300) -> Outcome:
    """Make an installation in the folder and stress it for so many seconds."""
    data = folder / "data"
    outcome, environ = Outcome(), embedded(data)
    data.mkdir()
    migrating.bring(str(data / "rosterdesk.sqlite3"))
    bundles = [folder / f"night-{night}.zip" for night in range(2)]
    demo = json.loads(_must(environ, "demo", "--no-serve", "--json"))
    _must(environ, "make_bundle", bundles[0], "--students", students, "--next-night", bundles[1])
    with running(environ, "serve", "--workers", 2, "--json") as desk:
        desk.told_object()
        end = time.monotonic() + seconds
        threads = [
            threading.Thread(target=_ask, args=(desk, demo["connections"][n % 2], end, outcome))
            for n in range(ASKING)
        ]
        threads += [
            threading.Thread(target=_command, args=(environ, loop, bundles, end, outcome))
            for loop in (WRITING, QUICK)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        desk.stop()
        errors = desk.errors()
    outcome.failures += [
        f"answered {what}: {n}" for what, n in outcome.answers.items() if what != "200"
    ]
    # Errors and processes that died; not that on a busy machine a worker was slow to end.
    bad = ('"level": "error"', "it starts again", "Traceback")
    logged = [line for line in errors.splitlines() if any(words in line for words in bad)]
    outcome.failures += [f"`serve` logged: {line[:500]}" for line in logged]
    outcome.failures += broken(data / "rosterdesk.sqlite3")
    return outcome


def broken(file: Path) -> list[str]:
    """Return what SQLite finds wrong with the file."""
    try:
        with contextlib.closing(sqlite3.connect(file)) as opened:
            found = opened.execute("PRAGMA integrity_check").fetchall()
            found += opened.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [str(row) for row in found if row != ("ok",)]


def _must(environ: dict[str, str], *words: object) -> str:
    done = command(environ, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _command(
    environ: dict[str, str],
    loop: Sequence[Sequence[str]],
    bundles: list[Path],
    end: float,
    outcome: Outcome,
) -> None:
    """Run one command after the other, the bundles of two nights in turns."""
    nights = itertools.cycle(bundles)
    for words in itertools.cycle(loop):
        if time.monotonic() > end:
            return
        done = command(environ, *(next(nights) if word == "{bundle}" else word for word in words))
        outcome.commands[words[0]] += 1
        if done.returncode:
            outcome.failures.append(f"{words[0]} ended with {done.returncode}: {done.stderr}")


def _ask(desk: Running, connection: dict[str, Any], end: float, outcome: Outcome) -> None:
    """Be a vendor's client: a token, some lists, the next token."""
    pair = f"{connection['client_id']}:{connection['client_secret']}".encode()
    basic = {
        "Authorization": f"Basic {base64.b64encode(pair).decode()}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    bearer: dict[str, str] = {}
    for turn in itertools.count():
        if time.monotonic() > end:
            return
        began = time.monotonic()
        if turn % TOKEN_EVERY and bearer:
            path = BASES[connection["oneroster"]] + LISTS[turn % len(LISTS)]
            status, _ = _answer(desk, "GET", path, bearer)
        else:
            status, body = _answer(desk, "POST", "/oauth2/token", basic)
            if status == "200":
                bearer = {"Authorization": f"Bearer {json.loads(body)['access_token']}"}
        outcome.answers[status] += 1
        outcome.slowest = max(outcome.slowest, time.monotonic() - began)
        time.sleep(0.004)


def _answer(desk: Running, method: str, path: str, headers: dict[str, str]) -> tuple[str, bytes]:
    asking = http.client.HTTPConnection(urlsplit(desk.url).netloc, timeout=30)
    try:
        body = "grant_type=client_credentials" if method == "POST" else None
        asking.request(method, path, body, headers)
        answer = asking.getresponse()
        return str(answer.status), answer.read()
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__, b""
    finally:
        asking.close()
