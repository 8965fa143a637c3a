"""What needs a person is told once by e-mail, to whom it concerns; when all is well, nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.test import Client

from connections.models import Connection
from portal.alerting import tell
from portal.alerting.pulses import pulse
from portal.models import Alert, Staff
from roster.models import (
    Feed,
    Import,
    Job,
    Level,
    Organization,
    Publication,
    Refresh,
    Rollover,
)
from tests.cast import (
    as_dana,
    brightpath,
    dana,
    lakeside,
    liz,
    olga,
    riverside,
    victor,
)
from tests.mail import Sink, sink

__all__ = [
    "as_dana",
    "brightpath",
    "dana",
    "lakeside",
    "liz",
    "olga",
    "riverside",
    "sink",
    "victor",
]

NIGHT = datetime(2026, 11, 28, 9, tzinfo=UTC)


def failed(organization: Organization, kind: str = "refresh", **more: Any) -> Job:
    fields = {"finished": NIGHT, "reason": "It failed 5 times; the reason is in the log."}
    return Job.objects.create(
        organization=organization, kind=kind, key=f"{kind}:{Job.objects.count()}", state="failed",
        **{**fields, **more},
    )  # fmt: skip


def test_each_alert_goes_out_once_to_administrators_or_whom_the_setting_names(
    sink: Sink, riverside: Organization, dana: Staff, victor: Staff, liz: Staff
) -> None:
    assert (tell(), sink.got) == (0, [])
    failed(riverside)
    assert (tell(), tell()) == (1, 0)
    [(recipients, message)] = sink.got
    assert recipients == ["dana@riverside.example"]
    assert message["Subject"] == "Riverside: A refresh of the OneRoster cache failed"
    body = message.get_payload()
    assert "It failed 5 times" in str(body)
    assert "https://desk.example/o/riverside/cache/" in str(body)
    Job.objects.create(
        organization=riverside, kind="refresh", key="2", state="done", finished=NIGHT
    )
    assert tell() == 0
    assert Alert.objects.get().ended
    sink.got.clear()
    Organization.objects.filter(pk=riverside.pk).update(alert_recipients=["it@riverside.example"])
    failed(riverside, "import")
    tell()
    assert [(each, str(message["Subject"])) for each, message in sink.got] == [
        (["it@riverside.example"], "Riverside: An import failed")
    ]


def test_what_a_mail_server_does_not_take_is_tried_again(
    sink: Sink, riverside: Organization, dana: Staff
) -> None:
    failed(riverside)
    sink.broken = "451 come again"
    assert tell() == 0
    assert Alert.objects.get().sent is None
    sink.broken = ""
    assert (tell(), tell()) == (1, 0)


def test_what_needs_a_person(sink: Sink, brightpath: Connection) -> None:
    riverside = brightpath.organization
    with time_machine.travel(NIGHT, tick=False) as now:
        told = Import.objects.create(organization=riverside, name="a.zip", state="applied")
        assert tell() == 0
        now.shift(timedelta(hours=37))
        tell()
        assert sink.subjects() == ["Riverside: No bundle for 36 hours"]
        holds = [{"code": "year", "reason": "No longer 2027, but 2028.", "feeds": []}]
        held = Import.objects.create(
            organization=riverside, name="b.zip", state="held", holds=holds
        )
        tell()
        assert sink.subjects() == ["Riverside: Plan the year rollover?"]
        Import.objects.filter(pk=held.pk).update(holds=[{"code": "removals", "reason": "Half."}])
        Alert.objects.all().delete()
        assert (tell(), tell()) == (1, 0)
        assert sink.subjects() == ["Riverside: An import waits for your decision"]
        Import.objects.filter(pk=held.pk).update(state="discarded")
        fields = {"organization": riverside, "of_import": told, "holds": holds}
        Refresh.objects.create(state="held", **fields)
        tell()
        assert sink.subjects() == ["Riverside: A refresh waits for your decision"]
        Refresh.objects.update(state="superseded")
        Refresh.objects.create(state="held", **fields)  # The same data the night after.
        assert (tell(), sink.subjects()) == (0, [])
        feed = brightpath.feed
        assert feed
        publication = Publication.objects.create(
            feed=feed, number=1, day=NIGHT.date(), rules={}, listed=False
        )
        Feed.objects.update(publication=publication)
        tell()
        assert sink.subjects() == ["Riverside: Nothing can be read by Brightpath"]
        Feed.objects.update(publication=None)
        assert (tell(), sink.got) == (0, [])


def test_a_date_that_comes_near_is_told_once(sink: Sink, brightpath: Connection) -> None:
    with time_machine.travel(NIGHT, tick=False):
        Connection.objects.update(expires=NIGHT.date() + timedelta(days=30))
        assert (tell(), tell()) == (1, 0)
        assert sink.subjects() == ["Riverside: Brightpath: Last day, 2026-12-28"]
        day = NIGHT.date() + timedelta(days=14)
        Rollover.objects.create(
            organization=brightpath.organization, before="2027", after="2028", day=day
        )
        assert (tell(), tell()) == (1, 0)
        assert sink.subjects() == ["Riverside: The year rollover is on 2026-12-12"]


def test_a_rollover_that_waits_for_data_is_told(sink: Sink, brightpath: Connection) -> None:
    riverside = brightpath.organization
    Rollover.objects.create(organization=riverside, before="2027", after="2028", day=NIGHT.date())
    with time_machine.travel(NIGHT, tick=False) as now:
        tell()
        assert sink.subjects() == ["Riverside: The year rollover is on 2026-11-28"]
        now.shift(timedelta(days=1))
        assert (tell(), tell()) == (1, 0)
        assert sink.subjects() == ["Riverside: The year rollover waits"]
        for kind in ("calendar", "course"):
            Level.objects.create(organization=riverside, kind=kind, sourced_id="x", year="2028")
        assert (tell(), sink.got) == (0, [])


def test_a_worker_or_beat_that_is_not_heard_of_is_told_to_operators(
    sink: Sink, olga: Staff, as_dana: Client
) -> None:
    with time_machine.travel(NIGHT, tick=False) as now:
        pulse("worker")
        pulse("beat")
        assert tell() == 0
        now.shift(timedelta(minutes=4))
        pulse("beat")
        tell()
        [(recipients, message)] = sink.got
        assert recipients == ["olga@operator.example"]
        assert message["Subject"] == "Rosterdesk: No background worker is heard of"
        page = as_dana.get("/o/riverside/").content.decode()
        assert "No background worker is heard of" in page
        assert 'href="/jobs/"' not in page
        pulse("worker")
        sink.got.clear()
        now.shift(timedelta(minutes=4))
        pulse("worker")
        assert (tell(), tell()) == (1, 0)
        assert sink.subjects() == ["Rosterdesk: The schedule isn't heard of"]
        pulse("beat")
        assert "heard of" not in as_dana.get("/o/riverside/").content.decode()


def test_jobs_that_nobody_takes_tell_that_there_never_was_a_worker(
    sink: Sink, olga: Staff, riverside: Organization
) -> None:
    with time_machine.travel(NIGHT, tick=False) as now:
        Job.objects.create(kind="tidy", key="tidy:1")
        assert tell() == 0
        now.shift(timedelta(minutes=4))
        assert tell() == 1
