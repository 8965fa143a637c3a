"""Reads the rows of a kind from the database: all of them, or those that changed since a map."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from roster.database import bulk
from roster.map.arrays import Words
from roster.map.encoding import Reader, contents_of
from roster.map.models import SOURCES, Source
from roster.map.packed import Packing
from roster.map.tables import State, Table, in_order, spliced
from roster.models import Row, Status

AT_ONCE = 20_000
"""Rows that are read at once."""

Where = dict[str, Any]
"""Conditions in SQL that all hold, with the value of each."""

LIVE: Where = {"status = %s": Status.ACTIVE.value}

Part = tuple[list[bytes], NDArray[np.int64], list[list[bytes]]]
"""Some rows: their ids, their whole numbers, their texts."""


class Earlier(NamedTuple):
    """The table of an earlier map, and when that was built."""

    table: Table
    built: datetime


def table_of(
    organization: int, kind: str, words: Mapping[str, Words], earlier: Earlier | None, state: State
) -> Table:
    """Return the table of a kind as the database has it now, in which `state` is its state.

    From an `earlier` one is taken what hasn't changed since. An import gives its rows a
    later time than any before, so those are the changed ones; where their number doesn't add up
    (a row was deleted, a clock went back) all rows are read.
    """
    base = earlier.table if earlier else None
    source = SOURCES[kind]
    where: Where = {"organization_id = %s": organization}
    if source.level:
        where["kind = %s"] = source.level
    if base is not None and not {each.name for each in source.columns} <= base.values.keys():
        base = None
    if base is not None and base.state == state:
        return base
    if earlier is not None and base is not None and base.size:
        table = _changed(earlier, source, where, words, state)
        if table is not None and table.size == _expected(source, state):
            return table
    return _read(source, where, words, state)


def _changed(
    earlier: Earlier, source: Source, where: Where, words: Mapping[str, Words], state: State
) -> Table | None:
    """Return the table with what changed since an earlier one; None where that can't be told."""
    base, built = earlier
    last = base.state[-1]
    if last is None or str(state[-1]) < str(last):
        return None
    if source.level:
        # Levels are never changed: one goes, and another comes with a higher key.
        keep = np.isin(base.values["record"], _keys(source, where))
        changed = where | {"id > %s": int(base.values["record"].max())}
    else:
        # Where the map was built in the very moment of the last change, another may have followed.
        later = built > datetime.fromisoformat(last)
        changed = where | {f"last_modified {'>' if later else '>='} %s": _moment(last)}
        keep = ~np.isin(base.values["record"], _keys(source, changed))
    return spliced(base, keep, _read(source, changed, words, state), state)


def _read(source: Source, where: Where, words: Mapping[str, Words], state: State) -> Table:
    reader = Reader(source.columns, words)
    records, own = Packing(np.int64), Packing(np.uint64)
    # A statement about nothing takes its time too.
    parts = bulk.ahead(_parts(source, where, reader)) if _expected(source, state) else ()
    for ids, numbers, cells in parts:
        if not in_order(ids):
            raise ValueError("Ids didn't come in bytewise order.")
        records.add(numbers[0])
        if not source.level:
            own.add(contents_of(cells.pop(), numbers[-1]))
        reader.add(ids, [*numbers[1 : len(reader.numbers) + 1]], cells)
    return Table(state, reader.values() | {"record": records.packed(), "own": own.packed()})


def _parts(source: Source, where: Where, reader: Reader) -> Iterator[Part]:
    """Yield rows in the order of their ids: first the key, last what tells their content."""
    numbers = ["id", *(each.sql(source.model) for each in reader.numbers)]
    texts = ["sourced_id", *(each.sql(source.model) for each in reader.texts)]
    if not source.level:
        numbers.append(bulk.milliseconds("last_modified"))
        texts.append("digest")
    if not (source.level or source.ever):
        where = where | LIVE
    last = ""
    while True:
        some = where | {"sourced_id > %s": last}
        sql = (
            f"SELECT {', '.join(numbers + texts)} FROM {_table(source)}"  # noqa: S608
            f" WHERE {' AND '.join(some)} ORDER BY sourced_id LIMIT {AT_ONCE}"
        )
        found, (ids, *cells) = bulk.columns_of(sql, [*some.values()], len(numbers), len(texts))
        if ids:
            yield ids, found, cells
        if len(ids) < AT_ONCE:
            return
        last = ids[-1].decode()


def _keys(source: Source, where: Where) -> NDArray[np.int64]:
    sql = f"SELECT id FROM {_table(source)} WHERE {' AND '.join(where)}"  # noqa: S608
    return bulk.numbers(sql, [*where.values()], 1)[0]


def states_of(organization: int) -> dict[str, State]:
    """Return what tells changed rows from unchanged ones, for each kind the latest change last."""
    states: dict[str, State] = {}
    for kind, count, live, total, last in _about_each(organization, _row_state, levels=False):
        states[kind] = [count, live, int(total or 0), _iso(last)]
    for kind, count, total, last in _about_each(organization, _level_state, levels=True):
        states[kind] = [count, int(total or 0), last]
    return {kind: states[kind] for kind in SOURCES}


def last_change(organization: int) -> datetime | None:
    """Return when the last of all rows was changed, by the clock of then."""
    moments = [_iso(last) for *_, last in _about_each(organization, _row_change, levels=False)]
    return max((datetime.fromisoformat(each) for each in moments if each), default=None)


def _about_each(
    organization: int, query: Callable[[str, Source], str], *, levels: bool
) -> list[tuple[Any, ...]]:
    """Return a row about each kind: all of them at once, since a query costs more than a count."""
    asked = {kind: source for kind, source in SOURCES.items() if bool(source.level) == levels}
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(query(kind, source) for kind, source in asked.items()),
            [organization] * len(asked),
        )
        return list(cursor.fetchall())


def _row_state(kind: str, source: Source) -> str:
    live = f"FILTER (WHERE status = '{Status.ACTIVE.value}')"
    return (
        f"SELECT '{kind}', count(*), count(*) {live}, sum(id) {live}, max(last_modified)"  # noqa: S608
        f" FROM {_table(source)} WHERE organization_id = %s"
    )


def _row_change(kind: str, source: Source) -> str:
    return f"SELECT max(last_modified) FROM {_table(source)} WHERE organization_id = %s"  # noqa: S608


def _level_state(kind: str, source: Source) -> str:
    return (
        f"SELECT '{kind}', count(*), sum(id), max(id) FROM {_table(source)}"  # noqa: S608
        f" WHERE organization_id = %s AND kind = '{source.level}'"
    )


def _iso(moment: datetime | str | None) -> str | None:
    """Return a moment as the database gave it, as text with its zone."""
    if moment is None:
        return None
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return moment.isoformat()


def _expected(source: Source, state: State) -> int:
    return int(state[0] if source.level or source.ever else state[1])


def _table(source: Source) -> str:
    return str(connection.ops.quote_name(source.model._meta.db_table))


def _moment(text: str) -> Any:
    """Return a moment as the database takes it in a condition."""
    field = Row._meta.get_field("last_modified")
    return field.get_db_prep_value(datetime.fromisoformat(text), connection)
