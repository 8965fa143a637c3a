"""Changes the roster by what was gathered, in a transaction that its caller has begun.

Everything happens as if the import were to stand: rows, levels, marks, findings of references.
Whether it stands is for the caller to say, by what comes back.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection

from roster import carrying, checking, hierarchy
from roster.clock import MILLISECOND, clock
from roster.hierarchy.timetable import Timetable
from roster.importing import engine, mapped, references, traces
from roster.importing.active_year import active_school_year
from roster.importing.changes import Changes
from roster.importing.engine import quote
from roster.importing.findings import Findings
from roster.importing.former import marks_kept
from roster.importing.gathering import STORED, Gathering
from roster.importing.holds import Weighing
from roster.importing.seen import Seen
from roster.importing.staging import drop
from roster.importing.store import Counts, Store
from roster.importing.totals import difference
from roster.kinds import KINDS
from roster.map import Map, build, current, forget, last_change, store
from roster.models import Enrollment, Import, Klass, Organization, Rollover, Status, User

CHECKED, COMPARED = 88, 95  # Percent done when each stage ends.

MARKED_IN = {kind.name: f"{kind.collection}.csv" for kind in KINDS.values() if kind.collection}
"""The file that a marked row is from; levels that OneRoster lacks come from classes."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What an import did, in a transaction that may still be rolled back."""

    revision: int
    counts: dict[str, dict[str, int]]
    holds: list[dict[str, str]]
    difference: dict[str, Any]
    numbers: checking.Numbers


@dataclass(frozen=True, slots=True)
class Before:
    """What must be known of an organization's rows before any of them changes; it is locked.

    `moment` is the time that changed rows get.
    """

    organization: Organization
    moment: datetime
    years: set[str]
    marks: carrying.Before
    seen: Seen | None

    @classmethod
    def of(cls, organization: Organization) -> Before:
        organization = engine.lock(organization)
        return cls(
            organization, _moment(organization), _years(organization), *_before(organization)
        )


def apply(
    before: Before,
    gathering: Gathering,
    last: Import | None,
    *,
    with_difference: bool,
    by_approval: str = "",
) -> Applied:
    """Change the roster, and weigh what was changed; `last` is the import applied before.

    Where somebody has approved a bundle without the active school year (`by_approval`), the year
    that it holds becomes the active one. The difference is worked out if it was asked for, or if
    there are reasons to hold the import.
    """
    organization = before.organization
    known = last.files if last else {}
    changes = Changes(organization)
    try:
        weighing = Weighing(organization, changes, gathering.files, known, gathering.findings)
        counts, numbers = _change(
            before, gathering, weighing, anew=_is_read_anew(last), by_approval=by_approval
        )
        holds = [reason._asdict() for reason in weighing.reasons]
        gathering.progress(COMPARED, "Comparing")
        differing = difference(changes) if holds or with_difference else {}
    finally:
        changes.drop()
    organization.refresh_from_db(fields=["revision"])
    if numbers is None:
        numbers = last.numbers if last else {}
    return Applied(organization.revision, counts, holds, differing, numbers)


def _is_read_anew(last: Import | None) -> bool:
    """Return whether the rows were stored by another release, which may derive otherwise."""
    return last is not None and last.release != traces.release()


def _change(
    before: Before,
    gathering: Gathering,
    weighing: Weighing,
    *,
    anew: bool,
    by_approval: str,
) -> tuple[dict[str, dict[str, int]], checking.Numbers | None]:
    """Return the counts of each file, and what reaches no vendor now, if that may be new."""
    numbers = None
    organization, years = before.organization, before.years
    first = gathering.first is not None
    store = Store(organization, before.moment, weighing.changes, weighing.weigh, first=first)
    gathering.merge(store)
    engine.analyze(sorted(store.grown))
    gathering.progress(STORED, "Checking references")
    for stage in gathering.stages:
        references.check(stage, organization, gathering.findings)
    found_in_map = [stage for stage in gathering.stages if stage.name in mapped.KINDS]
    rows_of = {stage: stage.stored(organization) for stage in found_in_map}
    drop(gathering.stages)  # What follows needs the memory more than this.
    year, after = organization.school_year, years
    if gathering.counts.get("academicSessions.csv", Counts()).changed:
        after = _years(organization)
    named = not year or (bool(by_approval and after) and year in years - after)
    if named:
        organization.school_year = active_school_year(organization)
        organization.save(update_fields=["school_year"])
        if year:
            Rollover.objects.note(organization, year, by_name=by_approval)
    if gathering.changed or named or anew:
        gathering.progress(CHECKED, "Deriving the hierarchy")
        m, numbers = _derive(before, gathering.findings, weighing)
        weighing.weigh_schools()
        weighing.weigh_year(year, years, after)
    else:
        m = current(organization)[1]
    for stage, rows in rows_of.items():
        mapped.check(stage, rows, m, gathering.findings)
    gathering.findings.judge()
    weighing.weigh_forms()
    return {name: counts.as_dict() for name, counts in gathering.counts.items()}, numbers


def _moment(organization: Organization) -> datetime:
    """Return the time that changed rows get: later than any before, also where a clock went back.

    By that the map tells what has changed; else it would go on with who was visible before.
    """
    last = last_change(organization.pk)
    return max(clock(), last + MILLISECOND) if last else clock()


def _may_be_held(organization: Organization) -> bool:
    """Return whether there is enough for more to come or go than the limits allow."""
    limit = min(organization.hold_records, organization.hold_visible)
    tables = [quote(model._meta.db_table) for model in (User, Klass, Enrollment)]
    beyond = [
        f"EXISTS (SELECT 1 FROM {table} WHERE organization_id = %s AND status = %s"  # noqa: S608
        f" LIMIT 1 OFFSET {limit})"
        for table in tables
    ]
    with connection.cursor() as cursor:
        active: list[Any] = [organization.pk, Status.ACTIVE.value]
        cursor.execute(f"SELECT {' OR '.join(beyond)}", active * len(tables))
        return bool(cursor.fetchone()[0])


def _before(organization: Organization) -> tuple[carrying.Before, Seen | None]:
    """Return marks and who is visible; the map of the rows as they are only if there are marks."""
    before = carrying.before(organization, with_map=_may_be_held(organization))
    if before.map is None:
        return before, None
    seen = Seen.of(organization, before.map)
    if not before.marks:
        before = replace(before, map=None)
        forget()  # Two maps, with all rows between them, are what takes most memory.
        gc.collect()  # The parts of a map name the whole, which thus would stay for a while.
    return before, seen


def _derive(before: Before, findings: Findings, weighing: Weighing) -> tuple[Map, checking.Numbers]:
    """Derive levels and marks, and compare who is visible before and after."""
    organization = before.organization
    after = cache(lambda: build(organization))
    with marks_kept(organization):
        hierarchy.derive(organization)
        Organization.objects.filter(pk=organization.pk).touch()  # type: ignore[attr-defined]
        opened = carrying.carry(organization, before.marks, after)
        _tell(opened, findings)
        weighing.weigh_left(opened)
    if before.seen is not None:
        weighing.weigh_visible(before.seen, Seen.of(organization, after()))
    store(organization, after())  # The refresh and the next import begin with it.
    return after(), checking.numbers(organization, after())


def _years(organization: Organization) -> set[str]:
    """Return the school years of the sessions."""
    timetable = Timetable.of(organization)
    return set(map(timetable.year, timetable.sessions))


def repeat(of_import: Import, last: Import) -> Applied | None:
    """Return what an import does whose bundle was the one applied last; None if it must be read.

    Its findings are those of the last.
    """
    organization = engine.lock(of_import.organization)
    if not traces.is_unchanged(of_import, last, organization):
        return None
    of_import.files = last.files
    counts = {
        name: dict.fromkeys(known, 0)
        | {
            "read": known["read"],
            "left_out": known["left_out"],
            "unchanged": known["read"] - known["left_out"],
        }
        for name, known in last.counts.items()
    }
    return Applied(organization.revision, counts, [], {}, last.numbers)


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
