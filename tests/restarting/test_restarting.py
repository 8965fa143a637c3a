"""Whoever dies, every refresh that was asked for is done, one at a time, and shown whole.

A few deaths here; ten minutes of them by `python -m tests.restarting --seconds 600`.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from celery import current_app
from django.db.models import QuerySet

from roster import jobs
from roster.importing import import_bundle
from roster.models import Feed, Job, Organization, Refresh
from tests.killing.mortals import environ
from tests.portal.running import BASE
from tests.roster.districts import EVERYTHING
from tests.year.bundles import PUPILS, write

SECONDS = int(os.environ.get("TEST_RESTARTING", "5"))
SEED = int(os.environ.get("TEST_RESTARTING_SEED", "1"))
ROLES = ("worker", "worker", "beat", "beat")
RETURN = 60
"""Seconds without a death within which a refresh is done, on a machine that does much else."""
MANY = 20
"""So many refreshes wait at most: then nobody dies until all are done."""


class Crew:
    """The four processes; one that is killed is started again at once, or a little later."""

    def __init__(self, nursery: subprocess.Popen[str], dice: random.Random) -> None:
        self.nursery = nursery
        self.dice = dice
        self.deaths = 0
        self.living = [(role, self.start(role)) for role in ROLES]

    def start(self, role: str) -> int:
        assert self.nursery.stdin
        assert self.nursery.stdout
        self.nursery.stdin.write(f"{role}\n")
        self.nursery.stdin.flush()
        return int(self.nursery.stdout.readline())

    def kill_one(self) -> None:
        place = self.dice.randrange(len(self.living))
        role, pid = self.living[place]
        os.kill(pid, signal.SIGKILL)
        self.deaths += 1
        self.living[place] = role, self.start(role)

    def end(self) -> None:
        for _, pid in self.living:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def crew(data: Path, dice: random.Random) -> Iterator[Crew]:
    nursery = subprocess.Popen(
        [sys.executable, "-m", "tests.restarting.nursery"], cwd=BASE, text=True,
        env=environ(data, data), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=(data / "errors.log").open("w"),
    )  # fmt: skip
    found = Crew(nursery, dice)
    try:
        yield found
    finally:
        found.end()
        nursery.kill()
        nursery.wait()


def require_whole() -> None:
    """Require what both vendors read to be one bundle's: asked of both by one statement."""
    shown = [
        (counts["users"]["records"] - 1, counts["enrollments"]["records"])
        for counts in Feed.objects.values_list("publication__counts", flat=True)
        if counts
    ]
    assert not shown or (len({*shown}) == 1 and len({*shown[0]}) == 1), shown


@pytest.mark.django_db(transaction=True)
def test_no_refresh_is_lost_doubled_or_shown_by_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: None)  # The sweep sends.
    data = tmp_path / "data"
    data.mkdir()
    riverside = Organization.objects.create(
        slug="riverside", name="Riverside", school_year="2027", hold_records=10_000
    )
    for version in ("1.1", "1.2"):
        Feed.objects.create(
            organization=riverside, version=version, rules=EVERYTHING, state="following"
        )
    nights = [write(tmp_path / f"{joined}.zip", [2027], joined=joined) for joined in (0, 1)]
    dice = random.Random(SEED)  # noqa: S311 - drawn again, it must be the same.
    asked, ours = 0, Job.objects.filter(by_name="test")
    with crew(data, dice) as them:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            import_bundle(riverside, nights[asked % 2], by="test", approved=True)
            asked += 1
            key = f"refresh:riverside:{asked}"
            jobs.enqueue("refresh", organization=riverside, key=key, by="test")
            time.sleep(dice.random() * 0.8)
            require_whole()
            them.kill_one()
            if ours.exclude(state="done").count() >= MANY:
                require_done(ours)
        require_done(ours)
    assert "Unrecoverable" not in (data / "errors.log").read_text()
    print(f"\n{asked} refreshes asked for, {them.deaths} deaths")
    require_whole()
    assert ours.count() == asked
    counts = Feed.objects.values_list("publication__counts", flat=True)
    assert {each["users"]["records"] for each in counts} == {PUPILS + 1 + (asked - 1) % 2}
    require_one_at_a_time(asked + them.deaths)


def require_done(ours: QuerySet[Job]) -> None:
    """Require that everything that was asked for gets done, one after the other."""
    left, patience = ours.exclude(state="done"), time.monotonic() + RETURN
    waiting = before = left.count()
    while waiting:
        require_whole()
        if waiting < before:
            before, patience = waiting, time.monotonic() + RETURN
        assert time.monotonic() < patience, Counter(ours.values_list("state", "reason"))
        time.sleep(0.2)
        waiting = left.count()


def require_one_at_a_time(most: int) -> None:
    """Require refreshes to follow each other: a job is only repeated whose worker died."""
    done = list(Refresh.objects.filter(state="published").order_by("began"))
    assert len(done) <= most
    for one, next_one in pairwise(done):
        assert one.finished
        assert one.finished <= next_one.began + timedelta(milliseconds=1)
