"""Imports in the portal: a bundle uploaded, held with its difference, decided; findings."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections.models import Connection
from portal.models import Staff
from roster.jobs import working
from roster.models import AuditEntry, Finding, Import, Job, Organization, Source, User
from roster.publishing import refresh
from tests.cast import connected
from tests.roster.importing.bundles import EVERYTHING, edited
from tests.roster.importing.conftest import Bundler

DESK = "/o/riverside/imports/"


def uploaded(path: Path) -> SimpleUploadedFile:
    return SimpleUploadedFile(path.name, path.read_bytes(), "application/zip")


@pytest.fixture
def held(roster: Organization, tmp_path: Path) -> Import:
    """An import that would remove a school, and waits."""
    bundler = Bundler(tmp_path, roster)
    lines = EVERYTHING["orgs.csv"].splitlines(keepends=True)
    gone = "".join(line for line in lines if not line.startswith("s2"))
    return bundler(EVERYTHING | {"orgs.csv": gone}, approved=False)


def test_a_bundle_is_uploaded_and_imported_by_a_job(
    as_dana: Client, roster: Organization, tmp_path: Path
):
    files = edited(EVERYTHING, "users.csv", "Annie", "Nancy")
    path = Bundler(tmp_path, roster).write(files)
    answer = as_dana.post(f"{DESK}upload/", {"bundle": uploaded(path)}, follow=True)
    assert "its import begins in a moment" in answer.content.decode()
    assert "A background worker takes it" in answer.content.decode()
    job = Job.objects.get(kind="import")
    part = as_dana.get(DESK, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in part
    working.work(job.pk, "worker")
    done = roster.imports.latest("pk")
    assert (done.state, done.by_name) == ("applied", "dana@riverside.example")
    assert User.objects.get(sourced_id="ann").preferred_first_name == "Nancy"
    page = as_dana.get(DESK).content.decode()
    assert path.name in page
    again = as_dana.post(f"{DESK}upload/", {"bundle": uploaded(path)}, follow=True)
    assert "Nothing was imported" in again.content.decode()


@pytest.mark.parametrize("content", [b"", b"no zip at all"])
def test_what_is_no_bundle_is_refused_in_words(
    content: bytes, as_dana: Client, riverside: Organization
):
    answer = as_dana.post(f"{DESK}upload/", {"bundle": SimpleUploadedFile("x.zip", content)})
    assert answer.status_code == 422
    assert "Export it again, and upload that." in answer.content.decode()
    assert not riverside.arrivals.exists()


def test_a_held_import_is_read_and_approved(
    as_dana: Client, as_victor: Client, held: Import, roster: Organization
):
    assert held.state == "held"
    for browser in (as_dana, as_victor):
        page = browser.get(f"{DESK}{held.pk}/").content.decode()
        assert "would be removed" in page
    assert "/approve/" not in page
    assert "waits for your decision" in as_dana.get(DESK).content.decode()
    act = f"{DESK}{held.pk}/approve/"
    assert "It was held, because" in as_dana.get(act).content.decode()
    assert as_dana.post(act, {"name": "another"}).status_code == 422
    assert as_dana.post(act, {"name": held.name}).status_code == 302
    assert "is being applied" in as_dana.get(f"{DESK}{held.pk}/").content.decode()
    working.work(Job.objects.get(kind="approve").pk, "worker")
    held.refresh_from_db()
    assert (held.state, held.approved_by) == ("applied", "dana@riverside.example")


def test_a_held_import_that_changes_no_record_says_so(
    as_dana: Client, roster: Organization, tmp_path: Path
):
    other = edited(EVERYTHING, "enrollments.csv", "2026-08-20", "08/20/2026")
    done = Bundler(tmp_path, roster)(other, approved=False)
    assert done.state == "held"
    assert "No record would change." in as_dana.get(f"{DESK}{done.pk}/").content.decode()


def test_a_held_import_is_discarded_once(as_dana: Client, held: Import):
    act = f"{DESK}{held.pk}/discard/"
    assert as_dana.post(act).status_code == 302
    held.refresh_from_db()
    assert held.state == "discarded"
    assert "any more" in as_dana.post(act, follow=True).content.decode()
    assert AuditEntry.objects.get(action="import.discarded").by_name == "dana@riverside.example"


def test_only_the_import_that_was_looked_at_is_applied(as_dana: Client, held: Import):
    as_dana.post(f"{DESK}{held.pk}/approve/", {"name": held.name})
    job = Job.objects.get(kind="approve")
    Import.objects.update(state="discarded")
    working.work(job.pk, "worker")
    job.refresh_from_db()
    assert (job.state, "held any more" in job.reason) == ("failed", True)
    assert "The last import failed" in as_dana.get(DESK).content.decode()


def test_findings_are_narrowed_and_taken_home(
    as_dana: Client, as_victor: Client, riverside: Organization
):
    made = Import.objects.create(organization=riverside, name="night.zip", state="applied")
    plain = {"of_import": made, "severity": "warning", "message": "No date.", "code": "bad-date"}
    Finding.objects.create(**plain, file="classes.csv", row=7, column="title", value="=1+1")
    Finding.objects.create(**plain, file="demographics.csv", row=8, column="birthDate", value="x")
    everything = as_dana.get(f"{DESK}{made.pk}/")
    assert len(everything.context["findings"]) == 2
    narrowed = as_dana.get(f"{DESK}{made.pk}/", {"file": "classes.csv", "severity": "warning"})
    assert [finding.row for finding, _ in narrowed.context["findings"]] == [7]
    assert "=1+1" in narrowed.content.decode()
    victors = as_victor.get(f"{DESK}{made.pk}/")
    assert [finding.row for finding, _ in victors.context["findings"]] == [7]
    assert "=1+1" not in victors.content.decode()
    file = as_dana.get(f"{DESK}{made.pk}/findings.csv")
    assert file["Content-Type"].startswith("text/csv")
    assert "'=1+1" in file.content.decode("utf-8-sig")


def test_the_path_of_a_watched_folder_is_not_told(as_dana: Client, riverside: Organization):
    Source.objects.create(
        organization=riverside, kind="folder", address="/srv/secret", problem="/srv/secret is gone"
    )
    Source.objects.create(organization=riverside, kind="https", address="https://sis.example/b.zip")
    page = as_dana.get(DESK).content.decode()
    assert "https://sis.example/b.zip" in page
    assert "/srv/secret" not in page


def test_what_comes_after_an_import_is_said(
    as_dana: Client, as_victor: Client, roster: Organization, dana: Staff
):
    page = as_dana.get(DESK).content.decode()
    assert "connect the first one" in page
    assert "/o/riverside/connections/new/" in page
    assert "/o/riverside/connections/new/" not in as_victor.get(DESK).content.decode()
    connected(roster, dana)
    page = as_dana.get(DESK).content.decode()
    assert "connect the first one" not in page
    assert "from the next refresh on" in page
    refresh(roster, by="test")
    assert "from the next refresh on" not in as_dana.get(DESK).content.decode()


def test_imports_of_others_are_not_there(
    as_dana: Client, lakeside: Organization, brightpath: Connection
):
    other = Import.objects.create(organization=lakeside, name="theirs.zip", state="held")
    for path in ("", "findings.csv", "approve/", "discard/"):
        assert as_dana.get(f"{DESK}{other.pk}/{path}").status_code == 404
    assert as_dana.post(f"{DESK}{other.pk}/discard/").status_code == 404


def test_many_rows_ask_the_database_no_more_often(as_dana: Client, riverside: Organization):
    counts = []
    for number in (2, 12):
        while riverside.imports.count() < number:
            made = Import.objects.create(organization=riverside, name="x.zip", state="applied")
            riverside.arrivals.create(name="x.zip", checksum="", size=1, of_import=made)
            Finding.objects.bulk_create(
                Finding(
                    of_import=riverside.imports.last(), severity="notice", code="x", file=f"{n}"
                )
                for n in range(5)
            )
        first = riverside.imports.last()
        with CaptureQueriesContext(database) as queries:
            assert as_dana.get(DESK).status_code == 200
            assert first is not None
            assert as_dana.get(f"{DESK}{first.pk}/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
