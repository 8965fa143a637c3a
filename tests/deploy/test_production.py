"""PostgreSQL, Redis, two web processes, worker and beat behind nginx, as `portal/deploy/` says."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from tests.deploy.production import HOST, UNITS, WEB, Production, must, production
from tests.faults.breaking import STATEMENT, USERS, begun
from tests.faults.running import run
from tests.faults.table import SHORT
from tests.faults.watching import Vendors
from tests.portal.running import command, eventually


@pytest.fixture(scope="module")
def desk() -> Iterator[Production]:
    with production(PGOPTIONS=f"-c statement_timeout={STATEMENT}s") as desk:
        yield desk


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_vendor_reads_over_tls(desk: Production) -> None:
    users = desk.ask("GET", f"{USERS}?limit=5", headers=bearer(desk.token())).json()["users"]
    assert len(users) == 5
    assert users[0]["roles"][0]["org"]["href"].startswith(f"https://{HOST}/ims/")


def test_nothing_is_missing_but_a_backup(desk: Production) -> None:
    """Run by the user of the daily work, who can read what the doctor looks at."""
    must(desk.environ, "check", "--deploy", "--fail-level", "WARNING")

    def complaints() -> str:
        return command(desk.environ, "doctor").stdout

    # Worker and beat say that they live some moments after they began.
    assert eventually(lambda: "isn't heard of" not in complaints(), 20), complaints()


def test_the_daily_user_can_neither_change_tables_nor_the_past(desk: Production) -> None:
    url = desk.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as database:
        assert database.execute("SELECT count(*) FROM roster_auditentry").fetchone() != (0,)
        for words in (
            "DELETE FROM roster_auditentry",
            "DROP TABLE roster_user",
            "CREATE TABLE x ()",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                database.execute(words)  # type: ignore[arg-type]


def test_the_log_of_the_proxy_knows_no_id(desk: Production) -> None:
    asked = [
        f"{USERS}/the-id-of-ann",
        f"{USERS}?filter=familyName='Secretname'",
        "/ims/oneroster/v1p1/the-id-of-ann",
        "/hand-over/word/",
    ]
    for path in asked:
        desk.ask("GET", path, headers=bearer("none"))
    log = (desk.folder / "rosterdesk.log").read_text()
    assert f" GET {USERS} 401 " in log
    everything = log + (desk.folder / "rosterdesk-error.log").read_text()
    for word in ("the-id-of-ann", "Secretname", "/word"):
        assert word not in everything


def test_nobody_can_pretend_to_be_the_proxy(desk: Production) -> None:
    """With an underscore the header would be believed: it is dropped."""
    claims = {"X_Forwarded_Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = desk.ask("GET", "/docs/", headers=claims)
    assert answer.status_code == 200
    assert "evil.example" not in answer.text


def test_in_the_clear_nothing_is_answered(desk: Production) -> None:
    for path, status in (("/oauth2/token", b" 403 "), ("/sign-in/", b" 301 ")):
        with socket.create_connection(("127.0.0.1", desk.ports["80"]), timeout=10) as line:
            line.sendall(f"GET {path} HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
            assert status in line.recv(100)


def test_the_processes_write_json_and_no_secret(desk: Production) -> None:
    assert desk.ask("POST", "/sign-in/").status_code == 403  # As no page of ours had the form.
    said = []
    for unit in UNITS:
        for line in desk.log(unit).splitlines():
            if not line.startswith("Rosterdesk is at "):
                said.append(json.loads(line)["logger"])
        for vendor in desk.vendors:
            assert vendor["client_secret"] not in desk.log(unit)
    assert "django.security.csrf" in said


# Odd clients ----------------------------------------------------------------------------------

BASES = {"1.1": "/ims/oneroster/v1p1", "1.2": "/ims/oneroster/rostering/v1p2"}
UNENCODED = {
    "/users?filter=dateLastModified>'2020-01-01'%20AND%20dateLastModified<'2040-01-01'": 200,
    '/users?limit=2&filter=familyName="Smith"%20AND%20status="active"': 400,
    "/users/no%2Fbody<%3C>": 404,
}


@pytest.mark.parametrize("version", BASES)
def test_a_query_that_is_not_encoded_is_answered_as_if_it_were(
    desk: Production, version: str
) -> None:
    vendor = next(each for each in desk.vendors if each["oneroster"] == version)
    token = desk.token(desk.vendors.index(vendor))

    def logged() -> list[Any]:
        with psycopg.connect(desk.environ["DATABASE_URL"]) as database:
            rows = database.execute(
                "SELECT status FROM connections_request r JOIN connections_client c"
                " USING (connection_id) WHERE c.client_id = %s ORDER BY r.id",
                [vendor["client_id"]],
            ).fetchall()
        return [status for (status,) in rows]

    before = len(logged())
    for path, status in UNENCODED.items():
        encoded = quote(path, safe="/?&='%")
        asked = desk.ask("GET", BASES[version] + encoded, headers=bearer(token))
        assert raw(desk, token, BASES[version] + path) == (status, asked.json()), path
    assert eventually(lambda: len(logged()) == before + 6, 10)
    assert logged()[before:] == [200, 200, 400, 400, 404, 404]
    many = raw(desk, token, f"{BASES[version]}/users?filter={'<' * 17}")
    assert many[0] == 400
    assert str(many[1]).count("invalid data" if version == "1.1" else "invaliddata") == 1


def raw(desk: Production, token: str, target: str) -> tuple[int, Any]:
    """Send an address as it is written, which no library does; returns status and body."""
    head = f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"
    request = f"{head}Authorization: Bearer {token}\r\n\r\n"
    with begun(desk, request.encode()) as line:
        answer = HTTPResponse(line)
        answer.begin()
        return answer.status, json.loads(answer.read())


# Faults, and greed --------------------------------------------------------------------------


def test_faults_are_over_in_seconds_and_lose_nothing(desk: Production) -> None:
    """The short ones: `python -m tests.faults` has them all."""
    with Vendors(desk) as vendors:
        rows = [run(desk, vendors, fault) for fault in SHORT]
    assert not [row for row in rows if row.failures], rows


def test_one_vendor_gets_its_share_and_no_more(desk: Production) -> None:
    """Forty at once: what is too much is refused in the version's words, by us or by nginx."""
    headers, path = bearer(desk.token()), f"{USERS}?limit=50000"
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: desk.ask("GET", path, headers=headers), range(40)))
    assert {answer.status_code for answer in answers} == {200, 429}
    for refused in (answer for answer in answers if answer.status_code == 429):
        assert int(refused.headers["Retry-After"]) > 0
        assert "server_busy" in str(refused.json()["imsx_CodeMinor"])


# Restarting ---------------------------------------------------------------------------------


def test_a_restart_one_after_the_other_loses_no_request(desk: Production) -> None:
    ending, told = threading.Event(), Counter[object]()
    token = desk.token()

    def ask() -> None:
        while not ending.is_set():
            told[desk.ask("GET", f"{USERS}?limit=50", headers=bearer(token)).status_code] += 1
            told["token" if desk.token(1) else "none"] += 1

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for unit in WEB:
        desk.restart(unit)
    ending.set()
    for thread in threads:
        thread.join()
    assert set(told) == {200, "token"}, told


def test_while_nothing_answers_vendors_are_told_in_form(desk: Production) -> None:
    for unit in WEB:
        desk.stop(unit)
    answers = {
        path: desk.ask("GET", path) for path in (f"{USERS}/an-id", "/ims/oneroster/v1p1/users")
    }
    for unit in WEB:
        desk.start(unit)
    for answer in answers.values():
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "server_busy" in str(answer.json())
    assert eventually(lambda: all(desk.answers(unit) for unit in WEB), 60)
    assert "an-id" not in (desk.folder / "rosterdesk-error.log").read_text()
