"""The report: tables in Markdown for people, one JSON object for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

Cells = Sequence[Sequence[Any]]


def markdown(report: dict[str, Any]) -> str:
    """Return the whole report as Markdown."""
    parts = [
        _machine(report),
        table(READING, [_reading(row) for row in report["reading"]]),
        table(DECIDING, [_deciding(row) for row in report["deciding"]]),
        table(WORKING, [_working(row) for row in report["work"]]),
        table(*_disk(report["disk"])),
        table(*_brought(report["brought"])),
        table(MEMORY, [_memory(when, row) for when, row in report["memory"].items()]),
        *(f"Plan of the {title}:\n\n```\n{chr(10).join(lines)}\n```"
          for title, lines in report.get("plans", {}).items()),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part)


READING = (
    "what",
    "p50",
    "p95",
    "min",
    "N",
    "records",
    "bytes",
    "SQL alone",
    "bare server",
    "ratio",
)
WORKING = ("what", "seconds", "whole process", "processor", "peak memory", "records written")
DECIDING = ("what", "p50", "min", "N")
ROLES = ("serve", "web", "worker", "beat", "all")
MEMORY = ("memory of `serve` (PSS)", *ROLES)


def _machine(report: dict[str, Any]) -> str:
    machine, district = report["machine"], report["district"]
    engine = machine["engine"]
    return (
        f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gib']} GiB; "
        f"{engine['name']} {engine['version']}, Python {machine['python']}, "
        f"granian {machine['packages']['granian']}; commit {machine['commit']}; "
        f"load {machine['load']} before, {machine['load_after']} after.\n"
        f"{district['students']:,} students, {sum(district['records'].values()):,} records, "
        f"OneRoster {district['oneroster']}, `--share all`. Ratio: p50 to the sum of the floors."
    )


def _reading(row: dict[str, Any]) -> Sequence[Any]:
    return (
        row["what"],
        *(_time(row[name]) for name in ("p50_ms", "p95_ms", "min_ms")),
        row["n"],
        "" if row["records"] is None else f"{row['records']:,}",
        f"{row['bytes']:,}",
        _time(row["sql"]["p50_ms"]) if row["sql"] else "",
        _time(row["bare"]["p50_ms"]),
        f"{row['ratio']:.2f}",
    )


def _working(row: dict[str, Any]) -> Sequence[Any]:
    written = [row[name] for name in ("added", "changed", "removed") if name in row]
    return (
        row["what"],
        f"{row['seconds']:.2f} s",
        f"{row['process_seconds']:.2f} s",
        f"{row['processor_seconds']:.2f} s",
        f"{row['peak_mib']:.0f} MiB",
        f"{sum(written):,}" if written else "",
    )


def _deciding(row: dict[str, Any]) -> Sequence[Any]:
    return (row["what"], _time(row["p50_ms"]), _time(row["min_ms"]), row["n"])


def _disk(sizes: dict[str, dict[str, float]]) -> tuple[Sequence[str], Cells]:
    """Return head and rows of what the tables take at each point of the run."""
    tables = list(dict.fromkeys(table for row in sizes.values() for table in row))
    rows = [(when, *(f"{row.get(t, 0):.0f} MiB" for t in tables)) for when, row in sizes.items()]
    return ("disk", *tables), rows


def _brought(rows: list[dict[str, Any]]) -> tuple[Sequence[str], Cells]:
    """Return head and rows of what the tables grew by for each connection."""
    tables = list(rows[0]["mb"]) if rows else []
    return ("disk of a connection", *tables, "in all", "asked"), [
        (
            row["what"],
            *(f"{size:.1f} MB" for size in row["mb"].values()),
            f"{sum(row['mb'].values()):.1f} MB",
            f"{row['asked_mb']} MB" if row["asked_mb"] else "",
        )
        for row in rows
    ]


def _memory(when: str, row: dict[str, float]) -> Sequence[Any]:
    return (when, *(f"{row.get(role, 0):.0f} MiB" for role in ROLES))


def _time(milliseconds: float) -> str:
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.2f} s"
    return f"{milliseconds:.2f} ms" if milliseconds < 10 else f"{milliseconds:.1f} ms"


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    if not rows:
        return ""
    right = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join(_lines([head, right, *rows]))


def _lines(rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
