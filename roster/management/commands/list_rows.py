"""`list_rows`: the rows of the district's own, with who, why and until when."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.management.base import OrganizationCommand
from roster.management.own_rows import described, in_words


class Command(OrganizationCommand):
    help = "List the rows of your own, with what your system sends in their place."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="those that have ended too")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        rows = self.organization.own_rows.all()
        found = list(rows if options["all"] else rows.filter(ended=None))
        return {"rows": [described(own) for own in found]}, in_words(found)
