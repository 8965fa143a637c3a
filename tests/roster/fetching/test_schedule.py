"""When a source is looked at, and when nobody has brought a bundle for too long."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from roster.fetching import due, silent_since
from roster.models import Arrival, Import, Organization, Source

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOURS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("daily", "every", "now", "moments"),
    [
        ("02:15", None, "2026-11-28T08:14", ["2026-11-27T08:15"]),
        ("02:15", None, "2026-11-28T08:15", ["2026-11-28T08:15"]),
        (None, 15, "2026-11-28T08:14", ["2026-11-28T08:00"]),
        (None, 1, "2026-11-28T08:14", ["2026-11-28T08:14"]),
        ("02:15", 30, "2026-11-28T08:31", ["2026-11-28T08:15", "2026-11-28T08:30"]),
        # The clocks go forward from 2 to 3: a quarter past two never comes, and the look does.
        ("02:15", None, "2026-03-08T08:15", ["2026-03-08T08:15"]),
        (None, None, "2026-11-28T08:14", []),
    ],
)
def test_a_look_falls_due_in_the_organizations_own_time(
    daily: str | None, every: int | None, now: str, moments: list[str]
) -> None:
    source = Source(
        organization=Organization(slug="riverside", time_zone="America/Chicago"),
        daily_at=time.fromisoformat(daily) if daily else None,
        every_minutes=every,
    )
    found = due(source, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert [f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}" for moment in found] == moments


def ago(hours: int) -> datetime:
    return NOW - hours * HOURS


@pytest.mark.parametrize(
    ("source", "imported", "arrived", "unchanged", "since"),
    [
        (None, None, None, None, None),
        (35, None, None, None, None),
        (37, None, None, None, 37),
        (900, None, 37, None, 37),
        (900, None, 35, None, None),
        (None, 37, None, None, 37),
        (None, 37, None, (2, True), None),
        # Fetched again from a server that doesn't say that it wrote it anew.
        (None, 37, None, (2, False), 37),
    ],
)
def test_no_bundle_for_36_hours_is_told(
    riverside: Organization,
    source: int | None,
    imported: int | None,
    arrived: int | None,
    unchanged: tuple[int, bool] | None,
    since: int | None,
) -> None:
    if source:
        Source.objects.create(
            organization=riverside, kind="folder", address="/in", every_minutes=1,
            created=ago(source),
        )  # fmt: skip
    if imported:
        Import.objects.create(organization=riverside, name="a.zip", began=ago(imported))
    for hours, state, written in (
        (arrived, "imported", None),
        (unchanged and unchanged[0], "unchanged", unchanged and unchanged[1] and ago(3)),
    ):
        if hours:
            Arrival.objects.create(
                organization=riverside, name="a.zip", checksum="x", size=1, state=state,
                written=written or None, received=ago(hours),
            )  # fmt: skip
    assert silent_since(riverside, NOW) == (since and ago(since))
