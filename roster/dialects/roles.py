"""A person's roles: all of them in 1.2, one word and some orgs in 1.1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from roster.dialects.composing import Document, Unpublishable, day
from roster.dialects.references import Place, place_reference

V11_ROLES = {
    "student": "student",
    "teacher": "teacher",
    "aide": "aide",
    "counselor": "aide",
    "guardian": "guardian",
    "parent": "parent",
    "relative": "relative",
    "proctor": "proctor",
    "administrator": "administrator",
    "principal": "administrator",
    "siteAdministrator": "administrator",
    "districtAdministrator": "administrator",
    "systemAdministrator": "administrator",
}
"""What 1.1 calls each role of 1.2; a role that isn't here has no word in 1.1."""


class Role(NamedTuple):
    """A role that a person is shown with: a row (`record` is its key), or a supplied one (0).

    A role is supplied where the person is visible at a place at which no row of theirs shows one.
    """

    place: Place
    role: str
    secondary: bool = False
    record: int = 0


class RoleRow(NamedTuple):
    """What only the row of a role says, or one that has these columns among others."""

    begin_date: Any
    end_date: Any
    user_profile: str


SUPPLIED = RoleRow(None, None, "")


def name_of(role: Role) -> str:
    """Return a role in 1.2's words (product rule 8)."""
    if role.role != "administrator":
        return role.role
    return "siteAdministrator" if role.place.is_school else "districtAdministrator"


def entries(
    roles: Iterable[Role], rows: Mapping[int, RoleRow], profiles: Mapping[str, str]
) -> list[Document]:
    """Return the `roles` of a user in 1.2; `profiles` are the ids of profiles by sourcedId."""
    found: list[Document] = []
    with_primary: set[str] = set()
    for role in roles:
        row = rows.get(role.record, SUPPLIED)
        place = role.place.sourced_id
        secondary = role.secondary or place in with_primary
        if not secondary:
            with_primary.add(place)
        entry: Document = {
            "roleType": "secondary" if secondary else "primary",
            "role": name_of(role),
            "org": place_reference("1.2", role.place),
        }
        if profile := profiles.get(row.user_profile):
            entry["userProfile"] = profile
        if row.begin_date:
            entry["beginDate"] = day(row.begin_date)
        if row.end_date:
            entry["endDate"] = day(row.end_date)
        found.append(entry)
    if len(with_primary) < len(found):
        with_a_primary(found)
    return found


def with_a_primary(found: list[Document]) -> None:
    """Let the first role at an org be primary where none is (specification 2.2)."""
    primary = {e["org"]["sourcedId"] for e in found if e["roleType"] == "primary"}
    for entry in found:
        if entry["org"]["sourcedId"] not in primary:
            entry["roleType"] = "primary"
            primary.add(entry["org"]["sourcedId"])


def word(roles: Iterable[Role], teaches: bool, primary_org: str) -> str:
    """Return the one role of a user in 1.1 (product rule 7)."""
    known = [role for role in roles if role.role in V11_ROLES]
    if any(role.role == "student" for role in known):
        return "student"
    if teaches:
        return "teacher"
    if not known:
        raise Unpublishable("role")
    first = min(known, key=lambda each: (each.place.sourced_id != primary_org, each.secondary))
    return V11_ROLES[first.role]


def orgs(roles: Iterable[Role]) -> list[Place]:
    """Return the `orgs` of a user in 1.1: those of primary roles first."""
    ordered = sorted(roles, key=lambda each: (each.secondary, each.place.sourced_id))
    return list(dict.fromkeys(role.place for role in ordered))
