"""Withdraw now: what was tightened leaves every publication still read, within a minute.

Loosening waits for a refresh; a mark, a withheld field, a school no longer shared, a person
kept out does not. Line by line, the published documents that tell of what fell by it
(`falling.py`), or name it, are replaced (`withdrawal.py`): at the head by a next number with
ordinary tombstones and new stamps; in older publications, which runs and pauses still read, in
place, so that no offset moves under a reader. Fields that are withheld are in too many documents
for that: they are veiled at once (`veils.py`) and rewritten under the veil. Why not an ordinary
refresh: it would also publish what else has changed since, imports that nobody has looked at. It
is safe to run twice; a line that hasn't been reached for a minute isn't read meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from roster import veils
from roster.clock import clock
from roster.falling import Fall
from roster.lease import Lease, Moved, keep
from roster.lines import hold, obeyed_by
from roster.models import Line, Mark, Organization, Refresh
from roster.parts import in_parts
from roster.refusal import Refused
from roster.sweeping import sweep_withdrawals
from roster.withdrawal import Withdrawal

PATIENCE = 60.0
BATCH = 1000


@transaction.atomic
def announce(organization: Organization, line: Line | None = None) -> None:
    """Note, in the transaction of a tightening verb, that a withdrawal is due.

    From all lines, or from the one whose own rules were tightened.
    """
    # A withdrawal that ends this moment has looked at the lines already; it comes to its end first.
    hold(organization)
    now = clock()
    lines = Line.objects.filter(organization=organization, head__gt=0)
    if line:
        lines = lines.filter(pk=line.pk)
    lines.filter(withdrawal_due__isnull=True).update(withdrawal_due=now)
    Organization.objects.filter(pk=organization.pk, withdrawal_due__isnull=True).update(
        withdrawal_due=now
    )


def withdraw(
    organization: Organization,
    *,
    rewriting: bool = True,
    build: Refresh | None = None,
    lines: Sequence[Line] | None = None,
) -> None:
    """Bring everything that is still read in step with what was confirmed.

    Returns when it is done, by this call or by another that was at it already. Refused when
    nothing has been heard of that other one for a minute. With `rewriting` veils are lifted
    too, unless another is at it; without, they are left to the next. `build` is the refresh of
    these `lines` that begins with it; it waits until none of them is veiled.
    """
    waiting = _Waiting(organization)
    while (due := _is_due(organization)) or (rewriting and _veiled(organization, lines).exists()):
        lease = Lease.taken(organization, build)
        if lease:
            with suppress(Moved), lease:
                if lease.after_one_that_died:
                    _take_back(organization, lease)
                if due:
                    _withdraw_all(organization, lease)
                else:
                    _lift_one(organization, lines, lease)
        elif due or build:
            waiting.wait()
            if build:
                keep(build)
        else:
            return


class _Waiting:
    """Patience with another who is at work, for as long as he is heard of."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.heard: datetime | None = None
        self.until = time.monotonic() + PATIENCE

    def wait(self) -> None:
        heard = _of(self.organization).values_list("withdrawing_until", flat=True).get()
        if heard != self.heard:
            self.heard, self.until = heard, time.monotonic() + PATIENCE
        elif time.monotonic() > self.until:
            raise Refused("Another withdrawal is still at work. Nothing is lost; look again soon.")
        time.sleep(0.1)


def unfinished() -> list[Organization]:
    """Return the organizations of which something is still to be withdrawn or rewritten."""
    lines = Line.objects.filter(head__gt=0)
    veiled = lines.exclude(veil={}).values_list("organization", flat=True)
    due = Organization.objects.filter(withdrawal_due__isnull=False).values_list("pk", flat=True)
    return list(Organization.objects.filter(pk__in={*due, *veiled}).order_by("pk"))


def _of(organization: Organization) -> QuerySet[Organization]:
    return Organization.objects.filter(pk=organization.pk)


def _is_due(organization: Organization) -> bool:
    return _of(organization).filter(withdrawal_due__isnull=False).exists()


def _published(organization: Organization) -> QuerySet[Line]:
    return Line.objects.filter(organization=organization, head__gt=0)


def _veiled(organization: Organization, lines: Sequence[Line] | None) -> QuerySet[Line]:
    veiled = _published(organization).exclude(veil={}).order_by("pk")
    return veiled if lines is None else veiled.filter(pk__in=[line.pk for line in lines])


def _take_back(organization: Organization, lease: Lease) -> None:
    """Remove what one that died has written on any line and not shown."""
    for line in _published(organization):
        sweep_withdrawals(line, lease.renew)


def _withdraw_all(organization: Organization, lease: Lease) -> None:
    marks = Mark.objects.filter(organization=organization, withdrawn=False)
    fresh = list(marks.values_list("pk", flat=True))
    for pk in list(_published(organization).order_by("pk").values_list("pk", flat=True)):
        lease.renew()
        line = _published(organization).select_related("organization").filter(pk=pk).first()
        if line is None:  # Nobody read it any more, and it was dropped.
            continue
        if line.withdrawal_due or line.applied != obeyed_by(line):
            _withdraw_from(line, lease)
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=organization.pk)
        lease.renew()
        # A mark made after a line was reached has made that line due again.
        if any(
            line.withdrawal_due or line.applied != obeyed_by(line)
            for line in _published(organization).select_related("organization")
        ):
            return
        for part in in_parts(fresh, BATCH):
            marks.filter(pk__in=part).update(withdrawn=True)
        if not marks.exists():
            _of(organization).update(withdrawal_due=None)


def _withdraw_from(line: Line, lease: Lease) -> None:
    fall = Fall(line)
    if _of(line.organization).get().revision != line.organization.revision:
        # An import between the two walks would look like part of the act.
        raise Moved
    veil = veils.merged(line.veil, fall.veil)
    withdrawal = Withdrawal(line, lease, veil)
    for collection in fall.collections:
        withdrawal.take(collection, fall.changes_of(collection))
    withdrawal.show()
    with transaction.atomic():
        now = Organization.objects.select_for_update().get(pk=line.organization.pk)
        lease.renew()
        stands = Line.objects.get(pk=line.pk)
        if (now.revision, stands.rules_digest) == (line.organization.revision, line.rules_digest):
            stands.withdrawal_due = None
        stands.applied = obeyed_by(line)
        stands.veil = veil
        stands.withdrawals += 1
        stands.save(update_fields=["withdrawal_due", "applied", "veil", "withdrawals"])


class _MoreUrgent(Exception):
    """Something was confirmed that doesn't wait."""


def _lift_one(organization: Organization, lines: Sequence[Line] | None, lease: Lease) -> None:
    """Rewrite what is veiled on one line, unless something is confirmed meanwhile."""
    line = _veiled(organization, lines).select_related("organization").first()
    if line is None:
        return

    def go_on() -> None:
        lease.renew()
        if _is_due(organization):
            raise _MoreUrgent

    withdrawal = Withdrawal(line, lease, line.veil, go_on)
    try:
        for collection in line.veil:
            withdrawal.take(collection, veils.lifted(line, collection))
        withdrawal.show()
    except _MoreUrgent:
        sweep_withdrawals(line, lease.renew)
        return
    with transaction.atomic():
        lease.renew()
        Line.objects.filter(pk=line.pk).update(veil={}, withdrawals=F("withdrawals") + 1)
