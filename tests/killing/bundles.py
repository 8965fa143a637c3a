"""The bundles of some nights: the demo district, each time with others gone and others changed."""

from __future__ import annotations

import csv
import zipfile
from datetime import date
from io import StringIO
from pathlib import Path

from roster.generator.demo import write_demo_bundle


def write_nights(folder: Path, nights: int) -> Path:
    """Return a folder with one bundle for each night."""
    whole = folder / "whole.zip"
    write_demo_bundle(whole, date.today())  # noqa: DTZ011 - its year must be the one of today.
    bundles = folder / "nights"
    bundles.mkdir()
    for night in range(nights):
        with (
            zipfile.ZipFile(whole) as source,
            zipfile.ZipFile(bundles / f"{night}.zip", "w") as target,
        ):
            for name in source.namelist():
                content = source.read(name).decode("utf-8-sig")
                if name in ("users.csv", "enrollments.csv"):
                    content = _of_night(content, night)
                target.writestr(name, content)
    return bundles


def _of_night(content: str, night: int) -> str:
    """Leave out every eleventh row, another one each night, and change some of the rest."""
    rows = csv.DictReader(StringIO(content))
    out = StringIO()
    writer = csv.DictWriter(out, rows.fieldnames or [])
    writer.writeheader()
    for place, row in enumerate(rows):
        if place % 11 == night:
            continue
        if "middleName" in row and place % 5 == night:
            row["middleName"] = f"Night {night}"
        writer.writerow(row)
    return out.getvalue()
