"""Starts our own commands as a person does, and finds every process that stems from them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from portal import env
from tests import engines, migrating

BASE = Path(env.__file__).resolve().parent.parent
MARK = "TEST_STEMS_FROM"  # Inherited by every process that the command starts, at any depth.
PATIENCE = 120


def embedded(data: Path) -> dict[str, str]:
    """An environment of the embedded default in a data folder of its own."""
    return env.without_settings(os.environ) | {"ROSTERDESK_DATA": str(data)}


@contextlib.contextmanager
def migrated(data: Path) -> Iterator[dict[str, str]]:
    """The environment of an installation with empty tables.

    Broker, cache and key are the embedded ones; the database is of the engine under test.
    """
    environ = embedded(data)
    if connection.vendor == "sqlite":
        data.mkdir()
        migrating.bring(str(data / "rosterdesk.sqlite3"))
        yield environ
        return
    with database(migrating.create) as url:
        yield environ | {"DATABASE_URL": url}


@contextlib.contextmanager
def copied(data: Path) -> Iterator[dict[str, str]]:
    """The environment of an installation with all that the tests' own database has this moment."""
    environ = embedded(data)
    name = str(connection.settings_dict["NAME"])
    connection.close()
    if connection.vendor == "sqlite":
        data.mkdir()
        with (
            contextlib.closing(sqlite3.connect(name)) as source,
            contextlib.closing(sqlite3.connect(data / "rosterdesk.sqlite3")) as copy,
        ):
            source.backup(copy)
        yield environ
        return
    with database(lambda made: create(made, f'TEMPLATE "{name}"')) as url:
        yield environ | {"DATABASE_URL": url}


def create(name: str, how: str = "") -> str:
    """Make a database, without tables, on the PostgreSQL of this run; returns its DATABASE_URL."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} {how}".encode())
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@contextlib.contextmanager
def database(make: Callable[[str], str] = create) -> Iterator[str]:
    """Make a database beside the tests' own; yields its DATABASE_URL."""
    name = f"running_{uuid.uuid4().hex}"
    yield make(name)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextlib.contextmanager
def without_tables() -> Iterator[None]:
    """Have a database beside the tests' own, and nothing in it."""
    tests_own = connection.settings_dict["NAME"]
    with contextlib.ExitStack() as stack:
        if connection.vendor == "sqlite":
            name = f"{stack.enter_context(tempfile.TemporaryDirectory())}/another.sqlite3"
        else:
            name = urlsplit(stack.enter_context(database())).path[1:]
        stack.callback(_point_at, tests_own)
        _point_at(name)
        yield


def _point_at(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()


def command(environ: dict[str, str], *words: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; its output, its errors and its code come back."""
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, words)],
        cwd=BASE, env=environ, capture_output=True, text=True, check=False, timeout=PATIENCE * 2,
    )  # fmt: skip


class Running:
    """A command that goes on until it is stopped, on a port that was free."""

    def __init__(self, environ: dict[str, str], name: str, *words: object) -> None:
        self.port = engines.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.mark = uuid.uuid4().hex
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", name, "--port", str(self.port), *map(str, words)],
            cwd=BASE, env=environ | {MARK: self.mark}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def told(self, last: str) -> str:
        """Return what it prints, down to the line that holds `last`."""
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if last in line:
                return "".join(lines)
        raise AssertionError(f"It ended: {''.join(lines)}{self.errors()}")

    def told_object(self) -> dict[str, Any]:
        assert self.process.stdout
        told = json.loads(self.process.stdout.readline())
        assert isinstance(told, dict)
        return told

    def errors(self) -> str:
        assert self.process.stderr
        return self.process.stderr.read()

    def family(self) -> dict[int, str]:
        """Return its processes and all that stem from them, wherever they hang now."""
        return processes_with(f"{MARK}={self.mark}")

    def get(self, path: str) -> tuple[int, str]:
        return get(self.url + path)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def running(environ: dict[str, str], name: str, *words: object) -> Iterator[Running]:
    """Run a command that serves; whatever the test did, nothing of it is left behind."""
    it = Running(environ, name, *words)
    try:
        yield it
    finally:
        for pid in it.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        it.process.wait()
        for stream in (it.process.stdout, it.process.stderr):
            if stream:
                stream.close()


def processes_with(pair: str) -> dict[int, str]:
    """Return the command lines, by process, of those that have this pair in their environment."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if pair.encode() in (folder / "environ").read_bytes().split(b"\0"):
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found[int(folder.name)] = words.strip()
    return found


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def eventually(holds: Callable[[], Any], within: float) -> bool:
    """Whether it holds before so many seconds have gone."""
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True
