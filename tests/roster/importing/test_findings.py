"""Findings stay few however many faults there are, and go out as data and as harmless CSV."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from roster.importing.findings import KEPT, MOST_GROUPS, Findings
from roster.importing.report import HEADINGS, neutral, write_csv
from roster.models import Import
from tests.roster.importing.bundles import V1P2, edited
from tests.roster.importing.conftest import Bundler


def test_a_million_findings_are_counted_and_few_are_kept(load: Bundler) -> None:
    done = load(V1P2)
    findings = Findings()
    tracemalloc.start()
    for row in range(1_000_000):
        findings.add("unreadable", "users.csv", row=row, value="x", expected="y")
    for column in range(10_000):
        findings.add("column-unknown", "users.csv", column=f"c{column}")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20 << 20
    findings.save(done)
    saved = done.findings.filter(code="unreadable")
    assert saved.count() == KEPT
    assert saved[0].occurrences == 1_000_000
    assert done.findings.filter(code="column-unknown").count() < MOST_GROUPS + KEPT


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("a=1", "a=1"), (None, ""), (12, "12"), ("", ""),
    ],
)  # fmt: skip
def test_cells_are_no_formulas(value: Any, written: str) -> None:
    assert neutral(value) == written


def test_findings_as_csv_are_as_wide_as_their_heading(load: Bundler) -> None:
    done = load(
        edited(V1P2, "orgs.csv", "North School,school", "North School,\"=cmd|' /C calc'!A\"")
    )
    to = io.StringIO()
    assert write_csv(done, to) == done.findings.count() > 0
    heading, *lines = csv.reader(io.StringIO(to.getvalue()))
    assert tuple(heading) == HEADINGS
    assert {len(line) for line in lines} == {len(HEADINGS)}
    assert "'=cmd|' /C calc'!A" in lines[0]


def run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("list_findings", "riverside", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_command_lists_the_latest_import(load: Bundler, tmp_path: Path) -> None:
    load(edited(V1P2, "orgs.csv", "North School,school", "North School,building"))
    second = load(edited(V1P2, "orgs.csv", "North School,school", "North School,School"))
    said = json.loads(run("--json"))
    assert (said["import"], said["state"]) == (second.pk, "applied")
    [found] = said["findings"]["list"]
    assert (found["code"], found["cure"]) == ("letter-case", "Write it in OneRoster's letters.")
    first = Import.objects.last()
    assert first is not None
    assert "row 3 s1 “building”" in run("--import", first.pk)
    path = tmp_path / "findings.csv"
    assert "Wrote 1 findings" in run("--csv", path)
    assert path.read_text("utf-8-sig").startswith("severity,code,file")


def test_the_command_refuses_what_is_not_there(load: Bundler, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no import yet"):
        run()
    load(V1P2)
    with pytest.raises(CommandError, match="no import 99"):
        run("--import", 99)
    with pytest.raises(CommandError, match="can't be written"):
        run("--csv", tmp_path / "nowhere" / "findings.csv")
