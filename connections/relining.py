"""Which line a connection reads: moving it when its sharing changes or its pause ends.

What: a connection that parts from the others gets a fork of what it could read; what was
tightened is withdrawn there first, then one build brings the rest, with stamps of its own.
Only a whole line is ever switched to, in one transaction. Why a fork and not the line of
equal rules: there the stamps are older than the moment this vendor could first read them,
and its next differential sync would miss the change. Every step can be done again from what
is saved; `finish` does so for what a dead process left.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Min

from connections import sharing
from connections.models import Connection
from connections.models.reading import Reading
from roster import audit
from roster.clock import clock
from roster.forking import are_equal, fork
from roster.lines import digest_of, line_for
from roster.models import Line, Organization, Record
from roster.publishing import publish_line
from roster.refusal import Refused
from roster.withdrawing import announce, withdraw

Status = Connection.Status
KEPT = timedelta(hours=25)
BATCH = 1000


def announce_change(connection: Connection) -> None:
    """Note, in the transaction that changes the sharing, that the line must follow within a
    minute; until it does, the API answers 503 to this connection from then on.
    """
    Connection.objects.filter(pk=connection.pk).update(reline_due=clock())


def reline(connection: Connection, by: audit.Actor) -> bool:
    """Have the connection read a line of its rules; return whether all of them hold already.

    Tightening holds when this returns; loosening too, but for a paused connection (it waits
    for the resume) and while a refresh is running (it comes with that one or the next). Call
    it outside of a transaction: it may build a publication.
    """
    connection.refresh_from_db()
    rules = sharing.rules(connection)
    line = connection.line
    if line is None or line.head == 0:
        line = line_for(connection.organization, connection.oneroster, rules)
        _switch(connection, line, since=line.head)
    elif line.rules_digest != digest_of(rules):
        line = _part(connection, line, rules)
    else:
        _withdraw_on(line)
        Connection.objects.filter(pk=connection.pk).update(reline_due=None)
    connection.refresh_from_db()
    if connection.status == Status.PAUSED:
        return False
    return _publish(line, by)


def _part(connection: Connection, line: Line, rules: dict[str, object]) -> Line:
    """Give the connection its own line, tightened already; the others' stays as it is."""
    if _reads_alone(connection, line):
        Line.objects.filter(pk=line.pk).update(
            rules=rules, rules_digest=digest_of(rules), revision=-1
        )
        _withdraw_on(line)
        Connection.objects.filter(pk=connection.pk).update(reline_due=None)
        line.refresh_from_db()
        return line
    number = line.head if connection.held_at is None else connection.held_at
    own = fork(line, oldest=_oldest_read(connection, number), number=number, rules=rules)
    try:
        _withdraw_on(own)
        _switch(connection, own)
    except BaseException:
        drop(own)
        raise
    own.refresh_from_db()
    return own


def _reads_alone(connection: Connection, line: Line) -> bool:
    return not line.connections.exclude(pk=connection.pk).exclude(status=Status.CLOSED).exists()


def _oldest_read(connection: Connection, number: int) -> int:
    """Return the oldest publication that the connection's runs may still be reading."""
    recent = Reading.objects.filter(connection=connection, began__gt=clock() - KEPT)
    oldest = recent.filter(line=connection.line).aggregate(Min("number"))["number__min"]
    return min(number, oldest or number)


def _withdraw_on(line: Line) -> None:
    announce(line.organization)
    withdraw(line.organization)


@transaction.atomic
def _switch(connection: Connection, line: Line, *, since: int | None = None) -> None:
    """Move the connection and its runs to a line that holds all they read."""
    left = connection.line
    if since is not None:
        connection.since = since
    connection.line, connection.reline_due = line, None
    connection.save(update_fields=["line", "since", "reline_due"])
    if left is not None and left.pk != line.pk:
        Reading.objects.filter(connection=connection, line=left).update(line=line)
        pin(left)
        leave(left)
    pin(line)


def resume(connection: Connection, by: audit.Actor) -> None:
    """Bring a paused connection to what is published now; it goes on reading what it had until
    its fork is whole. The caller then ends the pause in one transaction.

    Refused while a refresh is running.
    """
    line = connection.line
    if line is None or connection.held_at is None or line.head == connection.held_at:
        return
    own = fork(
        line,
        oldest=_oldest_read(connection, connection.held_at),
        number=connection.held_at,
        rules=sharing.rules(connection),
    )
    try:
        publish_line(own, by=by)
    except BaseException:
        drop(own)
        raise
    own.refresh_from_db()
    connection.held_at = own.head
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(held_at=own.head)
        _switch(connection, own)


def pin(line: Line) -> None:
    """Note on the line the oldest number that a paused connection goes on reading there."""
    held = line.connections.exclude(status=Status.CLOSED).aggregate(Min("held_at"))
    Line.objects.filter(pk=line.pk).update(pinned=held["held_at__min"])


def leave(line: Line) -> None:
    """Note that a line is read by nobody any more, if so."""
    if not line.connections.exclude(status=Status.CLOSED).exists():
        Line.objects.filter(pk=line.pk, unread_since__isnull=True).update(unread_since=clock())


def _publish(line: Line, by: audit.Actor) -> bool:
    published = Line.objects.filter(organization=line.organization_id, head__gt=0).exists()
    if not published:
        return False
    try:
        publish_line(line, by=by)
    except Refused:
        return False
    line.refresh_from_db()
    return line.head > 0


def finish(by: audit.Actor = "schedule") -> None:
    """Do again what a dead process left undone: overdue changes of line, unread lines, reunions."""
    overdue = Connection.objects.filter(reline_due__lt=clock() - timedelta(seconds=30))
    for connection in overdue.exclude(status=Status.CLOSED).select_related("organization", "line"):
        reline(connection, by)
    for organization in Organization.objects.filter(withdrawal_due__isnull=False):
        withdraw(organization)
    for line in Line.objects.filter(unread_since__lt=clock() - KEPT):
        if not line.connections.exclude(status=Status.CLOSED).exists():
            drop(line)
    for organization in Organization.objects.filter(lines__unread_since__isnull=True).distinct():
        rejoin(organization)


def rejoin(organization: Organization) -> int:
    """Let lines that show the same, row by row, be one again; return how many were given up."""
    lines = Line.objects.filter(
        organization=organization, unread_since__isnull=True, pinned__isnull=True, head__gt=0
    )
    kept: dict[tuple[str, str, int], Line] = {}
    joined = 0
    for line in lines.order_by("pk"):
        elder = kept.setdefault((line.version, line.rules_digest, line.revision), line)
        if elder.pk != line.pk and elder.head == line.head and are_equal(elder, line):
            for connection in line.connections.exclude(status=Status.CLOSED):
                # Runs go on reading the line they began on; it is kept for them for a day.
                Connection.objects.filter(pk=connection.pk, line=line).update(line=elder)
            leave(line)
            joined += 1
    return joined


def drop(line: Line) -> None:
    """Delete a line that nobody reads, its records in short batches first."""
    Connection.objects.filter(line=line, status=Status.CLOSED).update(line=None)
    records = Record.objects.filter(line=line)
    while batch := list(records.values_list("pk", flat=True)[:BATCH]):
        Record.objects.filter(pk__in=batch).delete()
    line.delete()
