"""What users are shown with: roles, agents, resources, primary org, and in 1.1 a username."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from roster.deciding.given import Given, once_shown
from roster.deciding.naming import is_named, places_of
from roster.deciding.presence import teaches
from roster.deciding.roles import roles_of, shown, supplied, supplied_words
from roster.dialects.fields import V11
from roster.dialects.users import UserAnswer
from roster.map import Lists
from roster.map.arrays import Flags, Hashes, Positions, added, hash_of, mixed
from roster.map.contents import listed

STAND_IN = {"sourcedId": "sourced_id", "identifier": "identifier", "email": "email"}
"""The column that stands in for a missing username in 1.1, by the organization's setting."""


def is_shown(d: Given, field: str) -> bool:
    """Return whether a field that only 1.2 has is shown."""
    return d.version != V11 and field not in d.rules.hidden("users")


@once_shown
def agents(d: Given) -> tuple[Positions, Positions]:
    """Return who is linked with whom, in both directions, where both are visible."""
    links, person = d.map.guardian_link, d.ok("person")
    visible = d.ok("guardian_link") & person[links.guardian] & person[links.child]
    if "agents" in d.rules.hidden("users"):
        visible = d.none("guardian_link")
    guardian, child = links.guardian[visible], links.child[visible]
    return np.concatenate([child, guardian]), np.concatenate([guardian, child])


@once_shown
def resources(d: Given) -> Flags:
    """Return which resources users may name."""
    return is_named(d, "resource") if is_shown(d, "resources") else d.none("resource")


@once_shown
def primary_org(d: Given) -> Flags:
    """Return whose primary org is one where they are visible."""
    rows = d.map.person
    at_school = d.ok("school_enrollment")[rows.primary_as_student]
    found: Flags = at_school | d.ok("district_assignment")[rows.primary_as_staff]
    return found if is_shown(d, "primaryOrg") else d.none("person")


@once_shown
def teachers(d: Given) -> Flags:
    """Return who teaches a visible class; 1.1 alone asks."""
    return teaches(d) if d.version == V11 else d.none("person")


def stand_in(d: Given) -> str:
    """Return the column that stands in for a missing username, or nothing."""
    column = STAND_IN.get(d.settings.username_stand_in, "")
    return "" if d.version != V11 or column in d.rules.hidden("users") else column


def hashes(d: Given) -> Hashes:
    """Return for each person, and nobody, the hash of the answer about them."""
    m, rows, more = d.map, np.flatnonzero(shown(d)), supplied(d)
    words = np.array([*map(hash_of, supplied_words(m)), 0], np.uint64)
    total = _sum(d, m.role.person[rows], mixed(m.role.hash[rows], 31))
    # Supplied roles are in the order of sides and orgs, which words and orgs say already.
    places = mixed(m.org.hash[more.org], 32) + words[more.role]
    total += _sum(d, more.person, mixed(places, 33))
    person, other = agents(d)
    total += _sum(d, person, mixed(m.person.hash[other], 34))
    named = np.where(resources(d), mixed(m.resource.hash, 35), np.uint64(0))
    total += listed(m.person.resources, named)
    total += mixed(primary_org(d).astype(np.uint64), 36)
    total += mixed(teachers(d).astype(np.uint64), 37)
    lacking = np.where(m.person.username, np.uint64(0), np.uint64(hash_of(stand_in(d))))
    total += mixed(lacking, 38)
    return total + mixed(_profiles_withheld(d), 39)


def _profiles_withheld(d: Given) -> Hashes:
    """Return 1 for each person with a profile, if the reader gets none that 1.2 shows."""
    withheld = np.zeros(len(d.map.ids["person"]) + 1, np.uint64)
    if d.version != V11 and not is_shown(d, "userProfiles"):
        withheld[d.map.profile.person] = 1
        withheld[-1] = 0
    return withheld


def _sum(d: Given, person: Positions, values: Hashes) -> Hashes:
    return added(len(d.map.ids["person"]), person, values)


def answers_about_users(d: Given, at: Sequence[int]) -> Iterator[UserAnswer]:
    """Yield the answer about each of these people."""
    m, places, column = d.map, places_of(d.map), stand_in(d)
    people, orgs, named = m.ids["person"], m.ids["org"], m.ids["resource"]
    with_primary, teaching, visible = primary_org(d), teachers(d), resources(d)
    linked = Lists.grouped(len(people), *agents(d))
    for person, roles, others, owned in zip(
        at, roles_of(d, at), linked.each(at), m.person.resources.each(at), strict=True
    ):
        org = int(m.person.primary_org[person])
        yield UserAnswer(
            roles=roles,
            agents=[people[each] for each in sorted({*others})],
            resources=[named[each] for each in owned if visible[each]],
            primary_org=places[org] if with_primary[person] else None,
            primary=orgs[org],
            teaches=bool(teaching[person]),
            stand_in=column,
        )
