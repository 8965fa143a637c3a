"""Writes down the people of a night as rows: users, and in 1.2 their roles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from roster.generator import guardians, marks, population
from roster.generator.nights import Night
from roster.generator.oddities import oddities_of
from roster.generator.population import Person
from roster.generator.shapes import Groups, Row

_ROLE_1_1 = {
    "counselor": "aide",
    "districtAdministrator": "administrator",
    "principal": "administrator",
    "siteAdministrator": "administrator",
    "systemAdministrator": "administrator",
}


class Entry(NamedTuple):
    """A person as the files tell it: with those whom the row names, and columns of its own."""

    person: Person
    agents: Sequence[str] = ()
    own: Row = {}
    guardian: guardians.Guardian | None = None


Entries = Iterator[list[Entry]]


def entries(night: Night, *, with_guardians: bool) -> tuple[Entries, ...]:
    """Gives staff, students and guardians, each as a part with subjects of its own."""
    parts: tuple[Entries, ...] = (_staff(night), _students(night, with_guardians))
    return (*parts, _guardians(night)) if with_guardians else parts


def users(
    night: Night, version: str, oddities: Counter[str], *, with_guardians: bool
) -> tuple[Groups, ...]:
    def groups_of(part: Entries) -> Groups:
        for group in part:
            for entry in group:
                _count(entry, oddities)
            yield [_user(entry, version) for entry in group]

    return tuple(map(groups_of, entries(night, with_guardians=with_guardians)))


def roles(night: Night, oddities: Counter[str], *, with_guardians: bool) -> tuple[Groups, ...]:
    """Gives a row for each post. Whoever moved to another school has a new one there."""

    def groups_of(part: Entries) -> Groups:
        for group in part:
            rows = [row for entry in group for row in _roles(entry, lived=night.lived)]
            oddities["marked_roles"] += sum(marks.EXCLUDED in row for row in rows)
            yield rows

    return tuple(map(groups_of, entries(night, with_guardians=with_guardians)))


def _staff(night: Night) -> Entries:
    for planned in night.plan.employees:
        yield [Entry(population.employee(night, planned))]


def _students(night: Night, with_guardians: bool) -> Entries:
    for pupil in night.pupils():
        if pupil is None:
            yield []
            continue
        agents = guardians.agents_of(night, pupil) if with_guardians else ()
        own = marks.of_student(pupil.number) if night.lived else {}
        yield [Entry(population.student(night, pupil), agents, own)]


def _guardians(night: Night) -> Entries:
    for household in guardians.households(night):
        yield [Entry(person, children, {}, member) for member, person, children in household]


def _user(entry: Entry, version: str) -> Row:
    person = entry.person
    return {
        "sourcedId": person.sourced_id,
        "enabledUser": "true",
        "username": person.username,
        "userIds": ",".join(f"{{{kind}:{value}}}" for kind, value in person.user_ids),
        "givenName": person.given,
        "familyName": person.family,
        "middleName": person.middle,
        "identifier": person.identifier,
        "email": person.email,
        "sms": person.sms,
        "phone": person.phone,
        "agentSourcedIds": ",".join(entry.agents),
        "grades": person.grade,
        **(_only_1_1(person) if version == "1.1" else _only_1_2(person)),
        **entry.own,
    }


def _only_1_1(person: Person) -> Row:
    role = person.posts[0].role
    return {"orgSourcedIds": ",".join(person.orgs), "role": _ROLE_1_1.get(role, role)}


def _only_1_2(person: Person) -> Row:
    return {
        "userMasterIdentifier": person.master_identifier,
        "preferredGivenName": person.preferred,
        "primaryOrgSourcedId": person.posts[0].org,
        "pronouns": person.pronouns,
    }


def _roles(entry: Entry, *, lived: bool) -> Iterator[Row]:
    person = entry.person
    for number, post in enumerate(person.posts, 1):
        own = marks.of_role(post, second=number > 1) if lived else {}
        yield {
            "sourcedId": f"rol-{person.sourced_id}-{number}",
            "userSourcedId": person.sourced_id,
            "roleType": "primary" if post.primary else "secondary",
            "role": post.role,
            "beginDate": post.begin,
            "orgSourcedId": post.org,
            **own,
        }


def _count(entry: Entry, oddities: Counter[str]) -> None:
    oddities.update(oddities_of(entry.person))
    oddities["marked_users"] += marks.EXCLUDED in entry.own
    if entry.guardian:
        oddities["guardians"] += 1
        if entry.guardian.oddity:
            oddities[entry.guardian.oddity] += 1
