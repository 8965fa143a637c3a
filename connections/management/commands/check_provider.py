"""`check_provider`: holds any OneRoster server against the specification, as a vendor meets it."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.template.loader import render_to_string

from connections.provider import running
from connections.provider.asking import MOST_REQUESTS, Provider, host_of
from connections.provider.table import GROUPS
from roster.dialects.fields import FIELDS
from roster.management.base import RosterCommand
from roster.refusal import Refused


class Command(RosterCommand):
    help = "Check a OneRoster server, ours or any other, by reading it as a vendor does."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", metavar="URL", help="its host, or a base URL on it")
        parser.add_argument("--client-id", required=True, help="the client ID, or consumer key")
        parser.add_argument("--oneroster", choices=list(FIELDS), required=True)
        parser.add_argument(
            "--secret-stdin", action="store_true", help="read the client secret, else it is asked"
        )
        parser.add_argument("--token-url", default="", help="where discovery doesn't say it")
        parser.add_argument("--only", choices=GROUPS, nargs="+", default=GROUPS, metavar="GROUP",
                            help=f"some of {', '.join(GROUPS)}")  # fmt: skip
        parser.add_argument(
            "--requests", type=int, default=MOST_REQUESTS, metavar="N", help="the most to send"
        )
        parser.add_argument("--html", type=Path, metavar="PATH", help="write the report there")

    def _require_tables(self) -> None:
        """Make nothing: the database isn't asked."""

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        provider = Provider(
            host_of(options["url"]),
            options["oneroster"],
            options["client_id"],
            _secret(stdin=options["secret_stdin"]),
            most=options["requests"],
            token_url=options["token_url"],
        )
        if provider.token_url and not provider.is_here(provider.token_url):
            host_of(provider.token_url)
        made = running.report(provider, options["only"], self.progress)
        if options["html"]:
            page = render_to_string("provider/report.html", {"report": made})
            options["html"].write_text(page, encoding="utf-8")
        return made.described(), _words(made)


def _secret(*, stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Refused("Give the client secret by --secret-stdin, or at a terminal.")
    return getpass.getpass("Client secret: ")


def _words(made: running.Report) -> str:
    lines = [
        f"{check.severity:6} {check.key:15} {row.asked}\n{'':22} found: {row.found}\n"
        f"{'':22} wanted: {check.wanted} ({check.section})"
        for check, row in made.faults
    ]
    summary = (
        f"{len(made.rows)} checks with {made.requests} requests: {made.count('must')} faults that"
        f" must be mended, {made.count('should')} that should."
    )
    if not made.complete:
        summary += " The bound of requests or time ended it: see --requests."
    if made.closed:
        summary += f" {len(made.closed)} operations weren't opened by the token's scopes."
    return "\n".join([*lines, summary])
