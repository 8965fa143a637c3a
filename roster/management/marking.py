"""What the `exclude` and `include` commands share: saying which rows, and what was done."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from django.core.management.base import CommandParser

from roster.excluding import Marked
from roster.listing import filters_of, markable, select
from roster.management.base import OrganizationCommand
from roster.refusal import Refused

SHOWN = 20


class MarkCommand(OrganizationCommand):
    """Names an organization, a kind and rows, and says what was changed: one act for all."""

    reason_required = False

    def arguments(self, parser: CommandParser) -> None:
        self.parser = parser
        add = parser.add_argument
        add("kind", metavar="KIND", help="such as school, section, person")
        add("ids", metavar="ID", nargs="*", help="the kind's ids, as list_kind prints them")
        add("--ids-from", metavar="FILE", help="a file with an id per line; - is standard input")
        add("--csv", metavar="FILE", help="a file with a column id and, if wanted, reason")
        add_where(parser)
        add("--dry-run", action="store_true", help="say which rows and how much, change nothing")
        add("--reason", default="", help="why, for the mark and the audit log")

    def chosen(self, options: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
        """Return the ids that the arguments name, and the reasons that their CSV has for some."""
        kind = markable(options["kind"])
        named = options["ids"] or options["ids_from"] or options["csv"]
        if bool(named) == bool(options["where"]):
            self.parser.error("Name ids, by arguments or from a file, or choose by --where.")
        if self.reason_required and not (options["reason"] or options["csv"]):
            self.parser.error("--reason is required.")
        if options["where"]:
            return select(self.organization, kind, filters_of(kind, options["where"])), {}
        ids, reasons = list(options["ids"]), {}
        if options["ids_from"]:
            with _opened(options["ids_from"]) as lines:
                ids += [line for text in lines if (line := text.rstrip("\r\n")).strip()]
        if options["csv"]:
            with _opened(options["csv"]) as lines:
                reasons = _reasons(lines)
            ids += reasons
        return ids, {name: reason for name, reason in reasons.items() if reason}

    def answer(
        self, options: dict[str, Any], done: Marked, verb: str
    ) -> tuple[dict[str, Any], str]:
        result = {
            "organization": options["slug"],
            "kind": options["kind"],
            "count": len(done.changed),
            verb: done.changed,
            "by_bundle": done.by_bundle,
            "dry_run": options["dry_run"],
        }
        words = f"{len(done.changed):,} {verb}."
        if options["dry_run"]:
            more = f" and {len(done.changed) - SHOWN:,} more" if len(done.changed) > SHOWN else ""
            words = (
                f"{len(done.changed):,} would be {verb}: {', '.join(done.changed[:SHOWN])}{more}"
            )
        elif verb == "included":
            words += " It shows to vendors after the next refresh."
        if done.by_bundle:
            words += f" {len(done.by_bundle):,} stay excluded by the bundle's own column."
        return result, words


def add_where(parser: CommandParser) -> None:
    """Declare the filters by which rows of a kind are chosen."""
    parser.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="choose rows by a field, such as school=S1, grade=09, name~algebra; repeat it: "
        "one of each field's must be met",
    )


@contextmanager
def _opened(path: str) -> Iterator[TextIO]:
    if path == "-":
        yield sys.stdin
        return
    try:
        with open(path, encoding="utf-8-sig", newline="") as lines:
            yield lines
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path} can't be read: {error}.") from error


def _reasons(lines: TextIO) -> dict[str, str]:
    rows = csv.DictReader(lines)
    if "id" not in (rows.fieldnames or ()):
        raise Refused("The CSV file has no column id.")
    try:
        return {row["id"]: (row.get("reason") or "").strip() for row in rows if row["id"]}
    except csv.Error as error:
        raise Refused(f"The CSV file can't be read: {error}.") from error
