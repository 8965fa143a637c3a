"""`list_interests`: the interest forms of vendors."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections.models import Interest
from roster.clock import stamp
from roster.management.base import RosterCommand


class Command(RosterCommand):
    help = "List the interest forms that vendors sent and nobody has decided about."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="the decided ones too")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        rows = Interest.objects.all() if options["all"] else Interest.objects.waiting()
        found = list(rows.order_by("-pk"))
        facts = [
            {
                "id": each.pk,
                "vendor": each.vendor,
                "versions": each.versions,
                "types": ["roster", *each.types],
                "website": each.website,
                "contact_name": each.contact_name,
                "contact_email": each.contact_email,
                "certification": each.certification,
                "words": each.words,
                "sent": stamp(each.sent),
                "state": each.state,
                "decided_by": each.decided_by,
                "reason": each.reason,
            }
            for each in found
        ]
        lines = [
            f"{each.pk}  {each.vendor}: OneRoster {' and '.join(each.versions)},"
            f" {each.contact_name} {each.contact_email}, {each.state}"
            for each in found
        ]
        return {"interests": facts}, "\n".join(lines) or "No form is waiting."
