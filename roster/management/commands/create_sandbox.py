"""`create_sandbox`: made-up people whose days really pass, for vendors to try."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.management.base import RosterCommand
from roster.publishing import refresh
from roster.sandboxes import MOST_STUDENTS, STUDENTS, create_sandbox, import_night


class Command(RosterCommand):
    help = (
        "Make a sandbox: an organization of made-up people, imported and published. Each night,"
        " at the time of its refresh, people come, leave and move. It imports nothing else."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="its short name, as in sandbox")
        parser.add_argument("--name", required=True, metavar="N", help="its full name")
        parser.add_argument(
            "--time-zone", default="UTC", metavar="TZ", help="as in America/Chicago (default UTC)"
        )
        parser.add_argument(
            "--students",
            type=int,
            default=STUDENTS,
            metavar="N",
            help=f"how many are made up, {MOST_STUDENTS:,} at most; {STUDENTS} without it",
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        sandbox = create_sandbox(
            options["slug"],
            options["name"],
            options["time_zone"],
            options["students"],
            by=self.actor(),
        )
        done = import_night(sandbox, by=self.actor(), progress=self.progress)
        refresh(sandbox, by=self.actor(), progress=self.progress)
        result = {
            "slug": sandbox.slug,
            "name": sandbox.name,
            "test": True,
            "students": sandbox.sandbox_students,
            "import": done.pk,
        }
        return result, (
            f"Made the sandbox {sandbox.name} ({sandbox.slug}): {sandbox.sandbox_students:,}"
            " made-up students. Connect a vendor with connect_sandbox."
        )
