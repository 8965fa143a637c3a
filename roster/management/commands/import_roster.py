"""`import_roster`: takes one OneRoster bundle in, whole or not at all, and says what it found."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from roster.checking import in_words as sentences
from roster.importing import approve, discard, import_bundle
from roster.importing.report import summary
from roster.importing.totals import SHOWN as MOST
from roster.management.base import OrganizationCommand
from roster.models import Import

COLUMNS = ("read", "created", "updated", "unchanged", "retired", "left_out")
ACTS = ("created", "updated", "returned", "removed")
SHOWN = 12


class Command(OrganizationCommand):
    help = (
        "Import one OneRoster 1.1 or 1.2 bundle, a zip or a folder: all of it or nothing. What a"
        " bulk file no longer names is retired; what didn't change isn't touched. An import that"
        " would remove, open or change more than is usual is held until it is approved."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("bundle", nargs="?", metavar="BUNDLE", help="a zip file or a folder")
        parser.add_argument(
            "--strict", action="store_true", help="refuse what breaks OneRoster's CSV binding"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )
        parser.add_argument(
            "--force", default="", metavar="REASON", help="apply a delta that goes back in time"
        )
        parser.add_argument(
            "--without-manifest",
            default="",
            choices=("bulk", "delta"),
            help="what files are that no manifest says it of, and that could be either; it is"
            " remembered",
        )
        held = parser.add_mutually_exclusive_group()
        held.add_argument("--approve", action="store_true", help="apply the import that is held")
        held.add_argument("--discard", action="store_true", help="drop the import that is held")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        began = time.perf_counter()
        decides = options["approve"] or options["discard"]
        if decides == bool(options["bundle"]):
            raise CommandError("Give a bundle, or else --approve or --discard.", returncode=2)
        if options["discard"]:
            return _discarded(discard(self.organization, by=self.actor()))
        if options["approve"]:
            done = approve(self.organization, by=self.actor(), progress=self.progress)
        else:
            done = import_bundle(
                self.organization,
                options["bundle"],
                by=self.actor(),
                strict=options["strict"],
                dry_run=options["dry_run"],
                force=options["force"],
                answer=options["without_manifest"],
                progress=self.progress,
            )
        result = {
            "import": done.pk,
            "organization": self.organization.slug,
            "oneroster": done.oneroster,
            "files": done.counts,
            "findings": summary(done),
            "numbers": done.numbers,
            "seconds": round(time.perf_counter() - began, 2),
            "held": done.state == Import.State.HELD,
        }
        if result["held"] or options["dry_run"]:
            result |= {"reasons": done.holds, "difference": done.difference}
        return result, in_words(result)


def _discarded(done: Import) -> tuple[dict[str, Any], str]:
    result = {"import": done.pk, "organization": done.organization.slug, "discarded": True}
    return result, f"Discarded import {done.pk}, {done.name}. Nothing was changed."


def in_words(result: dict[str, Any]) -> str:
    """Return the result as a table of files, and the gravest findings."""
    findings = result["findings"]
    width = max(map(len, result["files"]), default=4)
    heads = "".join(f"{name.replace('_', ' '):>11}" for name in COLUMNS)
    lines = [*_first_lines(result), "", f"{'':<{width}}{heads}"]
    for name, counts in result["files"].items():
        cells = "".join(f"{counts[column]:>11,}" for column in COLUMNS)
        lines.append(f"{name:<{width}}{cells}")
    lines += [
        "",
        f"Findings: errors (row left out) {findings['errors']:,},"
        f" warnings (value left out) {findings['warnings']:,}, notices {findings['notices']:,}.",
    ]
    lines += [*_findings(findings["list"]), *_difference(result), ""]
    return "\n".join(lines + sentences(result["numbers"]))


def _first_lines(result: dict[str, Any]) -> list[str]:
    of = f"OneRoster {result['oneroster']} into {result['organization']}"
    reasons = [f"  {each['reason']}" for each in result.get("reasons", ())]
    if result["held"]:
        return [
            f"Held: import {result['import']} of {of}. Nothing was changed, because:",
            *reasons,
            f"Look at the difference, then: import_roster {result['organization']} --approve"
            " (or --discard).",
        ]
    if "difference" in result:
        would = ["It would be held:", *reasons] if reasons else []
        return [f"Tried {of} in {result['seconds']} s. Nothing was changed.", *would]
    return [f"Imported {of} in {result['seconds']} s."]


def _difference(result: dict[str, Any]) -> list[str]:
    """Return the difference by collection and school, with the first records of each."""
    if not result.get("difference", True):
        return ["", "No record would change."]
    lines: list[str] = []
    for name, numbers in result.get("difference", {}).items():
        acts = ", ".join(f"{numbers[act]:,} {act}" for act in ACTS if numbers[act])
        lines += ["", f"{name}: {acts}"]
        for school, counts in numbers["schools"].items():
            at = ", ".join(f"{number:,} {act}" for act, number in counts.items())
            lines.append(f"  {school or 'at no school'}: {at}")
        for record in numbers["records"][:SHOWN]:
            fields = f" ({', '.join(record['fields'])})" if record["fields"] else ""
            lines.append(f"    {record['act']:<9}{record['sourcedId']}  {record['name']}{fields}")
        if len(numbers["records"]) > SHOWN:
            lines.append(f"    … and more; --json lists up to {MOST:,} of each act.")
    return lines


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
