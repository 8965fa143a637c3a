"""An installation as `portal/deploy/` sets it up: its very commands, behind a real nginx.

Paths, ports and the certificate are exchanged for those of a test; nothing else is.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from portal import env
from tests import engines
from tests.portal.running import BASE, command, eventually
from tests.roster.fetching.servers import certificate

DEPLOY = BASE / "portal" / "deploy"
HOST = "roster.example"
READY = 180
"""Seconds until a web process answers, on a machine that does much else."""
KEY = "a key for an installation that lives for some seconds"


@dataclass
class Production:
    """The running installation: its processes by unit, its addresses, its two vendors."""

    folder: Path
    ports: dict[str, int]
    database: engines.Server
    redis: engines.Server
    of_web: dict[str, str]
    environ: dict[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    vendors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.ports['443']}"

    def ask(self, method: str, path: str, **given: Any) -> requests.Response:
        """Ask nginx as a vendor does, over TLS, on a connection of its own."""
        headers = {"Host": HOST, "Connection": "close"} | given.pop("headers", {})
        return requests.request(
            method, self.url + path, headers=headers, timeout=60,
            verify=str(self.folder / "fullchain.pem"), **given,
        )  # fmt: skip

    def token(self, vendor: int = 0) -> str:
        known = self.vendors[vendor]
        form = {"client_id": known["client_id"], "client_secret": known["client_secret"]}
        answer = self.ask(
            "POST", "/oauth2/token", data={"grant_type": "client_credentials", **form}
        )
        return str(answer.json()["access_token"])

    def start(self, unit: str) -> None:
        """Run what a unit runs; its instance is the port that nginx knows."""
        name, _, instance = unit.partition("@")
        environ = self.environ | (self.of_web if unit in WEB else {})
        words = exec_of(DEPLOY / f"{name}{'@' if instance else ''}.service")
        words = words.replace("%i", str(self.ports.get(instance, "")))
        programs = Path(sys.executable).parent
        words = words.replace("/opt/rosterdesk/.venv/bin", str(programs))
        with (self.folder / f"{unit}.log").open("ab") as log:
            self.processes[unit] = subprocess.Popen(
                shlex.split(words), cwd=BASE, env=environ, stdout=log, stderr=log,
                preexec_fn=engines.bound_to_us(),
            )  # fmt: skip

    def stop(self, unit: str, how: signal.Signals = signal.SIGTERM) -> int:
        """End a unit as systemd does."""
        process = self.processes.pop(unit)
        process.send_signal(how)
        return process.wait(60)

    def restart(self, unit: str) -> None:
        self.stop(unit)
        self.start(unit)
        assert eventually(lambda: self.answers(unit), READY), self.log(unit)

    def answers(self, unit: str) -> bool:
        port = self.ports[unit.partition("@")[2]]
        with contextlib.suppress(requests.RequestException):
            headers = {"Host": HOST}
            url = f"http://127.0.0.1:{port}/healthz"
            return requests.get(url, headers=headers, timeout=5).status_code == 200
        return False

    def log(self, unit: str) -> str:
        return (self.folder / f"{unit}.log").read_text(errors="replace")


WEB = ("rosterdesk-web@8001", "rosterdesk-web@8002")
UNITS = (*WEB, "rosterdesk-worker", "rosterdesk-beat")


@contextlib.contextmanager
def production(**of_web: str) -> Iterator[Production]:
    """Set everything up as the operators' guide says; `of_web` is added for web processes."""
    with (
        contextlib.ExitStack() as ending,
        engines.temporary_folder() as folder,
        # What was committed is there after it was killed.
        engines.postgresql_server(synchronous_commit="on") as database,
        engines.redis_server() as redis,
    ):
        ports = {name: engines.free_port() for name in ("80", "443", "8001", "8002")}
        it = Production(folder, ports, database, redis, of_web)
        ending.callback(lambda: [it.stop(unit) for unit in list(it.processes)])
        owner, daily = databases(database.url)
        it.environ = env.without_settings(os.environ) | environment(
            {"DATABASE_URL": daily, "BROKER_URL": redis.url, "CACHE_URL": f"{redis.url[:-1]}1"}
        )
        # Celery warns who runs it as root, as tests may.
        it.environ |= {"ROSTERDESK_DATA": str(folder / "data"), "PYTHONWARNINGS": "ignore"}
        must(it.environ | {"DATABASE_URL": owner}, "migrate", "--verbosity", 0)
        databases(database.url)
        it.vendors = json.loads(must(it.environ, "demo", "--no-serve", "--json"))["connections"]
        for unit in UNITS:
            it.start(unit)
        ending.enter_context(nginx(folder, ports))
        for unit in WEB:
            assert eventually(lambda unit=unit: it.answers(unit), READY), it.log(unit)  # type: ignore[misc]
        yield it


def databases(server: str) -> tuple[str, str]:
    """Make, or look after, the two users; returns the owner's and the daily DATABASE_URL."""
    words = ["-v", "owner_password=one", "-v", "password=two", "-v", "ON_ERROR_STOP=1"]
    words += ["-f", str(DEPLOY / "database.sql")]
    done = subprocess.run(
        [engines.postgresql_programs() / "psql", "-q", "-d", server, *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    url = urlsplit(server)
    return tuple(  # type: ignore[return-value]
        url._replace(netloc=f"{name}@", path="/rosterdesk").geturl()
        for name in ("rosterdesk_owner", "rosterdesk")
    )


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of the environment file, with what a test has of its own."""
    lines = (DEPLOY / "environment").read_text().splitlines()
    known = dict(line.split("=", 1) for line in lines if line and line[0] != "#")
    return known | {"SECRET_KEY": KEY, "EMAIL_URL": "console:"} | dict(given)


def must(environ: dict[str, str], *words: object) -> str:
    done = command(environ, *words)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def exec_of(unit: Path) -> str:
    found = re.search(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
    assert found, unit
    return found[1]


@contextlib.contextmanager
def nginx(folder: Path, ports: dict[str, int]) -> Iterator[None]:
    """Run nginx with our configuration, on ports and with a certificate of the test."""
    chain, key = certificate()
    (folder / "privkey.pem").write_text(key)
    (folder / "fullchain.pem").write_text(chain)
    text = (DEPLOY / "nginx.conf").read_text()
    for name, port in ports.items():
        text = re.sub(rf"(listen |127\.0\.0\.1:){name}\b", rf"\g<1>{port}", text)
    for path, here in {
        "/var/log/nginx": folder, "/run/nginx.pid": folder / "nginx.pid",
        "/etc/rosterdesk/tls": folder,
    }.items():  # fmt: skip
        text = text.replace(path, str(here))
    kept = "client_body proxy fastcgi uwsgi scgi".split()
    temporary = "".join(f"{name}_temp_path {folder}/{name};" for name in kept)
    text = text.replace("http {", f"http {{ {temporary}")
    (folder / "nginx.conf").write_text(text)
    with (
        (folder / "nginx.err").open("wb") as errors,
        engines.Server(
            "nginx",
            [engines.nginx(), "-c", folder / "nginx.conf", "-g", "daemon off;"],
            ports["443"],
            given={"stderr": errors},
        ),
    ):
        # Its workers are nobody's, and the folder is ours alone.
        folder.chmod(0o711)
        yield
