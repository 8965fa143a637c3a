"""Random rules of lines, of the keys that the product knows."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.model.districts import CODES, COURSES, NOWHERE, SCHOOLS, SUBJECTS, USERS, Draw, mostly

SHARES = [
    "demographics",
    "guardians",
    "resources",
    "metadata",
    "users.phone",
    "users.sms",
    "users.userIds",
]
WITHHELD = [
    "users.identifier",
    "users.email",
    "users.agents",
    "users.grades",
    "users.userProfiles",
    "users.primaryOrg",
    "courses.org",
    "courses.resources",
    "classes.periods",
    "enrollments.endDate",
    "demographics.birthDate",
]
ROLES_OF_1_2 = [
    "student",
    "teacher",
    "guardian",
    "parent",
    "aide",
    "principal",
    "siteAdministrator",
]
NOT_IN_1_1 = {"users.userProfiles", "users.primaryOrg"}


def some(values: list[str], most: int = 3, least: int = 1) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique=True).map(sorted)


NARROWED: dict[str, st.SearchStrategy[Any]] = {
    "grades": some([*CODES, "none"]),
    "roles": some(ROLES_OF_1_2),
    "courses": some(COURSES),
    "subjects": some(SUBJECTS),
    "collections": st.just(["academicSessions", "classes", "courses", "orgs", "users"]),
    "kept_out": some(USERS),
    "inactive": st.just(False),
    "unenrolled": st.just(False),
}
"""What a connection may narrow beside its schools, and how."""


def rules(draw: Draw, version: str) -> dict[str, Any]:
    """Draw the rules of a line: its schools, and up to two of the rest."""
    known = [name for name in WITHHELD if version == "1.2" or name not in NOT_IN_1_1]
    every_share = st.just(sorted(SHARES))
    drawn = {
        "schools": draw(st.one_of(st.just("all"), some([*SCHOOLS, NOWHERE]))),
        "shares": draw(st.one_of(every_share, every_share, some(SHARES, 4, 0))),
        "withheld": draw(mostly([[]], *[[name] for name in known])),
        "types": [],
    }
    for key in draw(some(sorted(NARROWED), 2, 0)):
        drawn[key] = draw(NARROWED[key])
    return drawn
