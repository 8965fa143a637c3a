"""Links that are fields of a record here and rows of files of their own in a bundle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from roster.importing.columns import File
from roster.writing.formatting import objective
from roster.writing.lines import Line, made_id


def filled(file: File, owner: str, value: Any) -> Iterator[Line]:
    """Yield the lines of a record's score scale, or of its learning objectives."""
    names = {column.field: column.name for column in file.columns}
    if file.fills != "learning_objectives":
        values = {names["owner"]: owner, names["value"]: value}
        yield Line(made_id("link", file.name, owner, value), values)
        return
    for nth, found in enumerate(_objectives(value)):
        values = {names[field]: part for field, part in found.items() if field in names}
        made = made_id("link", file.name, owner, found["source"], found["objective"], str(nth))
        yield Line(made, {names["owner"]: owner, **values})


def _objectives(sets: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield each objective of REST's sets as the fields of a row."""
    for each in sets:
        for name in each.get("learningObjectiveIds", ()):
            yield _objective(each["source"], name)
        for result in each.get("learningObjectiveResults", ()):
            yield _objective(each["source"], result["learningObjectiveId"]) | {
                "score": result.get("score"),
                "text_score": result.get("textScore", ""),
            }


def _objective(source: str, name: str) -> dict[str, Any]:
    source, name = objective(source, name)
    return {"source": source, "objective": name}


def linked(file: File, owner: str, resource: str) -> Line:
    """Return the line of a resource that a course, class or user has."""
    [column] = [
        c for c in file.columns if c.target in ("courses", "classes", "users") and c.need.value
    ]
    values = {column.name: owner, "resourceSourcedId": resource}
    return Line(made_id("link", file.name, owner, resource), values)
