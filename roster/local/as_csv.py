"""The cells of rows as they are stored, and the CSV of a few of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from roster.clock import clock, stamp
from roster.importing.columns import VERSIONS, Column, File
from roster.importing.values import MOMENT, SECRET, WHOLE
from roster.models import Import, Organization
from roster.refusal import Refused
from roster.writing.bundles import BASE, columns_of
from roster.writing.formatting import writer_of, written
from roster.writing.own_data import OrganizationRows

METADATA = "metadata."
MARK = "externallmsexclude"

Cells = dict[str, str]


def version_of(organization: Organization) -> str:
    """Return the version of the bundles that come in."""
    applied = organization.imports.filter(state=Import.State.APPLIED)
    return applied.values_list("oneroster", flat=True).order_by("-finished").first() or VERSIONS[-1]


def stored_cells(
    organization: Organization, version: str, file: File, ids: Collection[str]
) -> dict[str, Cells]:
    """Return the cells of the live rows with these ids as a bundle would have them, by id.

    What a strict bundle has no form for, a time or half a percent, is written all the same: these
    cells are read again, and nothing may be lost by that.
    """
    zone = ZoneInfo(organization.time_zone)
    writers = [(column.name, _writer(column, zone)) for column in columns_of(file, version)]
    found: dict[str, Cells] = {}
    if not ids:
        return found
    for line in OrganizationRows(organization, version, only=ids, marks=False).lines(file):
        cells = {name: write(line.values.get(name)) for name, write in writers}
        own = {f"{METADATA}{name}": written(value) for name, value in line.metadata.items()}
        found[line.sourced_id] = {**cells, **own}
    return found


def _writer(column: Column, zone: ZoneInfo) -> Callable[[Any], str]:
    if column.type is MOMENT:
        return lambda value: _moment(value, zone) if value else ""
    return written if column.type is WHOLE else writer_of(column, zone)


def _moment(value: datetime, zone: ZoneInfo) -> str:
    local = value.astimezone(zone)
    return local.date().isoformat() if local.time() == time() else stamp(value)


def check_columns(file: File, version: str, columns: Iterable[str]) -> None:
    """Refuse columns that an own row can't have, in words."""
    if file.fills or not file.of(version):
        raise Refused(f"{file.filename} of OneRoster {version} can't have rows of your own.")
    known = {column.name: column for column in columns_of(file, version)}
    for name in columns:
        if name.lower().startswith(METADATA) and name.lower().replace("_", "").endswith(MARK):
            raise Refused("An own row sets no exclude mark and clears none. Use exclude, include.")
        if name in known and known[name].type is SECRET:
            raise Refused("Passwords are kept nowhere.")
        if name not in known and not (name.startswith(METADATA) and len(name) > len(METADATA)):
            kept = (each.name for each in known.values() if each.type is not SECRET)
            raise Refused(
                f"{file.filename} has no column “{name}”. It has {', '.join(kept)}, and columns of"
                " your own are named metadata.…"
            )


def as_csv(rows: Mapping[str, Cells], going: Collection[str] = ()) -> bytes:
    """Return rows of one file as a delta, by id; those that are `going` as removed."""
    columns = list(dict.fromkeys(name for cells in rows.values() for name in cells))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*BASE, *columns])
    now = stamp(clock())
    for sourced_id, cells in rows.items():
        status = "tobedeleted" if sourced_id in going else "active"
        writer.writerow([sourced_id, status, now, *(cells.get(name, "") for name in columns)])
    return text.getvalue().encode()
