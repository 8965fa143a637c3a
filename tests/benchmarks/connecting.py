"""The vendors of a measured district: some that are shared all, others of rules of their own."""

from __future__ import annotations

from typing import Any

from tests.benchmarks import commands

FIELDS = (
    "users.email",
    "users.middleName",
    "classes.classCode",
    "classes.location",
    "courses.subjectCodes",
    "enrollments.primary",
)
"""Fields that one vendor withholds and another doesn't: 63 different sets."""

NARROWED: tuple[tuple[str, ...], ...] = (
    (),
    ("--grade", "03", "04", "05"),
    ("--role", "student", "teacher"),
    ("--only-enrolled",),
    ("--share", "guardians", "demographics"),
)
"""What else tells them apart, in turn."""


def connect(slug: str, vendor: int, oneroster: str) -> dict[str, Any]:
    return commands.here(
        "create_connection", slug, "--vendor", f"Brightpath {vendor}", "--oneroster", oneroster,
        "--acknowledge-unsupported", "--all-schools", "--share", "all",
    )  # fmt: skip


def connect_apart(slug: str, number: int) -> dict[str, Any]:
    """Connect a vendor of rules that no other has, in the one version or the other."""
    withheld = [name for bit, name in enumerate(FIELDS) if number >> bit & 1]
    version = "1.2" if number % 3 else "1.1"
    return commands.here(
        "create_connection", slug, "--vendor", f"Elmwood {number}", "--oneroster", version,
        "--acknowledge-unsupported", "--all-schools", "--withhold", *withheld,
        *NARROWED[number % len(NARROWED)],
    )  # fmt: skip
