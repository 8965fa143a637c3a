"""Lines that part and meet again: copies of what a line shows, and lines that have grown equal.

A fork is an ordinary line whose first content is what its reader could read on the parent:
same numbers, positions and stamps. The next build on it is then one ordinary comparison,
which gives changes, stamps and tombstones to just that reader. Two lines of equal rules that
show the same rows, row by row, are one again.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from roster.clock import clock
from roster.lines import digest_of
from roster.models import OPEN, Line, Organization, Publication, Record
from roster.refusal import Refused
from roster.storing import COLUMNS
from roster.withdrawing import withdraw

BATCH = 1000
TRIES = 3


def fork(line: Line, *, oldest: int, number: int, rules: dict[str, Any] | None = None) -> Line:
    """Return a new line that holds what `line` showed from publication `oldest` to `number`.

    It is complete but for what its own rules take away; build it, or withdraw on it, next.
    It is nobody's until a connection is moved to it, so one that was never finished is neither
    refreshed nor found by its rules, and is dropped like any line that is read no more.
    """
    rules = line.rules if rules is None else rules
    for _ in range(TRIES):
        withdraw(line.organization, rewriting=False)
        line.refresh_from_db(fields=["applied", "veil", "withdrawals"])
        copy = Line.objects.create(
            organization=line.organization,
            version=line.version,
            rules=rules,
            rules_digest=digest_of(rules),
            applied=line.applied,
            veil=line.veil,
            unread_since=clock(),
        )
        _copy_publications(line, copy, number)
        _copy_records(line, copy, oldest, number)
        if _show(copy, line, number):
            return copy
    raise Refused("Something was withdrawn again and again meanwhile. Try again in a minute.")


def _show(copy: Line, line: Line, number: int) -> bool:
    """Set the head of a copy that is whole; False where it may hold what was withdrawn since.

    Until then it has head 0, which no reader and no withdrawal looks at.
    """
    with transaction.atomic():
        current = Organization.objects.select_for_update().get(pk=line.organization_id)
        withdrawals = Line.objects.values_list("withdrawals", flat=True).get(pk=line.pk)
        if current.withdrawal_due or withdrawals != line.withdrawals:
            return False
        copy.head = number
        copy.save(update_fields=["head"])
    return True


def _copy_publications(line: Line, copy: Line, number: int) -> None:
    Publication.objects.bulk_create(
        Publication(
            line=copy,
            number=told.number,
            state=told.state,
            stamp=told.stamp,
            counts=told.counts,
            began=told.began,
        )
        for told in line.publications.filter(
            number__lte=number, state=Publication.State.PUBLISHED
        ).order_by("number")
    )


def _copy_records(line: Line, copy: Line, oldest: int, number: int) -> None:
    """Copy in short batches; a record that ended after `number` is open again in the copy."""
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, COLUMNS))
    told = {
        "line_id": "%s",
        "valid_to": f"CASE WHEN valid_to > %s THEN {OPEN} ELSE valid_to END",
    }
    values = ", ".join(told.get(name, quote(name)) for name in COLUMNS)
    wanted = Record.objects.filter(line=line, valid_from__lte=number, valid_to__gt=oldest)
    last = 0
    while True:
        part = list(wanted.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not part:
            return
        last = part[-1]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO roster_record ({names}) SELECT {values} FROM roster_record"  # noqa: S608
                " WHERE line_id = %s AND id >= %s AND id <= %s"
                " AND valid_from <= %s AND valid_to > %s",
                [copy.pk, number, line.pk, part[0], last, number, oldest],
            )


def are_equal(one: Line, other: Line) -> bool:
    """Return whether two lines show the same: documents, stamps and tombstones, row by row."""
    if (one.version, one.rules_digest, one.applied, one.veil) != (
        other.version,
        other.rules_digest,
        other.applied,
        other.veil,
    ):
        return False
    if _sizes(one) != _sizes(other):
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM roster_record a JOIN roster_record b"
            " ON b.line_id = %s AND b.kind = a.kind AND b.sourced_id = a.sourced_id"
            " AND b.valid_from <= %s AND b.valid_to > %s"
            " WHERE a.line_id = %s AND a.valid_from <= %s AND a.valid_to > %s"
            " AND a.changed_in = b.changed_in AND a.status = b.status AND a.document = b.document",
            [other.pk, other.head, other.head, one.pk, one.head, one.head],
        )
        same = cursor.fetchone()[0]
    return bool(same == sum(_sizes(one).values()))


def _sizes(line: Line) -> dict[tuple[str, str], int]:
    rows = Record.objects.filter(line=line, valid_from__lte=line.head, valid_to__gt=line.head)
    counted = rows.values_list("kind", "status").order_by().annotate(Count("pk"))
    return {(kind, status): count for kind, status, count in counted}
