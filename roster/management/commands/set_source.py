"""`set_source`: adds, changes, trusts or removes a source of bundles."""

from __future__ import annotations

import sys
from datetime import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from roster.fetching import sources
from roster.management.base import RosterCommand
from roster.management.sources import described, find, in_words
from roster.models import Source
from roster.refusal import Refused

SECRETS = {
    "password_stdin": Source.Credential.PASSWORD,
    "key_stdin": Source.Credential.PRIVATE_KEY,
    "token_stdin": Source.Credential.TOKEN,
}
NONE = "none"


class Command(RosterCommand):
    help = (
        "Add a source of bundles, or change one: a watched folder, a server that is asked by SFTP,"
        " or one that is asked by HTTPS. Secrets are read from standard input and kept encrypted."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the organization")
        parser.add_argument(
            "--source", type=int, metavar="N", help="the source to change (default: a new one)"
        )
        parser.add_argument(
            "--address",
            metavar="A",
            help="/folder, sftp://host/path/*.zip (a path that ends in / is a folder), https://…",
        )
        parser.add_argument("--user", metavar="U", help="who signs in there")
        secret = parser.add_mutually_exclusive_group()
        secret.add_argument("--password-stdin", action="store_true", help="read the password")
        secret.add_argument(
            "--key-stdin", action="store_true", help="read the private key, without passphrase"
        )
        secret.add_argument("--token-stdin", action="store_true", help="read the bearer token")
        secret.add_argument("--no-secret", action="store_true", help="forget the secret")
        parser.add_argument(
            "--certificate",
            metavar="FILE",
            help="the authority (PEM) that alone is trusted for this HTTPS server; none: the usual",
        )
        parser.add_argument(
            "--daily", metavar="HH:MM", help="look once a day, in the organization's zone; or none"
        )
        parser.add_argument("--every", metavar="N", help="look every N minutes; or none")
        parser.add_argument(
            "--without-manifest",
            choices=(*Source.Answer.values, NONE),
            help="what files are that no manifest says it of, and that could be either",
        )
        parser.add_argument(
            "--trust", metavar="SHA256:…", help="trust the SFTP server's host key of that print"
        )
        state = parser.add_mutually_exclusive_group()
        state.add_argument("--pause", action="store_true", help="stop looking")
        state.add_argument("--resume", action="store_true", help="look again")
        state.add_argument("--remove", action="store_true", help="remove the source")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        organization = self.organization(options["slug"])
        by = self.actor()
        if options["source"] is None:
            if options["remove"] or options["trust"]:
                raise CommandError("Say with --source which one.", returncode=2)
            source = sources.add(organization, _settings(options), by=by)
        else:
            source = find(organization, options["source"])
            if options["remove"]:
                sources.remove(source, by=by)
                return {"removed": options["source"]}, f"Removed the source {source}."
            source = sources.change(source, _settings(options), by=by)
            if options["trust"]:
                source = sources.trust(source, options["trust"], by=by)
        told = described(source, ask=True)
        return told, in_words(told)


def _settings(options: dict[str, Any]) -> sources.Settings:
    credential = next((kind for name, kind in SECRETS.items() if options[name]), None)
    if options["no_secret"]:
        credential = Source.Credential.NONE
    secret = sys.stdin.read() if credential and credential != Source.Credential.NONE else ""
    schedule: dict[str, time | int | None] = {}
    if options["daily"]:
        schedule["daily_at"] = _time(options["daily"])
    if options["every"]:
        schedule["every_minutes"] = _minutes(options["every"])
    active = True if options["resume"] else False if options["pause"] else None
    return sources.Settings(
        address=options["address"],
        user=options["user"],
        credential=credential,
        secret=secret,
        certificate=_certificate(options["certificate"]),
        answer="" if options["without_manifest"] == NONE else options["without_manifest"],
        active=active,
        schedule=schedule,
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


def _certificate(path: str | None) -> str | None:
    if path is None or path == NONE:
        return "" if path else None
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise Refused(f"The certificate can't be read: {error}.") from None
