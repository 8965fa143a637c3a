"""Operators see what runs, waits and failed, and let it run again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from celery import current_app
from django.core.management import call_command
from django.test import Client

from portal.models import Staff
from portal.words import JOBS
from roster.clock import clock
from roster.jobs.working import KINDS
from roster.models import AuditEntry, Job, Organization
from tests.cast import signed_in


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_: None)


@pytest.fixture
def job(riverside: Organization) -> Job:
    return Job.objects.create(
        organization=riverside, kind="refresh", key="refresh:riverside:1", state="failed",
        reason="It failed 5 times.", attempts=5, finished=clock(),
    )  # fmt: skip


def test_a_failed_job_says_why_and_runs_again(olga: Staff, job: Job):
    browser = signed_in(olga)
    page = browser.get("/jobs/").content.decode()
    for words in (
        "refresh:riverside:1",
        "Refresh <small",
        "Riverside",
        "It failed 5 times.",
        "Run again",
    ):
        assert words in page
    assert "refresh:riverside:1" not in browser.get("/jobs/?state=done").content.decode()
    page = browser.post(f"/jobs/{job.pk}/again/", follow=True).content.decode()
    assert "It is queued again." in page
    job.refresh_from_db()
    assert (job.state, job.attempts, job.reason) == ("queued", 0, "")
    assert AuditEntry.objects.filter(action="job.repeated").count() == 1
    page = browser.post(f"/jobs/{job.pk}/again/", follow=True).content.decode()
    assert "Only a job that failed can be run again." in page


def test_every_kind_of_job_has_words():
    assert set(JOBS) == set(KINDS)


def test_the_commands_say_and_do_the_same(job: Job, capsys: pytest.CaptureFixture[str]):
    def asked(*words: Any) -> Any:
        call_command(*words, "--json")
        return json.loads(capsys.readouterr().out)

    [told] = asked("list_jobs", "--organization", "riverside", "--state", "failed")["jobs"]
    assert (told["id"], told["reason"], told["attempts"]) == (job.pk, "It failed 5 times.", 5)
    assert asked("list_jobs", "--state", "running") == {"jobs": []}
    assert asked("run_job", str(job.pk))["state"] == "queued"
    with pytest.raises(SystemExit):
        call_command("run_job", str(job.pk), "--json")
    assert "Only a job that failed" in capsys.readouterr().out


def test_a_refresh_is_cancelled_by_page_and_command(
    as_dana: Client, job: Job, capsys: pytest.CaptureFixture[str]
):
    Job.objects.update(state="running", finished=None)
    page = as_dana.get("/o/riverside/cache/").content.decode()
    assert "/o/riverside/cache/cancel/" in page
    page = as_dana.post("/o/riverside/cache/cancel/", follow=True).content.decode()
    assert "Cancelled. Vendors go on" in page
    page = as_dana.post("/o/riverside/cache/cancel/", follow=True).content.decode()
    assert "There is no refresh to be cancelled" in page
    Job.objects.update(state="queued", finished=None)
    call_command("refresh_cache", "riverside", "--cancel", "--json")
    assert json.loads(capsys.readouterr().out)["cancelled"] == "refresh:riverside:1"
