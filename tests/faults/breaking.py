"""The faults that take some seconds: of the database, and of clients."""

from __future__ import annotations

import contextlib
import signal
import socket
import ssl
import time

import psycopg
import requests

from tests.deploy.production import HOST, Production
from tests.faults.running import NOTHING

AWAY = 3.0
"""Seconds that something is gone."""
STATEMENT = 4
"""Seconds that a statement may take, instead of 30."""
USERS = "/ims/oneroster/rostering/v1p2/users"


def database_stopped(desk: Production) -> str:
    desk.database.end(signal.SIGINT)  # As `pg_ctl stop` and systemd do.
    time.sleep(AWAY)
    desk.database.start()
    return NOTHING


def database_killed(desk: Production) -> str:
    desk.database.end(signal.SIGKILL)
    time.sleep(AWAY)
    desk.database.start()
    return NOTHING


def table_locked(desk: Production) -> str:
    """Have every statement about documents wait for longer than a statement may take."""
    url = desk.environ["DATABASE_URL"].replace("rosterdesk@", "rosterdesk_owner@")
    with psycopg.connect(url) as database:
        database.execute("LOCK TABLE roster_document IN ACCESS EXCLUSIVE MODE")
        time.sleep(STATEMENT + AWAY)
    return NOTHING


# Clients ------------------------------------------------------------------------------------


def slow_clients(desk: Production) -> str:
    """Twenty send a request for a token a byte at a time, and never come to its end."""
    head = f"POST /oauth2/token HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 500\r\n\r\n"
    with contextlib.ExitStack() as ending:
        lines = [ending.enter_context(begun(desk, head.encode())) for _ in range(20)]
        for _ in range(10):
            for line in lines:
                with contextlib.suppress(OSError):  # nginx has waited for long enough.
                    line.sendall(b"g")
            time.sleep(0.3)
    return NOTHING


def idle_clients(desk: Production) -> str:
    """Eleven hundred connect and say nothing."""
    with contextlib.ExitStack() as ending:
        for _ in range(1100):
            line = socket.create_connection(("127.0.0.1", desk.ports["443"]))
            ending.enter_context(line)
        time.sleep(AWAY)
    return NOTHING


def begun(desk: Production, request: bytes) -> ssl.SSLSocket:
    """Open a connection to nginx, and begin a request on it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    line = context.wrap_socket(socket.create_connection(("127.0.0.1", desk.ports["443"])))
    line.sendall(request)
    return line


HUGE = {
    "a head of 64 KB": ("GET", USERS, {"X-Long": "x" * 65_000}, b""),
    "1,000 headers": ("GET", USERS, {f"X-{number}": "x" for number in range(1_000)}, b""),
    "a query of 15 KB": ("GET", f"{USERS}?filter=" + "x" * 15_000, {}, b""),
    "a query of 900 parameters": ("GET", f"{USERS}?" + "a=1&" * 900, {}, b""),
    "a body of 10 MB": ("PUT", "/ims/oneroster/gradebook/v1p2/results/x", {}, b"x" * 10_000_000),
    "a form of 200 KB": ("POST", "/oauth2/token", {}, b"a=" + b"x" * 200_000),
}


def huge_requests(desk: Production) -> str:
    """Each is refused by nginx or by us; what isn't is said as lost, though nobody loses it."""
    token, told = desk.token(), {}
    for name, (method, path, headers, body) in HUGE.items():
        bearer = {"Authorization": f"Bearer {token}"} | headers
        for _ in range(5):
            try:
                told[name] = desk.ask(method, path, headers=bearer, data=body).status_code
            except requests.ConnectionError:  # Refused before the whole of it was sent.
                told[name] = 413
    odd = {name: status for name, status in told.items() if not 400 <= status < 500}
    return f"{NOTHING}; refused with {said(told)}" if not odd else f"a refusal of {odd}"


def said(told: dict[str, int]) -> str:
    return ", ".join(str(status) for status in sorted(set(told.values())))
