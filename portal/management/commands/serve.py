"""Serves portal and API; with the embedded broker it runs worker and beat too."""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from portal import serving


class Command(serving.ServingCommand):
    help = (
        "Serve the portal and the API by a real application server, until Ctrl-C or SIGTERM. "
        "Without BROKER_URL it runs the background worker and its clock as well."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="the address to listen on (default 127.0.0.1)"
        )
        self.add_port(parser)
        parser.add_argument(
            "--workers", type=count, default=2, metavar="N", help="web processes (default 2)"
        )

    def require(self, **options: Any) -> None:
        self.numeric = serving.require_free(options["host"], options["port"])

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        host, port = options["host"], options["port"]
        serving.require_migrated()
        # The embedded broker is a folder here: nobody else can do its jobs.
        self.serve(self.numeric, port, options["workers"], jobs=settings.EMBEDDED_BROKER)
        address = serving.address(host, port)
        return {"address": address}, f"Rosterdesk is at {address} (Ctrl-C stops it)."


def count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"“{text}” is no number of processes")
    return int(text)
