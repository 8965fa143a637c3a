"""What the documents of line items and results have in common with those of assessments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def task(row: Any) -> dict[str, Any]:
    """Return what a line item and an assessment line item share, references aside."""
    return {
        "title": row.title,
        "description": row.description,
        "resultValueMin": row.result_value_min,
        "resultValueMax": row.result_value_max,
        "learningObjectiveSet": _objectives(row),
    }


def score(row: Any, *, whole: bool) -> dict[str, Any]:
    """Return what a result and an assessment result share; 1.1 knows less of it."""
    document = {
        "scoreStatus": row.score_status,
        "score": row.score,
        "scoreDate": row.score_date.isoformat(),
        "comment": row.comment,
    }
    if not whole:
        return document
    flags = {"inProgress": row.in_progress, "incomplete": row.incomplete}
    flags |= {"late": row.late, "missing": row.missing}
    said = {name: str(value).lower() for name, value in flags.items() if value is not None}
    return (
        document
        | said
        | {
            "textScore": row.text_score,
            "learningObjectiveSet": _objectives(row),
        }
    )


def stamp(moment: datetime) -> str:
    """Return a moment as OneRoster writes it, in UTC and milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _objectives(row: Any) -> list[dict[str, Any]]:
    """The documents know two sources only."""
    return [
        {**each, "source": each["source"] if each["source"] == "case" else "unknown"}
        for each in row.learning_objectives
    ]
