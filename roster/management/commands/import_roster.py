"""`import_roster`: takes one OneRoster bundle in, whole or not at all, and says what it found."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandParser

from roster.importing import import_bundle
from roster.importing.report import summary
from roster.management.base import RosterCommand

COLUMNS = ("read", "created", "updated", "unchanged", "retired", "left_out")
SHOWN = 12


class Command(RosterCommand):
    help = (
        "Import one OneRoster 1.1 or 1.2 bulk bundle, a zip or a folder: all of it or nothing."
        " What a file no longer names is retired; what didn't change isn't touched."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the organization")
        parser.add_argument("bundle", metavar="BUNDLE", help="a zip file or a folder")
        parser.add_argument(
            "--strict", action="store_true", help="refuse what breaks OneRoster's CSV binding"
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        began = time.perf_counter()
        organization = self.organization(options["slug"])
        done = import_bundle(
            organization,
            options["bundle"],
            by=self.actor(),
            strict=options["strict"],
            progress=self.progress,
        )
        result = {
            "import": done.pk,
            "organization": organization.slug,
            "oneroster": done.oneroster,
            "files": done.counts,
            "findings": summary(done),
            "seconds": round(time.perf_counter() - began, 2),
            "held": False,
        }
        return result, in_words(result)


def in_words(result: dict[str, Any]) -> str:
    """Return the result as a table of files, and the gravest findings."""
    findings = result["findings"]
    width = max(map(len, result["files"]), default=4)
    heads = "".join(f"{name.replace('_', ' '):>11}" for name in COLUMNS)
    lines = [
        f"Imported OneRoster {result['oneroster']} into {result['organization']}"
        f" in {result['seconds']} s.",
        "",
        f"{'':<{width}}{heads}",
    ]
    for name, counts in result["files"].items():
        cells = "".join(f"{counts[column]:>11,}" for column in COLUMNS)
        lines.append(f"{name:<{width}}{cells}")
    lines += [
        "",
        f"Findings: {findings['errors']:,} errors (row left out),"
        f" {findings['warnings']:,} warnings, {findings['notices']:,} notices.",
    ]
    return "\n".join(lines + _findings(findings["list"]))


def _findings(kept: list[dict[str, Any]]) -> list[str]:
    """Return one line for each group of findings, gravest first, with its first example."""
    groups: dict[tuple[str, str, str], dict[str, Any]] = {}
    for finding in kept:
        groups.setdefault((finding["code"], finding["file"], finding["column"]), finding)
    lines = []
    for finding in list(groups.values())[:SHOWN]:
        place = " ".join(filter(None, (finding["file"], finding["column"])))
        row = f", first in row {finding['row']}" if finding["row"] else ""
        value = f" (“{finding['value']}”)" if finding["value"] else ""
        lines.append(
            f"  {finding['severity']:<8}{finding['occurrences']:>7,} × {place}{row}{value}:"
            f" {finding['message']}"
        )
    if len(groups) > SHOWN:
        lines.append(f"  … and {len(groups) - SHOWN} more kinds; --json lists them.")
    return lines
