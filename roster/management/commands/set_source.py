"""`set_source`: adds, changes, trusts or removes a source of bundles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from roster.management.endpoints import NONE, EndpointCommand
from roster.models import Source
from roster.refusal import Refused


class Command(EndpointCommand):
    help = (
        "Add a source of bundles, or change one: a watched folder, a server that is asked by SFTP,"
        " or one that is asked by HTTPS. Secrets are read from standard input and kept encrypted."
    )
    model = Source
    addresses = "/folder, sftp://host/path/*.zip (a path that ends in / is a folder), https://…"

    def arguments(self, parser: CommandParser) -> None:
        super().arguments(parser)
        parser.add_argument(
            "--certificate",
            metavar="FILE",
            help="the authority (PEM) that alone is trusted for this HTTPS server; none: the usual",
        )
        parser.add_argument(
            "--without-manifest",
            choices=(*Source.Answer.values, NONE),
            help="what files are that no manifest says it of, and that could be either",
        )

    def own(self, options: dict[str, Any]) -> dict[str, Any]:
        answer = options["without_manifest"]
        return {
            "certificate": _certificate(options["certificate"]),
            "answer": "" if answer == NONE else answer,
        }


def _certificate(path: str | None) -> str | None:
    if path is None or path == NONE:
        return "" if path else None
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise Refused(f"The certificate can't be read: {error}.") from None
