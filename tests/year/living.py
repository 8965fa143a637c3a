"""The year itself: what happens on which day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path

from django.core.management import call_command

from connections import lifecycle
from roster import clock, jobs, publishing
from roster.importing import held_import
from roster.models import Job
from tests.year.bundles import write
from tests.year.desk import Desk, Vendor

BEGIN, END = date(2026, 8, 17), date(2027, 8, 13)

BAD, HALF = date(2026, 11, 10), date(2026, 11, 17)
DEAD, SILENT = date(2026, 12, 2), date(2026, 12, 24)
BACK, OTHER_TIME, AHEAD = date(2026, 11, 1), date(2027, 1, 4), date(2027, 3, 14)
MOVED, PAUSE, RESUME = date(2027, 4, 7), date(2027, 6, 16), date(2027, 8, 9)
ROLLOVER = date(2027, 7, 6)

EVENTS = (BACK, BAD, HALF, DEAD, SILENT, OTHER_TIME, AHEAD, MOVED, PAUSE, ROLLOVER, RESUME, END)
DAY = timedelta(days=1)

ALERTS = [
    "An import failed",
    "An import waits for your decision",
    "No background worker is heard of",
    "No bundle for 36 hours",
    "A refresh waits for your decision",
    "Plan the year rollover?",
    "Brightpath: Resumes, 2027-08-09",
]
"""Everything that is told in the year, in order, each once."""


def days(*, long: bool) -> Iterator[date]:
    """Yield every day of the year, or those around what happens."""
    day = BEGIN
    while day <= END:
        if long or day in (BEGIN, SILENT + 2 * DAY, RESUME - DAY) or {day, day - DAY} & {*EVENTS}:
            yield day
        day += DAY


def live(desk: Desk, *, long: bool) -> list[Vendor]:
    """Live through the year; return the vendors as they are at its end."""
    folder, last = desk.folder, BEGIN
    vendors: list[Vendor] = []
    for day in days(long=long):
        if day - last > DAY:
            as_if_nightly(desk, day)
        last = day
        desk.night(day, bundle(folder, day))
        if not vendors:
            vendors += [
                desk.connect("Brightpath", "1.2"),
                desk.connect("Library", "1.1"),
                desk.connect("Third", "1.2", grades=["03"]),
            ]
            for each in vendors:
                lifecycle.publish_at_once(each.connection, "Dana")
        desk.move_to(day, time(12))
        noon(desk, day, vendors)
        if long or day - DAY in EVENTS or day == END:
            for each in vendors:
                each.read()
    return vendors


def as_if_nightly(desk: Desk, day: date) -> None:
    """Leave days out: the last bundle came in last night, as it would have."""
    desk.move_to(day, time(0))
    yesterday = clock.clock() - timedelta(hours=24)
    desk.organization.imports.update(began=yesterday)
    desk.organization.arrivals.update(received=yesterday)
    key = f"refresh:riverside:{day - DAY}"
    Job.objects.create(organization=desk.organization, kind="refresh", key=key, state="done")


def bundle(folder: Path, day: date) -> Path | None:
    """Return what the student information system sends in the night of a day."""
    path = folder / f"{day}.zip"
    joined = (day - BEGIN).days // 30
    if day == BAD:
        path.write_bytes(b"PK no zip")
        return path
    if SILENT <= day < SILENT + 2 * DAY:
        return None
    if day == HALF:
        return write(path, [2027], joined=joined, without=12)
    moved = 6 if day >= MOVED else 0
    years = [2027] if day < PAUSE else [2027, 2028] if day < ROLLOVER else [2028]
    return write(path, years, joined=joined, moved=moved)


def noon(desk: Desk, day: date, vendors: list[Vendor]) -> None:
    """What Dana does at noon, and what befalls the worker."""
    if day == DEAD:
        job = desk.die_at_work()
        for _ in range(2):
            desk.now.shift(timedelta(minutes=5))
            desk.tick()
        desk.alive = True
        desk.tick()
        job.refresh_from_db()
        assert (job.state, job.attempts) == ("done", 2)
    elif day == OTHER_TIME:
        desk.set(refresh_at="02:30")
    elif day == MOVED:
        held = publishing.held_refresh(desk.organization)
        assert held
        jobs.request_refresh(desk.organization, "Dana", approve=held)
        desk.tick()
    elif day == PAUSE:
        lifecycle.pause(vendors[0].connection, by="Dana", until=RESUME)
    elif day == ROLLOVER:
        assert held_import(desk.organization)
        call_command("plan_rollover", "riverside", "--to=2028", f"--on={day}", verbosity=0)
        desk.tick()
