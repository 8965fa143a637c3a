"""Reads a bundle's files into stages, and knows of each file what the import must know later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from roster.importing import traces
from roster.importing.engine import copying
from roster.importing.findings import Findings
from roster.importing.first import First, FirstRows
from roster.importing.known import KnownLines, KnownRows
from roster.importing.links import Links
from roster.importing.manifest import Bundle
from roster.importing.parsing import Unusual
from roster.importing.parts import Part
from roster.importing.reading import Reader
from roster.importing.remembering import Memory, Outdated, may_be_kept
from roster.importing.splitting import People
from roster.importing.staging import Stage, plan_of
from roster.importing.store import Counts, Store
from roster.models import Organization
from roster.refusal import Refused

Progress = Callable[[int, str], None]
"""Called with percent (0 to 100) and the stage in words."""

READ, STORED = 55, 80  # Percent done when each stage ends.


class Plain:
    """The stage of a file whose rows go into one table as they are."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.add = stage.add
        self.finish = stage.finish

    def take_derived(self, organization: Organization, known: KnownRows, since: datetime) -> bool:
        return True  # There is nothing.

    def merge(self, store: Store, *, delta: bool) -> Counts:
        return store.merge(self.stage, retire=not delta)


Staged = Plain | People | Links


class Gathering:
    """The files of one bundle, read into `stages`; `files` are their traces."""

    def __init__(
        self,
        bundle: Bundle,
        files: dict[str, dict[str, Any]],
        findings: Findings,
        stages: list[Stage],
        progress: Progress,
        memory: Memory,
        first: First | None = None,
    ) -> None:
        self.first = first
        self.bundle = bundle
        self.files = files
        self.findings = findings
        self.stages = stages
        self.progress = progress
        self.counts: dict[str, Counts] = {}
        self.staged: dict[str, Staged] = {}
        self.memory = memory
        self._known: list[tuple[Stage, KnownLines]] = []

    def read(self) -> None:
        before = 0
        with copying.in_background():
            for part in self.bundle.parts:
                if self.first:
                    self.memory.forget(part)
                self._read(part, before)
                before += part.entry.size

    def _read(self, part: Part, before: int) -> None:
        name, doing = part.file.filename, f"Reading {part.file.filename}"
        self._tick(before, doing)
        try:
            reader, staged = self._tried(part, before)
        except Outdated:
            self.memory.forget(part)
            reader, staged = self._tried(part, before)
        traces.complete(self.files[name], reader)
        self.counts[name] = Counts(read=reader.read, left_out=reader.left_out)
        if staged is not None:
            staged.finish()
            self.staged[name] = staged

    def _tried(self, part: Part, before: int) -> tuple[Reader, Staged | None]:
        """Read a file row by row, or after a look over all of it where that won't do."""
        kept = len(self.stages)
        try:
            return self._staged(part, before, looks=False)
        except (Unusual, Outdated) as error:
            while len(self.stages) > kept:
                self.stages.pop().void()
            if isinstance(error, Outdated):
                raise
        return self._staged(part, before, looks=True)

    def _staged(self, part: Part, before: int, *, looks: bool) -> tuple[Reader, Staged | None]:
        """Read a file into its stages; what was found counts unless it has to be read anew."""
        findings = Findings(strict=self.findings.strict)
        findings.version = self.findings.version
        doing = f"Reading {part.file.filename}"
        kept = not looks and may_be_kept(part)
        reader = Reader(
            part,
            self.bundle,
            findings,
            lambda here: self._tick(before + here, doing),
            looks=looks,
            recall=(lambda columns: self.memory.recall(part, self.bundle, columns))
            if kept
            else None,
        )
        staged: Staged | None = None
        try:
            for records in filter(None, reader.records()):
                if staged is None:
                    staged = self._stage(reader)
                staged.add(*records)
            if reader.known is not None:
                staged = staged or self._stage(reader)
                self._take_known(reader, staged, reader.known)
            if staged is not None:
                staged.stage.dated = reader.dated
        except Refused:
            self.findings.join(findings)
            raise
        self.findings.join(findings)
        return reader, staged

    def _stage(self, reader: Reader) -> Staged:
        file = reader.part.file
        if file.fills:
            delta = reader.part.mode == "delta"
            return Links(file, reader.columns, reader.findings, self._keep, delta=delta)
        if file.name == "users":
            return People(reader.columns, self._new, self._keep)
        return Plain(self._new(*plan_of(file, reader.columns)))

    def _new(self, *plan: Any) -> Stage:
        return self._keep(FirstRows(self.first, *plan) if self.first else Stage(*plan))

    def _take_known(self, reader: Reader, staged: Staged, known: KnownLines) -> None:
        if known.skipped and not isinstance(staged, Links):  # Of links no line is kept.
            self.memory.take(staged, known)
            reader.date_forms = self.memory.date_forms(reader.part) | reader.date_forms
        self._known.append((staged.stage, known))

    def _keep(self, stage: Stage) -> Stage:
        self.stages.append(stage)
        return stage

    def _tick(self, here: int, doing: str) -> None:
        self.progress(min(READ, READ * here // max(1, self.bundle.size)), doing)

    def merge(self, store: Store) -> None:
        """Store what was staged, and complete the counts."""
        for nth, (filename, staged) in enumerate(self.staged.items()):
            done = READ + (STORED - READ) * nth // len(self.staged)
            self.progress(done, f"Storing {filename}")
            merged = staged.merge(store, delta=self.files[filename]["mode"] == "delta")
            for name, counts in (
                merged.items() if isinstance(merged, dict) else [(filename, merged)]
            ):
                known = self.counts.get(name)
                if known:
                    counts.read, counts.left_out = known.read, known.left_out
                self.counts[name] = counts
        self.memory.renew(self.files, self._known, store.now)
        self._known.clear()  # Deriving needs the space.

    @property
    def changed(self) -> bool:
        return any(counts.changed for counts in self.counts.values())
