"""Writes streams of rows as a OneRoster CSV bundle: a zip, or a folder.

The bundle is written beside its place and put there at once, so nobody reads half of one. The
same rows give the same bytes: the files inside a zip carry no time.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TextIO

from roster.generator.formats import COLUMNS
from roster.generator.shapes import Row
from roster.refusal import Refused

SYSTEM, SANDBOX = "rosterdesk", "rosterdesk-sandbox"
"""The codes of systems that manifests name: ours, and a sandbox, whose people are made up."""

#: Opens one file of the bundle for writing, by its name.
Opener = Callable[[str], AbstractContextManager[TextIO]]

_REPORT_EVERY = 5000
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def write_bundle(
    path: Path,
    version: str,
    sources: Mapping[str, Iterable[Row]],
    *,
    metadata: Mapping[str, Sequence[str]] | None = None,
    mode: str = "bulk",
    system: str = SYSTEM,
    report: Callable[[int], None] | None = None,
) -> dict[str, int]:
    """Writes a bundle, bulk or delta by its `mode`, and gives the rows of each file by its name.

    `metadata` adds `metadata.*` columns to a file; `system` is the code by which the manifest
    names where the bundle comes from; `report` hears the rows written so far. A
    file without rows isn't written. What stands at `path` is replaced if it is a bundle, else
    it is refused.
    """
    _refuse_foreign(path)
    counts: dict[str, int] = {}
    written = 0
    place = _zip if path.suffix.lower() == ".zip" else _folder
    with place(path) as opener:
        for name, rows in sources.items():
            columns = (*COLUMNS[version][name], *(metadata or {}).get(name, ()))
            for count in _write_file(opener, f"{name}.csv", columns, rows):
                counts[f"{name}.csv"] = count
                if report and (written + count) % _REPORT_EVERY == 0:
                    report(written + count)
            written += counts.get(f"{name}.csv", 0)
        _write_manifest(opener, version, counts, mode, system)
    return counts


def _write_file(
    opener: Opener, name: str, columns: Sequence[str], rows: Iterable[Row]
) -> Iterator[int]:
    """Writes one file and yields the number of each row; opens it only for a first row."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    with opener(name) as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\r\n")
        writer.writeheader()
        writer.writerow(first)
        yield 1
        for number, row in enumerate(rows, 2):
            writer.writerow(row)
            yield number


def _write_manifest(
    opener: Opener, version: str, counts: Mapping[str, int], mode: str, system: str
) -> None:
    with opener("manifest.csv") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(("propertyName", "value"))
        writer.writerow(("manifest.version", "1.0"))
        writer.writerow(("oneroster.version", version))
        for name in COLUMNS[version]:
            writer.writerow((f"file.{name}", mode if f"{name}.csv" in counts else "absent"))
        writer.writerow(("source.systemName", "Rosterdesk bundle generator"))
        writer.writerow(("source.systemCode", system))


@contextmanager
def _zip(path: Path) -> Iterator[Opener]:
    partial = _sibling(path)
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:

            @contextmanager
            def opener(name: str) -> Iterator[TextIO]:
                entry = zipfile.ZipInfo(name, _NO_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 3
                entry.external_attr = 0o644 << 16
                with (
                    archive.open(entry, "w") as raw,
                    io.TextIOWrapper(raw, encoding="utf-8", newline="") as text,
                ):
                    yield text

            yield opener
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _folder(path: Path) -> Iterator[Opener]:
    partial = _sibling(path)
    partial.mkdir()

    def opener(name: str) -> AbstractContextManager[TextIO]:
        return (partial / name).open("w", encoding="utf-8", newline="")

    try:
        yield opener
        if path.exists():
            former = _sibling(path, "former")
            path.rename(former)
            partial.rename(path)
            shutil.rmtree(former)
        else:
            partial.rename(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _sibling(path: Path, kind: str = "partial") -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{kind}")


def _refuse_foreign(path: Path) -> None:
    """Refuses a place that holds anything but a bundle, or that can't be written to."""
    if not path.name:
        raise Refused(f"“{path}” is no name for a bundle.")
    if not path.parent.is_dir():
        raise Refused(f"There is no folder “{path.parent}” to write the bundle into.")
    if path.is_symlink():
        raise Refused(f"“{path}” is a link; name the place that it leads to.")
    if not path.exists():
        return
    if path.suffix.lower() == ".zip":
        if not path.is_file() or not zipfile.is_zipfile(path):
            raise Refused(f"“{path}” exists and isn't a zip file; it was left as it is.")
    elif not path.is_dir():
        raise Refused(f"“{path}” exists and isn't a folder; it was left as it is.")
    elif not _is_replaceable(path):
        raise Refused(f"“{path}” holds other things than a bundle; it was left as it is.")


def _is_replaceable(folder: Path) -> bool:
    """Says whether a folder is empty, or a bundle and nothing else."""
    found = {entry.name for entry in folder.iterdir()}
    known = {f"{name}.csv" for files in COLUMNS.values() for name in files} | {"manifest.csv"}
    return not found or ("manifest.csv" in found and found <= known)
