"""Academic sessions and orgs."""

from __future__ import annotations

from typing import Any, NamedTuple

from roster.dialects.composing import Doc, Hidden, day, finish
from roster.dialects.fields import V11
from roster.dialects.references import Place, place_reference, reference_if, references


class SessionAnswer(NamedTuple):
    """The year that the session belongs to, and which of its relatives are visible."""

    school_year: str
    parent: str
    children: list[str]


def academic_session(version: str, row: Any, answer: SessionAnswer, hidden: Hidden) -> Doc:
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "title": row.title,
        "startDate": day(row.start_date),
        "endDate": day(row.end_date),
        "type": row.type,
        "schoolYear": answer.school_year,
        "parent": reference_if(version, "academicSession", answer.parent),
        "children": references(version, "academicSession", answer.children),
    }
    return finish(version, "academicSessions", values, hidden, role=row.type)


class OrgAnswer(NamedTuple):
    """Which relatives of the org are visible."""

    parent: Place | None
    children: list[Place]


def org(version: str, row: Any, answer: OrgAnswer, hidden: Hidden) -> Doc:
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "name": row.name,
        "type": row.type,
        "identifier": row.identifier or (row.sourced_id if version != V11 else ""),
        "parent": place_reference(version, answer.parent) if answer.parent else None,
        "children": [place_reference(version, child) for child in answer.children],
    }
    return finish(version, "orgs", values, hidden, role=row.type)
