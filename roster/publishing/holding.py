"""Why a refresh must wait for a person: what imported data would take from vendors or open.

A night is compared with what the same marks, rules, settings and day would show of the rows that
somebody has seen last: those that the last refresh has shown, or of an import approved since. So
neither acts nor dates count, and an approved import carries its approval along. What is approved is
built anew for that day: whose enrollment has ended since it was held must not come back. One feed
beyond a limit holds the organization. Weighed and left: counting what an import changes, which is
done before it is applied, and doesn't know what one connection would lose of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Q

from roster.audit import Actor, name_of
from roster.database.parts import in_parts
from roster.dialects.composing import parse
from roster.importing.totals import without_records
from roster.kinds import ROWS_OF
from roster.map import load, outdated, shown
from roster.marks import marks_of, resolve
from roster.models import Document, Import, Organization, Refresh, StoredMap
from roster.publishing.changed import Changed
from roster.publishing.comparing import Difference
from roster.publishing.inputs import Inputs, marks_at
from roster.publishing.lists import Numbers
from roster.publishing.making import Wanted

REASONS = {
    "removals": "{removed:,} of {before:,} {collection} would be removed for a connection; the"
    " limit is {percent} % and {records} records.",
    "school": "The school {school} would be removed for a connection.",
    "rekeyed": "{changed:,} of {before:,} people would get another {word} for a connection.",
    "opened": "People who are hidden from a connection and would be visible to it: {count:,}; the"
    " limit is {limit:,}.",
}

REKEYED = {"username": "username", "email": "e-mail address", "identifier": "identifier"}
REKEYED_PERCENT = 25
BATCH = 2_000


class Reason(NamedTuple):
    """One reason, as it is kept and shown, with the feeds that it is about."""

    code: str
    reason: str
    feeds: list[int]


def held_refresh(organization: Organization) -> Refresh | None:
    return organization.refreshes.filter(state=Refresh.State.HELD).first()


def last_import(organization: Organization) -> Import | None:
    """Return the import that was applied last."""
    applied = organization.imports.filter(state=Import.State.APPLIED)
    return applied.order_by("-finished", "-pk").first()


def end(held: Refresh, state: str, *, by: Actor) -> None:
    """End a hold; the records of its difference, which have names, are forgotten."""
    held.state = state
    held.reason = {
        Refresh.State.APPROVED: "Approved by {who}.",
        Refresh.State.DISCARDED: "Discarded by {who}.",
    }.get(Refresh.State(state), "Superseded by the next refresh.").format(who=name_of(by))
    held.difference = without_records(held.difference)
    held.save(update_fields=["state", "reason", "difference"])


def is_superseded(held: Refresh) -> bool:
    """Return whether an import was applied since a refresh was held: the next one decides anew."""
    last = last_import(held.organization)
    return last is not None and last.pk != held.of_import_id


def is_discarded(organization: Organization) -> bool:
    """Return whether what a refresh would show now is what somebody has discarded."""
    states = (Refresh.State.PUBLISHED, Refresh.State.HELD, Refresh.State.DISCARDED)
    last = organization.refreshes.filter(state__in=states).order_by("-pk").first()
    return bool(last and last.state == Refresh.State.DISCARDED and not is_superseded(last))


def seen(organization: Organization, today: Inputs) -> Inputs | None:
    """Return today's inputs with the rows that somebody has seen last.

    None where no import has changed them since, or nothing can be compared: before the first
    refresh, after an upgrade, or in another school year, which is a person's act.
    """
    last = shown(organization)
    if last is None:
        return None
    since = organization.imports.filter(state=Import.State.APPLIED, revision__gt=last.revision)
    stored = _approved(organization, since.exclude(approved_by="")) or last
    if not since.filter(revision__gt=stored.revision).exists():
        return None
    if outdated(organization).filter(pk=stored.pk).exists():
        return None
    m = load(stored.pk)
    if m.year != today.map.year:
        return None
    marks = resolve(marks_at(organization, marks_of(organization), stored.revision), m)
    return Inputs(stored.pk, m, today.day, today.settings, marks)


def _approved(organization: Organization, imports: Any) -> StoredMap | None:
    revisions = imports.values("revision")
    maps = StoredMap.objects.filter(organization=organization, revision__in=revisions)
    return maps.defer("content", "built").order_by("-revision").first()


class Weighing:
    """Collects what a refresh changes for feeds that were published before, and why to hold it."""

    def __init__(self, organization: Organization, today: Inputs | None) -> None:
        """Weigh what is decided with today's inputs; None weighs nothing."""
        self.organization = organization
        self.today = today
        self.found: dict[tuple[str, str], list[int]] = {}
        self.changed: dict[str, Changed] = {}

    @cached_property
    def seen(self) -> Inputs | None:
        """Asked for where a limit may be passed only: another map is a hundred megabytes."""
        return None if self.today is None else seen(self.organization, self.today)

    @property
    def difference(self) -> dict[str, Any]:
        """What all feeds together would read otherwise, by collection."""
        return {
            collection: changed.as_json(collection)
            for collection, changed in self.changed.items()
            if any(pairs.records.size for pairs in changed[1:])
        }

    @property
    def reasons(self) -> list[dict[str, Any]]:
        return [
            Reason(code, reason, sorted(set(feeds)))._asdict()
            for (code, reason), feeds in self.found.items()
        ]

    def weigh(self, wanted: Wanted, collection: str, difference: Difference) -> None:
        """Weigh what becomes of one collection for one feed."""
        if wanted.before is None or difference.is_none:
            return
        changed = Changed.of(difference)
        known = self.changed.setdefault(collection, Changed())
        self.changed[collection] = known.united(changed)
        self._weigh_removals(wanted, collection, changed)
        if collection == "users":
            self._weigh_rekeyed(wanted, changed)
            self._weigh_opened(wanted, changed)

    def _weigh_removals(self, wanted: Wanted, collection: str, changed: Changed) -> None:
        gone = changed.removed
        could = collection == "orgs" or self._is_too_many(gone.records.size, changed.before)
        if not could or not gone.records.size:
            return
        by_data = np.isin(gone.records, self._seen(wanted, collection))
        removed, before = int(by_data.sum()), changed.before
        if self._is_too_many(removed, before):
            self._add(
                wanted, "removals", removed=removed, before=before, collection=collection,
                percent=self.organization.hold_percent, records=self.organization.hold_records,
            )  # fmt: skip
        if collection == "orgs" and removed:
            documents = Document.objects.filter(pk__in=gone.old[by_data].tolist())
            for body in documents.filter(role="school").values_list("body", flat=True):
                self._add(wanted, "school", school=parse(body).get("name", ""))

    def _weigh_rekeyed(self, wanted: Wanted, changed: Changed) -> None:
        limit = max(self.organization.hold_records, changed.before * REKEYED_PERCENT // 100)
        if changed.changed.records.size <= limit or wanted.before is None or self.seen is None:
            return
        words = {**REKEYED, "role": "role"}
        kept_from = wanted.decision.rules.hidden("users")
        if wanted.before.settings != wanted.inputs.settings.as_json():
            kept_from |= {"username"}  # What stands in for a missing one may be another now.
        numbers = dict.fromkeys(words.keys() - kept_from, 0)
        _, before, after = changed.changed
        pairs = zip(before.tolist(), after.tolist(), strict=True)
        for some in in_parts(list(pairs), BATCH):
            keys = keys_of([document for pair in some for document in pair])
            for old, new in some:
                for name in numbers:
                    was = keys[old].get(name)
                    numbers[name] += bool(was and was != keys[new].get(name))
        for name, number in sorted(numbers.items()):
            if number > limit:
                facts = {"changed": number, "before": changed.before, "word": words[name]}
                self._add(wanted, "rekeyed", **facts)

    def _weigh_opened(self, wanted: Wanted, changed: Changed) -> None:
        added = changed.added.records
        if added.size <= self.organization.hold_visible or self.seen is None:
            return
        known = np.isin(added, self.seen.map.person.record[:-1])
        hidden = known & ~np.isin(added, self._seen(wanted, "users"))
        if int(hidden.sum()) > self.organization.hold_visible:
            limit = self.organization.hold_visible
            self._add(wanted, "opened", count=int(hidden.sum()), limit=limit)

    def _seen(self, wanted: Wanted, collection: str) -> Numbers:
        """Return the records that the feed would list of the rows that somebody has seen."""
        if self.seen is None:
            return np.empty(0, np.int64)
        decision = self.seen.decide(wanted.feed.version, wanted.rules)
        rows = getattr(decision.map, ROWS_OF[collection])
        return np.asarray(rows.record[decision.visible(collection)], np.int64)

    def _is_too_many(self, number: int, of: int) -> bool:
        organization = self.organization
        return number > organization.hold_records and number * 100 > of * organization.hold_percent

    def _add(self, wanted: Wanted, code: str, **facts: Any) -> None:
        self.found.setdefault((code, REASONS[code].format(**facts)), []).append(wanted.feed.pk)


def keys_of(documents: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return by what vendors know people: their keys and roles, by document."""
    found = {}
    rows = Document.objects.filter(Q(pk__in=list(documents)))
    for number, role, body in rows.values_list("pk", "role", "body"):
        doc = parse(body)
        found[number] = {name: doc.get(name) for name in REKEYED} | {"role": role}
    return found
