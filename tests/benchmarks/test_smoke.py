"""The harness runs from end to end, and the pages that it measures hold what they must."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.env import BASE
from tests.benchmarks import samples
from tests.benchmarks.connecting import ADDED
from tests.portal.running import migrated

STUDENTS = 60


@pytest.fixture(scope="module")
def environ(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    with migrated(tmp_path_factory.mktemp("benchmarks") / "data") as environ:
        yield environ


def measured(environ: dict[str, str], report: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.benchmarks", "--engine", "given", "--explain"]
    sizes = ["--students", str(STUDENTS), "--samples", "2", "--connections", "3"]
    return subprocess.run(
        [*command, *sizes, "--json", str(report)],
        cwd=BASE, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_it_runs_and_measures_pages_with_the_right_number_of_records(
    environ: dict[str, str], tmp_path: Path
) -> None:
    done = measured(environ, tmp_path / "report.json")
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    files, published = report["district"]["files"], report["district"]["records"]
    enrollments = files["enrollments.csv"]
    beyond = enrollments - enrollments // 2

    assert published["users"] == files["users.csv"]
    assert records(report, "pages") == [
        enrollments, beyond, enrollments, beyond, enrollments, beyond,
    ]  # fmt: skip
    *_, plain, _, gzipped = (row["bytes"] for row in report["reading"] if row["group"] == "pages")
    assert gzipped < plain / 6
    assert records(report, "busy") == [beyond]
    assert records(report, "single") == [1]
    *of_roles, first, again = records(report, "filter")
    assert of_roles == [STUDENTS] * 4
    assert first == again >= 1
    assert min(records(report, "nested")) > 1
    assert records(report, "sync") == [sum(published.values())] * 2
    changed = {row["what"]: row.get("changed") for row in report["work"]}
    (touched,) = (
        count
        for what, count in changed.items()
        if what.startswith("refresh,") and what.endswith("enrollments changed")
    )
    # What was changed is summed over the three vendors; each reads its own third of it.
    assert touched % 3 == 0
    assert records(report, "delta") == [touched // 3, touched // 3]
    assert touched > 3
    assert changed["refresh, nothing changed"] == 0
    assert changed["refresh, full compare (revision touched)"] == 0
    assert changed["refresh, one user changed"] == 3
    of_three = [what for what in changed if what.endswith(", 3 connections")]
    assert len(of_three) >= 7
    assert [row["n"] for row in report["deciding"]] == [5, 20, 5]
    assert len(report["disk"]) == 2
    assert [row["what"] for row in report["brought"]] == ["the first", *ADDED]
    assert all(row["peak_mib"] > 10 for row in report["work"])
    for row in report["memory"].values():
        assert {"serve", "web", "worker", "beat", "all"} == set(row)
        assert min(row.values()) > 1
    assert report["plans"]
    assert "| page of 1,000 enrollments, first |" in done.stdout


def records(report: dict[str, Any], group: str) -> list[int]:
    rows = [row for row in report["reading"] if row["group"] == group]
    assert rows
    return [row["records"] for row in rows]


def test_the_ninety_fifth_of_a_hundred_samples_is_told() -> None:
    seconds = [number / 1000 for number in range(100, 0, -1)]
    assert samples.told(seconds) == {"p50_ms": 50.5, "p95_ms": 95, "min_ms": 1, "n": 100}
    assert samples.told([0.002]) == {"p50_ms": 2, "p95_ms": 2, "min_ms": 2, "n": 1}
