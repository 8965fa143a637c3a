"""Refreshing the OneRoster cache: the organization's data as it stands now, for every feed at once.

A feed of which nothing differs keeps its publication. What is shown is what other verbs go by
until the next refresh. Why it prepares without a lock and may begin again: it lasts as long as
rendering does, and nobody who excludes a child waits for that.
"""

from __future__ import annotations

from typing import Any

from roster import local, rollover
from roster.audit import Actor, name_of
from roster.audit import record as audit
from roster.models import Feed, Organization, Publication, Refresh
from roster.publishing import holding
from roster.publishing.counting import Counted, counted
from roster.publishing.flipping import flip, no_longer_read
from roster.publishing.inputs import todays
from roster.publishing.making import Maker, decided
from roster.publishing.plans import Plan
from roster.publishing.running import Progress, Running, running
from roster.publishing.shelf import Shelves
from roster.refusal import Refused

READ, LISTED = 10, 95
"""Percent done when that has been done."""


def refresh(
    organization: Organization,
    *,
    by: Actor,
    progress: Progress | None = None,
    wait: bool = False,
    approve: int | None = None,
) -> dict[str, Any]:
    """Publish the organization's data as it stands now, on every feed that is following.

    Returns `{"publication": number, "held": bool, "holds": […], "difference": {…}, "feeds": […],
    "added": …, "changed": …, "removed": …, "numbers": …, "seconds": …}`, each feed with its
    version, publication, rules and collections' records, tombstones, added, changed and removed.
    `numbers` are what of the data reaches no vendor, by version (`roster.checking.unreached`).

    Refused while another refresh is running; with `wait` it begins when that one has ended. Where
    imported data would take or open too much (`holding`), it is held: built, and not shown.
    `approve` names the held refresh that somebody has looked at; it is refused if an import was
    applied since. The district's own rows whose last day is over end before, and the
    year rollover that is planned for today is carried out.
    """
    with running(organization, by, progress, wait=wait) as mine:
        local.end_expired(organization)
        rollover.carry_out_due(organization)
        found = _Refresh(organization, by, mine, approve)
        flip(organization, found.prepare, found.finish)
        return found.result()


class _Refresh:
    """One refresh, prepared as often as it has to be."""

    def __init__(
        self, organization: Organization, by: Actor, running: Running, approve: int | None
    ) -> None:
        self.organization = organization
        self.approve = approve
        self.holds: list[dict[str, Any]] = []
        self.difference: dict[str, Any] = {}
        self.by = by
        self.running = running
        self.feeds: list[Feed] = []
        self.alike = 0
        self.counts: dict[int, dict[str, dict[str, int]]] = {}
        self.counted = Counted({}, "")

    def prepare(self) -> Plan:
        self.organization.refresh_from_db()
        self.running.note(0, "Reading what there is to publish")
        self._require_held()
        inputs = todays(self.organization)
        following = Feed.objects.filter(organization=self.organization, state=Feed.State.FOLLOWING)
        self.feeds = list(following.select_related("publication").order_by("pk"))
        plan, self.counts = Plan(), {}
        weighing = holding.Weighing(self.organization, None if self.approve else inputs)
        with Shelves(self.organization.pk) as shelves:
            maker = Maker(self.organization, shelves, self._note, weighing.weigh)
            for wanted in decided(inputs, self.feeds, lambda feed: feed.head):
                self.alike = len(wanted)
                maker.make(wanted, plan)
                self.counts |= {each.feed.pk: each.found.counts for each in wanted}
        self.running.note(LISTED, "Counting")
        self.counted = counted(self.organization, inputs)
        self.holds = [] if self.approve else weighing.reasons or self._held_on()
        if self.holds:
            self.difference = weighing.difference
            return Plan()
        versions = {feed.pk: feed.version for feed in self.feeds}
        for each in plan.nexts:
            each.numbers = self.counted.numbers[versions[each.feed]]
        plan.shown = inputs
        plan.dropped = list(no_longer_read(self.organization).values_list("pk", flat=True))
        return plan

    def _require_held(self) -> None:
        """Refuse to approve another refresh than the one that was looked at."""
        if self.approve is None:
            return
        held = holding.held_refresh(self.organization)
        if held is None or held.pk != self.approve:
            raise Refused("This refresh isn't held any more.")
        if holding.is_superseded(held):
            raise Refused(
                "An import was applied since this refresh was held; the next refresh decides anew."
            )

    def _held_on(self) -> list[dict[str, Any]]:
        """Return why nothing is shown as long as nobody has decided about the same data."""
        held = holding.held_refresh(self.organization)
        return [] if held is None or holding.is_superseded(held) else held.holds

    def _note(self, share: float, stage: str) -> None:
        """Note a share of what is made for the feeds of one decision."""
        share = (len(self.counts) + share * self.alike) / len(self.feeds)
        self.running.note(READ + int((LISTED - READ) * share), stage)

    def finish(self) -> None:
        """Write down what was done, in the transaction that shows it, or holds it."""
        self.organization.refresh_from_db()
        held = self.organization.refreshes.filter(state=Refresh.State.HELD)
        state = Refresh.State.APPROVED if self.approve else Refresh.State.SUPERSEDED
        for each in held:
            holding.end(each, state, by=self.by)
        facts = {"of_import": holding.last_import(self.organization), **self._totals()}
        if self.holds:
            self.running.held(self.counted, holds=self.holds, difference=self.difference, **facts)
            reasons = [each["reason"] for each in self.holds]
            audit(self.by, "refresh.held", self.organization, kind="refresh",
                  object_id=str(self.running.row.pk), new=reasons)  # fmt: skip
            return
        number = self.organization.last_number
        approved_by = name_of(self.by)[:200] if self.approve else ""
        self.running.done(self.counted, number=number or None, approved_by=approved_by, **facts)
        audit(
            self.by,
            "refresh.approved" if self.approve else "cache.refreshed",
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
            "held": bool(self.holds),
            "holds": self.holds,
            "difference": self.difference,
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
