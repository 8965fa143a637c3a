"""What the published documents and lists take on the disk."""

from __future__ import annotations

from tests.benchmarks.floors import Database

TABLES = ("document", "rendered", "listpart", "publication", "storedmap")


def sizes(database: Database) -> dict[str, float]:
    """Return MiB by table, with indexes; SQLite can't tell them apart, and gives the whole file."""
    if database.is_postgresql:
        return {
            table: mebibytes(database.rows(f"SELECT pg_total_relation_size('roster_{table}')"))
            for table in TABLES
        }
    size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    return {"all": mebibytes(database.rows(size))}


def mebibytes(rows: list[tuple[int]]) -> float:
    return round(rows[0][0] / 2**20, 1)
