"""`list_findings`: what an import found in its bundle, on the screen or as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from roster.importing.report import summary, write_csv
from roster.management.base import OrganizationCommand
from roster.models import Import, Organization
from roster.refusal import Refused


class Command(OrganizationCommand):
    help = (
        "List the findings of an import, gravest first: where each is, what it means, what to do."
        " Of each kind the first ones are kept with row and value; the rest are counted."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--import", dest="number", type=int, metavar="N", help="its number; else the latest"
        )
        parser.add_argument("--csv", metavar="PATH", help="write them to this file, as CSV")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        of_import = _import_of(self.organization, options["number"])
        found = summary(of_import)
        result = {
            "import": of_import.pk,
            "bundle": of_import.name,
            "state": of_import.state,
            "reason": of_import.reason,
            "findings": found,
        }
        words = _in_words(of_import, found)
        if options["csv"]:
            result["csv"] = options["csv"]
            words = f"Wrote {_write(of_import, Path(options['csv']))} findings to {options['csv']}."
        return result, words


def _import_of(organization: Organization, number: int | None) -> Import:
    imports = organization.imports.all()
    found = imports.filter(pk=number).first() if number is not None else imports.first()
    if found is None:
        which = f"import {number}" if number is not None else "import yet"
        raise Refused(f"{organization.name} has no {which}.")
    return found


def _write(of_import: Import, path: Path) -> int:
    try:
        # The mark at the beginning tells spreadsheets that it is UTF-8.
        with path.open("w", encoding="utf-8-sig", newline="") as to:
            return write_csv(of_import, to)
    except OSError as error:
        raise Refused(f"“{path}” can't be written: {error.strerror}.") from error


def _in_words(of_import: Import, found: dict[str, Any]) -> str:
    lines = [
        f"Import {of_import.pk}, “{of_import.name}”, {of_import.state}: errors {found['errors']:,},"
        f" warnings {found['warnings']:,}, notices {found['notices']:,}."
    ]
    if of_import.reason:
        lines.append(of_import.reason)
    shown: set[tuple[str, str, str]] = set()
    for one in found["list"]:
        group = (one["code"], one["file"], one["column"])
        if group not in shown:
            shown.add(group)
            place = " ".join(filter(None, (one["file"], one["column"])))
            lines += [
                "",
                f"{one['severity']}, {one['occurrences']:,} × {one['code']}: {place}",
                f"  {one['message']} {one['cure']}",
            ]
        if one["row"]:
            value = f" “{one['value']}”" if one["value"] else ""
            lines.append(f"  row {one['row']} {one['sourcedId']}{value}".rstrip())
    return "\n".join(lines)
