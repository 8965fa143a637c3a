"""The plans by which the database finds the pages: `--explain`."""

from __future__ import annotations

from tests.benchmarks import recording
from tests.benchmarks.floors import Database
from tests.benchmarks.scene import Scene

EXPLAIN = {True: "EXPLAIN (ANALYZE, BUFFERS)", False: "EXPLAIN QUERY PLAN"}


def plans(scene: Scene, database: Database) -> dict[str, list[str]]:
    """Return, by title, the plan of the first and of the deep page of 1,000 enrollments."""
    found = {}
    for offset in (0, scene.deep):
        request = scene.get("enrollments", limit=1000, offset=offset)
        lines: list[str] = []
        for statement in recording.of_documents(recording.statements(request)):
            sql = f"{EXPLAIN[database.is_postgresql]} {statement.sql}"
            lines += [str(row[-1]) for row in database.rows(sql, statement.values)]
        found[f"page of 1,000 enrollments, offset {offset:,}"] = lines
    return found
