"""How long it takes to decide who sees what: the arrays alone, in this process."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from tests.benchmarks import samples

TIMES = 20


def measure(slug: str) -> list[dict[str, Any]]:
    """Return rows: the map read, one reader decided, every feed's rules decided one by one."""
    # Models, which wait for Django.
    from roster import map as maps
    from roster.deciding import Decision
    from roster.models import Feed, Organization
    from roster.publishing.inputs import todays

    organization = Organization.objects.get(slug=slug)
    inputs = todays(organization)
    feeds = list(Feed.objects.filter(organization=organization).order_by("pk"))

    def load() -> None:
        maps.forget()
        maps.load(inputs.stored)

    def decide(feed: Feed) -> Decision:
        # Nothing that another decision has found out.
        decision = replace(inputs).decide(feed.version, feed.rules)
        for collection in decision.collections():
            decision.visible(collection)
        return decision

    return [
        row("map, read and related", load, 5),
        row("deciding for one connection", lambda: decide(feeds[0])),
        row(f"deciding for {len(feeds)} connections", lambda: [*map(decide, feeds)], 5),
    ]


def row(title: str, do: Any, times: int = TIMES) -> dict[str, Any]:
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        do()
        seconds.append(time.perf_counter() - began)
    return {"what": title, **samples.told(seconds)}
