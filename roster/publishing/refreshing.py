"""Refreshing the OneRoster cache: the organization's data as it stands now, for every feed at once.

A feed of which nothing differs keeps its publication. What is shown is what other verbs go by
until the next refresh. Why it prepares without a lock and may begin again: it lasts as long as
rendering does, and nobody who excludes a child waits for that.
"""

from __future__ import annotations

from typing import Any

from roster import local
from roster.audit import Actor
from roster.audit import record as audit
from roster.models import Feed, Organization, Publication
from roster.publishing.flipping import flip, no_longer_read
from roster.publishing.inputs import todays
from roster.publishing.making import Maker, decided
from roster.publishing.numbers import Counted, counted
from roster.publishing.plans import Plan
from roster.publishing.running import Progress, Running
from roster.publishing.shelf import Shelves

READ, LISTED = 10, 95
"""Percent done when that has been done."""


def refresh(
    organization: Organization, *, by: Actor, progress: Progress | None = None
) -> dict[str, Any]:
    """Publish the organization's data as it stands now, on every feed that is following.

    Returns `{"publication": number, "held": False, "feeds": [...], "added": …, "changed": …,
    "removed": …, "numbers": …, "seconds": …}`, each feed with its version, publication, rules and
    collections' records, tombstones, added, changed and removed. `numbers` are what of the data
    reaches no vendor, by version (`roster.checking.numbers`). Refused while another refresh is
    running.
    The district's own rows whose last day is over end before.
    """
    running = Running(organization, by, progress)
    try:
        local.end_expired(organization)
        found = _Refresh(organization, by, running)
        flip(organization, found.prepare, found.finish)
    except BaseException as error:
        running.failed(error)
        raise
    return found.result()


class _Refresh:
    """One refresh, prepared as often as it has to be."""

    def __init__(self, organization: Organization, by: Actor, running: Running) -> None:
        self.organization = organization
        self.by = by
        self.running = running
        self.feeds: list[Feed] = []
        self.alike = 0
        self.counts: dict[int, dict[str, dict[str, int]]] = {}
        self.counted = Counted({}, "")

    def prepare(self) -> Plan:
        self.organization.refresh_from_db()
        self.running.note(0, "Reading what there is to publish")
        inputs = todays(self.organization)
        following = Feed.objects.filter(organization=self.organization, state=Feed.State.FOLLOWING)
        self.feeds = list(following.select_related("publication").order_by("pk"))
        plan, self.counts = Plan(), {}
        maker = Maker(self.organization, Shelves(self.organization.pk), self._note)
        for wanted in decided(inputs, self.feeds, lambda feed: feed.head):
            self.alike = len(wanted)
            maker.make(wanted, plan)
            self.counts |= {each.feed.pk: each.found.counts for each in wanted}
        self.counted = counted(self.organization, inputs)
        versions = {feed.pk: feed.version for feed in self.feeds}
        for each in plan.nexts:
            each.numbers = self.counted.numbers[versions[each.feed]]
        plan.shown = inputs
        plan.dropped = list(no_longer_read(self.organization).values_list("pk", flat=True))
        return plan

    def _note(self, share: float, stage: str) -> None:
        """Note a share of what is made for the feeds of one decision."""
        share = (len(self.counts) + share * self.alike) / len(self.feeds)
        self.running.note(READ + int((LISTED - READ) * share), stage)

    def finish(self) -> None:
        """Write down what was done, in the transaction that shows it."""
        self.organization.refresh_from_db()
        number = self.organization.last_number
        self.running.done(number or None, self._totals(), self.counted)
        audit(
            self.by,
            "cache.refreshed",
            self.organization,
            kind="publication",
            object_id=str(number),
            new=self._totals(),
        )

    def result(self) -> dict[str, Any]:
        heads = dict(
            Publication.objects.filter(feed__in=self.feeds, superseded__isnull=True).values_list(
                "feed", "number"
            )
        )
        return {
            "publication": self.organization.last_number,
            "held": False,
            "feeds": [
                {
                    "feed": feed.pk,
                    "oneroster": feed.version,
                    "publication": heads.get(feed.pk, 0),
                    "rules": feed.rules,
                    "collections": self.counts[feed.pk],
                }
                for feed in self.feeds
            ],
            **self._totals(),
            "numbers": self.counted.numbers,
            "seconds": self.running.seconds,
        }

    def _totals(self) -> dict[str, int]:
        return {
            what: sum(
                numbers[what] for counts in self.counts.values() for numbers in counts.values()
            )
            for what in ("added", "changed", "removed")
        }
