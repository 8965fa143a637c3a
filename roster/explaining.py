"""“Why is Ann not there?”: the chain of reasons for one record on one line.

It asks the walk that decides and reads its notes; there is no second set of rules here.
"""

from __future__ import annotations

from typing import Any

import orjson

from roster import compiling, listing
from roster.clock import stamp
from roster.dialects import people
from roster.kinds import COLLECTIONS, KINDS, Kind
from roster.models import (
    Level,
    Line,
    Mark,
    Org,
    Organization,
    Publication,
    Record,
    Status,
)
from roster.refusal import Refused
from roster.visibility import Beginning, Cause, Walk, beginning_of, families

WORDS = {
    "marked": "It is excluded (External LMS Exclude).",
    "fallen": "It stands on something that isn't visible.",
    "school_not_shared": "This school isn't shared with the connection.",
    "org_not_shared": "Orgs other than shared schools and those above them are told only where "
    "all schools are shared.",
    "not_shared": "This isn't shared with the connection.",
    "other_year": "It belongs to another school year than the active one.",
    "kept_out": "This person is kept out of the connection.",
    "inactive": "The account is inactive, and the connection shares active accounts only.",
    "unenrolled": "The person has no visible class, and only enrolled people are shared.",
    "dates": "Its dates keep it out today: it has ended, or it begins later than early access.",
    "missing": "It names a record that isn't in the data.",
    "nobody": "Nothing that is visible keeps it there.",
    "unpublishable": "A field that this OneRoster version requires can't be filled.",
    "retired": "It is no longer in the imported data.",
}


def explain(
    line: Line, kind_name: str, sourced_id: str, *, number: int | None = None
) -> dict[str, Any]:
    """Return whether a record is visible on a line, and if not the whole chain of reasons.

    `{"kind", "id", "name", "visible", "chain": [{"kind", "id", "name", "code", "reason",
    "marks": [...]}], "published": {...}}`; the chain's last entry is where it begins. Refused
    for an unknown kind or id.
    """
    organization = line.organization
    kind = KINDS.get(kind_name)
    if kind is None:
        raise Refused(f"“{kind_name}” is not a kind. The kinds are: {', '.join(KINDS)}.")
    beginning = beginning_of(line)
    row = _row(organization, beginning, kind, sourced_id)
    walk = Walk(beginning, _whose(organization, kind, row))
    people.settle(walk)
    chain = _chain(organization, walk, kind, row)
    return {
        "kind": kind.name,
        "id": sourced_id,
        "name": listing.label(row),
        "oneroster": line.version,
        "visible": not chain,
        "chain": chain,
        "published": _published(line, line.head if number is None else number, kind, row),
    }


def _whose(organization: Organization, kind: Kind, row: Any) -> frozenset[str] | None:
    """Return the people whom the reasons for a row can be about; None: anybody."""
    if kind.collection and COLLECTIONS[kind.collection].service == "gradebook":
        return None
    named = {"person": "sourced_id", "demographics": "sourced_id", "enrollment": "user"}
    person = getattr(row, named.get(kind.name, "person"), "")
    return families(organization, {person} - {""})


def _row(organization: Organization, beginning: Beginning, kind: Kind, sourced_id: str) -> Any:
    rows = listing.rows_of(organization, kind)
    found = rows.filter(sourced_id=sourced_id).first()
    if found is None and kind.name == "course":
        found = _telling(beginning, list(rows.filter(course=sourced_id).order_by("sourced_id")))
    if found is None:
        raise Refused(f"There is no {kind.title} “{sourced_id}” in {organization.name}.")
    return found


def _telling(beginning: Beginning, levels: list[Any]) -> Any:
    """Return the one of a row's courses by which the row is seen, else what should show it."""

    def rank(level: Any) -> int:
        cause = beginning.fell["course"].get(level.sourced_id)
        return 0 if cause is None else 2 if cause.code == "other_year" else 1

    return min(levels, key=rank, default=None)


def _chain(organization: Organization, walk: Walk, kind: Kind, row: Any) -> list[dict[str, Any]]:
    if kind.model is Org and walk.places.sees(row.sourced_id):
        # Also the unshared school above a shared one: its record is told, its people are not.
        return []
    chain: list[dict[str, Any]] = []
    seen: set[tuple[str, str]] = set()
    here: tuple[Kind, Any] | None = (kind, row)
    while here is not None:
        kind, row = here
        cause = _cause(organization, walk, kind, row)
        if cause is None or (kind.name, row.sourced_id) in seen:
            break
        seen.add((kind.name, row.sourced_id))
        chain.append(_told(organization, kind, row, cause))
        here = None
        if cause.code == "fallen" and cause.kind in KINDS:
            below = listing.rows_of(organization, KINDS[cause.kind])
            found = below.filter(sourced_id=cause.sourced_id).first()
            here = (KINDS[cause.kind], found) if found else None
    return chain


def _cause(organization: Organization, walk: Walk, kind: Kind, row: Any) -> Cause | None:
    if getattr(row, "status", Status.ACTIVE) == Status.RETIRED:
        return Cause("retired")
    if kind.model is Level or kind.model is Org:
        return walk.fell[kind.name].get(row.sourced_id)
    collection = kind.collection or ""
    if collection not in compiling.collections_of(walk):
        return Cause("not_shared", "", collection)
    if COLLECTIONS[collection].service == "gradebook":
        # What it stands on is told first, so that the walk knows it as published.
        for earlier in compiling.collections_of(walk):
            if earlier == collection:
                break
            if COLLECTIONS[earlier].service == "gradebook":
                for _ in compiling.documents(walk, earlier):
                    pass
    if compiling.tell_one(walk, collection, row.sourced_id) is not None:
        return None
    noted = walk.fell[kind.name].get(row.sourced_id)
    if noted is None and kind.name == "person":
        noted = _places(organization, walk, row.sourced_id)
    return noted or Cause("nobody")


def _places(organization: Organization, walk: Walk, person: str) -> Cause | None:
    """Return the first place at which a person would be seen and isn't."""
    levels = Level.objects.filter(organization=organization, person=person)
    order = {"school_enrollment": 0, "district_assignment": 1, "guardian_link": 2}
    for kind, sourced_id in sorted(
        levels.values_list("kind", "sourced_id"), key=lambda level: (order[level[0]], level[1])
    ):
        if sourced_id in walk.fell[kind]:
            return Cause("fallen", kind, sourced_id)
    return None


def _told(organization: Organization, kind: Kind, row: Any, cause: Cause) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": kind.name,
        "id": row.sourced_id,
        "name": listing.label(row),
        "code": cause.code,
        "reason": WORDS[cause.code],
    }
    if cause.code == "fallen":
        told["on"] = {"kind": cause.kind, "id": cause.sourced_id}
    elif cause.code == "missing":
        told["missing"] = {"kind": cause.kind, "id": cause.sourced_id}
    elif cause.code == "unpublishable":
        told["field"] = cause.sourced_id
    elif cause.code == "marked":
        marks = Mark.objects.filter(
            organization=organization, kind=kind.name, sourced_id=row.sourced_id
        )
        told["marks"] = [
            {
                "source": mark.source,
                "by": mark.by_name,
                "at": mark.at.isoformat(),
                "reason": mark.reason,
            }
            for mark in marks.order_by("pk")
        ]
    return told


def _published(line: Line, number: int, kind: Kind, row: Any) -> dict[str, Any] | None:
    """Return how a publication of the line has the record; None: it hasn't.

    `{"status", "first", "last", "publication"}`: since when it has been live without a break,
    and when it last changed, as the vendor's `dateLastModified` tells it.
    """
    if kind.collection is None or number == 0:
        return None
    sourced_id = row.course if kind.name == "course" else row.sourced_id
    found = Record.objects.filter(
        line=line,
        kind=kind.collection,
        sourced_id=sourced_id,
        valid_from__lte=number,
        valid_to__gt=number,
    ).first()
    if found is None:
        return None
    moments = {
        told.number: stamp(told.stamp)
        for told in Publication.objects.filter(
            line=line, number__in=[found.added_in, found.changed_in], stamp__isnull=False
        )
        if told.stamp
    }
    return {
        # A paused publication keeps a withdrawn record's place; the document says what it is.
        "status": orjson.loads(found.document)["status"],
        "first": moments.get(found.added_in),
        "last": moments.get(found.changed_in),
        "publication": found.changed_in,
    }
