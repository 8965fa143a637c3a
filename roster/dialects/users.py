"""What documents of users say that no column of theirs does, in both versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from roster.dialects.composing import Document
from roster.dialects.references import Place, led_to
from roster.dialects.roles import Role, RoleRow, entries, orgs, word


class UserAnswer(NamedTuple):
    """What is visible of a person: roles, agents, resources, the primary org.

    `teaches` (a visible class) and `stand_in` (for a username, by the organization's setting and
    what is withheld) are 1.1's. `primary` is the primary org of the row, visible or not.
    """

    roles: list[Role]
    agents: list[str] = []
    resources: list[str] = []
    primary_org: Place | None = None
    primary: str = ""
    teaches: bool = False
    stand_in: str = ""


class Person(NamedTuple):
    """A user's row, the rows of their roles by key, and of their profiles."""

    row: Any
    roles: Mapping[int, RoleRow]
    profiles: Iterable[Any] = ()


def profiles_of(person: Person) -> list[Any]:
    """Return the profiles that have what the specification requires, which a bundle may lack."""
    return [each for each in person.profiles if each.profile_type and each.vendor_id]


def username(version: str, person: Person, answer: UserAnswer) -> str:
    row = person.row
    return str(row.username or (getattr(row, answer.stand_in) if answer.stand_in else ""))


def roles(version: str, person: Person, answer: UserAnswer) -> list[Document]:
    profiles = {each.sourced_id: profile_id(each.sourced_id) for each in profiles_of(person)}
    return entries(answer.roles, person.roles, profiles)


OWN: dict[str, Callable[[str, Person, UserAnswer], Any]] = {
    "username": username,
    "agents": lambda version, person, answer: led_to(version, "user", answer.agents),
    "role": lambda version, person, answer: word(answer.roles, answer.teaches, answer.primary),
    "orgs": lambda version, person, answer: led_to(version, "org", orgs(answer.roles)),
    "roles": roles,
    "userProfiles": lambda version, person, answer: [*map(profile, profiles_of(person))],
    "primaryOrg": lambda version, person, answer: led_to(version, "org", answer.primary_org),
    "resources": lambda version, person, answer: led_to(version, "resource", answer.resources),
}
"""Fields that aren't what a column of the user says; which there are, the version's list says."""


def profile_id(sourced_id: str) -> str:
    """Return a profile's id as the URI that REST wants and CSV doesn't have."""
    return "urn:profile:" + quote(sourced_id, safe="")


def profile(profile: Any) -> Document:
    found = {
        "profileId": profile_id(profile.sourced_id),
        "profileType": profile.profile_type,
        "vendorId": profile.vendor_id,
        "applicationId": profile.application_id,
        "description": profile.description,
    }
    if profile.credential_type and profile.username:
        found["credentials"] = [{"type": profile.credential_type, "username": profile.username}]
    return {key: value for key, value in found.items() if value}
