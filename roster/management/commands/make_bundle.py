"""`make_bundle`: writes the OneRoster bundle of a made-up district, deterministic and realistic."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from roster.clock import clock
from roster.generator.calendars import school_year_of
from roster.generator.formats import VERSIONS
from roster.generator.making import make_bundle
from roster.generator.streams import Extras
from roster.management.base import RosterCommand
from roster.refusal import Refused


def _whole(low: int, high: int) -> Callable[[str], int]:
    """Gives a reader of whole numbers from `low` to `high`, for argparse."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"“{text}” isn't a whole number {low} to {high}")
        return int(text)

    return read


class Command(RosterCommand):
    help = (
        "Write a realistic OneRoster bundle of a made-up district. The same arguments give the"
        " same bytes. 50,000 students give about 60 schools, 4,000 staff, 600 courses, 12,000"
        " classes and 300,000 enrollments. Everything in a plain bundle is visible to a vendor"
        " that is shared everything; with --guardians, --gradebook or --resources some"
        " enrollments have ended or are yet to begin, and some records are marked."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path",
            metavar="PATH",
            type=Path,
            help="a name ending in .zip gives a zip, any other a folder; replaces a bundle there",
        )
        parser.add_argument(
            "--students", metavar="N", type=_whole(1, 5_000_000), required=True, help="how many"
        )
        parser.add_argument("--oneroster", choices=VERSIONS, default="1.2", help="default: 1.2")
        parser.add_argument(
            "--school-year",
            metavar="YYYY",
            type=_whole(1990, 2200),
            help="the year in which it ends; default: the school year that holds today",
        )
        parser.add_argument(
            "--seed",
            metavar="S",
            type=_whole(0, 2**63),
            default=1,
            help="another seed gives other people and names; default: 1",
        )
        parser.add_argument(
            "--guardians", action="store_true", help="with parents, guardians and relatives"
        )
        parser.add_argument(
            "--gradebook", action="store_true", help="with categories, line items and results"
        )
        parser.add_argument(
            "--resources", action="store_true", help="with resources, linked with what uses them"
        )
        parser.add_argument(
            "--strict",
            action="store_true",
            help="leave out students without username, which the binding doesn't allow, and second"
            " primary teachers",
        )
        parser.add_argument(
            "--night",
            metavar="K",
            type=_whole(0, 1000),
            default=0,
            help="PATH holds the district as it is K nights after the first; default: 0",
        )
        parser.add_argument(
            "--next-night",
            metavar="PATH",
            type=Path,
            help="write the bundle of the following night too: people moved, left, came, changed"
            " names",
        )
        parser.add_argument(
            "--delta",
            action="store_true",
            help="the following night's bundle holds the changes only",
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        path: Path = options["path"]
        following: Path | None = options["next_night"]
        if options["delta"] and not following:
            raise CommandError("--delta says how --next-night is written; give both.")
        if following and following.absolute() == path.absolute():
            raise CommandError("--next-night needs another PATH than the first night's.")
        asked = {
            "oneroster": options["oneroster"],
            "students": options["students"],
            "school_year": options["school_year"] or school_year_of(clock().date()),
            "seed": options["seed"],
        }
        extras = Extras(options["guardians"], options["gradebook"], options["resources"])
        night: int = options["night"]
        shared = {**asked, "extras": extras, "strict": options["strict"]}
        result, words = self._make(path, asked, night, shared)
        if following:
            made, more = self._make(following, {}, night + 1, shared, delta=options["delta"])
            result["next_night"] = made
            words = f"{words}\n{more}"
        return result, words

    def _require_tables(self) -> None:
        """Ask for no database: a bundle is made of numbers alone."""

    def _make(
        self,
        path: Path,
        asked: dict[str, Any],
        night: int,
        shared: dict[str, Any],
        *,
        delta: bool = False,
    ) -> tuple[dict[str, Any], str]:
        """Write one bundle, and return what was asked and what was made."""
        began = time.perf_counter()
        try:
            made = make_bundle(
                path,
                night=night,
                delta=delta,
                report=lambda percent: self.progress(percent, f"Writing {path.name}"),
                **shared,
            )
        except OSError as error:
            raise Refused(f"“{path}” couldn't be written: {error.strerror or error}.") from error
        seconds = round(time.perf_counter() - began, 2)
        result = {
            "path": str(path),
            **asked,
            **({"night": night} if night else {}),
            "seconds": seconds,
            "files": made.files,
            "oddities": made.oddities,
            **({"changes": made.changes} if night else {}),
        }
        counts = [*made.files.items(), *made.changes.items()]
        lines = [f"  {rows:>9,}  {name.replace('_', ' ')}" for name, rows in counts]
        kind = "delta" if delta else "bulk"
        words = f"Wrote {path}, OneRoster {shared['oneroster']}, {kind}, in {seconds} s:"
        return result, "\n".join([words, *lines])
