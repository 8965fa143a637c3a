"""`list_kind`: every row of a kind with its exclude marks."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.listing import filters_of, listing, markable, select
from roster.management.base import OrganizationCommand
from roster.management.marking import add_where


class Command(OrganizationCommand):
    help = "List the rows of a kind of the hierarchy, with their ids and exclude marks."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", metavar="KIND", help="such as school, grade_level, section")
        add_where(parser)

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        kind = markable(options["kind"])
        chosen = set(select(self.organization, kind, filters_of(kind, options["where"])))
        rows = [row for row in listing(self.organization, kind) if row["id"] in chosen]
        words = [
            f"{'excluded' if row['excluded'] else '':<9} {row['id']:<40} {row['name']}"
            for row in rows
        ]
        words.append(f"{len(rows):,} of kind {kind.name}")
        result = {"organization": self.organization.slug, "kind": kind.name, "rows": rows}
        return result, "\n".join(words)
