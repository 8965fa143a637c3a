"""The page of the year rollover: what it would do, by name, its day, and the way back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections import rollover
from portal.models import Staff
from roster import jobs
from roster.models import Job, Organization
from roster.publishing import refresh
from tests.cast import connected
from tests.roster.carrying.test_years import beside
from tests.roster.importing.bundles import V1P2
from tests.roster.importing.conftest import Bundler

FEW = 20
PAGE = "/o/riverside/rollover/"


@pytest.fixture
def two_years(riverside: Organization, dana: Staff, tmp_path: Path) -> Organization:
    """Riverside in 2026–27 with the next year's class beside it, and a vendor that reads."""
    Organization.objects.filter(pk=riverside.pk).update(school_year="2027")
    riverside.refresh_from_db()
    Bundler(tmp_path, riverside)(beside(V1P2, 2028))
    riverside.refresh_from_db()
    connected(riverside, dana, vendor="Reader")
    refresh(riverside, by="dana")
    return riverside


def test_dana_looks_plans_rolls_over_and_goes_back(
    as_dana: Client, as_victor: Client, two_years: Organization
) -> None:
    page = as_dana.get(PAGE).content.decode()
    assert "What 2027–28 would do now" in page
    assert '<a href="/o/riverside/connections/" aria-current="true">' in page
    table = as_dana.get(f"{PAGE}to/2028.csv").getvalue().decode()
    assert "classes,added,k2" in table
    assert "classes,removed,k1" in table

    today = two_years.today()
    wrong = as_dana.post(PAGE, {"year": "2028", "day": today - timedelta(days=1)})
    assert wrong.status_code == 422
    assert "This day is past" in wrong.content.decode()
    assert as_dana.post(PAGE, {"year": "2028", "day": today}).status_code == 302
    page = as_victor.get(PAGE).content.decode()
    assert "From 2026–27 to 2027–28" in page
    assert "Cancel the plan" not in page

    refresh(two_years, by="schedule")
    assert "Back to 2026–27" in as_dana.get(PAGE).content.decode()
    as_dana.post(f"{PAGE}revert/")
    two_years.refresh_from_db()
    assert two_years.school_year == "2027"
    assert "taken back" in as_dana.get(PAGE).content.decode()


def test_a_job_looks_ahead_one_at_a_time_and_the_page_keeps_what_it_found(
    as_dana: Client, as_victor: Client, two_years: Organization
) -> None:
    page = f"{PAGE}to/2028/"
    assert "Nobody has looked yet" in as_victor.get(page).content.decode()
    assert as_victor.post(page).status_code == 403
    assert "Look ahead" in as_dana.get(page).content.decode()
    as_dana.post(page)
    waiting = as_victor.get(page).content.decode()
    assert "You can leave this page" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    again = as_dana.post(page, follow=True).content.decode()
    assert "A preview is being made already" in again

    jobs.work(Job.objects.get(kind=rollover.KIND).pk, "worker")
    found = as_victor.get(page).content.decode()
    assert "Algebra" in found
    assert "Look again" not in found
    assert "The data has changed since" not in found
    Organization.objects.filter(pk=two_years.pk).touch()  # type: ignore[attr-defined]
    assert "The data has changed since" in as_dana.get(page).content.decode()
    as_dana.post(page)
    assert Job.objects.get(kind=rollover.KIND).state == Job.State.QUEUED


def test_the_file_asks_for_no_more_values_at_once_than_sqlite_takes(
    as_dana: Client, two_years: Organization, dana: Staff
) -> None:
    for number in range(2):
        connected(two_years, dana, vendor=f"Reader {number}")
    refresh(two_years, by="dana")
    with few_values():
        answer = as_dana.get(f"{PAGE}to/2028.csv")
        rows = answer.getvalue().decode().splitlines()
    assert len(rows) > FEW


@contextmanager
def few_values() -> Iterator[None]:
    """Have SQLite take few values at once; PostgreSQL takes as many as there are."""
    if database.vendor != "sqlite":
        yield
        return
    most = database.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
    database.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, FEW)
    try:
        yield
    finally:
        database.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, most)


def test_the_active_year_needs_no_preview(as_dana: Client, two_years: Organization) -> None:
    answer = as_dana.post(f"{PAGE}to/2027/", follow=True)
    assert "2027 is the active school year already" in answer.content.decode()
    assert not Job.objects.filter(kind=rollover.KIND).exists()


def test_a_preview_of_more_vendors_asks_the_database_no_more(
    as_dana: Client, two_years: Organization, dana: Staff
) -> None:
    page = f"{PAGE}to/2028/"

    def queries() -> int:
        as_dana.post(page)
        jobs.work(Job.objects.get(kind=rollover.KIND).pk, "worker")
        with CaptureQueriesContext(database) as asked:
            as_dana.get(page)
        return len(asked)

    one = queries()
    for number in range(3):
        connected(two_years, dana, vendor=f"Reader {number}")
    refresh(two_years, by="dana")
    assert queries() == one


def test_a_plan_is_cancelled(as_dana: Client, two_years: Organization) -> None:
    as_dana.post(PAGE, {"year": "2028", "day": two_years.today() + timedelta(days=9)})
    as_dana.post(f"{PAGE}cancel/")
    assert not two_years.rollovers.planned().exists()
    answer = as_dana.post(f"{PAGE}cancel/", follow=True)
    assert "No rollover is planned" in answer.content.decode()
