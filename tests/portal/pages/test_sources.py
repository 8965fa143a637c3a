"""Sources of bundles: added, trusted, tried, changed and removed on a page, without a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from portal.alerting.conditions import failed_fetch
from roster.clock import clock
from roster.fetching import addresses, candidates, credentials, sources
from roster.jobs import visits_of, work
from roster.models import Arrival, AuditEntry, Job, Organization, Source
from tests.roster.fetching import servers
from tests.roster.fetching.servers import PASSWORD, USER
from tests.roster.importing.bundles import EVERYTHING
from tests.roster.importing.conftest import Bundler

PAGE = "/o/riverside/imports/sources/"
HTTPS = {
    "address": "https://sis.example.org/night.zip",
    "credential": "token",
    "secret": "tok-123",
    "daily_at": "02:30",
}


@pytest.fixture(autouse=True)
def ours_is_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages ask our servers, which are on loopback."""
    monkeypatch.setattr(addresses, "require_elsewhere", lambda _: None)


def text(browser: Client, address: str = PAGE) -> str:
    return browser.get(address).content.decode()


def do(browser: Client, source: Source, act: str, **given: str) -> str:
    return browser.post(f"{PAGE}{source.pk}/{act}/", given, follow=True).content.decode()


def test_a_bundle_is_fetched_from_a_server_that_a_page_was_told_of(
    as_dana: Client, riverside: Organization, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    Bundler(tmp_path / "out", riverside).write(EVERYTHING)
    with servers.sftp(tmp_path, servers.new_key()) as port:
        given = {
            "address": f"sftp://127.0.0.1:{port}/out/*.zip",
            "user": USER,
            "credential": "password",
            "secret": PASSWORD,
            "every_minutes": "15",
        }
        told = as_dana.post(f"{PAGE}new/", given, follow=True).content.decode()
        assert "Compare the server&#x27;s key next" in told
        source = Source.objects.get()
        shown = sources.offered_fingerprint(source)
        assert shown in do(as_dana, source, "compare")
        assert shown in do(as_dana, source, "trust", fingerprint=shown)
        assert "It is looked at in a moment" in do(as_dana, source, "now")
        assert "Running" in text(as_dana)
        with time_machine.travel(clock(), tick=False) as now:
            work(visits_of(source).get().pk, "test")
            now.shift(candidates.STILL)
            do(as_dana, source, "now")
            work(visits_of(source).latest("pk").pk, "test")
    assert Arrival.objects.get().name in text(as_dana)
    assert PASSWORD not in text(as_dana) + text(as_dana, f"{PAGE}{source.pk}/")


def test_another_key_is_trusted_by_a_person_who_sees_both(
    as_dana: Client, riverside: Organization, tmp_path: Path
) -> None:
    with servers.sftp(tmp_path, old := servers.new_key()) as port:
        source = sources.add(
            Source(organization=riverside),
            sources.Settings(
                address=f"sftp://127.0.0.1:{port}/out/",
                user=USER,
                credential="password",
                secret=PASSWORD,
                schedule={"every_minutes": 15},
            ),
            by="Dana",
        )
        before = sources.offered_fingerprint(source)
        sources.trust(source, before, by="Dana")
        told = do(as_dana, source, "compare")
        assert "shows the key that is trusted" in told
        assert "trust this key" not in told
    with servers.sftp(tmp_path, servers.new_key()) as port:
        Source.objects.update(address=f"sftp://127.0.0.1:{port}/out/")
        do(as_dana, source, "now")
        work(visits_of(source).get().pk, "test")
        told = text(as_dana)
        assert "shows another host key" in told
        told = do(as_dana, source, "compare")
        source.refresh_from_db()
        after = sources.offered_fingerprint(source)
        assert all(each in told for each in (before, after, "trust this key"))
        do(as_dana, source, "trust", fingerprint=after)
    source.refresh_from_db()
    assert (source.fingerprint, source.problem) == (after, "")
    entry = AuditEntry.objects.filter(action="source.trusted").latest("pk")
    assert ((entry.old or {})["host_key"], (entry.new or {})["host_key"]) == (before, after)
    assert old.get_fingerprint() == before


def test_what_is_changed_is_audited_and_a_secret_stays_unless_it_is_given(
    as_dana: Client, riverside: Organization
) -> None:
    as_dana.post(f"{PAGE}new/", HTTPS)
    source = Source.objects.get()
    form = f"{PAGE}{source.pk}/"
    assert "tok-123" not in text(as_dana, form)
    changed = {**HTTPS, "secret": "", "daily_at": "", "every_minutes": "60", "answer": "bulk"}
    assert as_dana.post(form, changed).status_code == 302
    source.refresh_from_db()
    assert credentials.secret_of(source) == "tok-123"
    assert (source.daily_at, source.every_minutes, source.answer) == (None, 60, "bulk")
    entry = AuditEntry.objects.filter(action="source.changed").latest("pk")
    assert ((entry.old or {})["daily_at"], (entry.new or {})["daily_at"]) == ("02:30", None)
    assert "tok-123" not in str((entry.old, entry.new))
    elsewhere = as_dana.post(form, {**changed, "address": "https://other.example.org/n.zip"})
    assert "Give its credentials with it" in elsewhere.content.decode()
    as_dana.post(form, {**changed, "credential": "none", "user": ""})
    source.refresh_from_db()
    assert (source.credential, source.secret) == ("none", "")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"address": "/var/spool/roster"}, "is set by whoever runs it"),
        ({"address": "http://sis.example.org/n.zip"}, "anybody on the way"),
        ({"secret": ""}, "Fill this in."),
        ({"daily_at": ""}, "Say when"),
        ({"credential": "private key"}, "This is no private key"),
        ({"credential": "password"}, "a user goes with a password"),
        ({"certificate": "no certificate"}, "PEM"),
    ],
)
def test_a_form_that_makes_no_sense_is_shown_again_without_the_secret(
    as_dana: Client, wrong: dict[str, str], words: str
) -> None:
    answer = as_dana.post(f"{PAGE}new/", {**HTTPS, **wrong})
    told = answer.content.decode()
    assert (answer.status_code, words in told, "tok-123" in told) == (422, True, False)
    assert not Source.objects.exists()


def test_a_failure_is_told_in_words(as_dana: Client, as_victor: Client) -> None:
    as_dana.post(f"{PAGE}new/", {**HTTPS, "address": "https://127.0.0.1:9/night.zip"})
    source = Source.objects.get()
    do(as_dana, source, "now")
    work(visits_of(source).get().pk, "test")
    assert "can&#x27;t be reached" in text(as_victor)
    Source.objects.update(problem="")
    visits_of(source).update(state=Job.State.FAILED, attempts=9, reason="It failed unexpectedly.")
    Job.objects.update(finished=source.created)
    assert "It failed unexpectedly." in text(as_victor)
    [alert] = failed_fetch(source.organization)
    assert alert.page == "import_sources"
    do(as_dana, source, "pause")
    assert list(failed_fetch(source.organization)) == []


def test_a_folder_keeps_its_path_and_gets_a_schedule(
    as_dana: Client, riverside: Organization
) -> None:
    source = Source.objects.create(
        organization=riverside, kind="folder", address="/var/spool/riverside", every_minutes=1
    )
    form = f"{PAGE}{source.pk}/"
    assert source.address not in text(as_dana) + text(as_dana, form)
    moved = {"address": "https://sis.example.org/", "daily_at": "04:00", "answer": "delta"}
    assert as_dana.post(form, moved).status_code == 302
    was = source.address
    source.refresh_from_db()
    assert (source.address, source.kind, source.answer) == (was, "folder", "delta")


def test_it_is_paused_and_removed(as_dana: Client, riverside: Organization) -> None:
    as_dana.post(f"{PAGE}new/", HTTPS)
    source = Source.objects.get()
    Arrival.objects.create(
        organization=riverside, source=source, name="n.zip", size=9, checksum="c"
    )
    assert "n.zip" in text(as_dana)
    assert "Paused" in do(as_dana, source, "pause")
    assert "Look now" in do(as_dana, source, "resume")
    assert "What came from there stays" in do(as_dana, source, "remove")
    assert Source.objects.exists()
    do(as_dana, source, "remove", confirmed="1")
    assert not Source.objects.exists()
    assert Arrival.objects.get().source is None


def test_a_viewer_looks_and_a_stranger_finds_nothing(
    as_dana: Client, as_victor: Client, everybody: dict[str, Client]
) -> None:
    as_dana.post(f"{PAGE}new/", HTTPS)
    source: Any = Source.objects.get()
    told = text(as_victor)
    assert HTTPS["address"] in told
    assert "<button" not in told.partition("<main")[2]
    for browser, status in ((as_victor, 403), (everybody["liz"], 404), (everybody["olga"], 404)):
        for address in (f"{PAGE}{source.pk}/", f"{PAGE}{source.pk}/now/"):
            assert browser.post(address, HTTPS).status_code == status
    theirs = PAGE.replace("riverside", "lakeside")
    assert everybody["liz"].post(f"{theirs}{source.pk}/remove/").status_code == 404
