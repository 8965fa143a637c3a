"""Jobs are done once, by one worker, whatever brokers lose and whoever dies."""

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.db import connections, transaction
from kombu.exceptions import OperationalError

from roster.clock import clock
from roster.excluding import exclude
from roster.jobs import heartbeat, queue, tasks, working
from roster.models import Import, Job, Organization, Refresh
from roster.refusal import Refused
from tests.roster.districts import published
from tests.roster.importing.conftest import one_class

PAST = timedelta(seconds=1)


@pytest.fixture
def riverside(db: None) -> Organization:
    return Organization.objects.create(
        slug="riverside", name="Riverside", time_zone="America/Chicago"
    )


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the jobs that were handed to the broker."""
    ids: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_: ids.append(args[0]))
    return ids


@pytest.fixture
def doing(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the kind “probe” does, one entry per run; the first one decides, the last one stays."""
    does: list[Any] = [lambda job, progress: {"done": job.key}]

    def probe(job: Job, progress: heartbeat.Progress) -> Any:
        act = does.pop(0) if len(does) > 1 else does[0]
        return act(job, progress)

    monkeypatch.setitem(working.KINDS, "probe", probe)
    return does


def probe(organization: Organization | None = None, **fields: Any) -> Job:
    return Job.objects.create(
        organization=organization, kind="probe", **{"key": "probe:1", **fields}
    )


def raising(error: Exception) -> Any:
    def act(job: Job, progress: heartbeat.Progress) -> None:
        raise error

    return act


# Asking -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_message_leaves_when_the_transaction_commits_and_only_then(
    sent: list[int], doing: list[Any]
) -> None:
    with pytest.raises(LookupError), transaction.atomic():
        queue.enqueue("probe", organization=None, key="probe:lost", by="test")
        raise LookupError
    with transaction.atomic():
        job = queue.enqueue("probe", organization=None, key="probe:kept", by="test")
        assert sent == []
    assert sent == [job.pk]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", Job.State.values)
def test_a_key_is_used_once_whatever_became_of_its_job(
    state: str, sent: list[int], doing: list[Any]
) -> None:
    first = probe(state=state, attempts=3, reason="No.")
    assert queue.enqueue("probe", organization=None, key="probe:1", by="test").pk == first.pk
    assert Job.objects.get().state == state
    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_a_failed_job_begins_anew_when_asked(sent: list[int], doing: list[Any]) -> None:
    probe(state=Job.State.FAILED, attempts=5, reason="No.", finished=clock())
    job = queue.enqueue("probe", organization=None, key="probe:1", by="test", again=True)
    assert (job.state, job.attempts, job.reason, job.finished) == ("queued", 0, "", None)
    assert sent == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_what_is_due_later_is_sent_by_the_sweep_when_its_time_has_come(
    sent: list[int], doing: list[Any]
) -> None:
    due = clock() + timedelta(minutes=5)
    job = queue.enqueue("probe", organization=None, key="probe:1", by="test", due=due)
    assert (queue.sweep(), sent) == (0, [])
    assert not working.work(job.pk, "early")
    with time_machine.travel(due + PAST):
        assert (queue.sweep(), sent) == (1, [job.pk])


def test_an_unknown_kind_is_a_mistake_of_ours(db: None) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        queue.enqueue("nonsense", organization=None, key="x", by="test")


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_job_waits_for_the_sweep(
    monkeypatch: pytest.MonkeyPatch, doing: list[Any]
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise OperationalError("redis://user:secret@host refused")

    monkeypatch.setattr(current_app, "send_task", gone)
    job = queue.enqueue("probe", organization=None, key="probe:1", by="test")
    assert job.state == Job.State.QUEUED
    with time_machine.travel(clock() + queue.PATIENCE + PAST):
        assert queue.sweep() == 1


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_cannot_be_reached_fails_nothing_and_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, doing: list[Any]
) -> None:
    from celery import Celery

    nowhere = Celery("nowhere", broker="redis://127.0.0.1:1/0", set_as_current=False)
    monkeypatch.setattr(queue, "current_app", nowhere)
    began = time.monotonic()
    job = queue.enqueue("probe", organization=None, key="probe:1", by="test")
    assert job.state == Job.State.QUEUED
    assert time.monotonic() - began < 3


# Refresh now --------------------------------------------------------------------------------


@pytest.mark.usefixtures("sent")
def test_a_second_refresh_is_refused_while_one_waits_or_runs(riverside: Organization) -> None:
    job = queue.request_refresh(riverside, "dana@riverside.example")
    assert (job.kind, job.by_name) == ("refresh", "dana@riverside.example")
    with pytest.raises(Refused, match="waiting for its turn"):
        queue.request_refresh(riverside, "test")
    Job.objects.update(state=Job.State.RUNNING)
    with pytest.raises(Refused, match="running already"):
        queue.request_refresh(riverside, "test")
    Job.objects.update(state=Job.State.DONE)
    assert queue.request_refresh(riverside, "test").pk != job.pk


@pytest.mark.usefixtures("sent")
def test_a_refresh_begun_by_a_command_is_respected_too(riverside: Organization) -> None:
    Refresh.objects.create(organization=riverside, lease_until=clock() + timedelta(minutes=1))
    with pytest.raises(Refused, match="running already"):
        queue.request_refresh(riverside, "test")


@pytest.mark.usefixtures("sent")
def test_a_refresh_that_waits_for_its_next_attempt_is_brought_forward(
    riverside: Organization,
) -> None:
    later = clock() + timedelta(minutes=30)
    job = Job.objects.create(
        organization=riverside, kind="refresh", key="refresh:riverside:2026-11-22", due=later
    )
    asked = queue.request_refresh(riverside, "test")
    assert asked.pk == job.pk
    assert asked.due <= clock()


# Working ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_racing_workers_one_does_the_job(doing: list[Any]) -> None:
    runs: list[str] = []

    def slow(job: Job, progress: heartbeat.Progress) -> dict[str, Any]:
        runs.append(job.worker)
        time.sleep(0.3)
        return {}

    doing[:] = [slow]
    job = probe()
    start, did = threading.Barrier(4), []

    def race(name: str) -> None:
        start.wait()
        did.append(working.work(job.pk, name))
        connections.close_all()

    workers = [threading.Thread(target=race, args=(f"worker-{n}",)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(did) == [False, False, False, True]
    assert len(runs) == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, job.percent) == ("done", 1, 100)


@pytest.mark.django_db(transaction=True)
def test_a_done_job_is_not_done_again(doing: list[Any]) -> None:
    job = probe()
    assert working.work(job.pk, "first")
    job.refresh_from_db()
    assert (job.state, job.result, job.worker, job.lease_until) == (
        "done", {"done": "probe:1"}, "", None,
    )  # fmt: skip
    assert not working.work(job.pk, "second")


@pytest.mark.django_db(transaction=True)
def test_a_dead_workers_job_is_swept_up_and_done_by_another(
    sent: list[int], doing: list[Any]
) -> None:
    job = probe()
    assert working.take(job.pk, "soon dead")
    assert (queue.sweep(), working.work(job.pk, "eager")) == (0, False)
    with time_machine.travel(clock() + heartbeat.LEASE + PAST):
        assert (queue.sweep(), sent) == (1, [job.pk])
        assert working.work(job.pk, "other")
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


@pytest.mark.usefixtures("sent")
def test_a_job_that_kills_its_workers_is_given_up(db: None) -> None:
    probe(state="running", attempts=working.ATTEMPTS, lease_until=clock() - PAST)
    assert queue.sweep() == 0
    job = Job.objects.get()
    assert (job.state, job.reason) == (
        "failed",
        "The worker ended 5 times before the work was done.",
    )


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_renews_the_lease_and_tells_the_progress(
    monkeypatch: pytest.MonkeyPatch, doing: list[Any]
) -> None:
    monkeypatch.setattr(heartbeat, "WRITTEN", 0.02)
    monkeypatch.setattr(heartbeat, "BEAT", 0.05)
    job = probe()
    seen: list[tuple[int, str]] = []
    leases: set[datetime | None] = set()

    def watched(mine: Job, progress: heartbeat.Progress) -> dict[str, Any]:
        progress(40, "Reading users.csv")
        end = time.monotonic() + 5
        while time.monotonic() < end and (len(leases) < 3 or not seen):
            now = Job.objects.get(pk=job.pk)
            leases.add(now.lease_until)
            if now.percent:
                seen.append((now.percent, now.stage))
            time.sleep(0.02)
        return {}

    doing[:] = [watched]
    assert working.work(job.pk, "worker")
    assert seen[0] == (40, "Reading users.csv")
    assert len(leases) >= 3


@pytest.mark.django_db(transaction=True)
def test_who_lost_the_lease_stops_and_leaves_the_job_alone(
    monkeypatch: pytest.MonkeyPatch, doing: list[Any]
) -> None:
    monkeypatch.setattr(heartbeat, "WRITTEN", 0.02)
    job = probe()

    def robbed(mine: Job, progress: heartbeat.Progress) -> dict[str, Any]:
        Job.objects.filter(pk=job.pk).update(worker="another", percent=7)
        for step in range(500):
            progress(50 + step % 50, "Going on regardless")
            time.sleep(0.01)
        raise AssertionError("nobody stopped it")

    doing[:] = [robbed]
    assert not working.work(job.pk, "first")
    job.refresh_from_db()
    assert (job.state, job.worker, job.percent) == ("running", "another", 7)


def test_a_refusal_fails_at_once_in_its_own_words(db: None, doing: list[Any]) -> None:
    doing[:] = [raising(Refused("The bundle has no manifest."))]
    job = probe()
    assert working.work(job.pk, "worker")
    job.refresh_from_db()
    assert (job.state, job.attempts, job.reason) == ("failed", 1, "The bundle has no manifest.")


def test_what_nobody_expected_is_tried_again_with_growing_pauses_and_no_names(
    db: None, doing: list[Any], sent: list[int]
) -> None:
    doing[:] = [raising(RuntimeError("Key (name)=(Ann Alcott) exists"))]
    pauses = []
    with time_machine.travel(datetime(2026, 11, 22, 3, tzinfo=UTC), tick=False) as traveller:
        job = probe()
        for _ in range(working.ATTEMPTS):
            assert working.work(job.pk, "worker")
            job.refresh_from_db()
            assert "Ann" not in job.reason
            if job.state == Job.State.QUEUED:
                pauses.append(int((job.due - clock()).total_seconds()))
                traveller.move_to(job.due)
                queue.sweep()
    assert pauses == [30, 120, 480, 1920]
    assert sent == [job.pk] * 4
    assert (job.state, job.reason) == (
        "failed",
        "It failed 5 times; the reason is in the log.",
    )


def test_a_refresh_that_must_wait_for_another_looks_again_soon_and_never_fails(
    riverside: Organization,
) -> None:
    running = Refresh.objects.create(
        organization=riverside, lease_until=clock() + timedelta(minutes=5)
    )
    job = Job.objects.create(organization=riverside, kind="refresh", key="refresh:riverside:1")
    for look in range(working.ATTEMPTS + 1):
        with time_machine.travel(clock() + look * working.LOOK_AGAIN + PAST, tick=False):
            assert working.work(job.pk, "worker")
            job.refresh_from_db()
            assert (job.state, job.attempts) == ("queued", 0)
            assert job.due == clock() + working.LOOK_AGAIN
    Refresh.objects.filter(pk=running.pk).update(state=Refresh.State.PUBLISHED, lease_until=None)
    with time_machine.travel(job.due + PAST):
        assert working.work(job.pk, "worker")
    job.refresh_from_db()
    assert job.state == "done"


# What is due --------------------------------------------------------------------------------

DAYS = [
    # now (UTC)           zone               refresh_at   the day whose refresh is due
    ("2026-11-22T08:29", "America/Chicago", "02:30", "2026-11-21"),
    ("2026-11-22T08:30", "America/Chicago", "02:30", "2026-11-22"),
    ("2026-11-22T23:59", "America/Chicago", "02:30", "2026-11-22"),
    ("2026-11-23T04:59", "America/New_York", "23:30", "2026-11-22"),
    # The clocks go forward from 2 to 3: half past two never comes, and the refresh does.
    ("2026-03-08T08:29", "America/Chicago", "02:30", "2026-03-07"),
    ("2026-03-08T08:30", "America/Chicago", "02:30", "2026-03-08"),
    # They go back from 2 to 1: half past one comes twice, the refresh once.
    ("2026-11-01T06:30", "America/Chicago", "01:30", "2026-11-01"),
    ("2026-11-01T07:30", "America/Chicago", "01:30", "2026-11-01"),
]


@pytest.mark.parametrize(("now", "zone", "at", "day"), DAYS)
def test_the_daily_refresh_falls_due_in_the_organizations_own_time(
    now: str, zone: str, at: str, day: str
) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    wall = datetime.strptime(at, "%H:%M").time()  # noqa: DTZ007 - a wall clock's time.
    organization = Organization(slug="riverside", time_zone=zone, refresh_at=wall)
    assert tasks.last_refresh_time(organization, moment).date().isoformat() == day


@pytest.mark.usefixtures("sent")
def test_a_tick_queues_each_daily_refresh_once_and_tidies_once(riverside: Organization) -> None:
    never_imported = Organization.objects.create(slug="lakeside", name="Lakeside")
    long_ago = datetime(2026, 11, 1, tzinfo=UTC)
    Organization.objects.update(created=long_ago)
    Import.objects.create(organization=riverside, name="a.zip", state=Import.State.APPLIED)
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        tasks.tick()
        tasks.tick()
    assert set(Job.objects.values_list("key", flat=True)) == {
        "refresh:riverside:2026-11-22",
        "tidy:2026-11-22",
    }
    assert not never_imported.jobs.exists()


@pytest.mark.usefixtures("sent")
def test_a_new_organization_waits_for_its_first_refresh_time(riverside: Organization) -> None:
    Organization.objects.update(created=datetime(2026, 11, 22, 11, tzinfo=UTC))
    Import.objects.create(organization=riverside, name="a.zip", state=Import.State.APPLIED)
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        assert tasks.enqueue_daily_refreshes() == []
    with time_machine.travel(datetime(2026, 11, 23, 8, 30, tzinfo=UTC)):
        assert [job.key for job in tasks.enqueue_daily_refreshes()] == [
            "refresh:riverside:2026-11-23"
        ]


def test_tidying_deletes_what_expired_and_what_was_done_long_ago(db: None) -> None:
    probe(key="old", state="done", finished=clock() - working.KEPT - PAST)
    probe(key="recent", state="done", finished=clock())
    probe(key="failed", state="failed", finished=clock() - working.KEPT - PAST)
    job = Job.objects.create(kind="tidy", key="tidy:1")
    assert working.work(job.pk, "worker")
    assert set(Job.objects.values_list("key", flat=True)) == {"recent", "failed", "tidy:1"}


def test_a_refresh_follows_an_import_where_the_organization_wants_it(
    tmp_path: Path, db: None
) -> None:
    organization = one_class(tmp_path)
    assert tasks.enqueue_refreshes_after_imports() == []
    Organization.objects.update(refresh_after_import=True)
    (job,) = tasks.enqueue_refreshes_after_imports()
    assert job.kind == "refresh"
    assert tasks.enqueue_refreshes_after_imports() == []
    published(organization, "1.2")
    Import.objects.create(organization=organization, state=Import.State.APPLIED, finished=clock())
    assert tasks.enqueue_refreshes_after_imports() == []


def test_what_is_superseded_is_swept_every_hour(tmp_path: Path, transactional_db: None):
    organization = one_class(tmp_path)
    (feed,) = published(organization, "1.2")
    assert tasks.enqueue_sweeps() == []
    old = feed.publication
    assert old
    exclude(organization, "person", ["ann"], reason="Asked", by="test")
    (job,) = tasks.enqueue_sweeps()
    assert tasks.enqueue_sweeps() == []
    assert working.work(job.pk, "worker")
    old.refresh_from_db()
    assert old.listed
    with time_machine.travel(clock() + timedelta(hours=1, minutes=1)):
        (job,) = tasks.enqueue_sweeps()
        assert working.work(job.pk, "worker")
    old.refresh_from_db()
    assert not old.listed
    with time_machine.travel(clock() + tasks.SWEPT_FOR + PAST):
        assert tasks.enqueue_sweeps() == []
