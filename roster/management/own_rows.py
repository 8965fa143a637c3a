"""What the commands about rows of the district's own share."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from roster import local
from roster.management.base import OrganizationCommand
from roster.models import OwnRow


class SettingCommand(OrganizationCommand):
    """A command that sets one own row; `how` says whether it must be new."""

    how = local.EITHER

    def arguments(self, parser: CommandParser) -> None:
        add_place(parser)
        parser.add_argument(
            "cells", metavar="COLUMN=VALUE", nargs="+", type=_cell, help="as in the CSV"
        )
        add_why(parser)

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        [own] = local.set_rows(
            self.organization,
            options["file"].removesuffix(".csv"),
            {options["id"]: dict(options["cells"])},
            how=self.how,
            reason=options["reason"],
            until=options["until"],
            by=self.actor(),
        )
        return described(own), f"{_words(own)}\n{NEXT}"


NEXT = "Vendors get it with the next refresh."


def add_place(parser: CommandParser) -> None:
    parser.add_argument("file", metavar="FILE", help="such as users, roles, enrollments")
    parser.add_argument("id", metavar="ID", help="the row's sourcedId")


def add_why(parser: CommandParser) -> None:
    parser.add_argument("--reason", metavar="R", required=True, help="why the district says so")
    parser.add_argument(
        "--until", metavar="DATE", type=_day, required=True, help="the last day it holds"
    )


def described(own: OwnRow) -> dict[str, Any]:
    """Return what commands print of an own row as JSON."""
    return {
        "file": own.file,
        "id": own.sourced_id,
        "cells": own.cells,
        "sent": own.sent,
        "reason": own.reason,
        "by": own.by_name,
        "made": own.made.isoformat(),
        "until": own.until.isoformat(),
        "ended": own.ended.isoformat() if own.ended else None,
        "ended_by": own.ended_by,
    }


def in_words(rows: list[OwnRow]) -> str:
    return "\n".join(map(_words, rows)) or (
        "There are no rows of your own. add_row and change_row say what your system doesn't."
    )


def _words(own: OwnRow) -> str:
    said = ", ".join(f"{name}={cell}" for name, cell in own.cells.items())
    kind = "added" if own.sent is None else "changed"
    end = f"ended by {own.ended_by}" if own.ended else f"until {own.until}"
    return f"{own.file}.csv {own.sourced_id}, {kind}: {said} ({own.by_name}: {own.reason}; {end})"


def _cell(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ArgumentTypeError(f"“{text}” isn't COLUMN=VALUE")
    return name.strip(), value.strip()


def _day(text: str) -> date:
    return date.fromisoformat(text)
