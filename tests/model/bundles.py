"""Rows of a made-up district as the bundle that brings them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from roster.importing.columns import Column, File
from roster.importing.files import FILES
from tests.model.districts import Rows

VERSION = "1.2"


def write(folder: Path, rows: Rows, pairs: list[tuple[str, str]]) -> Path:
    """Write a 1.2 bulk bundle of those rows that are active; files without rows are empty.

    Assessments aren't among them: a bundle has no files for these.
    """
    manifest = [("manifest.version", "1.0"), ("oneroster.version", VERSION)]
    for file in FILES.values():
        if not file.of(VERSION):
            continue
        manifest.append((f"file.{file.name}", "bulk"))
        with (folder / file.filename).open("w", newline="", encoding="utf-8") as stream:
            lines = csv.writer(stream)
            lines.writerows(_lines(file, rows, pairs))
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("propertyName", "value"), *manifest])
    return folder


def _lines(file: File, rows: Rows, pairs: list[tuple[str, str]]) -> list[list[str]]:
    columns = file.columns_of(VERSION)
    of_file = {
        sourced_id: {**_defaults(model), **_with_agents(fields, sourced_id, pairs)}
        for (model, sourced_id), fields in rows.items()
        if model is file.model and fields["status"] == "active"
    }
    if file.fills:
        return [_header(file, []), *_fill(file, of_file)]
    metadata = sorted({name for fields in of_file.values() for name in fields.get("metadata", {})})
    lines = [_header(file, metadata)]
    for sourced_id, fields in of_file.items():
        cells = [_cell(column, fields) for column in columns]
        beside = fields.get("metadata", {})
        lines.append([sourced_id, "", "", *cells, *(beside.get(name, "") for name in metadata)])
    return lines


def _header(file: File, metadata: list[str]) -> list[str]:
    own = [column.name for column in file.columns_of(VERSION)]
    return [
        *("sourcedId", "status", "dateLastModified"),
        *own,
        *(f"metadata.{name}" for name in metadata),
    ]


@cache
def _defaults(model: Any) -> dict[str, Any]:
    """Return what the fields of a row hold where nobody says anything."""
    fields = model._meta.concrete_fields
    return {field.name: field.get_default() for field in fields if field.name != "organization"}


def _with_agents(
    fields: dict[str, Any], sourced_id: str, pairs: list[tuple[str, str]]
) -> dict[str, Any]:
    return fields | {"agents": [agent for user, agent in pairs if user == sourced_id]}


def _fill(file: File, of_file: dict[str, dict[str, Any]]) -> list[list[str]]:
    """Return the lines that fill one field of the rows: score scales, learning objectives."""
    found = []
    for owner, fields in of_file.items():
        value = fields.get(file.fills)
        if file.fills == "score_scale" and value:
            found.append([f"{owner}-{file.fills}", "", "", "", owner, value])
        elif value:
            for each in value:
                for objective in each["learningObjectiveIds"]:
                    # What is filled in results has two columns more.
                    more = [""] * (len(file.columns_of(VERSION)) - 3)
                    name = f"{owner}-{objective}"
                    found.append([name, "", "", owner, each["source"], objective, *more])
    return found


def _cell(column: Column, fields: dict[str, Any]) -> str:
    value = fields.get(column.field)
    if value is None:
        return ""
    return next(write(value) for of, write in WRITTEN if isinstance(value, of))


def _listed(value: list[Any]) -> str:
    return ",".join(each if isinstance(each, str) else _braced(each) for each in value)


def _braced(value: dict[str, str]) -> str:
    left, right = value.values()
    return f"{{{left}:{right}}}"


WRITTEN: list[tuple[Any, Callable[[Any], str]]] = [
    (bool, lambda value: str(value).lower()),
    (str, str),
    ((int, float), str),
    (datetime, datetime.isoformat),
    (date, date.isoformat),
    (list, _listed),
]
