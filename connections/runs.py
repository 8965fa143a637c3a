"""The run of a request, as the API asks for it (`roster.api.reader.Run`).

The authentication's one query brings the runs that go on, `belonging.py` chooses among them, and
a page costs no writing. A run keeps its publication while it goes on, by a date on the publication
that the request log's next batch moves; two requests that would begin one at once are settled by a
unique key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db import connection as database

from connections.belonging import IDLE, LONGEST, Pin, run_of
from connections.models import Connection, Run
from connections.progress import Progress, later, mark, note, note_token
from connections.sync_history import oldest_read, reading_since
from roster import publishing
from roster.api.reader import Reader
from roster.api.reader import Run as ReaderRun
from roster.clock import clock

MOST_LISTS = 1000
"""So many lists are remembered of a run; beyond, asking one again begins none."""

MOST_TOKENS = 50

MOST_RUNS = 24
"""So many runs that go on are looked at, those that were heard of last."""

TRIES = 3

KEPT = IDLE + timedelta(minutes=2)
"""So long a run's publication stays after a request, which is noted later."""


@dataclass(frozen=True, slots=True)
class ConnectionRun(ReaderRun):
    """The run of a connection's reader; `pin` is None until it has entered one.

    `token` is the mark of the token; `last_number` the organization's, `newest` the id of the
    connection's newest run (0: none) and `pins` its runs that go on, all as the request found
    them.
    """

    connection: int
    token: str
    last_number: int
    newest: int
    pins: tuple[Pin, ...]
    pin: Pin | None = None

    @property
    def id(self) -> int | None:
        return self.pin.id if self.pin else None

    def enter(self, reader: Reader, key: str | None, offset: int) -> Reader:
        """Return the reader at its run's publication, or at the head with a run that begins."""
        name = None if key is None else mark(key)
        run = self
        for _ in range(TRIES):
            if not reader.publication:
                break
            pin = run_of(run.pins, run.token, name, offset, clock())
            if pin is not None:
                return run.within(pin, reader)
            pin = begin(reader, run)
            if pin is not None:
                return replace(run, pins=(*run.pins, pin)).within(pin, reader)
            # Another request was quicker, or the publication has gone meanwhile.
            reader, run = again(reader, run)
        return replace(reader, run=run)

    def within(self, pin: Pin, reader: Reader) -> Reader:
        """Return the reader as part of a run, which remembers its token."""
        if self.token not in pin.tokens and len(pin.tokens) < MOST_TOKENS:
            note_token(pin.id, self.token)
        return replace(
            reader,
            publication=pin.publication,
            number=pin.number,
            revision=pin.revision,
            cut=pin.cut,
            run=replace(self, pin=pin),
        )

    def begun(self, key: str, offset: int) -> int | None:
        """Return the organization's last number when the first page of that list was asked."""
        given = self.pin.lists.get(mark(key)) if self.pin and offset else None
        return given["begun"] if given else None

    def gave(self, key: str, offset: int, count: int, total: int, *, nested: bool = False) -> None:
        """Remember how far a list was given: at once where other requests depend on it.

        Of a nested list, that it was begun where it has more than one page.
        """
        pin, name = self.pin, mark(key)
        if pin is None or (nested and (offset or count >= total)):
            return
        before = pin.lists.get(name)
        given = Progress(
            begun=self.last_number,
            upto=offset + count,
            beyond=offset > 0,
            # A nested list counts as given whole, since no run waits for its end.
            whole=nested or offset + count >= total,
        )
        if before is None:
            if len(pin.lists) < MOST_LISTS:
                note(pin.id, name, given)
        elif self._decides(before, given, name):
            note(pin.id, name, given)
        elif given["upto"] > before["upto"]:
            later.put(pin.id, name, given)

    def _decides(self, before: Progress, given: Progress, name: str) -> bool:
        """Return whether the next request's run may depend on this page."""
        return (
            (given["beyond"] and not before["beyond"])
            or (given["whole"] and not before["whole"])
            or (not given["beyond"] and given["begun"] != before["begun"])
            or sum(name in pin.lists for pin in self.pins) > 1
        )

    def oldest_read(self, moment: datetime) -> int | None:
        """Return the oldest number read by the connection's readings whose span holds `moment`."""
        return oldest_read(self.connection, moment)

    def reading_since(self, moment: datetime) -> datetime | None:
        """Return when the first of the connection's readings began whose span holds `moment`."""
        return reading_since(self.connection, moment)


def begin(reader: Reader, run: ConnectionRun) -> Pin | None:
    """Begin a run where the reader stands; None if another one has begun meanwhile.

    Two statements, each whole by itself: no lock is held from one to the other.
    """
    now = clock()
    if not publishing.keep(reader.publication, now + KEPT):
        return None
    sql = (
        f"INSERT INTO {Run._meta.db_table}"  # noqa: S608 - the name of our own table
        " (connection_id, publication_id, number, after, began, last, tokens, lists)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (connection_id, after) DO NOTHING RETURNING id"
    )
    moment = database.ops.adapt_datetimefield_value(now)
    values = [reader.connection, reader.publication, reader.number, run.newest]
    try:
        with database.cursor() as cursor:
            cursor.execute(sql, [*values, moment, moment, f'["{run.token}"]', "{}"])
            row = cursor.fetchone()
    except IntegrityError:
        # The connection was closed, and its publications with it.
        return None
    if row is None:
        return None
    return Pin(
        id=row[0],
        publication=reader.publication,
        number=reader.number,
        revision=reader.revision,
        cut=reader.cut,
        began=now,
        last=now,
        tokens=[run.token],
        lists={},
    )


def heard_of(run: int, at: datetime) -> None:
    """Note a run's last request, and keep what it reads."""
    row = Run.objects.filter(pk=run).values_list("publication", flat=True).first()
    if row is not None:
        publishing.keep(row, at + KEPT)
    Run.objects.filter(pk=run, last__lt=at).update(last=at)


def again(reader: Reader, run: ConnectionRun) -> tuple[Reader, ConnectionRun]:
    """Return the reader at its connection's head, and the runs, as they are now."""
    connection = (
        Connection.objects.select_related("organization", "feed__publication")
        .filter(pk=reader.connection)
        .first()
    )
    head = connection.feed.head if connection and connection.feed else None
    if connection is None or head is None:
        return replace(reader, publication=0, number=0), run
    reader = replace(
        reader,
        feed=connection.feed_id,
        publication=head.pk,
        number=head.number,
        revision=head.revision,
        cut=head.cut,
        last_number=connection.organization.last_number,
    )
    newest = Run.objects.filter(connection=connection).order_by("-began", "-pk")
    return reader, replace(
        run,
        last_number=reader.last_number,
        newest=newest.values_list("pk", flat=True).first() or 0,
        pins=tuple(going_on(connection.pk)),
    )


def going_on(connection: int) -> list[Pin]:
    """Return the runs of a connection that go on now, those that were heard of last."""
    now = clock()
    rows = Run.objects.filter(
        connection=connection,
        publication__listed=True,
        began__gt=now - LONGEST,
        last__gt=now - IDLE,
    )
    columns = rows.values_list(
        "pk",
        "publication",
        "publication__number",
        "publication__revision",
        "publication__cut",
        "began",
        "last",
        "tokens",
        "lists",
    )
    return [Pin._make(row) for row in columns.order_by("-last")[:MOST_RUNS]]
