"""A made-up district in the installation that the environment names, and vendors who read it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from tests.benchmarks import commands

SLUG, PARTNER = "load", "Brightpath"
GRADES, ASSESSMENTS = ("--type", "grade_book"), ("--type", "assessment")
KINDS = (("1.2", *GRADES, *ASSESSMENTS), ("1.1", *GRADES))


def publish(folder: Path, students: int, vendors: int) -> list[dict[str, Any]]:
    """Import and publish a district with everything in it; return what its vendors are told.

    They are of 1.2 and 1.1 in turn, are shared everything, and may write whatever there is.
    """
    bundle = folder / "district.zip"
    everything = ("--guardians", "--gradebook", "--resources")
    commands.here("make_bundle", bundle, "--students", students, *everything)
    commands.here("create_organization", SLUG, "--name", "Load")
    commands.run("import_roster", SLUG, bundle)
    commands.here("create_partner", PARTNER, "--oneroster", "1.1", "1.2", *GRADES, *ASSESSMENTS)
    told = [
        commands.here(
            "create_connection", SLUG, "--vendor", f"Vendor {number}", "--partner", PARTNER,
            "--all-schools", "--share", "all", "--oneroster", *KINDS[number % 2],
        )
        for number in range(vendors)
    ]  # fmt: skip
    commands.run("refresh_cache", SLUG)
    return told


def basic(vendor: dict[str, Any]) -> str:
    """Return the header by which a vendor asks for a token."""
    pair = f"{vendor['client_id']}:{vendor['client_secret']}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
