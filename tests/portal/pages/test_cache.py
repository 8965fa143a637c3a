"""The page of the OneRoster cache: its state, its history, refresh now."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections.models import Connection
from portal.models import Staff
from roster.clock import clock
from roster.excluding import exclude
from roster.models import Job, Organization, Refresh
from roster.publishing import refresh as publish
from tests.cast import connected

CACHE = "/o/riverside/cache/"


def refreshed(organization: Organization, **fields: object) -> Refresh:
    known = {"state": "published", "finished": clock(), "added": 12345, **fields}
    return Refresh.objects.create(organization=organization, **known)


@pytest.fixture
def job(riverside: Organization) -> Job:
    return Job.objects.create(organization=riverside, kind="refresh", key="refresh:riverside:1")


def test_an_empty_cache_says_that_vendors_find_nothing(as_victor: Client):
    page = as_victor.get(CACHE).content.decode()
    assert "vendors find nothing yet" in page
    assert "02:30" in page
    assert "Refresh now" not in page


def test_the_history_tells_what_each_refresh_changed(as_dana: Client, riverside: Organization):
    refreshed(riverside, changed=17, removed=5, by_name="schedule")
    refreshed(riverside, state="failed", added=0, reason="The disk is full.")
    page = as_dana.get(CACHE).content.decode()
    for words in ("12,345", "17", "schedule", "Published", "Failed", "The disk is full."):
        assert words in page


def test_a_refresh_is_asked_for(as_dana: Client, riverside: Organization):
    answer = as_dana.post(f"{CACHE}refresh/")
    assert (answer.status_code, answer["Location"]) == (302, CACHE)
    job = Job.objects.get()
    assert (job.organization, job.kind, job.by_name) == (
        riverside, "refresh", "dana@riverside.example",
    )  # fmt: skip


def test_a_second_refresh_is_refused_in_words(as_dana: Client, job: Job):
    answer = as_dana.post(f"{CACHE}refresh/")
    assert answer.status_code == 422
    assert "waiting for its turn already" in answer.content.decode()
    assert Job.objects.count() == 1


def test_progress_is_asked_for_until_it_is_done(as_dana: Client, riverside: Organization, job: Job):
    Job.objects.update(state="running", percent=42, stage="Writing users")
    whole = as_dana.get(CACHE).content.decode()
    assert 'http-equiv="refresh"' in whole
    part = as_dana.get(CACHE, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in part
    assert "Writing users" in part
    assert 'value="42"' in part
    assert "every 1s" in part
    Job.objects.update(state="done", finished=clock())
    part = as_dana.get(CACHE, headers={"hx-request": "true"}).content.decode()
    assert "every 1s" not in part
    assert 'http-equiv="refresh"' not in as_dana.get(CACHE).content.decode()


def test_a_refresh_begun_by_a_command_shows_too(as_dana: Client, riverside: Organization):
    refreshed(riverside, state="running", percent=7, stage="Reading")
    assert 'value="7"' in as_dana.get(CACHE).content.decode()


def test_a_failed_refresh_says_why_until_one_succeeds(
    as_dana: Client, riverside: Organization, job: Job
):
    Job.objects.update(state="failed", reason="It failed 5 times.", finished=clock())
    assert "It failed 5 times." in as_dana.get(CACHE).content.decode()
    Job.objects.create(
        organization=riverside, kind="refresh", key="2", state="done", finished=clock()
    )
    assert "It failed 5 times." not in as_dana.get(CACHE).content.decode()


def test_signing_in_again_takes_the_whole_page(client: Client, riverside: Organization):
    answer = client.get(CACHE, headers={"hx-request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/sign-in/")


def test_a_long_history_asks_the_database_no_more_often(as_dana: Client, riverside: Organization):
    counts = []
    for number in (2, 12):
        while riverside.refreshes.count() < number:
            refreshed(riverside)
        with CaptureQueriesContext(database) as queries:
            as_dana.get(CACHE)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_last_publication_tells_what_it_holds_and_changed(
    as_victor: Client, published: Connection
):
    (told,) = as_victor.get(CACHE).context["publications"]
    assert (told.connection, told.made) == (published, "first")
    numbers = {str(name): counts for name, counts in told.collections}
    assert (numbers["Users"]["records"], numbers["Users"]["added"]) == (2, 2)
    assert told.records == sum(counts["records"] for counts in numbers.values())
    exclude(published.organization, "person", ["ann"], reason="Asked", by="test")
    page = as_victor.get(CACHE)
    (told,) = page.context["publications"]
    numbers = {str(name): counts for name, counts in told.collections}
    assert told.made == "act"
    assert (numbers["Users"]["records"], numbers["Users"]["removed"]) == (1, 1)
    assert "changed by somebody's act" in page.content.decode()


def test_many_connections_ask_the_database_no_more_often(
    as_victor: Client, published: Connection, dana: Staff
):
    organization = published.organization
    counts = []
    for number in (2, 12):
        while organization.connections.count() < number:
            vendor = f"Vendor {organization.connections.count()}"
            connected(organization, dana, vendor=vendor)
        publish(organization, by="test")
        with CaptureQueriesContext(database) as queries:
            publications = as_victor.get(CACHE).context["publications"]
        assert len(publications) == number
        counts.append(len(queries))
    assert counts[0] == counts[1]
