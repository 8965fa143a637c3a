"""Imports one bundle, all of it or nothing, and decides about one that is held."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from roster import arrivals, audit
from roster.importing.attempt import Attempt, drop, held_import
from roster.importing.findings import clean
from roster.importing.gathering import Progress
from roster.importing.locking import alone
from roster.importing.manifest import Answer
from roster.models import Arrival, Import, Organization, Source
from roster.refusal import Refused


def import_bundle(
    organization: Organization,
    path: str | Path,
    *,
    by: audit.Actor,
    name: str | None = None,
    strict: bool = False,
    dry_run: bool = False,
    approved: bool = False,
    force: str = "",
    answer: Answer = "",
    progress: Progress | None = None,
    arrival: Arrival | None = None,
) -> Import:
    """Import the OneRoster 1.1 or 1.2 bundle at `path`, a zip or a folder.

    Returns the import, applied or held, with its counts and findings. Raises `Refused` with the
    reason if nothing could be applied; the refused import is kept then too. `name` is what the
    bundle is called, where that isn't its path's last part. `strict` refuses what breaks the CSV
    binding; `force` says why a delta may go back in time; `approved` applies what would be held.
    `answer` says what files are that could be bulk or delta; it is remembered.
    With `dry_run` nothing is written, and the import that is returned isn't stored either.
    `arrival` is the record that the bundle came in, where there is one.
    """
    path, progress = Path(path), progress or _quiet
    with alone(organization, lambda: progress(0, "Waiting for the import that is running")):
        of_import = Import(
            organization=organization,
            name=clean(name or path.resolve().name)[:255],
            by_name=audit.name_of(by)[:200],
            strict=strict,
            force=clean(force.strip()),
            answer=answer or _last_answer(organization, arrival.source if arrival else None),
        )
        if not dry_run:
            of_import.save()
        return Attempt(of_import, path, by, progress, dry_run, approved, arrival).run()


def approve(
    organization: Organization, *, by: audit.Actor, progress: Progress | None = None
) -> Import:
    """Apply the import that is held, as it would be now; Refused if none is.

    Where an error ends it, it is held as before.
    """
    progress = progress or _quiet
    with alone(organization, lambda: progress(0, "Waiting for the import that is running")):
        held = held_import(organization)
        if held is None:
            raise Refused(f"No import of {organization.name} is held.")
        arrival = held.arrivals.first()
        if arrival is None:
            raise Refused("The bundle of the held import is gone. Import it again.")
        with arrivals.unpacked(arrival) as path:
            held.state, held.finished = Import.State.RUNNING, None
            held.save(update_fields=["state", "finished"])
            try:
                done = Attempt(held, path, by, progress, False, True, arrival).run()
            finally:
                if held.state in (Import.State.APPLIED, Import.State.REFUSED):
                    arrivals.forget(arrival)
        return done


def discard(organization: Organization, *, by: audit.Actor) -> Import:
    """Drop the import that is held; Refused if none is."""
    with alone(organization, lambda: None), transaction.atomic():
        held = held_import(organization)
        if held is None:
            raise Refused(f"No import of {organization.name} is held.")
        drop(held, f"Discarded by {audit.name_of(by)}.")
        audit.record(
            by, "import.discarded", organization, kind="import", object_id=str(held.pk),
            old=[each["reason"] for each in held.holds],
        )  # fmt: skip
        return held


def _last_answer(organization: Organization, source: Source | None) -> str:
    """Return what was said about files that could be bulk or delta.

    Asked is the source, then the imports that came by hand.
    """
    if source and source.answer:
        return source.answer
    answered = organization.imports.filter(state=Import.State.APPLIED).exclude(answer="")
    latest = answered.values_list("answer", flat=True).order_by("-finished", "-pk")
    return latest.filter(arrivals__source=None).first() or ""


def _quiet(percent: int, stage: str) -> None:
    """Report nothing."""
