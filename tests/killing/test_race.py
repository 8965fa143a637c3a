"""Everybody at work at once, and somebody is always killed: readers see nothing that they mustn't.

Two refreshers, acts, pauses, changes of sharing, a field policy, imports and a sweep, each a
process of its own that dies by SIGKILL, by the clock or at a statement; vendors who read all the
while, whole and by deltas. A few deaths here; many by `python -m tests.killing`.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from connections import lifecycle
from connections.models import Connection
from connections.partners import create_partner
from roster import publishing, reading
from roster.models import Feed, Organization
from tests.connections.conftest import DANA, Vendor, connected
from tests.killing.bundles import write_nights
from tests.killing.mortals import Mortals, mortals
from tests.killing.reading import Reader
from tests.killing.roles import ROLES
from tests.model.comparing import differences
from tests.model.comparing import published as of
from tests.roster.districts import demo_district, published

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = int(os.environ.get("TEST_KILLS", "8"))
SEED = int(os.environ.get("TEST_KILLS_SEED", "1"))
OFTEN = 0.3
"""Seconds between two deaths by the clock."""
LEAST = max(2, KILLS // 30)
"""So often each does its work, or reads everything."""
PATIENCE, SLOWLY = 300, 3
"""Seconds that it may take, and for each death."""


def test_readers_see_nothing_that_they_must_not_whoever_dies(tmp_path: Path) -> None:
    reading.forget()
    riverside = demo_district(tmp_path)
    vendors = racing(riverside)
    publishing.refresh(riverside, by=DANA)
    bundles = write_nights(tmp_path, 3)
    dice = random.Random(SEED)  # noqa: S311 - drawn again, it must be the same.
    readers = [Reader(vendor, since=bool(place % 2)) for place, vendor in enumerate(vendors)]
    with mortals(tmp_path / "data", bundles, dice) as them:
        for reader in readers:
            reader.start()
        race(them, readers)
    for reader in readers:
        reader.end()
    at_rest(riverside)
    for reader in readers:
        if reader.deltas:
            reader.check_copy()
    check_same(riverside, vendors)
    say(them, readers)
    assert them.failures == []
    assert [words for reader in readers for words in reader.complaints] == []


def race(them: Mortals, readers: list[Reader]) -> None:
    """Kill until it is enough, and until everybody has got somewhere."""
    end = time.monotonic() + PATIENCE + KILLS * SLOWLY
    while them.kills < KILLS or lazy(them, readers):
        assert time.monotonic() < end, f"{them.kills} killed; {lazy(them, readers)}"
        time.sleep(OFTEN)
        them.kill_one()


def lazy(them: Mortals, readers: list[Reader]) -> list[str]:
    """Return in words who has done too little for a race."""
    done = {role: them.done(role) for role in ROLES} | {
        reader.name: reader.readings for reader in readers
    }
    said = [f"{name}: {times}" for name, times in done.items() if times < LEAST]
    return said + [f"{reader.name} read no news" for reader in readers if not reader.news]


def racing(riverside: Organization) -> list[Vendor]:
    """Two connections that the race pauses and narrows, and two that read on, in both versions."""
    partner = create_partner("Brightpath", ["1.1", "1.2"], ["grade_book"], by="operator")
    shares = {"shares": ["all"], "types": ["grade_book"], "partner": partner}
    return [
        connected(riverside, vendor="Racing one", **shares),
        connected(riverside, vendor="Steady one", **shares),
        connected(riverside, vendor="Racing two", oneroster="1.1", **shares),
        connected(riverside, vendor="Steady two", oneroster="1.1", **shares),
    ]


def at_rest(riverside: Organization) -> None:
    """Bring everybody to the present once nobody dies any more."""
    for connection in Connection.objects.filter(status=Connection.Status.PAUSED):
        lifecycle.resume(connection, by=DANA)
    publishing.refresh(riverside, by=DANA)


def check_same(riverside: Organization, vendors: list[Vendor]) -> None:
    """After all of it each reads what one reads who is connected only now by the same rules."""
    for vendor in vendors:
        feed = Feed.objects.get(connection=vendor.connection)
        (new,) = published(riverside, feed.version, **feed.rules)
        said = differences(of(feed), of(new))
        assert said == [], f"{vendor.connection}: " + "\n".join(said)


def say(them: Mortals, readers: list[Reader]) -> None:
    pages, longest = sum(each.pages for each in readers), max(each.longest for each in readers)
    print(f"\n{them.kills} killed; {pages} pages read, the longest took {longest * 1000:.0f} ms")
    for reader in readers:
        kind = "by deltas" if reader.deltas else "whole"
        print(f"{reader.readings:6} readings {kind} by {reader.name}, {reader.news} with news")
    for what, times in sorted(them.deeds.items()):
        print(f"{times:6} {what}")
    for role, times in sorted(them.deaths.items()):
        print(f"{times:6} deaths of the {role}")
