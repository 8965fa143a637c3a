"""The faults of those who do the work: Redis, worker and beat. They take minutes."""

from __future__ import annotations

import signal
import time
import zoneinfo
from datetime import timedelta

from portal.models import Pulse
from roster import jobs
from roster.clock import clock
from roster.models import Job, Organization, Rendered
from tests.deploy.production import READY, Production
from tests.faults.breaking import AWAY
from tests.faults.running import NOTHING
from tests.portal.running import eventually

AGAIN = 2.0
"""Seconds after which systemd starts what has ended (`RestartSec`)."""
TAKEN_UP = 30
"""Seconds after a worker's return within which work that another left is taken up."""
TICK = 35
"""Seconds within which a beat has ticked."""
WORKER, BEAT = "rosterdesk-worker", "rosterdesk-beat"


def redis_gone(desk: Production) -> str:
    """A refresh that is asked for meanwhile waits, and runs."""
    desk.redis.end()
    job = asked_for()
    time.sleep(AWAY)
    desk.redis.start()
    return done(job, 120)


def demo() -> Organization:
    return Organization.objects.get(slug="demo")


def asked_for() -> Job:
    """Ask for a refresh that renders and compares everything anew."""
    Rendered.objects.filter(organization=demo()).delete()
    Organization.objects.filter(pk=demo().pk).touch()
    return jobs.request_refresh(demo(), by="faults")


def done(job: Job, within: float) -> str:
    """Wait for a job's end; return what was lost."""
    began = time.monotonic()
    if eventually(lambda: state(job) == Job.State.DONE, within):
        return f"{NOTHING}; its refresh was done {time.monotonic() - began:.1f} s later"
    job.refresh_from_db()
    return f"a refresh: {job.state}, {job.reason or job.stage}"


def state(job: Job) -> str:
    return str(Job.objects.values_list("state", flat=True).get(pk=job.pk))


def worker_killed(desk: Production) -> str:
    """Kill it at every fifth of a refresh, as long as that takes when nobody dies."""
    job = asked_for()
    assert eventually(lambda: state(job) == Job.State.RUNNING, 60)
    began = time.monotonic()
    assert eventually(lambda: state(job) == Job.State.DONE, 60)
    whole, taken = time.monotonic() - began, []
    for fifth in range(5):
        job = asked_for()
        assert eventually(lambda job=job: state(job) == Job.State.RUNNING, 60)  # type: ignore[misc]
        time.sleep(whole * fifth / 5)
        job.refresh_from_db()
        if job.state == Job.State.DONE:
            break
        desk.stop(WORKER, signal.SIGKILL)
        come_back(desk, WORKER)
        began = time.monotonic()
        again = Job.objects.filter(pk=job.pk, attempts__gt=job.attempts)
        assert eventually(again.exists, 2 * TAKEN_UP), f"not taken up after {2 * TAKEN_UP} s"
        taken.append(time.monotonic() - began)
        if not (lost := done(job, 60)).startswith(NOTHING):
            return lost
    if max(taken) > TAKEN_UP:
        return f"time: taken up after {max(taken):.0f} s"
    return (
        f"{NOTHING}; {len(taken)} times, taken up {min(taken):.1f} to {max(taken):.1f} s after the"
        " worker's return"
    )


def come_back(desk: Production, unit: str) -> None:
    """Start a unit as systemd does, and wait until it says that it is alive."""
    time.sleep(AGAIN)
    before = clock()
    desk.start(unit)
    alive = Pulse.objects.filter(name=unit.removeprefix("rosterdesk-"), at__gt=before)
    assert eventually(alive.exists, READY), desk.log(unit)


def beat_killed(desk: Production) -> str:
    """A refresh that came due while there was no beat is made up for, once."""
    desk.stop(BEAT, signal.SIGKILL)
    key = come_due()
    come_back(desk, BEAT)
    began = time.monotonic()
    lost = once(key)
    took = f"{time.monotonic() - began:.0f}"
    return lost if lost != NOTHING else f"{NOTHING}; what was due was done after {took} s"


def two_beats(desk: Production) -> str:
    """Whatever two beats ask for is done once."""
    first = desk.processes.pop(BEAT)
    desk.start(BEAT)
    try:
        key = come_due()
        lost = once(key)
        time.sleep(TICK)  # Until both have ticked again.
        return lost if lost != NOTHING else once(key)
    finally:
        first.terminate()
        first.wait()


def come_due() -> str:
    """Let the daily refresh be due now; return the key of its job."""
    now, zone = clock(), zoneinfo.ZoneInfo(demo().time_zone)
    at = (now - timedelta(minutes=1)).astimezone(zone)
    key = f"refresh:demo:{at:%Y-%m-%d}"
    Job.objects.filter(key=key).delete()
    Organization.objects.filter(slug="demo").update(
        refresh_at=at.time().replace(second=0, microsecond=0), created=now - timedelta(days=3)
    )
    return key


def once(key: str) -> str:
    """Wait until the job of that key is done, by one worker, once; return what was lost."""
    job = Job.objects.filter(key=key)
    if not eventually(job.filter(state=Job.State.DONE).exists, 2 * TICK + TAKEN_UP):
        return f"a refresh that was due: {list(job.values('state', 'attempts'))}"
    return NOTHING if job.get().attempts == 1 else f"order: done {job.get().attempts} times"
