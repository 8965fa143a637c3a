"""`list_partners`: the partner directory."""

from __future__ import annotations

from typing import Any

from connections.management.commands.change_partner import described
from connections.models import Partner
from roster.management.base import RosterCommand


class Command(RosterCommand):
    help = "List the partner directory: versions and types that each partner is certified for."

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        partners = list(Partner.objects.by_name())
        facts = [described(each) for each in partners]
        lines = [
            f"{each.name}: OneRoster {' and '.join(each.versions)},"
            f" {', '.join(['roster', *each.types])}"
            for each in partners
        ]
        words = "\n".join(lines) or "The directory is empty. create_partner adds an entry."
        return {"partners": facts}, words
