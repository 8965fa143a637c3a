"""`set_organization`: what an organization settles for itself, its holds among it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.management.base import OrganizationCommand
from roster.organizations import set_organization
from roster.organizations.settings import SETTINGS, text_of


class Command(OrganizationCommand):
    help = "Change what an organization settles for itself, or show it."

    def arguments(self, parser: CommandParser) -> None:
        for name, setting in SETTINGS.items():
            option = f"--{name.replace('_', '-')}"
            parser.add_argument(option, metavar=setting.form, help=setting.meaning)
        parser.add_argument("--reason", default="", metavar="R", help="why, for the audit log")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        given = {name: options[name] for name in SETTINGS if options[name] is not None}
        done = set_organization(self.organization, given, by=self.actor(), reason=options["reason"])
        words = [
            f"{name.replace('_', ' ')}: {text_of(value) or '–'}"
            + (" (changed)" if name in done["changed"] else "")
            for name, value in done["settings"].items()
        ]
        return {"organization": self.organization.slug, **done}, "\n".join(words)
