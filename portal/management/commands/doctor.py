"""`doctor`: what is missing or weak in this installation, and what to do about it."""

from __future__ import annotations

from typing import Any

from portal import doctor
from roster.management.base import RosterCommand


class Command(RosterCommand):
    help = "Say in words what is missing or weak in this installation, and what to do about it."

    def _require_tables(self) -> None:
        """Make nothing: a database that isn't there is something to be told."""

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        found = doctor.complaints()
        words = "\n".join(
            f"{each.state:8}{each.about:10}{each.words}\n{'':18}{each.cure}" for each in found
        )
        return {"complaints": [each._asdict() for each in found]}, words or "All is well."
