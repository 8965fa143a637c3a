"""Takes back what was written beyond a line's head by somebody who never showed it."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.db.models import F, Q

from roster.lines import STEP
from roster.models import OPEN, Line, Record

BATCH = 1000


def sweep_builds(line: Line, hold: Callable[[], None], below: int = OPEN) -> None:
    """Take back what builds of the line, of numbers below that, left unfinished.

    `hold` as in `Writer`.
    """
    _sweep(line, Q(number=0), hold, below)


def sweep_withdrawals(line: Line, hold: Callable[[], None]) -> None:
    """Take back what withdrawals from the line left unfinished; `hold` as in `Writer`."""
    _sweep(line, Q(number__gt=0), hold)


def _sweep(line: Line, whose: Q, hold: Callable[[], None], below: int = OPEN) -> None:
    """Take back, in short batches, what was written beyond the line's head by the one or the other.

    Whatever the numbers were: since somebody died, other lines may have brought new ones.
    """
    records = Record.objects.filter(line=line)
    begun = records.filter(valid_from__gt=line.head, valid_from__lt=below).annotate(
        number=F("valid_from") % STEP
    )
    while batch := list(begun.filter(whose).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            hold()
            Record.objects.filter(pk__in=batch).delete()
    ended = records.filter(valid_to__gt=line.head, valid_to__lt=below)
    ended = ended.annotate(number=F("valid_to") % STEP)
    while batch := list(ended.filter(whose).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            hold()
            Record.objects.filter(pk__in=batch).update(valid_to=OPEN)
