"""Serving from one command: what is checked before, which processes it takes, when it is ready."""

import argparse
import errno
import http.client
import socket
import sys
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError, connections

from portal.health import missing_migrations
from portal.processes import Child, Supervisor
from roster.management.base import RosterCommand
from roster.refusal import Refused

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - named, not bound to.


class ServingCommand(RosterCommand):
    """A command that prints its result as soon as the server answers, and then goes on serving."""

    supervisor: Supervisor | None = None

    def add_port(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=port_number, default=8000, help="the port to listen on (default 8000)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            super().handle(*args, **options)
        except KeyboardInterrupt:
            self.stderr.write("Stopped before it was ready. What is done is kept.")
            sys.exit(130)
        self.stdout.flush()
        if self.supervisor is not None:
            self.supervisor.watch()

    def begin_serving(self, host: str, port: int, workers: int, *, jobs: bool) -> None:
        """Start all processes and return when the server answers, or refuse.

        `jobs`: worker and beat are among them.
        """
        connections.close_all()
        web = Child("web", [host, str(port), str(workers)])
        self.supervisor = Supervisor([web, Child("worker"), Child("beat")] if jobs else [web])
        self.supervisor.start()
        if not self.supervisor.wait_until(lambda: answers(host, port)):
            if self.supervisor.stopping.is_set():
                raise SystemExit(0)
            self.supervisor = None
            raise Refused("The server ended before it answered; its reason is above.")


def port_number(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"“{text}” is no port; ports go from 1 to 65535")
    return int(text)


def address(host: str, port: int) -> str:
    """Return where a browser on this machine finds the server: `http://127.0.0.1:8000`."""
    host = ANYWHERE.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def require_free(host: str, port: int) -> str:
    """Return the numeric address of the host, or refuse what can't be listened on, and why."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise Refused(f"“{host}” is no address of this machine.") from None
    family, kind, protocol, _, where = min(found, key=lambda row: row[0] != socket.AF_INET)
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(where)
            probe.listen(1)
        except PermissionError:
            raise Refused(f"Port {port} is for root only. Take another: --port 8000.") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Refused(f"{host} can't be listened on: {error.strerror}.") from None
            raise Refused(
                f"Port {port} is in use by another program. Take another: --port {port + 1}."
            ) from None
    return str(where[0])


def require_migrated() -> None:
    """Refuse a database that lacks tables of this version, or can't be reached."""
    try:
        missing = missing_migrations()
    except DatabaseError as error:
        raise Refused(f"The database can't be used: {str(error).strip()}") from None
    if missing:
        raise Refused(
            f"The database lacks {missing} migrations. Run first: python3 manage.py migrate"
        )


def answers(host: str, port: int) -> bool:
    """Whether anything, be it a refusal, comes back over HTTP."""
    asking = http.client.HTTPConnection(ANYWHERE.get(host, host), port, timeout=2)
    try:
        asking.request("GET", "/healthz")
        asking.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()
    return True
