"""Compares our OpenAPI documents with the official files, and says where they differ.

    python -m tests.official FOLDER [--json]

FOLDER has files named onerosterv1p2…service_openapi3_v1p0.json. Every difference is printed, with
the reason if it is intended (`intended.py`); any other one makes the exit code 1, and 2 says
that there was nothing to compare.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from roster.api.openapi.discovery import NAMES
from roster.api.openapi.document import document
from tests.official.comparing import Difference, compare
from tests.official.intended import reason_for

HERE = "https://rosterdesk.invalid"


class Unusable(Exception):
    """There is nothing to compare with; `str()` says why."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.official", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    try:
        result, words = differences(asked.folder)
    except Unusable as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(result, ensure_ascii=False) if asked.json else words)
    return 1 if result["unexplained"] else 0


def differences(folder: Path) -> tuple[dict[str, Any], str]:
    """Return all differences from the files of a folder, and the same in words."""
    rows: list[dict[str, Any]] = []
    files = _files(folder)
    for path, (version, service) in files.items():
        ours = document(version, service, HERE, f"{HERE}/token")
        rows += [_row(path, each) for each in compare(ours, _read(path))]
    strange = sum(row["reason"] is None for row in rows)
    result = {"files": [path.name for path in files], "differences": rows, "unexplained": strange}
    return result, _words(rows, len(files), strange)


def _files(folder: Path) -> dict[Path, tuple[str, str]]:
    """Return the files that are there, with version and service."""
    found = {
        folder / name: known
        for known, names in NAMES.items()
        for name in names
        if (folder / name).is_file()
    }
    if not found:
        wanted = ", ".join(names[0] for names in NAMES.values())
        raise Unusable(f"There is none of the files in {folder}: {wanted}")
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(path.read_bytes())
        told["paths"], told["components"]["schemas"]
    except (ValueError, KeyError, TypeError) as error:
        raise Unusable(f"{path.name} is no OpenAPI document in JSON.") from error
    return told


def _row(path: Path, difference: Difference) -> dict[str, Any]:
    return {
        "file": path.name,
        "kind": difference.kind,
        "where": difference.where,
        "ours": difference.ours,
        "official": difference.theirs,
        "reason": reason_for(difference),
    }


def _words(told: list[dict[str, Any]], files: int, strange: int) -> str:
    groups: dict[str | None, list[str]] = defaultdict(list)
    for row in told:
        groups[row["reason"]].append(
            f"  {row['kind']}: {row['where']}  "
            f"(ours: {_short(row['ours'])}, official: {_short(row['official'])})"
        )
    lines = []
    for reason, rows in sorted(groups.items(), key=lambda group: (group[0] is None, group[0])):
        lines += [f"{reason or 'NOT EXPLAINED'} ({len(rows)})", *rows, ""]
    end = f"{strange} of them not explained" if strange else "all of them intended"
    return "\n".join([*lines, f"{len(told)} differences in {files} files, {end}."])


def _short(value: Any) -> str:
    if value is None:
        return "–"
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value is not True else "there"
