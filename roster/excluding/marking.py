"""External LMS Exclude: marks on any level of the hierarchy, set and cleared by people.

One act may mark many rows; it is one transaction and one audit entry that lists them. Whatever
is below a marked row in the hierarchy is hidden with it, without a mark of its own. Whether there
is anything to withdraw is asked of the publications, not of the marks: one that a bundle has set
may not be published yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import F

from roster.audit import Actor, name_of
from roster.audit import record as audit
from roster.clock import clock
from roster.database import bulk
from roster.database.parts import in_parts
from roster.importing.former import NEW_MARK
from roster.kinds import Kind
from roster.listing import markable, rows_of
from roster.marks import MarkRow, marks_for
from roster.models import FormerRow, Mark, Organization, Reach
from roster.publishing import Ready, act
from roster.refusal import Refused

BATCH = 500
LONG = 10_000
"""Rows of one INSERT: a bulk act keeps SQLite's write lock for two seconds, not twenty."""

COLUMNS = (
    "organization_id",
    "kind",
    "sourced_id",
    "source",
    "reason",
    "by_id",
    "by_name",
    "at",
    "about",
)

CLEARED = (Mark.Source.PERSON, Mark.Source.CARRIED)
"""Whose marks people clear."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What an act did: the ids it changed, and those that a bundle's own mark still excludes."""

    changed: list[str]
    by_bundle: list[str]


def exclude(
    organization: Organization,
    kind: str,
    ids: Iterable[str],
    *,
    reason: str,
    by: Actor,
    reasons: Mapping[str, str] | None = None,
    progress: Ready | None = None,
) -> Marked:
    """Mark rows of a kind, and withdraw them from everything that vendors read.

    When it returns, no vendor reads them. Refused for an unknown kind or id, naming them;
    nothing is marked then. Rows that a person has marked already keep the first mark, with its
    reason and date, but are withdrawn from whatever lists them still. `reasons` has those of
    single ids, before the `reason` for all. Call it outside of a transaction.
    """
    wanted = _resolve(organization, markable(kind), ids)
    why = _reasons(wanted, reason.strip(), reasons or {})
    fresh: list[str] = []

    def write() -> None:
        known = _marked(organization, kind, Mark.Source.PERSON)
        fresh[:] = [mark.sourced_id for mark in marks if mark.sourced_id not in known]
        _insert(organization, [mark for mark in marks if mark.sourced_id not in known], why, by)
        if fresh:
            # Reasons of single ids are part of the list: the marks that have them may be cleared.
            named = {name: why[name] for name in fresh} if reasons else fresh
            _record(organization, "record.excluded", kind, fresh, reason, by, named)

    marks = marks_for(organization, kind, list(wanted))
    act(organization, marks, write, progress)
    return Marked(fresh, [])


@transaction.atomic
def include(
    organization: Organization, kind: str, ids: Iterable[str], *, reason: str = "", by: Actor
) -> Marked:
    """Clear marks from rows of a kind, those of people and those carried over.

    Vendors read the rows after the next refresh. A bundle's own mark only a bundle clears; one that
    nobody has refreshed yet takes over, so that nothing is open in between.
    """
    done = to_include(organization, kind, ids)
    cleared = done.changed
    taken_over = FormerRow.objects.filter(
        organization=organization, table=NEW_MARK, columns__kind=kind
    )
    for part in in_parts(cleared, BATCH):
        _marks(organization, kind, *CLEARED).filter(sourced_id__in=part).delete()
        taken_over.filter(columns__sourced_id__in=part).delete()
    if cleared:
        Organization.objects.filter(pk=organization.pk).update(acts=F("acts") + 1)
        Reach.objects.outdate(organization.pk)
        _record(organization, "record.included", kind, cleared, reason, by, cleared)
    return done


def to_exclude(organization: Organization, kind: str, ids: Iterable[str]) -> Marked:
    """Return what `exclude` would mark, and mark nothing; refused as it would be."""
    known = _marked(organization, kind, Mark.Source.PERSON)
    wanted = _resolve(organization, markable(kind), ids)
    return Marked([sourced_id for sourced_id in wanted if sourced_id not in known], [])


def to_include(organization: Organization, kind: str, ids: Iterable[str]) -> Marked:
    """Return what `include` would clear, and clear nothing; refused as it would be."""
    wanted = set(_resolve(organization, markable(kind), ids, retired=True))
    cleared = wanted & _marked(organization, kind, *CLEARED)
    by_bundle = wanted & _marked(organization, kind, Mark.Source.BUNDLE)
    return Marked(sorted(cleared), sorted(by_bundle))


def _resolve(
    organization: Organization, kind: Kind, ids: Iterable[str], *, retired: bool = False
) -> dict[str, str]:
    """Return the ids of existing rows, each with the id that was asked for.

    They differ for courses: the bare id of a row means all of its levels.

    With `retired`, an id that only a mark still knows counts as existing.
    """
    asked = list(dict.fromkeys(ids))
    rows = rows_of(organization, kind)
    found: set[str] = set()
    for part in in_parts(asked, BATCH):
        found.update(rows.filter(sourced_id__in=part).values_list("sourced_id", flat=True))
        if retired:
            marks = Mark.objects.filter(
                organization=organization, kind=kind.name, sourced_id__in=part
            )
            found.update(marks.values_list("sourced_id", flat=True))
    levels = _levels_of_courses(rows) if kind.name == "course" else {}
    resolved: dict[str, str] = {}
    unknown = []
    for sourced_id in asked:
        if sourced_id in levels or sourced_id in found:
            for level in levels.get(sourced_id, [sourced_id]):
                resolved.setdefault(level, sourced_id)
        else:
            unknown.append(sourced_id)
    if unknown:
        shown = ", ".join(f"“{sourced_id}”" for sourced_id in unknown[:10])
        more = f" and {len(unknown) - 10:,} more" if len(unknown) > 10 else ""
        raise Refused(
            "There is no %(kind)s %(shown)s%(more)s in %(name)s.",
            kind=kind.title,
            shown=shown,
            more=more,
            name=organization.name,
        )
    return resolved


def _levels_of_courses(rows: Any) -> dict[str, list[str]]:
    levels: dict[str, list[str]] = {}
    for course, level in rows.order_by("sourced_id").values_list("course", "sourced_id"):
        levels.setdefault(course, []).append(level)
    return levels


def _reasons(wanted: dict[str, str], reason: str, reasons: Mapping[str, str]) -> dict[str, str]:
    """Return the reason for each id; refuse where there is none."""
    found = {name: reasons.get(asked, "").strip() or reason for name, asked in wanted.items()}
    if not all(found.values()) or not (found or reason):
        raise Refused("An exclude mark needs a reason: somebody will ask for it in a year.")
    return found


def _marks(organization: Organization, kind: str, *sources: Mark.Source) -> Any:
    return Mark.objects.filter(organization=organization, kind=kind, source__in=sources)


def _marked(organization: Organization, kind: str, *sources: Mark.Source) -> set[str]:
    return set(_marks(organization, kind, *sources).values_list("sourced_id", flat=True))


def _insert(
    organization: Organization, marks: list[MarkRow], reasons: dict[str, str], by: Actor
) -> None:
    """Set people's marks; a list may have as many ids as the district has students."""
    at = connection.ops.adapt_datetimefield_value(clock())
    by_id, by_name = None if isinstance(by, str) else by.pk, name_of(by)[:200]
    source = Mark.Source.PERSON.value
    rows = [
        (
            organization.pk,
            mark.kind,
            mark.sourced_id,
            source,
            reasons[mark.sourced_id],
            by_id,
            by_name,
            at,
            orjson.dumps(mark.about).decode(),
        )
        for mark in marks
    ]
    for part in in_parts(rows, LONG):
        bulk.insert(Mark, COLUMNS, part)


def _record(
    organization: Organization,
    action: str,
    kind: str,
    ids: list[str],
    reason: str,
    by: Actor,
    new: Any,
) -> None:
    audit(
        by,
        action,
        organization,
        kind=kind,
        object_id=ids[0] if len(ids) == 1 else f"{len(ids)} records",
        new=new,
        reason=reason.strip(),
    )
