"""Serving from one command: what is checked before, and the step into the process that serves."""

import argparse
import errno
import json
import os
import socket
import sys
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError, connections

from portal.env import BASE
from portal.health import missing_migrations
from portal.supervising import ANYWHERE, STOPPED, Asked
from roster.management.base import RosterCommand
from roster.refusal import Refused


class ServingCommand(RosterCommand):
    """A command that serves, and prints its result as soon as the server answers."""

    asked: Asked | None = None

    def add_port(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=port_number, default=8000, help="the port to listen on (default 8000)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            super().handle(*args, **options)
        except KeyboardInterrupt:
            self.stderr.write(STOPPED)
            sys.exit(130)

    def serve(self, host: str, port: int, workers: int, *, jobs: bool) -> None:
        """Have everything served once `run` has returned; `jobs`: by worker and beat too."""
        self.asked = Asked(host, port, workers, jobs, self.as_json)

    def tell(self, text: str) -> None:
        """Become the process that serves, which has never opened the database, and says it then."""
        if self.asked is None:
            super().tell(text)
            return
        connections.close_all()
        self.stdout.flush()
        reading, writing = os.pipe()
        os.write(writing, json.dumps([self.asked, text]).encode())  # A pipe holds 64 KiB.
        os.close(writing)
        os.set_inheritable(reading, True)
        path = os.pathsep.join(filter(None, [str(BASE), os.environ.get("PYTHONPATH")]))
        command = [sys.executable, "-P", "-m", "portal.supervising", str(reading)]
        os.execve(sys.executable, command, os.environ | {"PYTHONPATH": path})  # noqa: S606


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
