"""Deliveries: into a folder or by SFTP, what is new alone, whole or not at all, and repeated."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from portal.alerting.conditions import failed_delivery
from portal.models import Membership
from roster.clock import clock as now
from roster.fetching import addresses, credentials, sources
from roster.fetching.sources import Settings
from roster.jobs import request_visit, tasks, visits_of, work
from roster.jobs.attempts import ATTEMPTS
from roster.models import AuditEntry, Destination, Job, Organization
from roster.refusal import Refused
from tests.cast import member, signed_in
from tests.conformance.conftest import SLUG, run
from tests.grading.vendor import line_item, result
from tests.roster.fetching import servers
from tests.roster.fetching.servers import PASSWORD, USER

PAGE = f"/o/{SLUG}/grades/deliveries/"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "grades"
    made.mkdir()
    return made


@pytest.fixture(autouse=True)
def no_destination(riverside: Any) -> Iterator[None]:
    riverside.examiner.put("lineItems", "delivered", **line_item())
    yield
    Destination.objects.all().delete()


def ids(path: Path) -> set[str]:
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return {row["sourcedId"] for row in csv.DictReader(file)}
    with zipfile.ZipFile(path) as archive:
        lines = archive.read("results.csv").decode().splitlines()
    return {row["sourcedId"] for row in csv.DictReader(lines)}


def newest(folder: Path) -> Path:
    assert not list(folder.glob(".*"))
    return max(folder.iterdir())


def added(**settings: Any) -> Destination:
    organization = Organization.objects.get(slug=SLUG)
    return sources.add(Destination(organization=organization), Settings(**settings), by="Dana")


def by_sftp(port: int, **changes: Any) -> Destination:
    settings: dict[str, Any] = {
        "address": f"sftp://127.0.0.1:{port}/grades",
        "user": USER,
        "credential": "password",
        "secret": PASSWORD,
        "schedule": {"every_minutes": 1},
    } | changes
    made = added(**settings)
    return sources.trust(made, sources.offered_fingerprint(made), by="Dana")


def test_a_folder_gets_what_is_new(riverside: Any, folder: Path) -> None:
    vendor = riverside.examiner
    told = run("set_destination", SLUG, "--address", folder, "--daily", "02:00", "--form", "table")
    vendor.put("results", "d-1", **result("delivered", score=7.5))
    assert run("deliver_grades", SLUG)["deliveries"][0]["files"]
    first = newest(folder)
    assert {"d-1", "delivered"} <= ids(first)
    assert first.stat().st_mode & 0o777 == 0o640

    assert run("deliver_grades", SLUG)["deliveries"][0]["files"] == {}
    assert len(list(folder.iterdir())) == 1
    vendor.put("results", "d-2", **result("delivered"))
    vendor.delete("results", "d-1")
    run("deliver_grades", SLUG)
    assert ids(newest(folder)) == {"d-1", "d-2"}
    [listed] = run("list_destinations", SLUG)["destinations"]
    assert (listed["destination"], listed["problem"]) == (told["destination"], "")
    entry = AuditEntry.objects.filter(action="gradebook.delivered").latest("pk")
    assert list((entry.new or {})["files"].values()) == [2]

    run("set_destination", SLUG, "--destination", told["destination"], "--form", "bundle")
    vendor.put("results", "d-3", **result("delivered"))
    run("deliver_grades", SLUG)
    assert ids(next(folder.glob("*.zip"))) == {"d-3"}


def test_a_server_gets_it_whole_and_a_failure_is_repeated(
    riverside: Any, folder: Path, tmp_path: Path
) -> None:
    riverside.examiner.put("results", "d-4", **result("delivered"))
    with servers.sftp(tmp_path, servers.new_key()) as port:
        destination = by_sftp(port)
        run("deliver_grades", SLUG)
        assert "d-4" in ids(newest(folder))
        riverside.examiner.put("results", "d-5", **result("delivered"))
        sources.change(destination, Settings(credential="password", secret="wrong"), by="Dana")
        with pytest.raises(SystemExit):
            run("deliver_grades", SLUG)
        destination.refresh_from_db()
        assert "doesn't accept the user" in destination.problem
        assert len(list(folder.iterdir())) == 1
        riverside.examiner.put("results", "d-6", **result("delivered"))
        sources.change(destination, Settings(credential="password", secret=PASSWORD), by="Dana")
        run("deliver_grades", SLUG)
        assert ids(newest(folder)) == {"d-5", "d-6"}
        destination.refresh_from_db()
        assert destination.problem == ""
    riverside.examiner.put("results", "d-7", **result("delivered"))
    with pytest.raises(SystemExit):  # Nobody is there any more.
        run("deliver_grades", SLUG)
    with servers.sftp(tmp_path, servers.new_key()) as port:
        moved = Settings(
            address=f"sftp://127.0.0.1:{port}/nowhere", credential="password", secret=PASSWORD
        )
        destination = sources.change(destination, moved, by="Dana")
        with pytest.raises(SystemExit):  # Another server's key isn't trusted.
            run("deliver_grades", SLUG)
        sources.trust(destination, sources.offered_fingerprint(destination), by="Dana")
        with pytest.raises(SystemExit):
            run("deliver_grades", SLUG)
        destination.refresh_from_db()
        assert "There is no /nowhere" in destination.problem
        here = Settings(address=f"sftp://127.0.0.1:{port}/grades")
        sources.change(destination, here, by="Dana")
        run("deliver_grades", SLUG)
        assert ids(newest(folder)) == {"d-7"}


def test_what_fails_halfway_leaves_nothing(
    riverside: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise asyncssh.SFTPPermissionDenied("No renaming.")

    monkeypatch.setattr(servers.Interrupting, "posix_rename", refuse)
    with servers.sftp(tmp_path, servers.new_key()) as port:
        by_sftp(port)
        with pytest.raises(SystemExit):
            run("deliver_grades", SLUG)
    assert list(folder.iterdir()) == []

    Destination.objects.all().delete()
    monkeypatch.setattr(Path, "replace", lambda *_: (folder / "missing").stat())
    run("set_destination", SLUG, "--address", folder, "--daily", "02:00")
    with pytest.raises(SystemExit):
        run("deliver_grades", SLUG)
    assert list(folder.iterdir()) == []


def test_sshd_takes_it_with_a_key(riverside: Any, folder: Path, tmp_path: Path) -> None:
    program = servers.sshd_program()
    if program is None:
        pytest.skip("No sshd, and no way to install one; asyncssh's server was asked instead.")
    (tmp_path / "sshd").mkdir()
    riverside.examiner.put("results", "d-8", **result("delivered"))
    with servers.sshd(tmp_path / "sshd", program) as (port, secret):
        by_sftp(
            port,
            user="root",
            credential="private key",
            secret=secret,
            address=f"sftp://127.0.0.1:{port}{folder}",
        )
        run("deliver_grades", SLUG)
    assert "d-8" in ids(newest(folder))


def test_the_schedule_delivers_and_a_failure_alerts(
    riverside: Any, clock: Any, folder: Path
) -> None:
    organization = Organization.objects.get(slug=SLUG)
    run("set_destination", SLUG, "--address", folder, "--every", "1")
    destination = Destination.objects.get()
    riverside.examiner.put("results", "d-9", **result("delivered"))
    away = folder.rename(folder.with_name("away"))
    clock.shift(60)
    tasks.tick()
    job = visits_of(destination).get()
    work(job.pk, "test")
    job.refresh_from_db()
    assert (job.state, len(list(failed_delivery(organization)))) == (Job.State.FAILED, 1)
    Destination.objects.update(problem="")  # As a server's new key is trusted.
    assert list(failed_delivery(organization)) == []
    away.rename(folder)
    clock.shift(60)
    tasks.tick()
    work(visits_of(destination).latest("pk").pk, "test")
    assert "d-9" in ids(newest(folder))
    assert list(failed_delivery(organization)) == []


def test_an_unexpected_failure_alerts_and_stands_on_the_page(
    riverside: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization = Organization.objects.get(slug=SLUG)
    run("set_destination", SLUG, "--address", folder, "--every", "1")
    riverside.examiner.put("results", "d-10", **result("delivered"))
    request_visit(destination := Destination.objects.get(), "Dana")
    with monkeypatch.context() as broken:
        broken.setattr("roster.fetching.delivering.write_grades", lambda *_, **__: 1 / 0)
        for _ in range(ATTEMPTS):
            visits_of(destination).update(due=now())  # The clock is everybody's.
            work(visits_of(destination).get().pk, "test")
    [told] = failed_delivery(organization)
    assert "the reason is in the log" in told.words
    dana = member("dana.u@riverside.example", "Dana", organization, Membership.Role.ADMIN)
    assert "the reason is in the log" in signed_in(dana).get(PAGE).content.decode()
    run("deliver_grades", SLUG)
    assert list(failed_delivery(organization)) == []


def test_settings_that_make_no_sense_are_refused(riverside: Any) -> None:
    for wrong in (
        "https://files.example.org/x",
        "sftp://files.example.org/",
        "sftp://files.example.org/out/*.zip",
        "sftp://files.example.org:port/out",
        "/srv/*",
    ):
        with pytest.raises(Refused, match="Grades are delivered into a folder"):
            added(address=wrong)
    for unfinished in (
        ["--address", "/tmp"],
        ["--address", "sftp://files.example.org/x", "--daily", "02:00"],
    ):
        with pytest.raises(SystemExit):
            run("set_destination", SLUG, *unfinished)
    assert not Destination.objects.exists()


HERE = ("127.0.0.1", "127.9", "[::1]", "[::ffff:127.0.0.1]", "[::]", "169.254.169.254", "[fe80::1]")


def test_no_page_asks_a_server_that_is_this_machine(riverside: Any) -> None:
    organization = Organization.objects.get(slug=SLUG)
    dana = member("dana.h@riverside.example", "Dana", organization, Membership.Role.ADMIN)
    browser, words = signed_in(dana), "on the machine that Rosterdesk runs on"
    given = {"user": USER, "credential": "password", "secret": PASSWORD}
    for host in HERE:
        form = {**given, "address": f"sftp://{host}/x", "daily_at": "02:30", "form": "table"}
        assert words in browser.post(f"{PAGE}new/", form).content.decode(), host
    assert not Destination.objects.exists()
    made = added(**given, address="sftp://localhost:9/x", schedule={"every_minutes": 1})
    for act in ("compare", "trust"):
        assert words in browser.post(f"{PAGE}{made.pk}/{act}/", follow=True).content.decode()


def test_a_private_network_is_elsewhere(riverside: Any) -> None:
    addresses.require_elsewhere(addresses.parse("sftp://10.1.2.3/grades"))
    with pytest.raises(Refused, match="isn't known"):
        addresses.require_elsewhere(addresses.parse("sftp://nowhere.invalid/grades"))


def test_a_server_is_set_on_its_page(
    riverside: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "require_elsewhere", lambda _: None)  # Ours is on loopback.
    organization = Organization.objects.get(slug=SLUG)
    dana = member("dana.d@riverside.example", "Dana", organization, Membership.Role.ADMIN)
    victor = member("victor.d@riverside.example", "Victor", organization, Membership.Role.VIEWER)
    browser = signed_in(dana)
    with servers.sftp(tmp_path, servers.new_key()) as port:
        form = {
            "address": f"sftp://127.0.0.1:{port}/grades",
            "user": USER,
            "credential": "password",
            "secret": PASSWORD,
            "daily_at": "02:30",
            "form": "table",
        }
        wrong = browser.post(f"{PAGE}new/", {**form, "address": "/etc"})
        assert wrong.status_code == 422
        assert PASSWORD not in wrong.content.decode()
        assert browser.post(f"{PAGE}new/", form).status_code == 302
        destination = Destination.objects.get()
        act = f"{PAGE}{destination.pk}"
        shown = browser.post(f"{act}/compare/").content.decode()
        print_of = sources.offered_fingerprint(destination)
        assert print_of in shown
        browser.post(f"{act}/trust/", {"fingerprint": print_of})
        browser.post(f"{act}/pause/")
        destination.refresh_from_db()
        assert (destination.fingerprint, destination.active) == (print_of, False)
        browser.post(f"{act}/resume/")
        browser.post(f"{act}/", {**form, "secret": "another"})
        destination.refresh_from_db()
        assert credentials.secret_of(destination) == "another"
        browser.post(f"{act}/", form)
        browser.post(f"{act}/now/")
        work(visits_of(destination).get().pk, "test")
    assert newest(folder)
    page = signed_in(victor).get(PAGE).content.decode()
    assert destination.address in page
    assert PASSWORD not in page
    assert "Add a server" not in page
    assert "a table of scores (CSV)" in page
    assert b"gets everything once more" in browser.post(f"{act}/remove/").content
    assert Destination.objects.exists()
    browser.post(f"{act}/remove/", {"confirmed": "1"})
    assert not Destination.objects.exists()
