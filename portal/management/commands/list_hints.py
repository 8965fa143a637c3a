"""`list_hints`: what a good consumer does and this connection's vendor doesn't."""

from __future__ import annotations

from typing import Any

from connections.management.base import ConnectionCommand
from portal.hints import advice_for


class Command(ConnectionCommand):
    help = "List what a connection's vendor should do otherwise, as its last seven days show."

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        connection = self.connection
        found = advice_for(connection)
        words = "\n".join(
            f"{each.title}: {each.seen}\n  To the vendor: {each.tell}" for each in found
        )
        facts = [
            {"code": each.code, "times": each.times, "seen": str(each.seen), "tell": str(each.tell)}
            for each in found
        ]
        return {"id": connection.pk, "hints": facts}, words or "Nothing stands out."
