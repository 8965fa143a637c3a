"""`end_row`: what the district's system sends comes back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster import local
from roster.management.base import OrganizationCommand
from roster.management.own_rows import NEXT, add_place, described, in_words


class Command(OrganizationCommand):
    help = "End a row of your own: what your system sends comes back, what it doesn't send goes."

    def arguments(self, parser: CommandParser) -> None:
        add_place(parser)

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        own = local.end_row(self.organization, options["file"], options["id"], by=self.actor())
        return described(own), f"{in_words([own])}\n{NEXT}"
