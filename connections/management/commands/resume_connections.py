"""`resume_connections`: resume several connections, or all that are paused."""

from __future__ import annotations

from typing import Any

from connections import several
from connections.management.several import SeveralCommand
from connections.models import Connection


class Command(SeveralCommand):
    help = "Resume connections: their vendors read what is published now."
    act = "resume"

    def do(self, connections: list[Connection], options: dict[str, Any]) -> several.Done:
        return several.resume_several(connections, by=self.actor(), reason=options["reason"])
