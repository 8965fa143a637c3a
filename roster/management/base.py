"""What all commands share: `--json`, the progress bar, and the three exit codes.

0 done (a held refresh too), 1 refused with the reason, 2 usage. With `--json`, standard
output carries one JSON object and nothing else, also for a refusal: `{"error": "…"}`.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from roster.models import Organization
from roster.refusal import Refused

Progress = Callable[[int, str], None]
"""Called with percent (0 to 100) and the stage in words."""


class RosterCommand(BaseCommand):
    """A command of the product: subclasses write `arguments` and `run`."""

    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print one JSON object and nothing else"
        )
        self.arguments(parser)

    def arguments(self, parser: CommandParser) -> None:
        """Declare the command's own arguments."""

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        """Do it; return the JSON object and the same in words."""
        raise CommandError("This command has no work to do.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.as_json = bool(options.pop("json"))
        try:
            result, words = self.run(**options)
        except Refused as refusal:
            if self.as_json:
                self.stdout.write(json.dumps({"error": str(refusal)}, ensure_ascii=False))
                sys.exit(1)
            raise CommandError(str(refusal), returncode=1) from refusal
        finally:
            self._clear_bar()
        if self.as_json:
            self.stdout.write(json.dumps(result, ensure_ascii=False, default=str))
        else:
            self.stdout.write(words)

    def organization(self, slug: str) -> Organization:
        """Return the organization of that slug, or refuse."""
        found = Organization.objects.filter(slug=slug).first()
        if found is None:
            raise Refused(f"There is no organization “{slug}”.")
        return found

    def actor(self) -> str:
        """Return the name under which a command's changes stand in the audit log."""
        try:
            return f"command: {getpass.getuser()}"
        except (KeyError, OSError):
            return "command"

    def progress(self, percent: int, stage: str) -> None:
        """Draw the bar, at a terminal only, on standard error."""
        if not sys.stderr.isatty():
            return
        filled = percent * 30 // 100
        self._bar = f"\r{'█' * filled}{'░' * (30 - filled)} {percent:3d} %  {stage[:40]:<40}"
        sys.stderr.write(self._bar)
        sys.stderr.flush()

    def _clear_bar(self) -> None:
        if getattr(self, "_bar", ""):
            sys.stderr.write("\r" + " " * len(self._bar) + "\r")
            self._bar = ""
