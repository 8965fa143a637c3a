"""`renew_key`: encrypts with SECRET_KEY what a former key still protects."""

from __future__ import annotations

from typing import Any

from portal import keys
from roster.management.base import RosterCommand


class Command(RosterCommand):
    help = (
        "Encrypt with SECRET_KEY everything that a key of SECRET_KEY_FALLBACKS protects; "
        "afterwards the fallbacks can be taken away, once all processes have the new key."
    )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        done = keys.renew(self.actor())
        counts = ", ".join(f"{number:,} {what}" for what, number in done.items())
        return dict(done), f"Encrypted with SECRET_KEY: {counts}."
