"""The year rollover: looked at, planned, carried out by the refresh of its day, taken back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connections import lifecycle, rollover, tasks
from connections.models import Connection
from roster import excluding
from roster import rollover as years
from roster.models import AuditEntry, Import, Job, Organization
from roster.publishing import refresh
from roster.refusal import Refused
from tests.roster.carrying.test_years import beside, of_year
from tests.roster.districts import shown
from tests.roster.importing.bundles import V1P2
from tests.roster.importing.conftest import Bundler

pytestmark = pytest.mark.django_db(transaction=True)

HOLDS = re.compile(r"^(?:INSERT|UPDATE|DELETE|SAVEPOINT)|FOR (?:NO KEY )?UPDATE")
"""What makes others wait, in SQL."""

SUMMER = date(2027, 6, 20)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel("2026-11-10 12:00Z", tick=False) as moved:
        yield moved


@pytest.fixture
def riverside(clock: Any, tmp_path: Path, transactional_db: None) -> Organization:
    """Riverside in 2026–27, with a class of the next year beside; one vendor reads."""
    organization = Organization.objects.create(
        slug="riverside", name="Riverside", school_year="2027", time_zone="America/Chicago"
    )
    Bundler(tmp_path, organization)(beside(V1P2, 2028))
    organization.refresh_from_db()
    lifecycle.connect(
        organization, vendor="Reader", oneroster="1.2", all_schools=True, by="dana",
        acknowledge_unsupported=True,
    )  # fmt: skip
    refresh(organization, by="dana")
    organization.refresh_from_db()
    return organization


def read() -> set[str]:
    """Return the classes that the vendor reads live."""
    feed = Connection.objects.select_related("feed").get().feed
    assert feed
    return {sourced_id for collection, sourced_id in shown(feed) if collection == "classes"}


def run(organization: Organization, *words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("plan_rollover", organization.slug, *words, "--json", stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_a_preview_says_what_comes_and_goes_and_changes_nothing(riverside: Organization) -> None:
    with CaptureQueriesContext(connection) as asked:
        found = rollover.preview(riverside, "2028")
    # Nobody waits for whoever looks ahead.
    assert [each["sql"] for each in asked if HOLDS.search(each["sql"])] == []
    (vendor,) = found["connections"]
    assert vendor["collections"]["classes"]["ids"] == {"added": ["k2"], "removed": ["k1"]}
    assert found["has_data"]
    riverside.refresh_from_db()
    assert riverside.school_year == "2027"
    assert read() == {"k1"}
    assert ("classes", "removed", "k1") in {
        (each.collection, each.change, each.sourced_id)
        for each in rollover.records(riverside, "2028")
    }
    with pytest.raises(Refused, match="already"):
        rollover.preview(riverside, "2027")


def test_a_file_names_everybody_and_holds_no_formula(
    riverside: Organization, tmp_path: Path
) -> None:
    path = tmp_path / "rollover.csv"
    Connection.objects.update(vendor="=1+1")
    run(riverside, "--to", "2028", "--csv", str(path))
    text = path.read_text(encoding="utf-8-sig")
    assert "classes,added,k2" in text
    assert not any(cell.startswith("=") for cell in text.replace("\n", ",").split(","))


def test_marks_of_the_year_are_told_what_becomes_of_them(riverside: Organization) -> None:
    excluding.exclude(riverside, "calendar", ["s2~2027"], reason="x", by="dana")
    excluding.exclude(riverside, "section", ["k1"], reason="x", by="dana")
    marks = {
        (each["kind"], each["sourced_id"]): (each["becomes"], each["outcome"])
        for each in rollover.preview(riverside, "2028")["marks"]
    }
    assert marks[("section", "k1")] == ("", "ended")
    assert marks[("calendar", "s2~2027")][1] in ("carried", "gone")


def test_the_refresh_of_its_day_carries_it_out_and_it_can_be_taken_back(
    riverside: Organization, clock: Any
) -> None:
    assert run(riverside)["planned"] is None
    told = run(riverside, "--to", "2028", "--on", SUMMER.isoformat())
    assert told["planned"] == {"from": "2027", "to": "2028", "day": "2027-06-20"}
    clock.move_to("2027-06-19 12:00Z")
    refresh(riverside, by="schedule")
    assert read() == {"k1"}
    clock.move_to("2027-06-20 12:00Z")
    done = refresh(riverside, by="schedule")
    assert not done["held"]
    assert read() == {"k2"}
    riverside.refresh_from_db()
    assert riverside.school_year == "2028"
    assert run(riverside)["revertible"]["from"] == "2027"

    clock.move_to("2027-06-25 12:00Z")
    run(riverside, "--revert")
    refresh(riverside, by="dana")
    assert read() == {"k1"}
    with pytest.raises(Refused):
        years.revert(riverside, by="dana")
    actions = AuditEntry.objects.filter(action__startswith="rollover.").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "rollover.planned", "rollover.done", "rollover.reverted",
    ]  # fmt: skip


def test_after_a_week_it_is_final(riverside: Organization, clock: Any) -> None:
    years.plan(riverside, "2028", SUMMER, by="dana")
    clock.move_to("2027-06-20 12:00Z")
    refresh(riverside, by="schedule")
    clock.move_to("2027-06-28 12:00Z")
    with pytest.raises(Refused, match="seven days"):
        years.revert(riverside, by="dana")


def test_it_waits_for_the_new_years_classes(riverside: Organization, clock: Any) -> None:
    years.plan(riverside, "2029", SUMMER, by="dana")
    clock.move_to("2027-06-20 12:00Z")
    refresh(riverside, by="schedule")
    assert read() == {"k1"}
    years.cancel(riverside, by="dana")
    with pytest.raises(Refused, match="No rollover"):
        years.cancel(riverside, by="dana")


@pytest.mark.parametrize(
    ("year", "day", "words"),
    [
        ("27", SUMMER, "school year"),
        ("2027", SUMMER, "already"),
        ("2028", date(2026, 11, 9), "past"),
    ],
)
def test_what_is_no_plan_is_refused(
    riverside: Organization, year: str, day: date, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        years.plan(riverside, year, day, by="dana")


def test_a_bundle_without_the_year_is_held_as_the_question_and_applied_on_the_day(
    riverside: Organization, clock: Any, tmp_path: Path
) -> None:
    held = Bundler(tmp_path, riverside)(of_year(V1P2, 2028), approved=False)
    assert held.state == Import.State.HELD
    assert "plan the rollover" in str(held.holds).lower()
    assert rollover.question(riverside) == held
    tasks.tend()
    assert not Job.objects.filter(kind="approve").exists()
    years.plan(riverside, "2028", SUMMER, by="dana")
    clock.move_to("2027-06-20 12:00Z")
    (asked,) = rollover.approve_due("schedule")
    assert asked == held
    job = Job.objects.get(kind="approve")
    assert (job.arguments, job.by_name) == ({"import": held.pk}, "dana")


def test_a_bundle_of_the_next_year_that_somebody_approves_rolls_over(
    riverside: Organization, tmp_path: Path
) -> None:
    Bundler(tmp_path, riverside)(of_year(V1P2, 2028), approved=True)
    riverside.refresh_from_db()
    assert riverside.school_year == "2028"
    assert riverside.rollovers.get().before == "2027"
