"""The vendors of a measured district: some that are shared all, others of rules of their own."""

from __future__ import annotations

from typing import Any, NamedTuple

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


class Added(NamedTuple):
    """A connection like the first but for some fields or schools; `most` is what is asked of the
    disk that it takes, in MB.
    """

    most: int
    withheld: tuple[str, ...] = ()
    half_the_schools: bool = False


ADDED = {
    "other schools: every second": Added(20, half_the_schools=True),
    "other fields: people's e-mail": Added(200, ("users.email",)),
    "other fields: one of each collection": Added(
        200,
        (
            "users.username",
            "demographics.birthDate",
            "classes.classCode",
            "courses.subjectCodes",
            "enrollments.beginDate",
        ),
    ),
}
"""Further connections whose disk is measured. No two withhold the same of a collection, so none
finds another's documents; the last shares three of ten with the first.
"""


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


def connect_added(slug: str, what: str) -> dict[str, Any]:
    """Connect a further vendor of `ADDED` to an organization whose first is `connect`'s."""
    added = ADDED[what]
    schools = ["--school", *second_schools(slug)] if added.half_the_schools else ["--all-schools"]
    withheld = ["--withhold", *added.withheld] if added.withheld else []
    return commands.here(
        "create_connection", slug, "--vendor", f"Oakmont, {what}", "--oneroster", "1.2",
        "--acknowledge-unsupported", "--share", "all", *schools, *withheld,
    )  # fmt: skip


def second_schools(slug: str) -> list[str]:
    from roster.models import Org

    schools = Org.objects.filter(organization__slug=slug, type="school").order_by("sourced_id")
    return list(schools.values_list("sourced_id", flat=True))[::2]
