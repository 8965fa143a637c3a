"""`set_language`: the language of somebody's pages and e-mails."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from portal import languages
from portal.management.of_account import account
from roster.management.base import RosterCommand


class Command(RosterCommand):
    help = "Choose the language of somebody's pages and e-mails, or leave it to their browser."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the address they sign in with")
        names = [*dict(settings.LANGUAGES), "browser"]
        parser.add_argument("language", choices=names, metavar="LANGUAGE", help=", ".join(names))

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        staff, asked = account(options["email"]), options["language"]
        languages.choose(staff, "" if asked == "browser" else asked, by=self.actor())
        return {"email": staff.email, "language": asked}, f"{staff.email}: {asked}"
