"""Reads a bundle back with the csv module alone, for the tests of the generator."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

Rows = list[dict[str, str]]


def texts(path: Path) -> dict[str, str]:
    """Gives file name → text, of a zip or a folder."""
    if path.is_dir():
        return {file.name: file.read_bytes().decode() for file in path.iterdir()}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def header(text: str) -> str:
    return text.split("\r\n", 1)[0]


def tables(path: Path) -> dict[str, Rows]:
    """Gives file name without `.csv` → rows."""
    return {
        name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        for name, text in texts(path).items()
    }


def ids(cell: str) -> list[str]:
    """Gives the elements of a list in a cell."""
    return cell.split(",") if cell else []


def manifest(path: Path) -> dict[str, str]:
    return {row["propertyName"]: row["value"] for row in tables(path)["manifest"]}
