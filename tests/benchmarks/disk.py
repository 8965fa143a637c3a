"""What the published documents and lists take on the disk."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.floors import Database

TABLES = ("document", "rendered", "listpart", "publication", "storedmap")
BROUGHT = TABLES[:-1]
"""What a connection brings; the map is the organization's."""


def sizes(database: Database) -> dict[str, float]:
    """Return MiB by table."""
    return {table: round(size / 2**20, 1) for table, size in taken(database, TABLES).items()}


def taken(database: Database, tables: Sequence[str] = BROUGHT) -> dict[str, int]:
    """Return bytes by table, with indexes; SQLite can't tell them apart: all that its file has."""
    if database.is_postgresql:
        return {
            table: database.rows(f"SELECT pg_total_relation_size('roster_{table}')")[0][0]
            for table in tables
        }
    size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    return {"all": database.rows(size)[0][0]}
