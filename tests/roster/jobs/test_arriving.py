"""Looks that are due are jobs; what they bring is imported, in its order, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from celery import current_app

from roster import fetching
from roster.fetching.recording import record
from roster.jobs import arriving, tasks, working
from roster.jobs.attempts import ATTEMPTS
from roster.models import Arrival, Import, Job, Organization, Source
from tests.roster.fetching.conftest import Write, riverside, watched, write

__all__ = ["riverside", "watched", "write"]

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the jobs that were handed to the broker, which does none."""
    ids: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_: ids.append(args[0]))
    return ids


def keys(kind: str) -> list[str]:
    return list(Job.objects.filter(kind=kind).order_by("pk").values_list("key", flat=True))


def test_a_look_that_is_due_is_asked_for_once(watched: Source) -> None:
    Source.objects.update(created=NOON - timedelta(days=3), every_minutes=None, daily_at="02:15")
    with time_machine.travel(NOON, tick=False) as now:
        tasks.tick()
        tasks.tick()
        due = f"fetch:riverside:{watched.pk}:2026-11-28T02:15"
        assert keys("fetch") == [due]
        now.shift(timedelta(days=1))
        tasks.tick()  # The one of yesterday still waits.
        assert keys("fetch") == [due]
        Job.objects.filter(kind="fetch").update(state="done")
        tasks.tick()
        assert keys("fetch") == [due, f"fetch:riverside:{watched.pk}:2026-11-29T02:15"]


def test_a_paused_or_new_source_is_left_alone(watched: Source) -> None:
    with time_machine.travel(watched.created):
        tasks.tick()
    Source.objects.update(active=False, created=NOON - timedelta(days=3))
    with time_machine.travel(NOON):
        tasks.tick()
    assert keys("fetch") == []


def test_a_bundle_goes_from_the_folder_to_the_roster(watched: Source, write: Write) -> None:
    write(Path(watched.address) / "night.zip")
    Source.objects.update(created=NOON - timedelta(days=3))
    with time_machine.travel(NOON, tick=False) as now:
        for _ in range(3):
            tasks.tick()
            for job in Job.objects.filter(state="queued").exclude(kind="tidy").order_by("pk"):
                tasks.work(job.pk)
            now.shift(60)
    looks = Job.objects.filter(kind="fetch").order_by("pk")
    assert [job.state for job in looks] == ["done"] * 3
    assert "two looks" in looks[0].result["not_yet"]
    [arrival] = Arrival.objects.all()
    assert looks[1].result == {"arrivals": [arrival.pk]}
    assert keys("import") == [f"import:riverside:{arrival.pk}"]
    assert (arrival.state, Import.objects.get().state) == ("imported", "applied")
    assert Import.objects.get().by_name == "schedule"


def test_a_daily_look_that_comes_too_early_is_repeated_for_two_hours(
    watched: Source, write: Write
) -> None:
    write(Path(watched.address) / "night.zip").write_bytes(b"PK")
    Source.objects.update(every_minutes=None, daily_at="02:15")
    with time_machine.travel(NOON, tick=False) as now:
        job = arriving.request_visit(watched, "Dana")
        assert arriving.request_visit(watched, "Dana") == job
        assert working.work(job.pk, "one")
        job.refresh_from_db()
        assert (job.state, job.attempts, job.due) == ("queued", 0, NOON + timedelta(seconds=30))
        now.shift(timedelta(hours=2, seconds=1))
        working.work(job.pk, "two")
        job.refresh_from_db()
    assert (job.state, "isn't a whole zip" in job.reason) == ("failed", True)
    assert not Arrival.objects.exists()


def came(organization: Organization, path: Path) -> Arrival:
    return record(organization, path, name=path.name, by="Dana")


def test_bundles_are_imported_in_the_order_in_which_they_came(
    riverside: Organization, write: Write, tmp_path: Path
) -> None:
    first = came(riverside, write(tmp_path / "a.zip", "Anna"))
    second = came(riverside, write(tmp_path / "b.zip", "Bea"))
    jobs = [arriving.request_import(each, "Dana") for each in (first, second)]
    assert working.work(jobs[1].pk, "worker")  # The message of the later one comes first.
    assert [each.name for each in Import.objects.order_by("began")] == ["a.zip", "b.zip"]


def test_an_import_that_fails_too_often_is_given_up_and_forgotten(
    riverside: Organization, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **options: Any) -> None:
        raise LookupError("of ours")

    monkeypatch.setattr(fetching.applying, "import_bundle", broken)
    arrival = came(riverside, write(tmp_path / "a.zip"))
    job = arriving.request_import(arrival, "Dana")
    for _ in range(ATTEMPTS):
        Job.objects.update(due=NOON - timedelta(days=30))
        working.work(job.pk, "worker")
    arrival.refresh_from_db()
    assert (arrival.state, arrival.parts.count()) == ("failed", 0)
    assert arrival.reason == "The import failed 5 times: LookupError."
    assert arriving.enqueue_imports() == []


def test_an_import_that_kills_its_workers_is_given_up(
    riverside: Organization, write: Write, tmp_path: Path
) -> None:
    arrival = came(riverside, write(tmp_path / "a.zip"))
    [job] = arriving.enqueue_imports()
    Job.objects.filter(pk=job.pk).update(state="failed")
    assert arriving.enqueue_imports() == []
    arrival.refresh_from_db()
    assert (arrival.state, arrival.parts.count()) == ("failed", 0)


def test_tidying_forgets_looks_soon_and_unchanged_bundles_later(
    riverside: Organization, write: Write, tmp_path: Path
) -> None:
    long_ago = NOON - timedelta(days=120)
    looks = {"kind": "fetch", "finished": NOON - timedelta(days=3)}
    Job.objects.create(key="fetch:1", state="failed", **looks)
    Job.objects.create(key="fetch:2", state="done", **looks)
    Organization.objects.update(history_kept_days=90)
    for state in ("unchanged", "imported"):
        Arrival.objects.create(
            organization=riverside, name="a", checksum="x", size=1, state=state, received=long_ago
        )
    with time_machine.travel(NOON):
        working.tidy(Job(), lambda percent, stage: None)
    assert keys("fetch") == []
    assert [arrival.state for arrival in Arrival.objects.all()] == ["imported"]
