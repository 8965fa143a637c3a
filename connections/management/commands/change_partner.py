"""`change_partner`: an entry of the partner directory, changed or shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from connections.logos import set_logo
from connections.management.base import content_of
from connections.models import SHARES, Partner
from connections.partners import ADDED_TYPES, CHANGED, VERSIONS, change_partner, find_partner
from roster.checking import NEEDS
from roster.management.base import RosterCommand


class Command(RosterCommand):
    help = (
        "Change an entry of the partner directory, or show it without options. Connections that"
        " are there go on as they were agreed."
    )

    def arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("partner", metavar="NAME", help="its name in the directory")
        add("--name", metavar="NAME", help="another name")
        add("--oneroster", dest="versions", nargs="+", choices=VERSIONS, help="certified versions")
        add(
            "--types",
            nargs="*",
            choices=ADDED_TYPES,
            help="certified types beyond Roster Sync; none without a value",
        )
        add("--website", metavar="URL")
        add("--contact", metavar="WORDS", help="whom districts ask")
        add("--support", metavar="WORDS", help="how it is supported")
        add("--certification", metavar="WORDS", help="where its certification is seen")
        add(
            "--shares",
            nargs="*",
            choices=[*SHARES],
            help="what it asks districts to share beyond the plain roster",
        )
        add("--needs", nargs="*", choices=[*NEEDS], help="what it asks of their data")
        logo = parser.add_mutually_exclusive_group()
        logo.add_argument("--logo", type=Path, metavar="PNG", help="its logo: up to 100 KB")
        logo.add_argument("--no-logo", action="store_true", help="initials instead of a logo")
        add("--reason", default="", metavar="R", help="kept in the audit log")

    @transaction.atomic
    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        partner = find_partner(options["partner"])
        asked = {name: options[name] for name in CHANGED if options[name] is not None}
        by, reason = self.actor(), options["reason"]
        content = options["logo"] and content_of(options["logo"])
        done = change_partner(partner, by=by, reason=reason, **asked)
        if content is not None or options["no_logo"]:
            done["logo_changed"] = set_logo(partner, content, by=by, reason=reason)
        lines = [
            f"{name}: {_words(each['old'])} → {_words(each['new'])}"
            for name, each in done["changed"].items()
        ]
        shown = described(partner)
        if not asked:
            lines = [f"{name}: {_words(value)}" for name, value in shown.items()]
        return {**done, "partner": shown}, "\n".join(lines) or "Nothing differs."


def described(partner: Partner) -> dict[str, Any]:
    """Return an entry of the directory as commands print it."""
    shown = {name: getattr(partner, name) for name in CHANGED}
    return {"id": partner.pk, **shown, "types": ["roster", *partner.types]}


def _words(value: Any) -> str:
    return (", ".join(value) if isinstance(value, list) else str(value)) or "–"
