"""External LMS Exclude: marks on any level of the hierarchy, set and cleared by people.

One act may mark many rows; it is one transaction and one audit entry that lists them. What
stands below a marked row falls in the walk, its own mark untouched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from roster.audit import Actor, name_of
from roster.audit import record as audit
from roster.clock import clock
from roster.kinds import KINDS, Kind
from roster.models import Klass, Level, Mark, Org, Organization, Status
from roster.refusal import Refused

BATCH = 500


@dataclass(frozen=True, slots=True)
class Marked:
    """What an act did: the ids it changed, and those a bundle's own mark still holds."""

    changed: list[str]
    held_by_bundle: list[str]


@transaction.atomic
def exclude(
    organization: Organization, kind: str, ids: Iterable[str], *, reason: str, by: Actor
) -> Marked:
    """Mark rows of a kind. Refused for an unknown kind or id, naming them; nothing is marked then.

    Rows that a person has marked already keep the first mark, with its reason and date.
    """
    wanted = _resolve(organization, markable(kind), ids)
    if not reason.strip():
        raise Refused("An exclude mark needs a reason: somebody will ask for it in a year.")
    known = set(_marks(organization, kind, wanted).values_list("sourced_id", flat=True))
    fresh = [sourced_id for sourced_id in wanted if sourced_id not in known]
    now = clock()
    Mark.objects.bulk_create(
        (
            Mark(
                organization=organization,
                kind=kind,
                sourced_id=sourced_id,
                source=Mark.Source.PERSON,
                reason=reason.strip(),
                by=None if isinstance(by, str) else by,
                by_name=name_of(by)[:200],
                at=now,
            )
            for sourced_id in fresh
        ),
        batch_size=BATCH,
    )
    if fresh:
        _changed(organization, "record.excluded", kind, fresh, reason, by)
    return Marked(fresh, [])


@transaction.atomic
def include(
    organization: Organization, kind: str, ids: Iterable[str], *, reason: str = "", by: Actor
) -> Marked:
    """Clear people's marks from rows of a kind; a bundle's own mark only a bundle clears."""
    wanted = _resolve(organization, markable(kind), ids, retired=True)
    cleared = sorted(_marks(organization, kind, wanted).values_list("sourced_id", flat=True))
    for part in _parts(cleared):
        _marks(organization, kind, part).delete()
    if cleared:
        _changed(organization, "record.included", kind, cleared, reason, by)
    held = Mark.objects.filter(
        organization=organization, kind=kind, source=Mark.Source.BUNDLE, sourced_id__in=wanted
    )
    return Marked(cleared, sorted(held.values_list("sourced_id", flat=True)))


def markable(name: str) -> Kind:
    """Return the kind of that name, or refuse with the names there are."""
    kind = KINDS.get(name)
    if kind is None or not kind.markable:
        names = ", ".join(kind.name for kind in KINDS.values() if kind.markable)
        raise Refused(f"“{name}” is not a kind that can be excluded. The kinds are: {names}.")
    return kind


def rows_of(organization: Organization, kind: Kind) -> Any:
    """Return the live rows of a kind as a queryset that has `sourced_id`."""
    if kind.model is Level:
        return Level.objects.filter(organization=organization, kind=kind.name)
    rows = kind.model._default_manager.filter(organization=organization)
    if kind.model is Org:
        named = Klass.objects.filter(organization=organization, status=Status.ACTIVE)
        schools = rows.filter(type="school") | rows.filter(sourced_id__in=named.values("school"))
        if kind.name == "school":
            return schools
        return rows.exclude(pk__in=schools.values("pk"))
    return rows


def listing(organization: Organization, kind: Kind) -> Iterator[dict[str, Any]]:
    """Yield every live row of a kind with its marks: id, name, excluded, and by whom and why."""
    marks: dict[str, list[Mark]] = {}
    for mark in Mark.objects.filter(organization=organization, kind=kind.name).order_by("pk"):
        marks.setdefault(mark.sourced_id, []).append(mark)
    rows = rows_of(organization, kind).order_by("sourced_id")
    if kind.model is not Level:
        rows = rows.filter(status=Status.ACTIVE)
    for row in rows.iterator(2000):
        yield {
            "id": row.sourced_id,
            "name": label(row),
            "excluded": row.sourced_id in marks,
            "marks": [
                {
                    "source": mark.source,
                    "by": mark.by_name,
                    "at": mark.at.isoformat(),
                    "reason": mark.reason,
                }
                for mark in marks.get(row.sourced_id, ())
            ],
        }


def label(row: Any) -> str:
    """Return the words under which people know a row."""
    for attribute in ("title", "name"):
        if value := getattr(row, attribute, ""):
            return str(value)
    if family := getattr(row, "family_name", ""):
        return f"{row.given_name} {family}"
    return ""


def _resolve(
    organization: Organization, kind: Kind, ids: Iterable[str], *, retired: bool = False
) -> list[str]:
    """Return the ids of existing rows; a bare course id stands for all of its levels.

    With `retired`, an id that only a mark still knows counts as existing.
    """
    asked = list(dict.fromkeys(ids))
    rows = rows_of(organization, kind)
    found: set[str] = set()
    for part in _parts(asked):
        found.update(rows.filter(sourced_id__in=part).values_list("sourced_id", flat=True))
        if retired:
            marks = Mark.objects.filter(
                organization=organization, kind=kind.name, sourced_id__in=part
            )
            found.update(marks.values_list("sourced_id", flat=True))
    resolved: list[str] = []
    unknown = []
    for sourced_id in asked:
        levels: list[str] = []
        if kind.name == "course":
            levels = list(
                rows.filter(course=sourced_id)
                .order_by("sourced_id")
                .values_list("sourced_id", flat=True)
            )
        if levels or sourced_id in found:
            resolved += levels or [sourced_id]
        else:
            unknown.append(sourced_id)
    if unknown:
        shown = ", ".join(f"“{sourced_id}”" for sourced_id in unknown[:10])
        raise Refused(f"There is no {kind.title} {shown} in {organization.name}.")
    return list(dict.fromkeys(resolved))


def _marks(organization: Organization, kind: str, ids: list[str]) -> Any:
    return Mark.objects.filter(
        organization=organization, kind=kind, source=Mark.Source.PERSON, sourced_id__in=ids
    )


def _parts(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _changed(
    organization: Organization, action: str, kind: str, ids: list[str], reason: str, by: Actor
) -> None:
    Organization.objects.filter(pk=organization.pk).touch()
    audit(
        by,
        action,
        organization,
        kind=kind,
        object_id=ids[0] if len(ids) == 1 else f"{len(ids)} records",
        new=ids,
        reason=reason.strip(),
    )
