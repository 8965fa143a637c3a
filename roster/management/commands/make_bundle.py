"""`make_bundle`: writes the OneRoster bundle of a made-up district, deterministic and realistic."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from roster.clock import clock
from roster.generator.calendars import school_year_of
from roster.generator.columns import VERSIONS
from roster.generator.making import make_bundle
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
        " classes and 300,000 enrollments."
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

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        path: Path = options["path"]
        school_year = options["school_year"] or school_year_of(clock().date())
        began = time.perf_counter()
        try:
            made = make_bundle(
                path,
                options["students"],
                oneroster=options["oneroster"],
                school_year=school_year,
                seed=options["seed"],
                report=lambda percent: self.progress(percent, "Writing the bundle"),
            )
        except OSError as error:
            raise Refused(f"“{path}” couldn't be written: {error.strerror or error}.") from error
        seconds = round(time.perf_counter() - began, 2)
        result = {
            "path": str(path),
            "oneroster": options["oneroster"],
            "students": options["students"],
            "school_year": school_year,
            "seed": options["seed"],
            "seconds": seconds,
            "files": made.files,
            "oddities": made.oddities,
        }
        lines = [f"  {rows:>9,}  {name}" for name, rows in made.files.items()]
        words = f"Wrote {path}, OneRoster {options['oneroster']}, in {seconds} s:"
        return result, "\n".join([words, *lines])
