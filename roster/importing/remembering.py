"""Keeps which lines of its files the import that was applied last has read, for the next one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np

from roster.database import bulk
from roster.importing import engine, traces
from roster.importing.decoding import PIECE
from roster.importing.engine import prepared, quote
from roster.importing.known import NOTHING, Kept, KnownLines, KnownRows
from roster.importing.manifest import Bundle
from roster.importing.parsing import Unusual
from roster.importing.parts import Part
from roster.importing.staging import Stage
from roster.models import Import, Organization, ReadFile, Status


def may_be_kept(part: Part) -> bool:
    """Return whether each line of a file is a row of its model, and they are worth it."""
    plain = part.mode == "bulk" and part.over is None and not part.file.fills
    return plain and part.entry.size > PIECE


class Outdated(Exception):
    """Rows aren't as the lines left them that are known."""


class Staged(Protocol):
    """The stage of a file, and what is staged beside it."""

    stage: Stage

    def take_derived(self, organization: Organization, known: KnownRows, since: datetime) -> bool:
        """Take what was made beside their rows of lines that were skipped.

        Returns whether it is as they left it, unchanged `since`.
        """


class Memory:
    """What is kept of an organization's files; asked and renewed within one import."""

    def __init__(self, organization: Organization, last: Import | None, *, strict: bool) -> None:
        self.organization = organization
        self._traces = last.files if last else {}
        self.strict = strict
        self._outdated: set[str] = set()

    def recall(self, part: Part, bundle: Bundle, columns: Sequence[str]) -> KnownLines:
        """Return what is known of a file's lines, if it is read as it was the last time."""
        file = part.file.filename

        def load(reading: str) -> Kept:
            if file in self._outdated:
                return NOTHING
            kept = ReadFile.objects.filter(
                organization=self.organization, file=file, reading=reading
            ).first()
            if kept is None:
                return NOTHING
            numbers = np.frombuffer(bytes(kept.content), "<i8").astype(np.int64)
            lines, records = numbers.reshape(2, -1)
            return Kept(lines, records, kept.moment)

        return KnownLines(load, traces.release(), bundle.version, bundle.zone, self.strict, columns)

    def date_forms(self, part: Part) -> dict[str, str]:
        """Return the forms that the dates of a file had the last time."""
        forms: dict[str, str] = self._traces.get(part.file.filename, {}).get("dates", {})
        return forms

    def forget(self, part: Part) -> None:
        """Read all lines of a file in this import."""
        self._outdated.add(part.file.filename)

    def take(self, staged: Staged, known: KnownLines) -> None:
        """Take the stored rows of lines that were skipped, and what was made of them beside.

        Raises `Unusual` if one of the lines, or its id, stands there twice, and `Outdated` if
        a row isn't as its line left it.
        """
        stage, rows = staged.stage, known.stored()
        if (rows.records[1:] == rows.records[:-1]).any():
            raise Unusual
        live = quote(stage.model._meta.db_table)
        stage.flush()
        engine.analyze([stage.table])
        read = bulk.numbers(
            f"SELECT l.id FROM {quote(stage.table)} AS s CROSS JOIN {live} AS l"  # noqa: S608
            " WHERE l.organization_id = %s AND l.sourced_id = s.sourced_id",
            [self.organization.pk],
            1,
        )
        if rows.row_of(read[0]).any():
            raise Unusual
        there, untouched = bulk.numbers(
            "SELECT l.id, CASE WHEN l.last_modified <= %s THEN 1 ELSE 0 END"  # noqa: S608
            f" FROM {live} AS l WHERE l.organization_id = %s AND l.status = %s AND l.digest <> ''",
            [
                prepared(stage.model, known.kept.moment),
                self.organization.pk,
                Status.ACTIVE.value,
            ],
            2,
        )
        skipped = rows.row_of(there) > 0
        if np.count_nonzero(skipped & (untouched > 0)) != known.skipped:
            raise Outdated
        stage.take(self.organization, rows, there[~skipped & ~np.isin(there, read[0])])
        if not staged.take_derived(self.organization, rows, known.kept.moment):
            raise Outdated

    def renew(
        self, files: Iterable[str], read: Iterable[tuple[Stage, KnownLines]], now: datetime
    ) -> None:
        """Keep the lines of what was read and is stored now, and nothing of the other files."""
        ReadFile.objects.filter(organization=self.organization, file__in=[*files]).delete()
        for stage, known in read:
            records, _, lines = stage.keys(self.organization)
            records, lines = records[lines != 0], lines[lines != 0]
            kept = ReadFile.objects.create(
                organization=self.organization,
                file=stage.file.filename,
                reading=known.reading,
                moment=now,
                content=b"",
            )
            content = (known.lines, lines, known.records, records)
            pieces = [each.astype("<i8", copy=False).view(np.uint8).data for each in content]
            bulk.set_bytes(kept, "content", pieces)
