"""The following nights: copies of a bundle in which a few rows differ."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

Row = dict[str, str]


def rename_one(bundle: Path, to: Path) -> int:
    """Copy a bundle with one student under another name; returns the rows changed: 1."""
    students = (row for row in _rows(bundle / "users.csv") if row["sourcedId"].startswith("stu-"))
    chosen = next(students)["sourcedId"]

    def change(row: Row) -> bool:
        if row["sourcedId"] != chosen:
            return False
        row["givenName"] = f"{row['givenName']}-Ann"
        return True

    return _copied(bundle, to, "users.csv", change)


def touch_enrollments(bundle: Path, to: Path, most: int) -> int:
    """Copy a bundle with that many enrollments changed, or a tenth of them, evenly spread."""
    rows = [row for row in _rows(bundle / "enrollments.csv") if row["role"] == "student"]
    count = max(1, min(most, len(rows) // 10))
    step = len(rows) // count
    chosen = {row["sourcedId"] for row in rows[: step * count : step]}

    def change(row: Row) -> bool:
        if row["sourcedId"] not in chosen:
            return False
        # Means nothing for a student, so nothing else changes with it.
        row["primary"] = "true" if row["primary"] != "true" else "false"
        return True

    return _copied(bundle, to, "enrollments.csv", change)


def touch_share(bundle: Path, to: Path, every: int) -> int:
    """Copy a bundle in which one of `every` users and class enrollments has changed."""
    seen = 0

    def change(row: Row) -> bool:
        nonlocal seen
        seen += 1
        if seen % every:
            return False
        if "givenName" in row:
            row["givenName"] = f"{row['givenName']}-Lou"
        else:
            row["primary"] = "true" if row["primary"] != "true" else "false"
        return True

    return _copied(bundle, to, "users.csv", change) + _changed(
        to, bundle, "enrollments.csv", change
    )


def touch_some(bundle: Path, to: Path, every: int, night: int) -> int:
    """Copy a bundle in which about one of `every` users and class enrollments has changed, others
    each night.
    """
    chance = random.Random(night)  # noqa: S311 - the same rows in each run.

    def change(row: Row) -> bool:
        if chance.randrange(every):
            return False
        if "givenName" in row:
            row["givenName"] = f"{row['givenName'].partition('-')[0]}-Lou {night}"
        else:
            row["primary"] = "true" if row["primary"] != "true" else "false"
        return True

    return _copied(bundle, to, "users.csv", change) + _changed(
        to, bundle, "enrollments.csv", change
    )


def _copied(bundle: Path, to: Path, file: str, change: Callable[[Row], bool]) -> int:
    shutil.copytree(bundle, to)
    return _changed(to, bundle, file, change)


def _changed(to: Path, bundle: Path, file: str, change: Callable[[Row], bool]) -> int:
    changed = 0
    with (to / file).open("w", encoding="utf-8", newline="") as out:
        writer: csv.DictWriter[str] | None = None
        for row in _rows(bundle / file):
            if writer is None:
                writer = csv.DictWriter(out, list(row), lineterminator="\r\n")
                writer.writeheader()
            changed += change(row)
            writer.writerow(row)
    return changed


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
