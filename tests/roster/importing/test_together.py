"""Rows that are read together say what each says when it is read alone."""

from __future__ import annotations

import csv
import io
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.importing.columns import Column
from roster.importing.files import FILES
from roster.importing.findings import Findings
from roster.importing.known import NOTHING, KnownLines
from roster.importing.manifest import Bundle
from roster.importing.package import Entry
from roster.importing.parsing import Cells, Unusual
from roster.importing.parts import Part
from roster.importing.reading import Reader
from roster.importing.values import SECRET, Unreadable
from roster.refusal import Refused

USUAL = [
    "", "a", "b~c", "true", "false", "2026-08-20", "2027-06-10", "2027", "09", "09,10", "1",
    "teacher", "student", "primary", "school", "term", "scheduled", "male", "exempt",
    "{LDAP:ann}", "{A:90-100}",
]  # fmt: skip
ODD = [" a", "NULL", "n/a", "yes", "08/20/2026", "a\tb", "é", "Ã©", "x" * 300, "active",
       "tobedeleted", "sourcedId", "--", "\u200b", "maybe"]  # fmt: skip


class Silent:
    """A cell of which there must be nothing to remark."""

    version = "1.2"
    form = ""
    zone: tzinfo = UTC
    strict = False

    def remark(self, code: str, expected: str = "") -> None:
        raise Unreadable


def good(column: Column) -> list[str]:
    """Return the usual texts of which there is nothing to say in a column."""

    def is_good(text: str) -> bool:
        try:
            if text and column.type.read:
                column.type.read(text, Silent())
        except Unreadable:
            return False
        return bool(text) or column.need.may_be_blank

    secret = column.type is SECRET
    return [text for text in USUAL if is_good(text) and not (secret and text)] or [""]


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, str, list[list[str]]]:
    """Return a file, a version, and its lines: mostly good, with one odd cell at times."""
    version = draw(st.sampled_from(["1.1", "1.2"]))
    name = draw(st.sampled_from([each for each, file in FILES.items() if file.of(version)]))
    columns = FILES[name].columns_of(version)
    own = draw(st.sampled_from([[], ["metadata.room"], ["metadata.externalLmsExclude"]]))
    heads = ["sourcedId", "status", "dateLastModified", *(each.name for each in columns), *own]
    lines = []
    pools = [st.sampled_from(good(column)) for column in columns] + [st.just("")] * len(own)
    for number in range(draw(st.integers(1, 6))):
        lines.append([f"id{number}", "", "", *map(draw, pools)])
    if draw(st.booleans()):
        line = draw(st.sampled_from(lines))
        line[draw(st.integers(0, len(heads) - 1))] = draw(st.sampled_from(ODD + USUAL))
    return name, version, [heads, *lines]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files") / "rows.csv"


def told(path: Path, name: str, version: str, mode: Any) -> Any:
    """Return all that a reader says of a file."""
    entry = Entry(name=f"{name}.csv", size=path.stat().st_size, open=lambda: path.open("rb"))
    part = Part(FILES[name], entry, mode)
    bundle = Bundle(version, [part])
    for looks in (False, True):
        findings = Findings()
        reader = Reader(part, bundle, findings, lambda here: None, looks=looks,
                        recall=lambda columns: KnownLines(lambda reading: NOTHING))  # fmt: skip
        try:
            records: Any = [each for some in reader.records() for each in some]
        except Unusual:
            continue
        except Refused as refusal:
            records = str(refusal)
        groups = {
            key: (group.occurrences, [(each.row, each.value) for each in group.kept])
            for key, group in findings._groups.items()
        }
        return (records, groups, reader.read, reader.left_out, reader.date_forms, reader.latest,
                reader.present)  # fmt: skip
    raise AssertionError


@given(tables(), st.sampled_from(["bulk", "delta"]))
def test_rows_read_together_say_what_they_say_alone(
    path: Path, table: tuple[str, str, list[list[str]]], mode: str
) -> None:
    name, version, lines = table
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    path.write_text(out.getvalue(), "utf-8")
    with patch.object(Cells, "records", lambda self, rows: None):
        alone = told(path, name, version, mode)
    assert told(path, name, version, mode) == alone
