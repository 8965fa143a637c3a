"""One attempt to import a bundle: read, staged, compared, checked, and applied, held or refused.

Reading and staging hold no lock but that of the organization's imports, unless it is a first load,
whose rows are stored as they are read. The change itself is one transaction, in which the findings,
the levels of the hierarchy and the audit entry are written too. A refusal rolls it back, and only
the import's own row with its reason and findings remains. So does a hold: what an import would do
is known by doing it and taking it back, and its bundle is kept, encrypted, until a person has
approved or discarded it. There is no second way of computing a difference that could disagree with
the first.
"""

from __future__ import annotations

import contextlib
import ctypes
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from django.db import DatabaseError, connection, transaction

from roster import arrivals, audit
from roster.clock import clock
from roster.database.disk import DISK_FULL, is_disk_full
from roster.importing import traces
from roster.importing.applying import Applied, Before, apply, repeat
from roster.importing.engine import quote
from roster.importing.files import FILES
from roster.importing.findings import Findings, clean
from roster.importing.first import First
from roster.importing.gathering import Gathering, Progress
from roster.importing.locking import return_to_hold
from roster.importing.manifest import Answer, Bundle, Circumstances, describe
from roster.importing.own_rows import OwnRows
from roster.importing.package import open_package
from roster.importing.remembering import Memory
from roster.importing.staging import dropped
from roster.importing.totals import without_records
from roster.map import forget as forget_maps
from roster.models import Arrival, Import, Organization
from roster.refusal import Refused

M_MMAP_THRESHOLD, LARGE = -3, 1 << 17
SOON_READ = 4 << 20
"""Bytes of a bundle for whose reading SQLite's one write lock may be held."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One import, from its row to what became of it; the organization's lock is held."""

    of_import: Import
    path: Path
    by: audit.Actor
    progress: Progress
    dry_run: bool
    approved: bool
    arrival: Arrival | None

    def run(self) -> Import:
        of_import, findings = self.of_import, Findings(strict=self.of_import.strict)
        _give_memory_back()
        try:
            self._import(findings)
        except Refused as refusal:
            self._refuse(findings, str(refusal))
            raise
        except Exception as error:
            self._fail(findings, error)
            raise
        self.progress(100, "Done")
        of_import.organization.refresh_from_db(fields=["school_year", "revision"])
        return of_import

    def _import(self, findings: Findings) -> None:
        of_import = self.of_import
        with open_package(self.path, findings) as package, dropped([]) as stages:
            of_import.checksum = package.checksum
            given = Circumstances(
                _is_empty(of_import.organization),
                cast(Answer, of_import.answer),
                of_import.organization.time_zone,
            )
            bundle = describe(package, findings, given)
            _refuse_confusion(bundle, of_import.organization)
            _refuse_first_deltas(bundle, given, findings)
            of_import.oneroster = bundle.version
            of_import.files = traces.traces_of(bundle)
            last = traces.last_applied(of_import.organization)
            judged = last is not None and (last.strict or not of_import.strict)
            if last is not None and judged and self._repeat(last, findings):
                return
            self._refuse_while_one_is_held()
            own = OwnRows(of_import.organization)
            laid = own.laid_over(bundle)
            memory = Memory(of_import.organization, last, strict=of_import.strict)
            with contextlib.ExitStack() as change:
                before = first = None
                if given.empty and last is None and not self.dry_run and _is_soon_read(bundle):
                    change.enter_context(transaction.atomic())
                    before = Before.of(of_import.organization)
                    first = First(before.organization, before.moment)
                gathering = Gathering(
                    laid, of_import.files, findings, stages, self.progress, memory, first
                )
                gathering.read()
                own.tell(findings)
                findings.judge()
                if last is not None and not of_import.force:
                    traces.refuse_going_back(of_import.files, last.files)
                if before is None:
                    change.enter_context(transaction.atomic())
                    before = Before.of(of_import.organization)
                applied = apply(
                    before,
                    gathering,
                    last,
                    with_difference=self.dry_run,
                    by_approval=audit.name_of(self.by) if self.approved else "",
                )
                if self._is_kept(applied):
                    of_import.files = traces.united(last.files if last else {}, of_import.files)
                    own.keep()
                    self._close_applied(applied, findings)
                else:
                    transaction.set_rollback(True)
        if not self._is_kept(applied):
            forget_maps()  # Of rows that there are no more; their keys come again.
            self._take_back(applied, findings)

    def _is_kept(self, applied: Applied) -> bool:
        return not self.dry_run and (self.approved or not applied.holds)

    def _repeat(self, last: Import, findings: Findings) -> bool:
        """Close the import if its bundle is the one applied last, and say whether it was."""
        with transaction.atomic():
            applied = repeat(self.of_import, last)
            if applied is None:
                return False
            findings.take(last.findings.all())
            if self.dry_run:
                self._take_back(applied, findings)
            else:
                self._close_applied(applied, findings)
            return True

    def _refuse_while_one_is_held(self) -> None:
        """Refuse a delta while an import is held: it says what has changed since that one."""
        held = held_import(self.of_import.organization)
        modes = {trace["mode"] for trace in self.of_import.files.values()}
        if held and "delta" in modes and held.pk != self.of_import.pk:
            raise Refused(
                f"Import {held.pk} is held, and this bundle holds only what has changed since."
                " Approve or discard that one first."
            )

    def _close_applied(self, applied: Applied, findings: Findings) -> None:
        """Write down what was done, in the transaction that did it."""
        of_import = self.of_import
        self._supersede()
        of_import.state = Import.State.APPLIED
        of_import.counts, of_import.revision = applied.counts, applied.revision
        of_import.holds, of_import.difference = applied.holds, {}
        of_import.numbers = applied.numbers
        of_import.release = traces.release()
        if applied.holds and self.approved:
            of_import.approved_by = audit.name_of(self.by)[:200]
        _close(of_import, findings)
        audit.record(
            self.by,
            "roster.imported",
            of_import.organization,
            kind="import",
            object_id=str(of_import.pk),
            new=applied.counts,
            reason=" ".join([of_import.force, *(each["reason"] for each in applied.holds)]).strip(),
        )

    def _take_back(self, applied: Applied, findings: Findings) -> None:
        """Say what an import would have done: a dry run's, or one that is held from now on."""
        of_import = self.of_import
        of_import.counts, of_import.holds = applied.counts, applied.holds
        of_import.difference, of_import.numbers = applied.difference, applied.numbers
        if self.dry_run:
            of_import.tried = findings.rows(of_import)
            return
        arrival = self.arrival or arrivals.receive(
            of_import.organization, self.path, name=of_import.name, by=self.by
        )
        with transaction.atomic():
            self._supersede()
            arrivals.keep(arrival, self.path)
            Arrival.objects.filter(pk=arrival.pk).update(of_import=of_import)
            of_import.state = Import.State.HELD
            _close(of_import, findings)
            audit.record(
                self.by,
                "import.held",
                of_import.organization,
                kind="import",
                object_id=str(of_import.pk),
                new=[each["reason"] for each in applied.holds],
            )

    def _supersede(self) -> None:
        held = held_import(self.of_import.organization)
        if held is not None and held.pk != self.of_import.pk:
            drop(held, f"Superseded by import {self.of_import.pk}.")

    def _fail(self, findings: Findings, error: Exception) -> None:
        """Close the import that an error has ended; raise `Refused` for want of space.

        One that was held is held again.
        """
        full = is_disk_full(error)
        reason = DISK_FULL if full else f"The import failed: {type(error).__name__}."
        reason += " Nothing was changed."
        if not transaction.get_connection().needs_rollback:
            with contextlib.suppress(*(DatabaseError,) * full):  # This too needs a little space.
                if return_to_hold(self.of_import.organization):
                    forget_maps()
                    self.of_import.refresh_from_db()
                    reason += " It is held as before."
                else:
                    self._refuse(findings, reason)
        if full:
            raise Refused(reason) from error

    def _refuse(self, findings: Findings, reason: str) -> None:
        of_import = self.of_import
        forget_maps()
        if self.dry_run:
            return
        of_import.state, of_import.counts = Import.State.REFUSED, {}
        of_import.holds, of_import.difference = [], {}
        of_import.reason = clean(reason)
        with transaction.atomic():
            _close(of_import, findings)


def _give_memory_back() -> None:
    """Let arrays leave this process's memory when they are freed.

    By itself the C library keeps them, and Python's objects, which can't lie there, take as much.
    """
    with contextlib.suppress(AttributeError):  # Only glibc has it.
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE)


def held_import(organization: Organization) -> Import | None:
    return organization.imports.filter(state=Import.State.HELD).first()


def _is_empty(organization: Organization) -> bool:
    tables = [quote(file.model._meta.db_table) for file in FILES.values()]
    every = [f"SELECT 1 FROM {table} WHERE organization_id = {organization.pk}" for table in tables]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({' UNION ALL '.join(every)})")
        return not cursor.fetchone()[0]


def _is_soon_read(bundle: Bundle) -> bool:
    return connection.vendor == "postgresql" or bundle.size < SOON_READ


def _refuse_confusion(bundle: Bundle, organization: Organization) -> None:
    """Keep made-up people out of a real organization, and real ones out of a sandbox."""
    if organization.is_sandbox and not bundle.made_up:
        raise Refused(
            f"{organization.name} is a sandbox: its people are made up, and it imports nothing"
            " else. Import this bundle into the organization that owns it."
        )
    if bundle.made_up and not organization.is_sandbox:
        raise Refused(
            "This bundle comes from a sandbox: its people are made up. They don't belong into"
            f" {organization.name}."
        )


def _refuse_first_deltas(bundle: Bundle, given: Circumstances, findings: Findings) -> None:
    for part in bundle.parts:
        if given.empty and part.mode == "delta":
            raise findings.refuse("delta-first", part.file.filename)


def _close(of_import: Import, findings: Findings) -> None:
    of_import.finished = clock()
    of_import.findings.all().delete()  # Of an approved import, those that it had when it was held.
    findings.save(of_import)
    of_import.save()


def drop(held: Import, reason: str) -> None:
    """End a held import: its bundle and the records of its difference are forgotten."""
    for arrival in held.arrivals.all():
        arrivals.forget(arrival)
    held.state, held.reason = Import.State.DISCARDED, reason
    held.difference = without_records(held.difference)
    held.save(update_fields=["state", "reason", "difference"])
