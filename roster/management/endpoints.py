"""What the commands share that set sources and destinations: address, credentials, schedule."""

from __future__ import annotations

import sys
from datetime import time
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser

from roster.fetching import sources
from roster.management.base import OrganizationCommand
from roster.management.sources import described, find, in_words
from roster.models import Destination, Source
from roster.refusal import Refused

SECRETS = {
    "password_stdin": Source.Credential.PASSWORD,
    "key_stdin": Source.Credential.PRIVATE_KEY,
    "token_stdin": Source.Credential.TOKEN,
    "no_secret": Source.Credential.NONE,
}
NONE = "none"


class EndpointCommand(OrganizationCommand):
    """Adds, changes, trusts or removes one; `own` are the settings that only this kind has."""

    model: ClassVar[type[Source] | type[Destination]]
    addresses: ClassVar[str]

    def arguments(self, parser: CommandParser) -> None:
        noun = self.model._meta.model_name
        parser.add_argument(
            f"--{noun}",
            dest="number",
            type=int,
            metavar="N",
            help=f"the {noun} to change (default: a new one)",
        )
        parser.add_argument("--address", metavar="A", help=self.addresses)
        parser.add_argument("--user", metavar="U", help="who signs in there")
        secret = parser.add_mutually_exclusive_group()
        secret.add_argument("--password-stdin", action="store_true", help="read the password")
        secret.add_argument(
            "--key-stdin", action="store_true", help="read the private key, without passphrase"
        )
        secret.add_argument("--token-stdin", action="store_true", help="read the bearer token")
        secret.add_argument("--no-secret", action="store_true", help="forget the secret")
        parser.add_argument(
            "--daily", metavar="HH:MM", help="once a day, in the organization's zone; or none"
        )
        parser.add_argument("--every", metavar="N", help="every N minutes; or none")
        parser.add_argument(
            "--trust", metavar="SHA256:…", help="trust the SFTP server's host key of that print"
        )
        state = parser.add_mutually_exclusive_group()
        state.add_argument("--pause", action="store_true", help="stop the schedule")
        state.add_argument("--resume", action="store_true", help="go on with it")
        state.add_argument("--remove", action="store_true", help=f"remove the {noun}")

    def own(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the settings that only this kind has."""
        raise NotImplementedError

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        noun = self.model._meta.model_name
        by = self.actor()
        if options["number"] is None:
            if options["remove"] or options["trust"]:
                raise CommandError(f"Say with --{noun} which one.", returncode=2)
            endpoint = sources.add(
                self.model(organization=self.organization), self._settings(options), by=by
            )
        else:
            endpoint = find(self.organization, self.model, options["number"])
            if options["remove"]:
                sources.remove(endpoint, by=by)
                return {"removed": options["number"]}, f"Removed the {noun} {endpoint}."
            endpoint = sources.change(endpoint, self._settings(options), by=by)
            if options["trust"]:
                endpoint = sources.trust(endpoint, options["trust"], by=by)
        facts = described(endpoint, ask=True)
        return facts, in_words(facts)

    def _settings(self, options: dict[str, Any]) -> sources.Settings:
        credential = next((kind for name, kind in SECRETS.items() if options[name]), None)
        secret = sys.stdin.read() if credential and credential != Source.Credential.NONE else ""
        schedule: dict[str, time | int | None] = {}
        if options["daily"]:
            schedule["daily_at"] = _time(options["daily"])
        if options["every"]:
            schedule["every_minutes"] = _minutes(options["every"])
        return sources.Settings(
            address=options["address"],
            user=options["user"],
            credential=credential,
            secret=secret,
            active=True if options["resume"] else False if options["pause"] else None,
            schedule=schedule,
            **self.own(options),
        )


def _time(text: str) -> time | None:
    if text == NONE:
        return None
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Refused(f"“{text}” is no time. Write it as 02:15, or none.") from None


def _minutes(text: str) -> int | None:
    if text == NONE:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= 1440:
        raise Refused("--every takes a number of minutes from 1 to 1440, or none.")
    return int(text)
