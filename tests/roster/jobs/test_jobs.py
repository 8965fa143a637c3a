"""Jobs are done once, by one worker, whatever brokers lose and whoever dies."""

import threading
import time
from datetime import UTC, datetime, timedelta
from datetime import time as wall_clock
from pathlib import Path
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.db import connections, transaction
from kombu.exceptions import OperationalError

from roster.clock import clock
from roster.database import locks
from roster.deciding.rules import EVERYTHING
from roster.excluding import exclude
from roster.jobs import progress as watching
from roster.jobs import queue, refreshes, tasks, working
from roster.models import AuditEntry, Feed, Finding, Import, Job, Organization, Refresh
from roster.publishing import refreshing, running
from roster.publishing.inputs import todays
from roster.refusal import Refused
from tests.locking import held_by_another
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

    def probe(job: Job, progress: watching.Progress) -> Any:
        act = does.pop(0) if len(does) > 1 else does[0]
        return act(job, progress)

    monkeypatch.setitem(working.KINDS, "probe", probe)
    return does


def probe(**fields: Any) -> Job:
    return Job.objects.create(**{"organization": None, "kind": "probe", "key": "probe:1", **fields})


def raising(error: Exception) -> Any:
    def act(job: Job, progress: watching.Progress) -> None:
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
    job = probe(due=due)
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
    job = refreshes.request_refresh(riverside, "dana@riverside.example")
    assert (job.kind, job.by_name) == ("refresh", "dana@riverside.example")
    with pytest.raises(Refused, match="waiting for its turn"):
        refreshes.request_refresh(riverside, "test")
    Job.objects.update(state=Job.State.RUNNING)
    with pytest.raises(Refused, match="running already"):
        refreshes.request_refresh(riverside, "test")
    Job.objects.update(state=Job.State.DONE)
    assert refreshes.request_refresh(riverside, "test").pk != job.pk


@pytest.mark.usefixtures("sent")
def test_a_refresh_begun_by_a_command_is_respected_too(riverside: Organization) -> None:
    Refresh.objects.create(organization=riverside)
    with pytest.raises(Refused, match="running already"):
        refreshes.request_refresh(riverside, "test")


@pytest.mark.usefixtures("sent")
def test_a_refresh_that_waits_for_its_next_attempt_is_brought_forward(
    riverside: Organization,
) -> None:
    later = clock() + timedelta(minutes=30)
    job = Job.objects.create(
        organization=riverside, kind="refresh", key="refresh:riverside:2026-11-22", due=later
    )
    asked = refreshes.request_refresh(riverside, "test")
    assert asked.pk == job.pk
    assert asked.due <= clock()


# Working ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_racing_workers_one_does_the_job(doing: list[Any]) -> None:
    runs: list[str] = []

    def slow(job: Job, progress: watching.Progress) -> dict[str, Any]:
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
    assert (job.state, job.result, job.worker) == ("done", {"done": "probe:1"}, "")
    assert not working.work(job.pk, "second")


@pytest.mark.django_db(transaction=True)
def test_a_dead_workers_job_is_swept_up_at_once_and_done_by_another(
    sent: list[int], doing: list[Any]
) -> None:
    job = probe()
    with held_by_another(f"job-{job.pk}"):
        assert working.take(job, "soon dead")
        assert (queue.sweep(), working.work(job.pk, "eager")) == (0, False)
    assert (queue.sweep(), sent) == (1, [job.pk])
    assert working.work(job.pk, "other")
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


@pytest.mark.usefixtures("doing")
def test_a_job_that_kills_its_workers_is_given_up(db: None) -> None:
    job = probe(state="running", attempts=working.ATTEMPTS)
    assert not working.work(job.pk, "worker")
    job.refresh_from_db()
    assert (job.state, job.reason) == (
        "failed",
        "The worker ended 5 times before the work was done.",
    )


@pytest.mark.django_db(transaction=True)
def test_progress_is_told_while_the_work_goes_on(
    monkeypatch: pytest.MonkeyPatch, doing: list[Any]
) -> None:
    monkeypatch.setattr(watching, "LOOK", 0.02)
    job = probe()
    seen: list[tuple[int, str]] = []

    def watched(mine: Job, progress: watching.Progress) -> dict[str, Any]:
        progress(40, "Reading users.csv")
        end = time.monotonic() + 5
        while time.monotonic() < end and not seen:
            now = Job.objects.get(pk=job.pk)
            if now.percent:
                seen.append((now.percent, now.stage))
            time.sleep(0.02)
        return {}

    doing[:] = [watched]
    assert working.work(job.pk, "worker")
    assert seen == [(40, "Reading users.csv")]


def test_a_refresh_is_cancelled_by_whom_it_bothers(
    tmp_path: Path, transactional_db: None, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK", 0.02)
    monkeypatch.setattr(running, "OFTEN", 0)
    organization = one_class(tmp_path)
    Feed.objects.create(organization=organization, version="1.2", rules=EVERYTHING,
                        state="following")  # fmt: skip
    job = refreshes.request_refresh(organization, "Dana")

    def slow(organization: Organization) -> Any:
        assert refreshes.cancel(organization, "Dana") == job
        time.sleep(0.2)
        return todays(organization)

    monkeypatch.setattr(refreshing, "todays", slow)
    working.work(job.pk, "worker")
    job.refresh_from_db()
    assert (job.state, job.reason) == ("cancelled", "Cancelled by Dana.")
    assert organization.refreshes.get().state == "cancelled"
    assert AuditEntry.objects.filter(action="refresh.cancelled").count() == 1
    with pytest.raises(Refused, match="no refresh to be cancelled"):
        refreshes.cancel(organization, "Dana")
    assert refreshes.request_refresh(organization, "Dana") != job


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


def test_what_waits_in_a_lane_is_done_when_its_turn_comes(
    tmp_path: Path, transactional_db: None
) -> None:
    """A refresh that a command has begun is waited for; who ends one does what came meanwhile."""
    organization = one_class(tmp_path)
    fields = {"organization": organization, "kind": "refresh"}
    first = Job.objects.create(key="refresh:riverside:1", **fields)
    did: list[bool] = []

    def worker() -> None:
        did.append(working.work(first.pk, "worker"))
        connections.close_all()

    with locks.alone(f"refresh-{organization.pk}", lambda: None):
        thread = threading.Thread(target=worker)
        thread.start()
        while not Job.objects.filter(stage__startswith="Waiting").exists():
            time.sleep(0.05)
        second = Job.objects.create(key="refresh:riverside:2", **fields)
        assert not working.work(second.pk, "another")
    thread.join(20)
    assert did == [True]
    assert [*Job.objects.order_by("pk").values_list("state", "attempts")] == [("done", 1)] * 2


# What is due --------------------------------------------------------------------------------


def time_of(text: str) -> wall_clock:
    return wall_clock.fromisoformat(text)


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
    wall = time_of(at)
    organization = Organization(slug="riverside", time_zone=zone, refresh_at=wall)
    assert organization.last_due(moment).name == day


def test_with_hours_every_elapsed_hour_of_the_window_has_a_refresh() -> None:
    """Also of a day with 23 or 25 hours; a time of day that is the daily one is one refresh."""
    riverside = Organization(
        time_zone="America/Chicago",
        refresh_at=time_of("03:00"),
        refresh_hours_from=time_of("00:00"),
        refresh_hours_until=time_of("05:00"),
    )
    for day, hours in (("2026-03-08", 5), ("2026-11-01", 7), ("2026-11-02", 6)):
        now, names = datetime.fromisoformat(f"{day}T00:00-05:00"), set()
        for minute in range(0, 12 * 60, 20):
            last = riverside.last_due(now + timedelta(minutes=minute))
            if last.moment >= now - timedelta(hours=1):
                names.add(last.name)
        assert len(names) == hours
        assert day in names


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
        assert refreshes.enqueue_due() == []
    with time_machine.travel(datetime(2026, 11, 23, 8, 30, tzinfo=UTC)):
        assert [job.key for job in refreshes.enqueue_due()] == ["refresh:riverside:2026-11-23"]


def test_tidying_deletes_history_that_is_older_than_its_organization_keeps_it(
    riverside: Organization,
) -> None:
    """What is open stays, and the last refreshes; a sweep's job goes after two days."""
    Organization.objects.update(history_kept_days=30)
    old, recent = clock() - timedelta(days=31), clock() - timedelta(days=29)
    for finished in (old, recent):
        name = {old: "old", recent: "recent"}[finished]
        of = {"organization": riverside, "finished": finished}
        probe(key=f"{name} done", state="done", **of)
        probe(key=f"{name} failed", state="failed", **of)
        probe(key=f"{name} sweep", state="done", **{**of, "organization": None, "kind": "sweep"})
        Refresh.objects.create(reason=name, state="failed", **of)
        done = Import.objects.create(name=name, state="applied", **of)
        Finding.objects.create(of_import=done, code="x", severity="notice", file=name, message="")
    probe(key="nobody's", state="done", finished=clock() - working.KEPT - PAST)
    probe(key="waiting", created=old)
    for state in ("published", "discarded"):
        for name in ("older", "last"):
            Refresh.objects.create(
                organization=riverside, reason=f"{name} {state}", state=state, finished=old
            )
    job = Job.objects.create(kind="tidy", key="tidy:1")
    assert working.work(job.pk, "worker")
    assert set(Job.objects.values_list("key", flat=True)) == {
        "recent done", "recent failed", "waiting", "tidy:1",
    }  # fmt: skip
    assert set(Refresh.objects.values_list("reason", flat=True)) == {
        "recent", "last published", "last discarded",
    }  # fmt: skip
    assert Finding.objects.get().file == "recent"
    assert Import.objects.count() == 2


def test_a_refresh_follows_an_import_where_the_organization_wants_it(
    tmp_path: Path, db: None
) -> None:
    organization = one_class(tmp_path)
    assert refreshes.enqueue_after_imports() == []
    Organization.objects.update(refresh_after_import=True)
    (job,) = refreshes.enqueue_after_imports()
    assert job.kind == "refresh"
    assert refreshes.enqueue_after_imports() == []
    published(organization, "1.2")
    Import.objects.create(organization=organization, state=Import.State.APPLIED, finished=clock())
    assert refreshes.enqueue_after_imports() == []


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
