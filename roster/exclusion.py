"""External LMS Exclude: marks on any level of the hierarchy, set and cleared by people.

One act may mark many rows; it is one transaction and one audit entry that lists them. What
stands below a marked row falls in the walk, its own mark untouched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from roster import bulk
from roster.audit import Actor, name_of
from roster.audit import record as audit
from roster.clock import clock
from roster.kinds import Kind
from roster.listing import markable, rows_of
from roster.models import Mark, Organization
from roster.parts import in_parts
from roster.refusal import Refused
from roster.withdrawing import announce, withdraw

BATCH = 500
LONG = 10_000
"""Rows of one INSERT: a bulk act is to hold SQLite's write lock for two seconds, not twenty."""

COLUMNS = (
    "organization_id",
    "kind",
    "sourced_id",
    "source",
    "reason",
    "by_id",
    "by_name",
    "at",
    "withdrawn",
)

CLEARED = (Mark.Source.PERSON, Mark.Source.CARRIED)
"""Whose marks people clear."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What an act did: the ids it changed, and those a bundle's own mark still holds."""

    changed: list[str]
    held_by_bundle: list[str]


def exclude(
    organization: Organization,
    kind: str,
    ids: Iterable[str],
    *,
    reason: str,
    by: Actor,
    reasons: Mapping[str, str] | None = None,
) -> Marked:
    """Mark rows of a kind, and withdraw them from everything that vendors still read.

    Refused for an unknown kind or id, naming them; nothing is marked then. Rows that a person
    has marked already keep the first mark, with its reason and date. `reasons` has those of
    single ids, before the `reason` for all. Call it outside of a transaction: the withdrawal
    shows what it has done in transactions of its own.
    """
    done = mark(organization, kind, ids, reason=reason, by=by, reasons=reasons)
    withdraw(organization, rewriting=False)
    return done


@transaction.atomic
def mark(
    organization: Organization,
    kind: str,
    ids: Iterable[str],
    *,
    reason: str,
    by: Actor,
    reasons: Mapping[str, str] | None = None,
) -> Marked:
    """Set the marks and announce their withdrawal, which the caller or a job then does."""
    wanted = _resolve(organization, markable(kind), ids)
    why = _reasons(wanted, reason.strip(), reasons or {})
    known = _marked(organization, kind, Mark.Source.PERSON)
    fresh = [sourced_id for sourced_id in wanted if sourced_id not in known]
    _insert(organization, kind, {sourced_id: why[sourced_id] for sourced_id in fresh}, by)
    if fresh:
        # Reasons of single ids are part of the list: the marks that have them may be cleared.
        told = {name: why[name] for name in fresh} if reasons else fresh
        _changed(organization, "record.excluded", kind, fresh, reason, by, told)
        announce(organization)
    return Marked(fresh, [])


@transaction.atomic
def include(
    organization: Organization, kind: str, ids: Iterable[str], *, reason: str = "", by: Actor
) -> Marked:
    """Clear marks from rows of a kind, those of people and those carried over.

    A bundle's own mark only a bundle clears.
    """
    done = to_include(organization, kind, ids)
    cleared = done.changed
    for part in in_parts(cleared, BATCH):
        _marks(organization, kind, *CLEARED).filter(sourced_id__in=part).delete()
    if cleared:
        _changed(organization, "record.included", kind, cleared, reason, by)
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
    held = wanted & _marked(organization, kind, Mark.Source.BUNDLE)
    return Marked(sorted(cleared), sorted(held))


def _resolve(
    organization: Organization, kind: Kind, ids: Iterable[str], *, retired: bool = False
) -> dict[str, str]:
    """Return the ids of existing rows, each with the id that was asked for.

    They differ for courses: the bare id of a row stands for all of its levels.

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
        raise Refused(f"There is no {kind.title} {shown}{more} in {organization.name}.")
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


def _insert(organization: Organization, kind: str, reasons: dict[str, str], by: Actor) -> None:
    """Set people's marks; a list may have as many ids as the district has students."""
    at = connection.ops.adapt_datetimefield_value(clock())
    by_id, by_name = None if isinstance(by, str) else by.pk, name_of(by)[:200]
    rows = [
        (organization.pk, kind, name, Mark.Source.PERSON.value, reason, by_id, by_name, at, False)
        for name, reason in reasons.items()
    ]
    for part in in_parts(rows, LONG):
        bulk.insert(Mark, COLUMNS, part)


def _changed(
    organization: Organization,
    action: str,
    kind: str,
    ids: list[str],
    reason: str,
    by: Actor,
    told: Any = None,
) -> None:
    Organization.objects.filter(pk=organization.pk).touch()
    audit(
        by,
        action,
        organization,
        kind=kind,
        object_id=ids[0] if len(ids) == 1 else f"{len(ids)} records",
        new=told or ids,
        reason=reason.strip(),
    )
