"""`serve` runs the real processes of the embedded default, and leaves none behind."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
import socket
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from portal import children, health, processes, serving
from portal.alerting import pulses
from portal.processes import Child, Supervisor
from roster.refusal import Refused
from tests.portal.running import (
    PATIENCE,
    Running,
    command,
    embedded,
    eventually,
    migrated,
    running,
)

PARTS = {"database", "broker", "cache", "worker", "beat"}
ROLES = ("web", "worker", "beat")


@pytest.fixture(scope="module")
def environ(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """An installation in a folder with a space in its name."""
    with migrated(tmp_path_factory.mktemp("data of") / "the desk") as environ:
        yield environ


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def of_role(desk: Running, role: str) -> list[int]:
    names = {pid: Path(f"/proc/{pid}/comm").read_text().strip() for pid in desk.family()}
    return [pid for pid, name in names.items() if name == f"desk {role}"]


def ended(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


# The real thing -----------------------------------------------------------------------------


def test_serve_lives_heals_and_ends_cleanly(environ: dict[str, str]) -> None:
    with running(environ, "serve", "--workers", 2) as desk:
        told = desk.told("Ctrl-C stops it")
        assert told == f"Rosterdesk is at {desk.url} (Ctrl-C stops it).\n"
        assert desk.get("/healthz") == (200, "ok\n")
        code, parts = desk.get("/readyz")
        assert (code, set(json.loads(parts))) == (200, PARTS)
        assert [len(of_role(desk, role)) for role in ROLES] == [3, 1, 1]

        # A killed worker comes back.
        killed = max(of_role(desk, "web"))
        os.kill(killed, signal.SIGKILL)
        assert eventually(lambda: ended(killed) and len(of_role(desk, "web")) == 3, PATIENCE)

        # A killed main process takes its workers along, and all come back.
        main = min(of_role(desk, "web"))
        before = of_role(desk, "web") + of_role(desk, "worker")
        os.kill(main, signal.SIGKILL)
        os.kill(of_role(desk, "worker")[0], signal.SIGKILL)
        assert eventually(lambda: all(ended(pid) for pid in before), 5)
        assert eventually(lambda: len(desk.family()) == 6 and answers(desk), PATIENCE)

        # Ctrl-C; test_demo ends it by SIGTERM.
        assert desk.stop(signal.SIGINT) == 0
        assert desk.family() == {}
        errors = desk.errors()
        assert "web ended (-9)" in errors
        assert "worker ended (-9)" in errors
        assert "Traceback" not in errors
        assert "_granian" in {json.loads(line)["logger"] for line in errors.splitlines()}


@pytest.mark.parametrize("early", [False, True], ids=["serving", "starting"])
def test_nothing_outlives_a_serve_that_is_killed(environ: dict[str, str], early: bool) -> None:
    with running(environ, "serve", "--json") as desk:
        if early:
            assert eventually(lambda: len(desk.family()) > 1, PATIENCE)
        else:
            assert desk.told_object() == {"address": desk.url}
            assert len(desk.family()) == 6
        desk.stop(signal.SIGKILL)
        assert eventually(lambda: not desk.family(), 5), desk.family()
        assert eventually(lambda: is_free(desk.port), 5)


def is_free(port: int) -> bool:
    try:
        serving.require_free("127.0.0.1", port)
    except Refused:
        return False
    return True


def answers(desk: Running) -> bool:
    try:
        return desk.get("/healthz")[0] == 200
    except urllib.error.URLError:
        return False


# What is refused before anything starts -----------------------------------------------------


def test_a_taken_port_is_said_in_words(tmp_path: Path, taken: int) -> None:
    done = command(embedded(tmp_path), "serve", "--port", taken, "--json")
    assert (done.returncode, json.loads(done.stdout)) == (
        1,
        {"error": f"Port {taken} is in use by another program. Take another: --port {taken + 1}."},
    )


def test_a_database_without_tables_is_said_in_words(tmp_path: Path) -> None:
    # Only where there is no database at all is one made; one that is there is somebody's.
    (tmp_path / "rosterdesk.sqlite3").touch()
    done = command(embedded(tmp_path), "serve", "--port", 65000)
    assert done.returncode == 1
    assert "Run first: python3 manage.py migrate" in done.stderr


@pytest.mark.parametrize(
    ("host", "words"),
    [("no.such.host.invalid", "no address of this machine"), ("192.0.2.1", "can't be listened on")],
)
def test_an_address_that_is_not_ours_is_refused(host: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        serving.require_free(host, 65000)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "eighty", ""])
def test_what_is_no_port_is_a_matter_of_usage(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        serving.port_number(text)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104
        ("::1", "http://[::1]:8000"),
        ("localhost", "http://localhost:8000"),
    ],
)
def test_the_address_is_one_that_a_browser_can_open(host: str, address: str) -> None:
    assert serving.address(host, 8000) == address


# Keeping children alive ---------------------------------------------------------------------


def test_what_ends_again_and_again_starts_again_ever_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    starts: list[float] = []

    def start(child: Child) -> None:
        starts.append(now[0])
        child.began = now[0]
        child.process = mock.Mock(exitcode=1)

    def has_ended(child: Child) -> bool:
        child.process, child.code = None, 1
        return True

    monkeypatch.setattr(processes.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(Child, "start", start)
    monkeypatch.setattr(Child, "has_ended", has_ended)
    child = Child("worker", children.worker)
    child.start()
    supervisor = Supervisor([child])
    while len(starts) < 9:
        supervisor._look_at(child)
        now[0] += 0.5
    pauses = [round(later - one) for one, later in itertools.pairwise(starts)]
    assert [pause - pauses[0] for pause in pauses] == [0, 1, 3, 7, 15, 29, 29, 29]


# What a load balancer asks ------------------------------------------------------------------


SILENT = {"worker": "silent", "beat": "silent"}


@pytest.mark.django_db
def test_ready_says_what_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/readyz").json() == dict.fromkeys(PARTS, "ok") | SILENT
    for name in SILENT:
        pulses.pulse(name)
    assert client.get("/readyz").json() == dict.fromkeys(PARTS, "ok")
    with monkeypatch.context() as patch:
        patch.setattr(health, "state_of_broker", lambda: "unreachable")
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["broker"]) == (200, "unreachable")
    monkeypatch.setattr(health, "missing_migrations", lambda: 2)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": "lacks migrations"})

    def gone() -> Any:
        raise health.DatabaseError

    monkeypatch.setattr(health, "missing_migrations", gone)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": "unreachable"})


def test_alive_needs_no_database(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405
