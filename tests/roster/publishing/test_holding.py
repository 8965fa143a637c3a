"""What imported data would take from one vendor, or open to it, waits for a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from roster import publishing
from roster.excluding import exclude
from roster.importing.totals import without_records
from roster.jobs import refreshes
from roster.models import AuditEntry, Feed, Job, Organization, Refresh
from roster.organizations import set_organization
from roster.publishing import refresh
from roster.refusal import Refused
from tests.roster.districts import EVERYTHING, shown
from tests.roster.importing.bundles import V1P1
from tests.roster.importing.conftest import Bundler

pytestmark = pytest.mark.django_db

PUPILS = 12
HEADER = V1P1["users.csv"].splitlines()[0]

Night = Callable[..., None]


@pytest.fixture
def riverside() -> Organization:
    return Organization.objects.create(
        slug="riverside", name="Riverside", school_year="2027",
        hold_percent=10, hold_records=3, hold_visible=5,
    )  # fmt: skip


def grade_of(number: int) -> str:
    return "03" if number <= PUPILS else "05"


def pupil(number: int, *, grade: str = "03", name: str = "", school: str = "s1") -> str:
    """Return the row of a user."""
    user = f"p{number:02}"
    return f"{user},,,true,{school},student,{name or user},,Pat,{user},,,,,,,{grade},"


@pytest.fixture
def night(tmp_path: Path, riverside: Organization) -> Night:
    """Import a bundle of twelve pupils of grade 3 and twelve of grade 5, some of them otherwise."""
    load = Bundler(tmp_path, riverside)

    def imported(approved: bool = False, without: int = 0, **of: Any) -> None:
        rows = [
            pupil(
                number, **{"grade": "03" if number <= PUPILS else "05", **of.get(f"p{number}", {})}
            )
            for number in range(1 + without, 2 * PUPILS + 1)
        ]
        files = {**V1P1, "users.csv": "\n".join([HEADER, *rows, ""])}
        del files["enrollments.csv"], files["demographics.csv"]
        load(files, "1.1", approved=approved)
        riverside.refresh_from_db()

    return imported


def some(numbers: range, **cells: str) -> dict[str, dict[str, str]]:
    return {f"p{number}": cells for number in numbers}


def feed(organization: Organization, version: str = "1.2", **rules: Any) -> Feed:
    return Feed.objects.create(
        organization=organization, version=version, rules=EVERYTHING | rules, state="following"
    )


def users(feed: Feed) -> int:
    return sum(key[0] == "users" for key in shown(feed))


@pytest.fixture
def third(riverside: Organization, night: Night) -> Feed:
    """A vendor of the third grade, published beside one of everything."""
    night()
    third = feed(riverside, grades=["03"])
    feed(riverside, "1.1")
    refresh(riverside, by="test")
    assert users(third) == PUPILS
    return third


def codes(organization: Organization) -> list[str]:
    held = publishing.held_refresh(organization)
    return sorted(each["code"] for each in held.holds) if held else []


def test_what_one_connection_alone_would_lose_holds_the_organization(
    riverside: Organization, night: Night, third: Feed
) -> None:
    night(**some(range(1, 6), grade="04"))
    done = refresh(riverside, by="schedule")
    assert (done["held"], codes(riverside), users(third)) == (True, ["removals"], PUPILS)
    held = riverside.refreshes.get(state="held")
    assert held.holds == done["holds"]
    assert held.holds[0]["feeds"] == [third.pk]
    assert held.holds[0]["reason"].startswith("5 of 12 users would be removed")
    told = held.difference["users"]
    assert (told["removed"], told["updated"], told["created"]) == (5, 5, 0)
    assert told["schools"] == {"s1": {"updated": 5, "removed": 5}}
    assert told["fields"] == {"grades": 5}
    assert {"sourcedId": "p01", "act": "removed", "school": "s1", "name": "Pat p01",
            "fields": []} in told["records"]  # fmt: skip
    assert AuditEntry.objects.filter(action="refresh.held").count() == 1


def test_approved_it_is_shown_with_what_was_done_since(
    riverside: Organization, night: Night, third: Feed
) -> None:
    night(**some(range(1, 6), grade="04"))
    refresh(riverside, by="schedule")
    held = riverside.refreshes.get(state="held")
    exclude(riverside, "person", ["p06"], reason="Asked", by="Dana")
    assert users(third) == PUPILS - 1
    with pytest.raises(Refused, match="isn't held any more"):
        refresh(riverside, by="Dana", approve=held.pk + 1)
    done = refresh(riverside, by="Dana", approve=held.pk)
    assert (done["held"], users(third)) == (False, PUPILS - 6)
    held.refresh_from_db()
    assert (held.state, held.reason) == ("approved", "Approved by Dana.")
    assert held.difference == without_records(held.difference)
    assert riverside.refreshes.get(state="published", approved_by="Dana")
    refresh(riverside, by="schedule")
    assert codes(riverside) == []


def test_discarded_it_waits_for_the_next_import(
    riverside: Organization, night: Night, third: Feed
) -> None:
    night(**some(range(1, 6), grade="04"))
    refresh(riverside, by="schedule")
    held = riverside.refreshes.get(state="held")
    publishing.discard(riverside, held.pk, by="Dana")
    held.refresh_from_db()
    assert (held.state, users(third), codes(riverside)) == ("discarded", PUPILS, [])
    assert publishing.is_discarded(riverside)
    with pytest.raises(Refused, match="isn't held any more"):
        publishing.discard(riverside, held.pk, by="Dana")
    night()
    assert not publishing.is_discarded(riverside)
    assert not refresh(riverside, by="schedule")["held"]


def test_the_next_import_supersedes_what_is_held(
    riverside: Organization, night: Night, third: Feed
) -> None:
    night(**some(range(1, 6), grade="04"))
    refresh(riverside, by="schedule")
    held = riverside.refreshes.get(state="held")
    assert refreshes.enqueue_after_imports() == []
    refresh(riverside, by="schedule")  # The same data: another held one in its place.
    held.refresh_from_db()
    assert held.state == "superseded"
    held = riverside.refreshes.get(state="held")
    night()
    with pytest.raises(Refused, match="the next refresh decides anew"):
        refresh(riverside, by="Dana", approve=held.pk)
    (job,) = refreshes.enqueue_after_imports()
    assert job.key.startswith("refresh:riverside:import-")
    assert not refresh(riverside, by="schedule")["held"]
    held.refresh_from_db()
    assert (held.state, codes(riverside)) == ("superseded", [])


def test_what_is_held_stays_held_though_less_is_left_of_it(
    riverside: Organization, night: Night, third: Feed
) -> None:
    night(**some(range(1, 6), grade="04"))
    refresh(riverside, by="schedule")
    exclude(riverside, "person", ["p01", "p02", "p03"], reason="Asked", by="Dana")
    assert refresh(riverside, by="schedule")["held"]


HELD: list[tuple[str, dict[str, Any], list[str]]] = [
    ("moved to another grade", some(range(1, 6), grade="04"), ["removals"]),
    ("of which three may be", some(range(1, 4), grade="04"), []),
    ("come into the grade", some(range(13, 20), grade="03"), ["opened"]),
    ("of which five may", some(range(13, 18), grade="03"), []),
    ("known by other names", some(range(1, 6), name="other{}"), ["rekeyed"]),
    ("which three may be", some(range(1, 4), name="other{}"), []),
]


@pytest.mark.parametrize(("what", "cells", "reasons"), HELD, ids=[each[0] for each in HELD])
def test_what_counts(
    riverside: Organization, night: Night, third: Feed, what: str, cells: Any, reasons: list[str]
) -> None:
    for name, values in cells.items():
        cells[name] = {key: value.format(name) for key, value in values.items()}
    night(**cells)
    refresh(riverside, by="schedule")
    assert codes(riverside) == reasons


def test_an_approved_import_carries_its_approval_along(
    riverside: Organization, night: Night, third: Feed
) -> None:
    """Also under one that follows it; what that one takes beside counts by itself."""
    night(approved=True, without=6)
    night(without=6, **some(range(7, 9), grade="04"))
    assert not refresh(riverside, by="schedule")["held"]
    assert users(third) == PUPILS - 8
    Organization.objects.update(hold_records=1)
    night(approved=True, without=8)
    night(without=8, **some(range(9, 12), grade="04"))
    refresh(riverside, by="schedule")
    assert codes(riverside) == ["removals"]


def test_acts_dates_and_settings_never_count(
    riverside: Organization, night: Night, third: Feed
) -> None:
    exclude(riverside, "person", [f"p{n:02}" for n in range(1, 7)], reason="Asked", by="Dana")
    night(p20={"grade": "04"})
    assert not refresh(riverside, by="schedule")["held"]
    set_organization(riverside, {"school_year": "2028"}, by="Dana")
    night(p20={"grade": "05"})
    assert not refresh(riverside, by="schedule")["held"]


def test_who_begins_or_resumes_waits_with_what_is_held(
    riverside: Organization, night: Night, third: Feed
) -> None:
    """Whoever is given less is given less at once; the rest comes when somebody has decided."""
    paused = feed(riverside)
    refresh(riverside, by="test")
    publishing.pause_feed(paused, by="Dana", then=lambda: None)
    night(p24={"name": "another"}, **some(range(1, 6), grade="04"))
    refresh(riverside, by="schedule")
    fresh = Feed.objects.create(organization=riverside, version="1.2", rules=EVERYTHING)
    publishing.start_feed(fresh, by="Dana", then=lambda: None)
    publishing.resume_feed(paused, by="Dana", then=lambda: None)
    number = paused.publication and paused.publication.number
    other = {**third.rules, "grades": ["05"]}

    def change() -> None:
        Feed.objects.filter(pk=third.pk).update(rules=other)

    publishing.change_feed(third, other, by="Dana", then=change)
    assert (fresh.publication, users(third)) == (None, 0)
    held = riverside.refreshes.get(state="held")
    publishing.discard(riverside, held.pk, by="Dana")
    paused.refresh_from_db()
    assert (users(fresh), users(paused), users(third)) == (24, 24, 12)
    assert paused.publication
    assert paused.publication.number == number  # Nothing that was shown has changed meanwhile.


def test_a_scheduled_refresh_leaves_discarded_data_alone(
    riverside: Organization, night: Night, third: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    Organization.objects.update(created="2026-01-01T00:00Z")
    night(**some(range(1, 6), grade="04"))
    refresh(riverside, by="schedule")
    publishing.discard(riverside, riverside.refreshes.get(state="held").pk, by="Dana")
    assert refreshes.enqueue_due() == []
    assert refresh(riverside, by="Dana")["held"]  # Who asks for it is asked again.
    assert Refresh.objects.filter(state="held").count() == 1
    assert len(refreshes.enqueue_due()) == Job.objects.count() == 1
