"""Which line a connection reads: moving it when its sharing changes or its pause ends.

What: a connection that parts from the others gets a fork of what it could read; what was
tightened is withdrawn there first, then one build brings the rest, with stamps of its own.
Only a whole line is ever switched to, in one transaction. Why a fork and not the line of
equal rules: there the stamps are older than the moment this vendor could first read them,
and its next differential sync would miss the change. Every step can be done again from what
is saved; `finish` does so for what a dead process left.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.db.models import Min, Value
from django.db.models.functions import Coalesce

from connections import sharing
from connections.models import Connection
from connections.models.reading import Reading
from roster import audit
from roster.clock import clock
from roster.forking import are_equal, fork
from roster.lines import digest_of, hold, line_for
from roster.models import Line, Organization, Record
from roster.publishing import publish_line
from roster.refusal import Refused
from roster.withdrawing import announce, unfinished, withdraw

logger = logging.getLogger("rosterdesk.connections")

Status = Connection.Status
TRIES = 3
KEPT = timedelta(hours=25)
PATIENCE = timedelta(seconds=30)
"""So long a change of line is left to the process that began it."""
STILL_READ = timedelta(minutes=30)
"""A run whose last request is longer ago is over, even if the request log is late."""
BATCH = 1000


class Overtaken(Refused):
    """The connection's sharing or line has become another one while a line was made for it."""

    def __init__(self) -> None:
        super().__init__("The connection was changed meanwhile. Look at it, and try again.")


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
    for again in reversed(range(TRIES)):
        try:
            line = _follow(connection)
            break
        except Overtaken:
            if not again:
                raise
    connection.refresh_from_db()
    if connection.status == Status.PAUSED:
        return False
    return _publish(line, by)


def _follow(connection: Connection) -> Line:
    """Bring the connection to a line of its rules as they are now, and return that."""
    connection.refresh_from_db()
    rules = sharing.rules(connection)
    line = connection.line
    if line is None or line.head == 0:
        with transaction.atomic():
            line = line_for(connection.organization, connection.oneroster, rules)
            _switch(connection, line, since=line.head)
    elif line.rules_digest != digest_of(rules):
        line = _part(connection, line, rules)
    else:
        _withdraw_on(line)
        Connection.objects.filter(pk=connection.pk).update(reline_due=None)
    return line


def _part(connection: Connection, line: Line, rules: dict[str, object]) -> Line:
    """Give the connection its own line, tightened already; the others' stays as it is."""
    if _changed_in_place(connection, line, rules):
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


@transaction.atomic
def _changed_in_place(connection: Connection, line: Line, rules: dict[str, object]) -> bool:
    """Give the line these rules if nobody else reads it; return whether it has them."""
    hold(connection.organization)
    _require_still(connection, digest_of(rules))
    if not _reads_alone(connection, line):
        return False
    Line.objects.filter(pk=line.pk).update(rules=rules, rules_digest=digest_of(rules), revision=-1)
    return True


def _require_still(connection: Connection, digest: str) -> None:
    """Raise `Overtaken` unless the connection has these rules, and the line it was seen with."""
    now = Connection.objects.get(pk=connection.pk)
    if now.line_id != connection.line_id or digest_of(sharing.rules(now)) != digest:
        raise Overtaken


def _reads_alone(connection: Connection, line: Line) -> bool:
    return not line.connections.exclude(pk=connection.pk).exclude(status=Status.CLOSED).exists()


def _oldest_read(connection: Connection, number: int) -> int:
    """Return the oldest publication that the connection's runs may still be reading."""
    recent = Reading.objects.filter(connection=connection, began__gt=clock() - KEPT)
    oldest = recent.filter(line=connection.line).aggregate(Min("number"))["number__min"]
    return min(number, oldest or number)


def _withdraw_on(line: Line) -> None:
    announce(line.organization, line)
    withdraw(line.organization, rewriting=False)


@transaction.atomic
def _switch(connection: Connection, line: Line, *, since: int | None = None) -> None:
    """Move the connection and its runs to a line that holds all they read."""
    hold(connection.organization)
    _require_still(connection, line.rules_digest)
    left = connection.line
    if since is not None:
        connection.since = since
    Line.objects.filter(pk=line.pk).update(unread_since=None)
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

    Refused while a refresh is running, and where the sharing is changed meanwhile.
    """
    line = connection.line
    if line is None or connection.held_at is None:
        return
    # A line that parted or was changed in the pause has nothing new yet, and is behind even so.
    if line.head == connection.held_at and line.revision >= 0:
        return
    own = fork(
        line,
        oldest=_oldest_read(connection, connection.held_at),
        number=connection.held_at,
        rules=sharing.rules(connection),
    )
    try:
        publish_line(own, by=by)
        own.refresh_from_db()
        with transaction.atomic():
            _switch(connection, own)
            Connection.objects.filter(pk=connection.pk).update(held_at=own.head)
    except BaseException:
        drop(own)
        raise
    connection.held_at = own.head


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
    """Do again what a dead process left undone: overdue changes of line, unread lines, reunions.

    What is refused now, as another is still at it, waits for the next call; the others don't.
    """
    _find_astray()
    overdue = Connection.objects.filter(reline_due__lt=clock() - PATIENCE)
    for connection in overdue.exclude(status=Status.CLOSED).select_related("organization", "line"):
        with _or_next_time(f"Connection {connection.pk} has no line of its rules yet"):
            reline(connection, by)
    for organization in unfinished():
        with _or_next_time(f"A withdrawal of {organization.slug} is overdue"):
            withdraw(organization)
    for line in Line.objects.filter(unread_since__lt=clock() - KEPT):
        if not line.connections.exclude(status=Status.CLOSED).exists():
            drop(line)
    for organization in Organization.objects.filter(lines__unread_since__isnull=True).distinct():
        rejoin(organization)


@contextmanager
def _or_next_time(what: str) -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        logger.warning("%s: %s", what, refusal)


def _find_astray() -> None:
    """Call overdue whoever reads a line of other rules than its own."""
    settled = Connection.objects.filter(line__isnull=False, reline_due__isnull=True)
    for connection in settled.exclude(status=Status.CLOSED).select_related("line"):
        line = connection.line
        if line is not None and line.rules_digest != digest_of(sharing.rules(connection)):
            logger.error("Connection %s reads a line of other rules.", connection.pk)
            overdue = clock() - 2 * PATIENCE
            Connection.objects.filter(pk=connection.pk, line=line).update(reline_due=overdue)


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
            joined += _join(organization, line, elder)
    return joined


@transaction.atomic
def _join(organization: Organization, line: Line, elder: Line) -> bool:
    """Move all who read `line` to `elder`, unless one of the two is another one by now."""
    hold(organization)
    for seen in (line, elder):
        now = Line.objects.filter(
            pk=seen.pk, unread_since__isnull=True, pinned__isnull=True
        ).first()
        if now is None or (now.head, now.rules_digest) != (seen.head, seen.rules_digest):
            return False
    for connection in line.connections.exclude(status=Status.CLOSED):
        Connection.objects.filter(pk=connection.pk, line=line).update(line=elder)
    # A run in progress would stay behind, where a change of sharing doesn't look for it. Asked
    # after the connections are moved: from then on none begins there.
    if Reading.objects.filter(line=line, last__gt=clock() - STILL_READ).exists():
        transaction.set_rollback(True)
        return False
    leave(line)
    return True


def drop(line: Line) -> None:
    """Delete a line that nobody reads, its records in short batches first.

    While something is withdrawn it is only set aside, and deleted when its day has come.
    """
    with transaction.atomic():
        hold(line.organization)
        rows = Line.objects.filter(pk=line.pk)
        # From now on no withdrawal begins on it; one that has may still write there.
        rows.update(head=0, unread_since=Coalesce("unread_since", Value(clock())))
        if rows.filter(organization__withdrawing_until__gt=clock()).exists():
            return
    Connection.objects.filter(line=line, status=Status.CLOSED).update(line=None)
    records = Record.objects.filter(line=line)
    while batch := list(records.values_list("pk", flat=True)[:BATCH]):
        Record.objects.filter(pk__in=batch).delete()
    line.delete()
