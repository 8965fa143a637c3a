"""`export_roster`: writes the organization's data, or what one vendor sees, as a bundle."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from connections.exporting import export_connection
from connections.models import Connection
from roster.exporting import Exported, export_organization
from roster.importing.columns import VERSIONS
from roster.management.base import OrganizationCommand
from roster.models import Organization
from roster.refusal import Refused


class Command(OrganizationCommand):
    help = (
        "Write a OneRoster bulk bundle, a zip that only you can read: the organization's live data"
        " with its exclude marks, or with --connection exactly what that vendor may see."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path", metavar="PATH", type=Path, help="the zip; replaces a zip that is there"
        )
        parser.add_argument(
            "--oneroster", choices=VERSIONS, help="default: 1.2; a connection has its own"
        )
        parser.add_argument(
            "--connection", metavar="ID", type=int, help="what this vendor may see, as published"
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        began = time.perf_counter()
        version = options["oneroster"]
        if options["connection"] is None:
            version = version or VERSIONS[-1]
            exported = export_organization(
                self.organization, options["path"], version, by=self.actor(), report=self._report
            )
        else:
            connection = _connection(self.organization, options["connection"], version)
            version = connection.oneroster
            exported = export_connection(
                connection, options["path"], by=self.actor(), report=self._report
            )
        result = {
            "path": str(options["path"]),
            "organization": self.organization.slug,
            "connection": options["connection"],
            "oneroster": version,
            "files": exported.files,
            "left_out": exported.left_out,
            "supplied": exported.supplied,
            "marks_not_carried": exported.marks_not_carried,
            "seconds": round(time.perf_counter() - began, 2),
        }
        return result, in_words(result, exported)

    def _report(self, rows: int) -> None:
        self.progress(50, f"{rows:,} rows")


def _connection(organization: Organization, pk: int, version: str | None) -> Connection:
    found = organization.connections.filter(pk=pk).select_related("organization", "feed").first()
    if found is None:
        raise Refused(f"{organization.name} has no connection {pk}.")
    if version and version != found.oneroster:
        raise Refused(f"{found.vendor} reads OneRoster {found.oneroster}, not {version}.")
    return found


def in_words(result: dict[str, Any], exported: Exported) -> str:
    """Return the result as lines."""
    lines = [f"Wrote {result['path']}, OneRoster {result['oneroster']}, bulk:"]
    lines += [f"  {rows:>9,}  {name}" for name, rows in exported.files.items()]
    for counts, words in (
        (exported.left_out, "rows left out: the binding requires {column}, which they lack"),
        (exported.supplied, "values of {column} supplied, which the binding requires"),
    ):
        for file, columns in counts.items():
            for column, count in columns.items():
                lines.append(f"  {count:>9,}  {file}: {words.format(column=column)}")
    if exported.marks_not_carried:
        lines.append(f"  {exported.marks_not_carried:>9,}  exclude marks that no row can carry")
    return "\n".join(lines)
