"""`check_provider` against our own server: it finds nothing, but each fault that is put in."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string

from connections.provider import running
from connections.provider.asking import Answer, Provider, host_of
from connections.provider.table import CHECKS
from roster.refusal import Refused
from tests.conformance.asking import HOST, Asker
from tests.conformance.conftest import run
from tests.conformance.faults import FAULTS, ONE_VERSION, Spoil
from tests.conformance.inside import Given, session


def provider(vendor: Asker, spoil: Spoil = lambda given: None, **bounds: Any) -> Provider:
    return Provider(
        HOST,
        vendor.version,
        vendor.client_id,
        vendor.client_secret,
        session=session(spoil),
        **bounds,
    )


@pytest.fixture(scope="module", params=["1.1", "1.2"])
def report(request: pytest.FixtureRequest, riverside: Any) -> running.Report:
    return running.report(provider(riverside.full[request.param]))


def test_our_server_is_found_without_fault_and_each_check_was_looked_at(report: Any) -> None:
    assert report.complete
    assert not report.faults
    elsewhere = {key for key, version in ONE_VERSION.items() if version != report.version}
    assert {check.key for check, places, _ in report.checks if not places} == elsewhere
    print(report.version, len(report.rows), "checks", report.requests, "requests, no fault")


def test_a_report_says_nothing_of_people_or_secrets(report: Any, riverside: Any) -> None:
    vendor = riverside.full[report.version]
    page = render_to_string("provider/report.html", {"report": report})
    told = page + json.dumps(report.described())
    people = vendor.live("users")
    names = {each[name] for each in people for name in ("familyName", "username") if name in each}
    hidden = {vendor.client_secret, vendor.token, *names} - {"Art"}
    assert not [each for each in hidden if f"'{each}'" in told or f">{each}<" in told]
    assert vendor.client_secret not in told
    assert vendor.client_secret not in repr(provider(vendor))


def test_every_check_has_a_fault() -> None:
    assert FAULTS.keys() == CHECKS.keys()
    print(len(FAULTS), "classes of faults")


@pytest.mark.parametrize("key", FAULTS)
def test_a_fault_is_found(riverside: Any, key: str) -> None:
    either = ("1.1", "1.2")[list(FAULTS).index(key) % 2]
    asking = provider(riverside.full[ONE_VERSION.get(key, either)], FAULTS[key])
    seen = running.examine(asking, [CHECKS[key].group])
    assert any(row.key == key and row.found for row in seen)


def test_the_command_reads_over_http_and_writes_the_report(
    live_server: Any, riverside: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = riverside.full["1.2"]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{vendor.client_secret}\n"))
    page = tmp_path / "report.html"
    told = run(
        "check_provider", f"{live_server.url}/ims/oneroster/rostering/v1p2", "--oneroster", "1.2",
        "--client-id", vendor.client_id, "--secret-stdin", "--only", "token", "discovery",
        "--html", page,
    )  # fmt: skip
    assert (told["must"], told["should"], told["complete"]) == (0, 0, True)
    assert "Nothing was found." in page.read_text()


def test_as_many_requests_are_sent_as_were_allowed(riverside: Any) -> None:
    made = running.report(provider(riverside.full["1.2"], most=20))
    assert made.requests == 20
    assert not made.complete


def test_without_a_token_nothing_else_is_asked(riverside: Any) -> None:
    asking = provider(riverside.full["1.2"])
    asking.client_secret = "wrong"
    made = running.report(asking, ["paging"])
    assert [(row.key, row.found) for row in made.rows] == [("token", "401 (invalid_client)")]


def test_a_busy_server_is_waited_for_but_not_for_ever(
    riverside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[int] = []
    monkeypatch.setattr("connections.provider.asking.time.sleep", waits.append)

    def busy(given: Given) -> None:
        given.status, given.headers["Retry-After"] = 503, "60"

    asking = provider(riverside.full["1.2"], busy)
    assert {asking.get("/docs/").status for _ in range(20)} == {503}
    assert sum(waits) == 300


def test_a_secret_goes_nowhere_without_tls_nor_to_another_host() -> None:
    assert host_of("https://sis.example/campus/ims/oneroster/v1p1/") == "https://sis.example/campus"
    for wrong in ("http://sis.example", "sis.example", "https://me:secret@sis.example"):
        with pytest.raises(Refused):
            host_of(wrong)
    asking = Provider("https://sis.example", "1.2", "id", "secret")
    assert asking.follow("https://other.example/ims/") is None
    assert asking.sent == 0


def test_an_answer_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch, riverside: Any) -> None:
    monkeypatch.setattr("connections.provider.asking.MOST_BYTES", 100)
    asking = provider(riverside.full["1.2"])
    answer: Answer = asking.get("/docs/")
    assert (answer.status, answer.content) == (0, b"")
