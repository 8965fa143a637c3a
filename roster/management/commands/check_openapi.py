"""Compares our OpenAPI documents with the official files, and says where they differ."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from roster.api.openapi.comparing import Difference, compare
from roster.api.openapi.discovery import NAMES
from roster.api.openapi.document import document
from roster.api.openapi.intended import reason_for
from roster.management.base import RosterCommand
from roster.refusal import Refused

HERE = "https://rosterdesk.invalid"


class Command(RosterCommand):
    help = (
        "Compare our OpenAPI documents with the official files in a folder. Every difference is "
        "told, with the reason if it is intended; any other one makes the command fail."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, help="with files named onerosterv1p2…service_openapi3_v1p0.json"
        )

    def _require_tables(self) -> None:
        """No database is asked."""

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        told: list[dict[str, Any]] = []
        files = _files(options["folder"])
        for path, (version, service) in files.items():
            ours = document(version, service, HERE, f"{HERE}/token")
            told += [_row(path, each) for each in compare(ours, _read(path))]
        strange = sum(row["reason"] is None for row in told)
        result = {
            "files": [path.name for path in files],
            "differences": told,
            "unexplained": strange,
        }
        words = _words(told, len(files), strange)
        if strange:
            self.stdout.write(json.dumps(result, ensure_ascii=False) if self.as_json else words)
            sys.exit(1)
        return result, words


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
        raise Refused(f"There is none of the files in {folder}: {wanted}")
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(path.read_bytes())
        told["paths"], told["components"]["schemas"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"{path.name} is no OpenAPI document in JSON.") from error
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
