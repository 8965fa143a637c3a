"""Refreshing the OneRoster cache: build every line beside what is read, then show all at once.

A refresh takes the next number of its organization, writes each line's differences under it
(`storing.py`), and shows them in one small transaction that moves the heads. Readers before
it see the old publication whole, readers after it the new one; a build that dies has shown
nothing and is swept by the next. The flip requires the organization's revision that the
build began with, so a verb that came between is never published over.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from roster.audit import Actor, name_of
from roster.audit import record as audit
from roster.clock import clock
from roster.compiling import Slice, collections_of, documents
from roster.dialects import people
from roster.lease import OF_A_BUILD
from roster.lines import build_number, next_stamp
from roster.models import Line, Organization, Publication, Record, Refresh
from roster.refusal import Refused
from roster.storing import Writer
from roster.sweeping import sweep_builds
from roster.visibility import Walk, beginning_of
from roster.withdrawing import withdraw

Progress = Callable[[int, str], None]
TRIES = 3
KEPT = timedelta(hours=25)
"""Superseded records outlive the longest run of a reader (24 hours) by an hour."""


def refresh(
    organization: Organization, *, by: Actor, progress: Progress | None = None
) -> dict[str, Any]:
    """Publish the organization's data as it stands now, on all of its lines.

    Returns `{"publication": number, "held": False, "lines": [...], "added": …, "changed": …,
    "removed": …, "seconds": …}`, each line with version, number and its collections' records,
    tombstones, added, changed and removed. Refused while another refresh is running.
    """
    lines = list(
        Line.objects.filter(organization=organization, unread_since__isnull=True).order_by("pk")
    )
    return _Build(organization, lines, by, progress).run()


def publish_line(line: Line, *, by: Actor, progress: Progress | None = None) -> dict[str, Any]:
    """Publish one line, a new or a forked one, and leave the others as they are."""
    return _Build(line.organization, [line], by, progress).run()


class _Build:
    """One refresh from its lease to its flip."""

    def __init__(
        self, organization: Organization, lines: list[Line], by: Actor, progress: Progress | None
    ) -> None:
        self.organization = organization
        self.lines = lines
        self.by = by
        self.watcher = progress
        self.began = time.monotonic()
        self.told = 0.0
        self.row = self._lease()

    def _lease(self) -> Refresh:
        """Become the organization's one running refresh; one that died is pushed aside."""
        running = Refresh.objects.filter(
            organization=self.organization, state=Refresh.State.RUNNING
        )
        running.filter(lease_until__lt=clock()).update(
            state=Refresh.State.FAILED, reason="It stopped before it was done.", finished=clock()
        )
        try:
            with transaction.atomic():
                return Refresh.objects.create(
                    organization=self.organization,
                    by_name=name_of(self.by)[:200],
                    lease_until=clock() + OF_A_BUILD,
                )
        except IntegrityError as error:
            raise Refused("A refresh of this organization is already running.") from error

    def run(self) -> dict[str, Any]:
        try:
            result = self._publish()
        except BaseException as error:
            # Also for Ctrl-C: the lease must not keep the next refresh waiting.
            reason = str(error) if isinstance(error, Refused) else "It failed unexpectedly."
            self._finish(Refresh.State.FAILED, reason=reason)
            raise
        self._purge()
        return result

    def _publish(self) -> dict[str, Any]:
        for _ in range(TRIES):
            withdraw(self.organization, build=self.row, lines=self.lines)
            self.organization.refresh_from_db()
            for line in self.lines:
                line.refresh_from_db()
                line.organization = self.organization
            day = self.organization.today()
            number = build_number(self.organization.last_number)
            self._renew(number=number)
            due = [
                line
                for line in self.lines
                if line.revision != self.organization.revision or line.published_on != day
            ]
            counts = {
                line.pk: self._compile(line, number, index, len(due))
                for index, line in enumerate(due)
            }
            if self._flip(due, number, counts):
                return self._result(due, counts)
        raise Refused(
            "The organization's data was changed again and again while it was being published. "
            "Nothing was published; try again when the changes are done."
        )

    def _compile(self, line: Line, number: int, index: int, of: int) -> dict[str, dict[str, int]]:
        sweep_builds(line, self._renew)
        stage = f"Line {index + 1} of {of}"
        self._tell(index * 100 // of, f"{stage}: deciding what is visible")
        walk = Walk(beginning_of(line))
        people.settle(walk)
        collections = collections_of(walk)
        expired = self._expired(line)
        counts = {}
        for position, collection in enumerate(collections):
            done = (index + (position + 1) / (len(collections) + 1)) / of

            def slices(collection: str = collection, done: float = done) -> Any:
                for part in documents(walk, collection):
                    self._tell(int(done * 100), f"{stage}: {collection}")
                    yield part

            writer = Writer(line, collection, number, self._renew)
            counts[collection] = writer.write(slices(), expired=expired)
        for collection in self._left_behind(line, collections):
            writer = Writer(line, collection, number, self._renew)
            counts[collection] = writer.write([Slice(None, [])], expired=expired)
        return counts

    def _left_behind(self, line: Line, collections: list[str]) -> list[str]:
        """Return the collections that are published on the line and shared no longer."""
        latest = Publication.objects.filter(line=line, number=line.head).first()
        told = latest.counts if latest else {}
        return [
            name
            for name, counts in told.items()
            if name not in collections and (counts["records"] or counts["tombstones"])
        ]

    def _expired(self, line: Line) -> int:
        """Return the newest number whose tombstones the organization keeps no longer."""
        before = clock() - timedelta(days=self.organization.tombstone_days)
        old = Publication.objects.filter(line=line, stamp__lt=before)
        return old.aggregate(Max("number"))["number__max"] or 0

    def _flip(
        self, due: list[Line], number: int, counts: dict[int, dict[str, dict[str, int]]]
    ) -> bool:
        """Show the new publication on all lines at once; False if its base has moved."""
        with transaction.atomic():
            current = Organization.objects.select_for_update().get(pk=self.organization.pk)
            self._renew()
            rows = Line.objects.filter(pk__in=[line.pk for line in due])
            stand = {
                pk: tuple(told) for pk, *told in rows.values_list("pk", "head", "rules_digest")
            }
            # New rules that found nothing to withdraw leave the head; this build doesn't obey them.
            moved = any(stand.get(line.pk) != (line.head, line.rules_digest) for line in due)
            veiled = rows.exclude(veil={}).exists()
            if moved or veiled or current.withdrawal_due:
                return False
            if current.revision != self.organization.revision:
                return False
            stamp = next_stamp(current)
            for line in due:
                # Where nothing changed for its readers, the head stays, and so does their cache.
                if not line.head or _differs(counts[line.pk]):
                    Publication.objects.create(
                        line=line,
                        number=number,
                        state=Publication.State.PUBLISHED,
                        stamp=stamp,
                        counts=counts[line.pk],
                        began=self.row.began,
                    )
                    line.head = number
                line.revision = current.revision
                line.published_on = current.today()
                line.applied = {"rules": line.rules, "policy": current.field_policy}
                line.save(update_fields=["head", "revision", "published_on", "applied"])
            if any(line.head == number for line in due):
                Organization.objects.filter(pk=current.pk).update(last_number=number)
                self.organization.last_number = number
            self._finish(Refresh.State.PUBLISHED, counts=counts)
            audit(
                self.by,
                "cache.refreshed",
                current,
                kind="publication",
                object_id=str(self.organization.last_number),
                new=_totals(counts),
            )
        return True

    def _finish(
        self,
        state: Refresh.State,
        *,
        reason: str = "",
        counts: dict[int, dict[str, dict[str, int]]] | None = None,
    ) -> None:
        Refresh.objects.filter(pk=self.row.pk, state=Refresh.State.RUNNING).update(
            state=state,
            number=self.organization.last_number or None,
            percent=100 if state == Refresh.State.PUBLISHED else self.row.percent,
            reason=reason,
            finished=clock(),
            lease_until=None,
            **_totals(counts or {}),
        )

    def _tell(self, percent: int, stage: str) -> None:
        """Report progress, at most twice a second."""
        now = time.monotonic()
        if now - self.told < 0.5:
            return
        self.told = now
        self.row.percent = percent
        self._renew(percent=percent, stage=stage[:120])
        if self.watcher:
            self.watcher(percent, stage)

    def _renew(self, **told: Any) -> None:
        """Renew the lease, within each transaction that writes: one that was pushed aside while
        its process stood still writes nothing under a number that is another's by now.
        """
        alive = Refresh.objects.filter(pk=self.row.pk, state=Refresh.State.RUNNING).update(
            lease_until=clock() + OF_A_BUILD, **told
        )
        if not alive:
            raise Refused("This refresh was given up because it had not been heard of for long.")

    def _result(
        self, due: list[Line], counts: dict[int, dict[str, dict[str, int]]]
    ) -> dict[str, Any]:
        lines = []
        for line in self.lines:
            told = counts.get(line.pk)
            if told is None:
                latest = Publication.objects.get(line=line, number=line.head)
                told = {
                    name: {**numbers, "added": 0, "changed": 0, "removed": 0, "expired": 0}
                    for name, numbers in latest.counts.items()
                }
            lines.append(
                {
                    "line": line.pk,
                    "oneroster": line.version,
                    "publication": line.head,
                    "rules": line.rules,
                    "collections": told,
                }
            )
        return {
            "publication": self.organization.last_number,
            "held": False,
            "lines": lines,
            **_totals(counts),
            "seconds": round(time.monotonic() - self.began, 3),
        }

    def _purge(self) -> None:
        """Delete records that ended before any reader's run could have begun."""
        before = clock() - KEPT
        for line in self.lines:
            seen = Publication.objects.filter(line=line, stamp__lt=before)
            ended = seen.order_by("-number").values_list("number", flat=True).first()
            if ended is None:
                continue
            stale = Record.objects.filter(line=line, valid_to__lte=min(ended, line.oldest_read()))
            while batch := list(stale.values_list("pk", flat=True)[:1000]):
                Record.objects.filter(pk__in=batch).delete()


def _differs(counts: dict[str, dict[str, int]]) -> bool:
    return any(
        told["added"] or told["changed"] or told["removed"] or told["expired"]
        for told in counts.values()
    )


def _totals(counts: dict[int, dict[str, dict[str, int]]]) -> dict[str, int]:
    return {
        what: sum(numbers[what] for line in counts.values() for numbers in line.values())
        for what in ("added", "changed", "removed")
    }
