"""Riverside's desk through the year: a clock that is moved, beat's ticks, a worker that may be
dead, vendors that read deltas, and what each night brought.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core import mail
from django.test import Client

from connections import lifecycle
from connections import tasks as keys
from connections.models import Connection
from portal.alerting import pulses, tell
from portal.models import Membership, Staff
from roster import clock, jobs
from roster.fetching.recording import record
from roster.jobs import tasks
from roster.models import Job, Organization, Refresh
from roster.organizations import create_organization, set_organization
from tests.cast import PASSWORD, ask_token

ZONE = ZoneInfo("America/Chicago")
BUNDLE, LAST = time(0, 10), time(3, 0)
"""When a bundle comes in at night, and until when the night is watched."""
TICK = timedelta(minutes=110)
BASES = {"1.1": "/ims/oneroster/v1p1", "1.2": "/ims/oneroster/rostering/v1p2"}


@dataclass
class Vendor:
    """Reads everything once and then what has changed since it last began to read."""

    connection: Connection
    secret: str
    since: str = ""
    token: str = ""
    copy: dict[str, dict[str, Any]] = field(default_factory=dict)

    def read(self) -> None:
        self.token = self.renewed()
        began = f"{clock.clock():%Y-%m-%dT%H:%M:%S}.000Z"
        query = {"filter": f"dateLastModified>='{self.since}'"} if self.since else {}
        for name in ("users", "classes", "enrollments"):
            for each in self.asked(name, **query):
                key = f"{name}/{each['sourcedId']}"
                if each["status"] == "active":
                    self.copy[key] = each
                else:
                    self.copy.pop(key, None)
        self.since = began

    def everything(self) -> dict[str, dict[str, Any]]:
        return {
            f"{name}/{each['sourcedId']}": each
            for name in ("users", "classes", "enrollments")
            for each in self.asked(name)
        }

    def asked(self, name: str, **query: str) -> list[dict[str, Any]]:
        base = BASES[self.connection.oneroster]
        answer = Client().get(
            f"{base}/{name}",
            {"limit": "1000", **query},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == 200, answer.content
        found: list[dict[str, Any]] = answer.json()[name]
        return found

    def renewed(self) -> str:
        found: str = ask_token(self.connection.client.client_id, self.secret).json()["access_token"]
        return found

    def pupils(self) -> int:
        return sum(key.startswith("users/p") for key in self.copy)


class Desk:
    """The district, and whoever works for it at night."""

    def __init__(self, folder: Path, now: Any, sent: list[int]) -> None:
        self.folder = folder
        self.now = now
        self.sent = sent
        self.alive = True
        self.nights: list[tuple[date, datetime]] = []
        self.organization = create_organization(
            "riverside", "Riverside", time_zone=ZONE.key, by="operator"
        )
        self.set(
            school_year="2027", refresh_at="01:30", hold_percent="10", hold_records="3",
            alert_recipients="dana@riverside.example",
        )  # fmt: skip
        Staff.objects.create_user("olga@operator.example", PASSWORD, is_operator=True)
        dana = Staff.objects.create_user("dana@riverside.example", PASSWORD)
        Membership.objects.create(staff=dana, organization=self.organization, role="admin")

    def set(self, **settings: str) -> None:
        set_organization(self.organization, settings, by="Dana")

    def connect(self, vendor: str, oneroster: str, **asked: Any) -> Vendor:
        connection, secret = lifecycle.connect(
            self.organization, vendor=vendor, oneroster=oneroster, by="Dana", all_schools=True,
            acknowledge_unsupported=True, **asked,
        )  # fmt: skip
        return Vendor(connection, secret)

    def night(self, day: date, bundle: Path | None) -> None:
        """Live through a night: a bundle comes in, and whatever is due is done at its time."""
        self.move_to(day, BUNDLE)
        if bundle:
            arrival = record(self.organization, bundle, name=bundle.name, by="schedule")
            if arrival.state == arrival.State.WAITING:
                jobs.request_import(arrival, "schedule")
        due = clock.at(day, Organization.objects.get().refresh_at, ZONE.key)
        self.nights.append((day, due))
        end = clock.at(day, LAST, ZONE.key)
        moments = {due - timedelta(seconds=1), due}
        moment = clock.clock()
        while moment <= end:
            moments.add(moment)
            moment += TICK
        for each in sorted(moments):
            self.now.move_to(each)
            self.tick()

    def move_to(self, day: date, wall: time) -> None:
        self.now.move_to(clock.at(day, wall, ZONE.key))

    def tick(self) -> None:
        """Let beat tick, and the worker, if it lives, do what it was sent."""
        pulses.pulse("beat")
        if not self.alive:
            tell()
            return
        pulses.pulse("worker")
        tasks.tick()
        keys.tend()
        while self.sent:
            tasks.work(self.sent.pop(0))
        tell()

    def die_at_work(self) -> Job:
        """Let the worker die in the middle of a refresh, and stay away."""
        job = jobs.request_refresh(self.organization, "Dana")
        self.sent.clear()
        Job.objects.filter(pk=job.pk).update(state="running", attempts=1, worker="dead")
        Refresh.objects.create(organization=self.organization, percent=40, by_name="Dana")
        self.alive = False
        return job

    def refreshed(self) -> dict[date, list[datetime]]:
        """Return when the schedule has refreshed, by the district's day."""
        found: dict[date, list[datetime]] = {}
        rows = Refresh.objects.filter(by_name="schedule").order_by("began")
        for began in rows.values_list("began", flat=True):
            found.setdefault(began.astimezone(ZONE).date(), []).append(began.astimezone(UTC))
        return found

    def subjects(self) -> list[str]:
        return [str(each.subject).partition(": ")[2] for each in mail.outbox]
