"""Acts as jobs: in a lane of their own, and done by the process that was asked if nobody else."""

from __future__ import annotations

import time

import pytest

from connections import acting
from connections.models import Connection
from portal.models import Staff
from roster import jobs
from roster.clock import clock
from roster.jobs.lanes import Lane
from roster.models import Job, Mark, Organization
from roster.publishing import refresh
from tests.cast import connected, member, with_two_schools


@pytest.fixture
def dana(db: None) -> Staff:
    return member("dana@riverside.example", "Dana", with_two_schools(), "admin")


@pytest.fixture
def brightpath(dana: Staff) -> Connection:
    return connected(Organization.objects.get(), dana)


def ask(connection: Connection, by: Staff) -> Job:
    return acting.request(
        connection.organization, acting.EXCLUDE, by=by, kind="school", ids=["school-1"], reason="x"
    )


def test_they_wait_for_no_refresh(brightpath: Connection, dana: Staff):
    organization = brightpath.organization
    other = jobs.enqueue("refresh", organization=organization, key="refresh:1", by="test")
    job = ask(brightpath, dana)
    assert Lane.of(job).name != Lane.of(other).name
    assert list(Lane.of(job).work(clock())) == [job]


@pytest.mark.django_db(transaction=True)
def test_without_a_worker_the_process_that_was_asked_does_it(
    brightpath: Connection, dana: Staff, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(acting, "SOON", 0.0)
    refresh(brightpath.organization, by="test")
    job = ask(brightpath, dana)
    until = time.monotonic() + 20
    while job.state in ("queued", "running") and time.monotonic() < until:
        time.sleep(0.05)
        job.refresh_from_db()
    assert (job.state, Mark.objects.get().by_id) == ("done", dana.pk)
