"""What the `exclude` and `include` commands share."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.exclusion import Marked
from roster.management.base import RosterCommand


class MarkCommand(RosterCommand):
    """Names an organization, a kind and ids, and tells what was changed."""

    reason_required = False

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the organization")
        parser.add_argument("kind", metavar="KIND", help="such as school, section, person")
        parser.add_argument("ids", metavar="ID", nargs="+", help="the kind's ids")
        parser.add_argument("--reason", default="", required=self.reason_required)

    def told(self, options: dict[str, Any], done: Marked, verb: str) -> tuple[dict[str, Any], str]:
        result = {
            "organization": options["slug"],
            "kind": options["kind"],
            verb: done.changed,
            "held_by_bundle": done.held_by_bundle,
        }
        words = f"{len(done.changed)} {verb}. It shows to vendors after the next refresh."
        if done.held_by_bundle:
            words += f" {len(done.held_by_bundle)} stay excluded by the bundle's own column."
        return result, words
