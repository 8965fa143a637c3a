"""Random rules of connections, of the keys that the product knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

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
    "users.userMasterIdentifier",
    "users.userProfiles",
    "users.pronouns",
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
TYPES = {
    "1.1": [[], ["grade_book"]],
    "1.2": [[], ["grade_book"], ["assessment", "grade_book"], ["assessment"]],
}


class Pools(NamedTuple):
    """What a connection may choose among."""

    schools: Sequence[str] = SCHOOLS
    grades: Sequence[str] = CODES
    courses: Sequence[str] = COURSES
    subjects: Sequence[str] = SUBJECTS
    users: Sequence[str] = USERS


OURS = Pools()


def some(values: Sequence[str], most: int = 3, least: int = 1) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique=True).map(sorted)


def narrowed(pools: Pools) -> dict[str, st.SearchStrategy[Any]]:
    """Return what a connection may narrow beside its schools, and how."""
    return {
        "grades": some([*pools.grades, "none"]),
        "roles": some(ROLES_OF_1_2),
        "courses": some(pools.courses),
        "subjects": some(pools.subjects),
        "collections": st.just(["academicSessions", "classes", "courses", "orgs", "users"]),
        "kept_out": some(pools.users),
        "inactive": st.just(False),
        "unenrolled": st.just(False),
    }


def rules(draw: Draw, version: str, pools: Pools = OURS) -> dict[str, Any]:
    """Draw the rules of a connection: its schools, and up to two of the rest."""
    known = [name for name in WITHHELD if version == "1.2" or name not in NOT_IN_1_1]
    every_share = st.just(sorted(SHARES))
    drawn = {
        "schools": draw(st.one_of(st.just("all"), some([*pools.schools, NOWHERE]))),
        "shares": draw(st.one_of(every_share, every_share, some(SHARES, 4, 0))),
        "withheld": draw(mostly([[]], *[[name] for name in known])),
        "types": draw(st.sampled_from(TYPES[version])),
    }
    further = narrowed(pools)
    for key in draw(some(sorted(further), 2, 0)):
        drawn[key] = draw(further[key])
    return drawn


EVERYTHING: dict[str, Any] = {"all_schools": True, "shares": ["all"]}

CHANGES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "everything": st.just(EVERYTHING | {"withheld": []}),
    "schools": some(SCHOOLS).map(lambda ids: {"all_schools": False, "schools": ids}),
    "all schools": st.just({"all_schools": True, "schools": []}),
    "shares": some(SHARES, 5, 0).map(lambda names: {"shares": names}),
    "withheld": some(WITHHELD, 2, 0).map(lambda names: {"withheld": names}),
    "grades": st.one_of(st.none(), some(CODES)).map(lambda codes: {"grades": codes}),
    "roles": st.one_of(st.none(), some(ROLES_OF_1_2)).map(lambda words: {"roles": words}),
    "courses": st.one_of(st.none(), some(COURSES)).map(lambda ids: {"courses": ids}),
    "subjects": st.one_of(st.none(), some(SUBJECTS)).map(lambda names: {"subjects": names}),
    "hidden": st.sampled_from([[], ["enrollments"], ["resources"], ["demographics"]]).map(
        lambda names: {"hidden": names}
    ),
    "kept out": some(USERS, 3, 0).map(lambda ids: {"kept_out": dict.fromkeys(ids, "asked")}),
    "inactive": st.booleans().map(lambda said: {"inactive": said}),
    "unenrolled": st.booleans().map(lambda said: {"unenrolled": said}),
}
"""What an admin may ask to be changed, in the words of the product's verb."""


@st.composite
def changes(draw: Draw) -> dict[str, Any]:
    """Draw one change of a sharing, or two at once."""
    asked: dict[str, Any] = {}
    for name in draw(some(sorted(CHANGES), 3)):
        asked |= draw(CHANGES[name])
    return asked


@st.composite
def asked(draw: Draw) -> dict[str, Any]:
    """Draw the sharing of a new connection: everything, for the most part."""
    return EVERYTHING | (draw(changes()) if draw(mostly(False, True)) else {})


def fitting(asked: dict[str, Any], version: str) -> dict[str, Any]:
    """Return what is asked without the fields that the version doesn't have."""
    if version == "1.2" or "withheld" not in asked:
        return asked
    return asked | {"withheld": [name for name in asked["withheld"] if name not in NOT_IN_1_1]}
