"""The operator's list of organizations."""

from __future__ import annotations

import io
import json
from datetime import timedelta

from django.core.management import call_command
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections.models import Connection
from portal.alerting import pulses
from portal.models import Membership, Staff
from roster.clock import clock
from roster.models import Import, Job, Organization, Refresh
from roster.organizations import create_organization
from tests.cast import signed_in

LIST = "/organizations/"


def test_the_list_counts_and_shows_no_students(
    olga: Staff, brightpath: Connection, victor: Staff, lakeside: Organization
):
    riverside = brightpath.organization
    for number in (1, 2):
        Import.objects.create(
            organization=riverside, name=f"{number}.zip", state="applied", finished=clock()
        )
        Refresh.objects.create(organization=riverside, state="published", finished=clock())
    answer = signed_in(olga).get(LIST)
    lake, river = answer.context["organizations"]
    assert (river.staff, river.open_connections) == (2, 1)
    assert river.last_import
    assert river.last_refresh
    assert (lake.staff, lake.open_connections, lake.last_import) == (0, 0, None)
    assert "/o/riverside/" not in answer.content.decode()


def test_size_health_queue_and_workers_are_told(olga: Staff, roster: Organization):
    now = clock()
    Import.objects.create(organization=roster, name="held.zip", state="held")
    for state, number in (("queued", 2), ("running", 1), ("failed", 1)):
        for each in range(number):
            Job.objects.create(
                organization=roster, kind="refresh", key=f"{state}{each}", state=state,
                due=now - timedelta(minutes=5), finished=now if state == "failed" else None,
            )  # fmt: skip
    Job.objects.create(kind="sweep", key="later", due=now + timedelta(days=1))
    pulses.pulse("worker")
    answer = signed_in(olga).get(LIST)
    (river,) = answer.context["organizations"]
    assert (river.held, river.failed_jobs) == (1, 1)
    assert river.people
    queue = answer.context["queue"]
    assert (queue.waiting, queue.running, queue.failed) == (2, 1, 1)
    assert [(each.name, each.alive) for each in answer.context["workers"]] == [
        ("worker", True),
        ("beat", False),
    ]
    out = io.StringIO()
    call_command("list_organizations", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["organizations"][0]["people"] == river.people
    assert told["jobs"]["waiting"] == 2


def test_only_organizations_one_serves_are_links(olga: Staff, riverside: Organization):
    Membership.objects.create(staff=olga, organization=riverside, role="admin")
    assert "/o/riverside/" in signed_in(olga).get(LIST).content.decode()


def test_an_empty_installation_says_how_to_begin(olga: Staff):
    assert "create_organization" in signed_in(olga).get(LIST).content.decode()


def test_many_organizations_ask_the_database_no_more_often(olga: Staff):
    browser: Client = signed_in(olga)
    counts = []
    for number in (2, 12):
        while Organization.objects.count() < number:
            slug = f"district-{Organization.objects.count()}"
            create_organization(slug, slug, by="operator")
        with CaptureQueriesContext(database) as queries:
            browser.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]
