"""`python -m tests.benchmarks`: makes everything that it needs, measures, prints the tables."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.benchmarks.asking import Broken
from tests.benchmarks.installation import ENGINES, installation
from tests.benchmarks.reporting import markdown
from tests.benchmarks.run import GROUPS, Asked, measure


def main() -> None:
    asked = arguments()
    only = tuple(group for group in GROUPS if group in asked.only)
    try:
        with installation(asked.engine) as folder:
            report = measure(
                folder,
                Asked(
                    asked.students,
                    asked.oneroster,
                    only,
                    asked.samples,
                    asked.connections,
                    asked.explain,
                ),
            )
    except Broken as broken:
        sys.exit(f"Not measured: {broken}")
    print(markdown(report))
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure how fast it is, on a generated district and the real server.",
    )
    add = parser.add_argument
    add("--students", type=whole, default=50_000, metavar="N", help="default: 50000")
    add(
        "--engine",
        choices=ENGINES,
        default="postgresql",
        help="a database of this run's own, or the empty one that the environment names (given)",
    )
    add("--oneroster", choices=("1.1", "1.2"), default="1.2", help="the version that is read")
    add("--json", type=Path, metavar="PATH", help="write all that was measured there")
    add(
        "--only",
        nargs="+",
        choices=GROUPS,
        default=GROUPS,
        metavar="NAME",
        help=f"measure only some of: {', '.join(GROUPS)}",
    )
    add("--samples", type=whole, default=1000, metavar="N", help="at most so many of a row")
    add(
        "--connections",
        type=whole,
        default=1,
        metavar="N",
        choices=range(1, 65),
        help="connections of different rules, up to 64, that the acts and nights are for",
    )
    add("--explain", action="store_true", help="show the query plans of first and deep page too")
    return parser.parse_args()


def whole(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"“{text}” is no number above 0")
    return int(text)


if __name__ == "__main__":
    main()
