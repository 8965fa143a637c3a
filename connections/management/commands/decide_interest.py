"""`decide_interest`: an interest form, accepted into the directory or declined."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections import interests
from connections.models import Interest
from roster.management.base import RosterCommand
from roster.refusal import Refused


class Command(RosterCommand):
    help = (
        "Decide about a vendor's interest form. What is accepted stands in the partner directory"
        " with the versions and types that the form names: look at its certification first."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("interest", metavar="ID", type=int, help="from list_interests")
        parser.add_argument("decision", choices=("accept", "decline"))
        parser.add_argument("--reason", default="", metavar="R", help="why it is declined")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        interest = Interest.objects.filter(pk=options["interest"]).first()
        if interest is None:
            raise Refused(f"There is no interest form {options['interest']}.")
        if options["decision"] == "accept":
            partner = interests.accept(interest, by=self.actor())
            words = f"{partner.name} is in the directory."
        else:
            interests.decline(interest, by=self.actor(), reason=options["reason"])
            words = f"The form of {interest.vendor} is declined."
        result = {"id": interest.pk, "state": interest.state, "partner": interest.partner_id}
        return result, words
