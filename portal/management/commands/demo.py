"""Prepares a made-up district and serves it: the first command of a new user."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from portal import demo, serving

HOST, WORKERS = "127.0.0.1", 2


class Command(serving.ServingCommand):
    help = (
        "Prepare a made-up district, say how to sign in and how to read it over the API, and "
        "serve it until Ctrl-C. Started again, it keeps what is there."
    )

    def arguments(self, parser: CommandParser) -> None:
        self.add_port(parser)
        parser.add_argument(
            "--no-serve", action="store_true", help="prepare, say how to go on, and end"
        )

    def require(self, **options: Any) -> None:
        if not options["no_serve"]:
            serving.require_free(HOST, options["port"])

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        port, serve = options["port"], not options["no_serve"]
        base = settings.PUBLIC_URL or serving.address(HOST, port)
        facts = demo.prepare(base, self.say, self.progress)
        words = demo.in_words(facts)
        if serve:
            self.say("Starting the server")
            self.serve(HOST, port, WORKERS, jobs=True)
            return facts, f"\n{words}\n\nCtrl-C stops it."
        return facts, f"\n{words}\n\nStart it: python3 manage.py serve --port {port}"

    def say(self, words: str) -> None:
        """Say what is being done, where nothing else is to be read."""
        self._clear_bar()
        if not self.as_json:
            self.stdout.write(f"{words} …")
            self.stdout.flush()
