"""Making, changing and ending the district's own rows; each act is applied at once.

A row says who, why and until when. It goes in as a delta of that row through the import's
pipeline, and is laid over every bundle that comes later (`roster/importing/own_rows.py`). When
it ends, what the system sends is back. Marks aren't touched: whom people exclude stays excluded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from roster import audit
from roster.clock import clock
from roster.importing.columns import File
from roster.importing.files import FILES
from roster.importing.locking import alone
from roster.importing.patching import patch
from roster.local.as_csv import Cells, as_csv, check_columns, stored_cells, version_of
from roster.models import Finding, Organization, OwnRow
from roster.refusal import Refused

ADD, CHANGE, EITHER = "add", "change", "either"
EXPIRED = "expired"


def set_rows(
    organization: Organization,
    file: str,
    rows: Mapping[str, Cells],
    *,
    how: str = EITHER,
    reason: str,
    until: date,
    by: audit.Actor,
) -> list[OwnRow]:
    """Make own rows of a file, cells by id and column; all of them or none.

    `how` says whether they must be new to the roster (`add`) or there (`change`). Raises
    `Refused` in words: what can't be read, what is there already or isn't, a day that is over.
    """
    known = _file(file)
    if organization.is_sandbox:
        raise Refused(
            "%(name)s is a sandbox: all of its people are made up.", name=organization.name
        )
    if not reason.strip():
        raise Refused("Say why: an own row needs a reason.")
    if until < organization.today():
        raise Refused("An own row holds until a day that isn't over.")
    version = version_of(organization)
    check_columns(known, version, {name for cells in rows.values() for name in cells})
    with alone(organization, _wait):
        stored = stored_cells(organization, version, known, rows)
        _refuse_unfit(how, known, rows, stored)
        owned = {own.sourced_id: own for own in _open(organization, file, rows)}
        made = [
            _made(organization, owned.get(sourced_id), file, sourced_id, cells, stored)
            for sourced_id, cells in rows.items()
        ]
        for own in made:
            own.reason, own.until = reason.strip(), until
            own.by_name, own.made = audit.name_of(by)[:200], clock()

        def accept(found: list[Finding]) -> None:
            _refuse_faults(found, rows, stored)
            taken = stored_cells(organization, version, known, rows)
            for own in made:
                # As they were understood, to be known again when the row ends.
                own.cells = {n: taken[own.sourced_id].get(n, "") for n in own.cells}
                own.save()
                _note(own, "own_row.set", by, own.reason)

        laid = {name: {**stored.get(name, {}), **cells} for name, cells in rows.items()}
        patch(organization, version, {file: as_csv(laid)}, accept)
    return made


def end_row(organization: Organization, file: str, sourced_id: str, *, by: audit.Actor) -> OwnRow:
    """End an own row: what the system sends comes back, and a row that it doesn't send goes."""
    found = _open(organization, _file(file).name, [sourced_id])
    if not found:
        raise Refused(
            "There is no row of your own “%(sourced_id)s” in %(file)s.csv.",
            sourced_id=sourced_id,
            file=file,
        )
    _end(organization, found, by)
    return found[0]


def end_expired(organization: Organization) -> int:
    """End the own rows whose last day is over; return how many."""
    over = list(organization.own_rows.filter(ended=None, until__lt=organization.today()))
    if over:
        _end(organization, over, EXPIRED)
    return len(over)


def _end(organization: Organization, ending: list[OwnRow], by: audit.Actor) -> None:
    version = version_of(organization)
    with alone(organization, _wait):
        files = {
            name: _ending(organization, version, name, [own for own in ending if own.file == name])
            for name in sorted({own.file for own in ending})
        }

        def accept(found: list[Finding]) -> None:
            for own in ending:
                own.ended, own.ended_by = clock(), audit.name_of(by)[:200]
                own.save(update_fields=["ended", "ended_by"])
                _note(own, "own_row.ended", by, own.reason)

        patch(organization, version, {name: text for name, text in files.items() if text}, accept)


def _ending(organization: Organization, version: str, file: str, ending: list[OwnRow]) -> bytes:
    """Return what ends own rows of a file as a delta; nothing where none of them is there."""
    stored = stored_cells(organization, version, FILES[file], [own.sourced_id for own in ending])
    going = {own.sourced_id for own in ending if own.sent is None}
    rows = {
        own.sourced_id: _restored(own, stored[own.sourced_id])
        for own in ending
        if own.sourced_id in stored
    }
    return as_csv(rows, going) if rows else b""


def _restored(own: OwnRow, stored: Cells) -> Cells:
    """Return a row as the system sends it; what it has changed meanwhile stays as it is."""
    sent = own.sent or {}
    said = {
        name: sent.get(name, "") if stored.get(name, "") == cell else stored.get(name, "")
        for name, cell in own.cells.items()
        if name in sent
    }
    return {**stored, **said}


def _made(
    organization: Organization,
    own: OwnRow | None,
    file: str,
    sourced_id: str,
    cells: Cells,
    stored: Mapping[str, Cells],
) -> OwnRow:
    """Return the own row with these cells, over those that it has already."""
    there = stored.get(sourced_id)
    if own is None:
        own = OwnRow(organization=organization, file=file, sourced_id=sourced_id)
        own.sent = None if there is None else {}
    if own.sent is not None:
        own.sent = {name: (there or {}).get(name, "") for name in cells} | own.sent
    own.cells = {**own.cells, **cells}
    return own


def _refuse_unfit(
    how: str, file: File, rows: Mapping[str, Cells], stored: Mapping[str, Cells]
) -> None:
    for sourced_id in rows:
        if how == ADD and sourced_id in stored:
            raise Refused(
                "%(filename)s has “%(sourced_id)s” already. Use change_row.",
                filename=file.filename,
                sourced_id=sourced_id,
            )
        if how == CHANGE and sourced_id not in stored:
            raise Refused(
                "%(filename)s has no “%(sourced_id)s”. Use add_row.",
                filename=file.filename,
                sourced_id=sourced_id,
            )


def _refuse_faults(
    found: list[Finding], rows: Mapping[str, Cells], stored: Mapping[str, Cells]
) -> None:
    """Refuse rows that can't be taken, values of these cells that can't be, and half of a row."""
    said = {name for cells in rows.values() for name in cells}
    for finding in found:
        lacks = finding.code == "missing" and finding.sourced_id not in stored
        wrong = finding.severity == Finding.Severity.WARNING and finding.column in said
        if finding.severity == Finding.Severity.ERROR or wrong or lacks:
            value = f" (“{finding.value}”)" if finding.value else ""
            raise Refused(
                "%(file)s, %(row)s%(value)s: %(message)s Nothing was changed.",
                file=finding.sourced_id or finding.file,
                row=finding.column or "the row",
                value=value,
                message=f"{finding.message.partition('. ')[0].removesuffix('.')}.",
            )


def _open(organization: Organization, file: str, ids: Collection[str]) -> list[OwnRow]:
    return list(organization.own_rows.filter(file=file, sourced_id__in=ids, ended=None))


def _file(name: str) -> File:
    name = name.removesuffix(".csv")
    if name not in FILES:
        raise Refused(
            "OneRoster has no file “%(name)s”. Its files are %(files)s.",
            name=name,
            files=", ".join(FILES),
        )
    return FILES[name]


def _note(own: OwnRow, action: str, by: audit.Actor, reason: str) -> None:
    audit.record(
        by,
        action,
        own.organization,
        kind=own.file,
        object_id=own.sourced_id,
        new={"columns": sorted(own.cells), "until": own.until.isoformat()},
        reason=reason,
    )


def _wait() -> None:
    """Wait for the import that is running."""
