"""`python -m tests.faults [--only WORD…]`: the table of faults, as the README has it.

An installation as `portal/deploy/` says, PostgreSQL, Redis and nginx included; vendors who ask all
the time; and one fault after the other. Ends with 1 if a vendor saw what its program can't deal
with, if it took too long until all was well, or if something was lost. It needs `mount`: as root,
or where people may have user namespaces.
"""

from __future__ import annotations

import argparse
import os
import sys

import django

from tests.deploy.production import production
from tests.faults import surroundings
from tests.faults.breaking import STATEMENT


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="in their names")
    asked = parser.parse_args()
    shorter = f"-c statement_timeout={STATEMENT}s"
    with surroundings.disk(), production(PGOPTIONS=shorter) as desk:
        os.environ |= desk.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
        django.setup()
        from tests.faults.running import HEAD, run
        from tests.faults.table import LONG, SHORT
        from tests.faults.watching import Vendors

        failed = []
        print(HEAD, flush=True)
        with Vendors(desk) as vendors:
            for fault in (*SHORT, *LONG):
                if not asked.only or any(word in fault.name for word in asked.only):
                    row = run(desk, vendors, fault)
                    print(row, flush=True)
                    failed += [f"{fault.name}: {failure}" for failure in row.failures]
    print(*failed, sep="\n", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
