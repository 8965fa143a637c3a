"""What all commands share: `--json`, the progress bar, and the three exit codes.

0 done (a held refresh too), 1 refused with the reason, 2 usage. With `--json`, standard
output carries one JSON object and nothing else, also for a refusal: `{"error": "…"}`.
"""

from __future__ import annotations

import getpass
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from django.core.checks import Tags
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

from roster.database.disk import DISK_FULL, is_disk_full
from roster.models import Organization
from roster.refusal import Refused

logger = logging.getLogger("rosterdesk.commands")

Progress = Callable[[int, str], None]
"""Called with percent (0 to 100) and the stage in words."""


class RosterCommand(BaseCommand):
    """A command of the product: subclasses write `arguments` and `run`."""

    requires_migrations_checks = False
    # Checks of pages and addresses would import the whole portal for each command.
    requires_system_checks = [Tags.security]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print one JSON object and nothing else"
        )
        self.arguments(parser)

    def arguments(self, parser: CommandParser) -> None:
        """Declare the command's own arguments."""

    def require(self, **options: Any) -> None:
        """Refuse what can be known to fail before anything is made, the database included."""

    def prepare(self, **options: Any) -> None:
        """Find what the command is about."""

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        """Do it; return the JSON object and the same in words."""
        raise CommandError("This command has no work to do.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.as_json = bool(options.pop("json"))
        try:
            self.require(**options)
            self._require_tables()
            self.prepare(**options)
            result, words = self.run(**options)
        except (OperationalError, ProgrammingError) as error:
            if connection.in_atomic_block:
                raise
            self._refuse(_database_words(error), error)
        except Refused as refusal:
            self._refuse(str(refusal), refusal)
        finally:
            self._clear_bar()
        self.tell(json.dumps(result, ensure_ascii=False, default=str) if self.as_json else words)

    def tell(self, text: str) -> None:
        """Print the result."""
        self.stdout.write(text)

    def _refuse(self, words: str, cause: Exception) -> NoReturn:
        if self.as_json:
            self.stdout.write(json.dumps({"error": words}, ensure_ascii=False))
            sys.exit(1)
        raise CommandError(words, returncode=1) from cause

    def _require_tables(self) -> None:
        """Make the embedded database where there is none yet; others are the operator's act."""
        name = connection.settings_dict["NAME"]
        if connection.vendor == "sqlite" and isinstance(name, Path) and not name.exists():
            sys.stderr.write("Making the database…\n")
            call_command("migrate", verbosity=0)

    def actor(self) -> str:
        """Return the name under which a command's changes are in the audit log."""
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


class OrganizationCommand(RosterCommand):
    """A command about one organization, which its first argument names."""

    organization: Organization

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the organization")
        super().add_arguments(parser)

    def prepare(self, **options: Any) -> None:
        self.organization = organization_of(options["slug"])


def organization_of(slug: str) -> Organization:
    """Return the organization of that slug, or refuse."""
    found = Organization.objects.filter(slug=slug).first()
    if found is None:
        raise Refused(f"There is no organization “{slug}”.")
    return found


def _database_words(error: Exception) -> str:
    """Return what to do about a database that can't be asked."""
    if is_disk_full(error):
        return DISK_FULL
    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return "The database can't be reached. Is it running, and is DATABASE_URL right?"
    if missing:
        return f"The database lacks {missing} migrations. Run first: python3 manage.py migrate"
    logger.error("The database could not answer", exc_info=error)
    return "The database could not do this. The log says why."
