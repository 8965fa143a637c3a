"""Imports one bundle, all of it or nothing: read, staged, compared, checked, applied.

Reading and staging hold no lock. The change itself is one transaction, in which the findings,
the levels of the hierarchy and the audit entry are written too; a refusal rolls it back, and
only the import's own row with its reason and findings remains.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from roster import audit, carrying, hierarchy
from roster.clock import clock
from roster.importing import engine, references
from roster.importing.columns import FILES
from roster.importing.findings import Findings, clean
from roster.importing.former import marks_kept
from roster.importing.links import Links
from roster.importing.manifest import Bundle, Circumstances, describe
from roster.importing.package import open_package
from roster.importing.people import People
from roster.importing.reading import Reader
from roster.importing.staging import Stage, dropped
from roster.importing.store import Counts, Store
from roster.importing.years import active_school_year
from roster.kinds import KINDS
from roster.models import Import, Organization
from roster.refusal import Refused

Progress = Callable[[int, str], None]
READ, STORED, CHECKED = 55, 80, 88  # Percent done when each stage ends.

MARKED_IN = {kind.name: f"{kind.collection}.csv" for kind in KINDS.values() if kind.collection}
"""The file that a marked row is from; levels that OneRoster lacks come from classes."""


class Plain:
    """The stage of a file whose rows go into one table as they are."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.add = lambda record: stage.add(record, record.values)
        self.finish = stage.finish

    def merge(self, store: Store) -> Counts:
        return store.merge(self.stage)


Staged = Plain | People | Links


def import_bundle(
    organization: Organization,
    path: str | Path,
    *,
    by: audit.Actor,
    name: str | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Import:
    """Import the OneRoster 1.1 or 1.2 bulk bundle at `path`, a zip or a folder.

    Returns the import, applied, with its counts and findings. Raises `Refused` with the reason
    if nothing could be applied; the refused import is kept then too. `name` is what the bundle
    is called, where that isn't its path's last part. `strict` refuses what breaks the CSV binding.
    """
    path = Path(path)
    of_import = Import.objects.create(
        organization=organization,
        name=clean(name or path.resolve().name)[:255],
        by_name=audit.name_of(by)[:200],
    )
    findings = Findings(strict=strict)
    try:
        with open_package(path, findings) as package, dropped([]) as stages:
            of_import.checksum = package.checksum
            bundle = describe(package, findings, Circumstances(empty=_is_empty(organization)))
            _refuse_deltas(bundle, findings)
            of_import.oneroster = bundle.version
            reading = _Reading(bundle, findings, stages, progress or _quiet)
            reading.read()
            findings.judge()
            with transaction.atomic():
                _apply(of_import, reading, by)
    except Refused as refusal:
        _close_refused(of_import, findings, str(refusal))
        raise
    except Exception as error:
        reason = f"The import failed: {type(error).__name__}. Nothing was changed."
        if not transaction.get_connection().needs_rollback:
            _close_refused(of_import, findings, reason)
        raise
    reading.progress(100, "Done")
    organization.refresh_from_db(fields=["school_year", "revision"])
    return of_import


def _is_empty(organization: Organization) -> bool:
    return not any(
        file.model.objects.filter(organization=organization).exists() for file in FILES.values()
    )


def _refuse_deltas(bundle: Bundle, findings: Findings) -> None:
    for part in bundle.parts:
        if part.mode == "delta":
            raise findings.refuse("delta-not-yet", part.file.filename)


class _Reading:
    """The reading of a bundle into stages, with what is known of each file."""

    def __init__(
        self, bundle: Bundle, findings: Findings, stages: list[Stage], progress: Progress
    ) -> None:
        self.bundle = bundle
        self.findings = findings
        self.stages = stages
        self.progress = progress
        self.counts: dict[str, Counts] = {}
        self.staged: dict[str, Staged] = {}

    def read(self) -> None:
        before = 0
        for part in self.bundle.parts:
            stage = f"Reading {part.file.filename}"
            self._tick(before, stage)
            reader = Reader(
                part,
                self.bundle.version,
                self.findings,
                lambda here, before=before, stage=stage: self._tick(before + here, stage),  # type: ignore[misc]
            )
            staged: Staged | None = None
            for record in reader.records():
                if staged is None:
                    staged = self._stage(reader)
                staged.add(record)
            self.counts[part.file.filename] = Counts(read=reader.read, left_out=reader.left_out)
            if staged is not None:
                staged.finish()
                self.staged[part.file.filename] = staged
            before += part.entry.size

    def _stage(self, reader: Reader) -> Staged:
        file = reader.part.file
        if file.fills:
            return Links(file, reader.columns, self.findings, self._keep)
        if file.name == "users":
            return People(reader.columns, self.bundle.version, self._keep)
        return Plain(self._keep(Stage.of(file, reader.columns)))

    def _keep(self, stage: Stage) -> Stage:
        self.stages.append(stage)
        return stage

    def _tick(self, here: int, stage: str) -> None:
        self.progress(min(READ, READ * here // max(1, self.bundle.size)), stage)

    def merge(self, store: Store) -> None:
        """Store what was staged, and complete the counts."""
        for nth, (filename, staged) in enumerate(self.staged.items()):
            done = READ + (STORED - READ) * nth // len(self.staged)
            self.progress(done, f"Storing {filename}")
            merged = staged.merge(store)
            for name, counts in (
                merged.items() if isinstance(merged, dict) else [(filename, merged)]
            ):
                known = self.counts.get(name)
                if known:
                    counts.read, counts.left_out = known.read, known.left_out
                self.counts[name] = counts

    @property
    def changed(self) -> bool:
        return any(counts.changed for counts in self.counts.values())


def _apply(of_import: Import, reading: _Reading, by: audit.Actor) -> None:
    """Change the roster in the transaction that is open, and write down what was changed."""
    organization = engine.lock(of_import.organization)
    before = carrying.before(organization)
    store = Store(organization, clock())
    reading.merge(store)
    engine.analyze(sorted(store.grown))
    reading.progress(STORED, "Checking references")
    for stage in reading.stages:
        references.check(stage, organization, reading.findings)
        stage.drop()  # What follows needs the memory more than this.
    reading.findings.judge()
    named = not organization.school_year
    if named:
        organization.school_year = active_school_year(organization)
        organization.save(update_fields=["school_year"])
    if reading.changed or named:
        reading.progress(CHECKED, "Deriving the hierarchy")
        with marks_kept(organization):
            hierarchy.derive(organization)
            Organization.objects.filter(pk=organization.pk).touch()  # type: ignore[attr-defined]
            _tell(carrying.carry(organization, before), reading.findings)
    of_import.state = Import.State.APPLIED
    of_import.counts = {name: counts.as_dict() for name, counts in reading.counts.items()}
    _close(of_import, reading.findings)
    audit.record(
        by,
        "roster.imported",
        organization,
        kind="import",
        object_id=str(of_import.pk),
        new=of_import.counts,
    )


def _tell(opened: carrying.Opened, findings: Findings) -> None:
    """Add findings about the marks that were passed on, and about records that left theirs."""
    for (kind, sourced_id), (of, marked) in sorted(opened.passed.items()):
        title, file = KINDS[of].title, MARKED_IN.get(kind, "classes.csv")
        findings.add("mark-passed", file, sourced_id=sourced_id, title=title, marked=marked)
    for record, (of, marked) in opened.moved:
        findings.add(
            "mark-left",
            f"{record.collection}.csv",
            sourced_id=record.sourced_id,
            title=KINDS[of].title,
            marked=marked,
        )


def _close_refused(of_import: Import, findings: Findings, reason: str) -> None:
    of_import.state, of_import.counts = Import.State.REFUSED, {}
    of_import.reason = clean(reason)
    with transaction.atomic():
        _close(of_import, findings)


def _close(of_import: Import, findings: Findings) -> None:
    of_import.finished = clock()
    findings.save(of_import)
    of_import.save()


def _quiet(percent: int, stage: str) -> None:
    """Report nothing."""
