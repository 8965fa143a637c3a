"""What is published between two refreshes: new feeds, changed sharing, pauses, acts of exclusion.

Each verb is one flip, in which `then` runs: the caller's own rows and its audit entry. It runs
exactly once in what is committed, and may refuse. What a verb gives, it gives as the last refresh
showed it; what it takes, it takes from everything that can still be read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from roster.audit import Actor, record
from roster.deciding import Rules
from roster.kinds import COLLECTIONS, ROWS_OF
from roster.map import outdated
from roster.marks import MarkRow, Marks
from roster.models import Feed, Organization, Publication, Refresh
from roster.publishing.acts import Act, Ground, set_of
from roster.publishing.cases import PEOPLE, needed_by_people
from roster.publishing.flipping import flip
from roster.publishing.holding import end, held_refresh
from roster.publishing.inputs import Inputs, last_shown
from roster.publishing.lists import NEW
from roster.publishing.making import Maker, Wanted
from roster.publishing.plans import Cut, Plan
from roster.publishing.shelf import Shelves
from roster.publishing.withdrawing import Ready, withdrawn
from roster.refusal import Refused

Then = Callable[[], None]

FOLLOWING, PAUSED = Feed.State.FOLLOWING, Feed.State.PAUSED


def start_feed(feed: Feed, *, by: Actor, then: Then) -> None:
    """Let a feed follow the refreshes, and publish what the last one has shown.

    Compared with nothing: what its reader never had leaves no tombstone. Before the organization's
    first refresh there is nothing to publish.
    """

    def prepare() -> Plan:
        now = _fresh(feed)
        if now.head is not None or not _may_be_given(now.organization):
            return Plan()
        with Shelves(now.organization_id) as shelves:
            return _made(_given(now, now.rules), Plan(), shelves)

    def write() -> None:
        Feed.objects.filter(pk=feed.pk).exclude(state=PAUSED).update(state=FOLLOWING)
        then()

    _flip(feed, prepare, write)


def change_feed(feed: Feed, rules: dict[str, Any], *, by: Actor, then: Then) -> None:
    """Share by other rules: what they take is gone when this returns, what they give is there.

    A held feed is only taken from; it gets the rest when it resumes.
    """

    def prepare() -> Plan:
        now = _fresh(feed)
        if now.head is None or now.rules == rules:
            return Plan()
        change = Act(feed=now.pk, rules=rules)
        with Shelves(now.organization_id) as shelves:
            if now.state == PAUSED or not _may_be_given(now.organization):
                return withdrawn(now.organization, change, shelves)[0]
            plan, replaced = withdrawn(now.organization, change, shelves, heads=False)
            wanted = _given(now, rules, change)
            wanted.heard = replaced.get(now.pk, {})
            wanted.differs = any(each.publication == now.publication_id for each in plan.rewritten)
            return _made(wanted, plan, shelves)

    _flip(feed, prepare, then, rules=rules)


def pause_feed(feed: Feed, *, by: Actor, then: Then) -> None:
    """Let a feed keep what it has, whatever is published, less what is withdrawn."""
    _flip(feed, Plan, then, state=PAUSED)


def resume_feed(feed: Feed, *, by: Actor, then: Then) -> None:
    """Let a held feed follow again: what changed meanwhile is there, with new stamps."""

    def prepare() -> Plan:
        now = _fresh(feed)
        if not _may_be_given(now.organization):
            return Plan()
        with Shelves(now.organization_id) as shelves:
            return _made(_given(now, now.rules), Plan(), shelves)

    _flip(feed, prepare, then, state=FOLLOWING)


def end_feed(feed: Feed, *, by: Actor, then: Then) -> None:
    """Delete a feed with its publications; `then` lets go of it first."""

    def end() -> None:
        then()
        Feed.objects.filter(pk=feed.pk).delete()

    flip(feed.organization, Plan, end)


def act(
    organization: Organization,
    marks: Sequence[MarkRow],
    write: Then,
    progress: Ready | None = None,
) -> None:
    """Withdraw what these marks hide from all that is read; `write` sets those that aren't set.

    They are all that the act names: a mark that a bundle has set may not be published yet.
    """
    _take(organization, Act(marks=tuple(marks)), write, progress)


def withhold(organization: Organization, policy: Sequence[str], then: Then) -> None:
    """Take the fields of a policy out of all that is read; `then` saves it.

    Documents are listed without them by the next refresh; until then they are cut as they are
    read. What the policy gives free shows after that refresh too.
    """
    _take(organization, Act(policy=tuple(policy)), then)


def _flip(feed: Feed, prepare: Callable[[], Plan], then: Then, **fields: Any) -> None:
    def write() -> None:
        if fields:
            Feed.objects.filter(pk=feed.pk).update(**fields)
        then()

    flip(feed.organization, prepare, write)
    feed.refresh_from_db()


def _fresh(feed: Feed) -> Feed:
    return Feed.objects.select_related("organization", "publication").get(pk=feed.pk)


def _take(
    organization: Organization, taken: Act, then: Then, progress: Ready | None = None
) -> None:
    def prepare() -> Plan:
        organization.refresh_from_db()
        with Shelves(organization.pk) as shelves:
            return withdrawn(organization, taken, shelves, progress=progress)[0]

    flip(organization, prepare, then)


def discard(organization: Organization, held: int, *, by: Actor) -> None:
    """Drop the refresh that is held, and give those who wait what the last one has shown.

    Refused if another one is held by now, or none.
    """

    def prepare() -> Plan:
        organization.refresh_from_db()
        plan = Plan()
        if _is_published(organization):
            with Shelves(organization.pk) as shelves:
                for feed in Feed.objects.filter(organization=organization, state=FOLLOWING):
                    now = _fresh(feed)
                    _made(_given(now, now.rules), plan, shelves)
        return plan

    def write() -> None:
        found = held_refresh(organization)
        if found is None or found.pk != held:
            raise Refused("This refresh isn't held any more.")
        end(found, Refresh.State.DISCARDED, by=by)
        reasons = [each["reason"] for each in found.holds]
        record(by, "refresh.discarded", organization, kind="refresh", object_id=str(held),
               old=reasons)  # fmt: skip

    flip(organization, prepare, write)


def _may_be_given(organization: Organization) -> bool:
    """Return whether anything was shown that feeds can be given now: not while a refresh is held,
    with which they wait.
    """
    return held_refresh(organization) is None and _is_published(organization)


def _is_published(organization: Organization) -> bool:
    """Return whether anything was ever shown that can be gone by now.

    An upgrade brings publications without a map, or takes the map of the last one.
    """
    if organization.shown_map_id is not None:
        return not outdated(organization).filter(pk=organization.shown_map_id).exists()
    return Publication.objects.filter(feed__organization=organization, listed=True).exists()


def _given(feed: Feed, rules: dict[str, Any], change: Act | None = None) -> Wanted:
    """Return what a feed is to list by rules, as the last refresh has shown it.

    Fields that its rules or a new policy take are cut: to render all documents without them at
    once would keep the reader of anything else waiting.
    """
    organization, before = feed.organization, feed.head
    inputs = last_shown(organization)
    shown = list(inputs.settings.field_policy)
    asked = Rules.of(rules, sorted({*shown, *organization.field_policy}))
    left = asked.with_fields_of(Rules.of(before.rules if before else rules, shown))
    if change and before:
        before.feed = feed
        inputs = inputs.marked(Ground(organization, change).taken_today(before, inputs.map))
    inputs = inputs.marked(_hidden_by_fields(inputs, feed.version, asked, left))
    decision = inputs.decide(feed.version, left)
    return Wanted(feed, inputs, decision, rules, before, _cut(before, asked, left))


def _made(wanted: Wanted, plan: Plan, shelves: Shelves) -> Plan:
    """Return a plan with what is wanted in it too."""
    Maker(wanted.feed.organization, shelves, lambda share, stage: None).make([wanted], plan)
    return plan


def _hidden_by_fields(inputs: Inputs, version: str, asked: Rules, left: Rules) -> Marks:
    """Return, as marks, the people whom the version can't show without a field that is cut."""
    if not needed_by_people(version, inputs.settings, asked, left):
        return {}
    gone = set_of(inputs.decide(version, left), PEOPLE) & ~set_of(
        inputs.decide(version, asked), PEOPLE
    )
    return {ROWS_OF[PEOPLE]: gone} if gone.any() else {}


def _cut(before: Publication | None, asked: Rules, left: Rules) -> Cut:
    """Return the fields that documents still have and `asked` doesn't show."""
    found: Cut = {}
    for name in COLLECTIONS:
        known = before.cut.get(name, {}) if before else {}
        if fields := asked.hidden(name) - left.hidden(name):
            found[name] = {each: known.get(each, NEW) for each in sorted(fields)}
    return found
