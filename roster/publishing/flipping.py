"""Showing what was prepared: one short transaction that compares with what it began with, and sets.

Documents and parts of lists are written outside of any lock; they are idempotent, and nobody
reads them before a publication names them. Then the organization's row is locked. Where anything
came between that bears on the plan, it is made again, the third time inside of the lock, so that
nobody waits for ever. An act holds whole, with its mark, or not at all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from roster.clock import clock, milliseconds
from roster.models import Feed, FormerRow, Organization, Publication, Reach, StoredMap
from roster.publishing.lists import NEW, Swept
from roster.publishing.plans import Cut, Next, Plan
from roster.publishing.rendering import RowsChanged

logger = logging.getLogger(__name__)

TRIES = 3

READ_ON = timedelta(seconds=5)
"""How long a publication is read by those who asked for it before another was shown.

What a run reads stays for as long as the run does. A request that takes longer and belongs to no
run, as of the gradebook, finds the lists gone and is told to come again. Each act has to take from
whatever is read, so it is no longer than that.
"""


class Kept(Exception):
    """Somebody reads on what was to be dropped: the plan hasn't taken from it."""


class Base(NamedTuple):
    """What a plan is made on; where it moves, the plan is made again."""

    revision: int
    acts: int
    swept: int
    last_number: int
    shown_map: int | None
    shown_day: date | None

    @classmethod
    def of(cls, organization: Organization) -> Base:
        names = ("revision", "acts", "swept", "last_number", "shown_map_id", "shown_day")
        return cls(*Organization.objects.values_list(*names).get(pk=organization.pk))


def flip(
    organization: Organization, prepare: Callable[[], Plan], then: Callable[[], None]
) -> tuple[Plan, int | None]:
    """Prepare a plan and show it; return it with its stamp, None where it needed none.

    `then` runs in the transaction that shows it, and may refuse. Call it outside of a transaction.
    """
    for attempt in count(1):
        base = Base.of(organization)
        inside: AbstractContextManager[Any] = (
            transaction.atomic() if attempt >= TRIES else nullcontext()
        )
        with inside:
            if attempt >= TRIES:
                base = locked(organization)
            try:
                plan = prepare()
            except (Swept, RowsChanged, StoredMap.DoesNotExist, IntegrityError):
                if attempt >= TRIES:
                    raise
                continue
            with suppress(Kept), transaction.atomic():
                if locked(organization) == base:
                    _drop(organization, plan.dropped)
                    number = _show(organization, plan)
                    then()
                    return plan, number
    raise AssertionError("Nobody changes what is locked.")


def locked(organization: Organization) -> Base:
    """Lock the organization until the transaction ends; return where it stands.

    In SQLite the transaction itself is the lock.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A lock is held by a transaction.")
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    return Base.of(organization)


def no_longer_read(organization: Organization) -> QuerySet[Publication]:
    """Return the publications whose lists nobody reads, superseded long enough and in no run."""
    now = clock()
    return Publication.objects.filter(
        Q(read_until__isnull=True) | Q(read_until__lt=now),
        feed__organization=organization,
        listed=True,
        superseded__lt=now - READ_ON,
    )


def next_number(last: int) -> int:
    """Return the stamp of what is shown now, in an organization whose last one was this."""
    return max(milliseconds(clock()), last + 1)


def keep(publication: int, until: datetime) -> bool:
    """Keep what a publication lists, at least until then; return whether it is there to be kept."""
    rows = Publication.objects.filter(pk=publication, listed=True)
    return bool(rows.update(read_until=Greatest(Coalesce("read_until", until), until)))


def drop(publications: QuerySet[Publication]) -> int:
    """Let go of the lists of publications; return how many that were."""
    return publications.update(listed=False, lists={}, map=None, marks=None)


def _drop(organization: Organization, dropped: Sequence[int]) -> None:
    if drop(no_longer_read(organization).filter(pk__in=dropped)) < len(dropped):
        raise Kept


def _show(organization: Organization, plan: Plan) -> int | None:
    row = Organization.objects.filter(pk=organization.pk)
    number = None
    if plan.needs_number:
        number = next_number(row.values_list("last_number", flat=True).get())
        row.update(last_number=number)
        for each in plan.nexts:
            _show_next(each, number)
        for rewritten in plan.rewritten:
            Publication.objects.filter(pk=rewritten.publication).update(
                lists=stamped(rewritten.lists, number),
                counts=rewritten.counts,
                cut=cut_at(rewritten.cut, number),
                revision=F("revision") + 1,
            )
    if plan.lost:
        # Their readers get 503 until something is published for them again.
        logger.error("Publications of an earlier release can't be read on: %s", plan.lost)
        lost = Publication.objects.filter(pk__in=plan.lost)
        lost.update(superseded=Coalesce("superseded", clock()))
        drop(lost)
    for publication, marks in plan.marked.items():
        Publication.objects.filter(pk=publication).update(marks=marks)
    for settled in plan.settled:
        Publication.objects.filter(pk=settled.publication).update(
            cut=settled.cut, rules=settled.rules, **settled.basis._asdict()
        )
    Reach.objects.outdate(organization.pk)
    if plan.shown is None:
        row.update(acts=F("acts") + 1)
    else:
        used = plan.shown.basis
        row.update(shown_map_id=used.map_id, shown_day=used.day, shown_settings=used.settings)
        FormerRow.objects.filter(
            organization=organization, revision__lt=plan.shown.map.revision
        ).delete()
    return number


def _show_next(each: Next, number: int) -> None:
    publication = Publication.objects.create(
        feed_id=each.feed,
        number=number,
        rules=each.rules,
        lists=stamped(each.lists, number),
        counts=each.counts,
        numbers=each.numbers,
        cut=cut_at(each.cut, number),
        **each.basis._asdict(),
    )
    Feed.objects.filter(pk=each.feed).update(publication=publication)
    if each.before is not None:
        Publication.objects.filter(pk=each.before).update(superseded=clock())


def stamped(lists: dict[str, Any], number: int) -> dict[str, Any]:
    """Return what names the parts of lists, with the stamp of those that are new."""
    return {
        collection: {
            name: [[part, size, number if stamp == NEW else stamp] for part, size, stamp in parts]
            for name, parts in kept.items()
            if parts
        }
        for collection, kept in lists.items()
        if any(kept.values())
    }


def cut_at(cut: Cut, number: int) -> Cut:
    """Return the fields that are cut, with the stamp of those that are new."""
    return {
        collection: {name: stamp or number for name, stamp in fields.items()}
        for collection, fields in cut.items()
        if fields
    }
