"""The rows of a kind as people browse them: what there is, under which name, with which marks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from roster.kinds import KINDS, Kind
from roster.models import Klass, Level, Mark, Org, Organization, Status
from roster.refusal import Refused


def markable(name: str) -> Kind:
    """Return the kind of that name, or refuse with the names there are."""
    kind = KINDS.get(name)
    if kind is None or not kind.markable:
        names = ", ".join(kind.name for kind in KINDS.values() if kind.markable)
        raise Refused(f"“{name}” is not a kind that can be excluded. The kinds are: {names}.")
    return kind


def rows_of(organization: Organization, kind: Kind) -> Any:
    """Return the rows of a kind, retired ones too, as a queryset that has `sourced_id`."""
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


def live(organization: Organization, kind: Kind) -> Any:
    """Return the live rows of a kind."""
    rows = rows_of(organization, kind)
    return rows if kind.model is Level else rows.filter(status=Status.ACTIVE)


def listing(organization: Organization, kind: Kind) -> Iterator[dict[str, Any]]:
    """Yield every live row of a kind with its marks: id, name, excluded, and by whom and why."""
    marks: dict[str, list[Mark]] = {}
    for mark in Mark.objects.filter(organization=organization, kind=kind.name).order_by("pk"):
        marks.setdefault(mark.sourced_id, []).append(mark)
    for row in live(organization, kind).order_by("sourced_id").iterator(2000):
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
