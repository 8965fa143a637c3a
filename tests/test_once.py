"""What needn't run on PostgreSQL is there, has a reason, and has a twin that does run."""

from __future__ import annotations

import pytest

from portal.env import BASE
from tests import once

ROWS = {**once.ONCE, **once.IN_ONE_VERSION}
TWINS = {
    "tests/conformance/test_paging.py::test_it[1.1-school]",
    "tests/conformance/test_paging.py::test_it[1.2-school]",
    "tests/conformance/test_paging.py::test_it[1.1-only here]",
    "tests/conformance/test_sorts.py::test_it[1.1]",
    "tests/conformance/test_sorts.py::test_it[1.2]",
}


@pytest.mark.parametrize("path", ROWS)
def test_each_row_names_tests_that_are_there_and_a_reason(path: str) -> None:
    file, _, name = path.partition("::")
    assert [*BASE.glob(f"{file}*")]
    assert not name or f"def {name}" in (BASE / file).read_text()
    assert ROWS[path]


def test_of_twins_by_version_postgresql_runs_the_later() -> None:
    assert [test for test in sorted(TWINS) if once.enough_on_one(test, TWINS)] == [
        "tests/conformance/test_paging.py::test_it[1.1-school]"
    ]
