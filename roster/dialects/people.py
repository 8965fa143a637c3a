"""Users in both versions: which roles are told, and in which words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

from django.db.models import Q

from roster.dialects.composing import Doc, Unpublishable, compose, trim, truth
from roster.dialects.fields import V11
from roster.dialects.references import reference
from roster.hierarchy.roles import ENROLLED_AS, GUARDIANS, is_student
from roster.models import Role, User, UsernameStandIn
from roster.visibility import Walk
from roster.visibility.causes import unpublishable

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


class RoleRow(NamedTuple):
    user: str
    org: str
    role: str
    role_type: str
    begin_date: Any
    end_date: Any
    user_profile: str


class Person(NamedTuple):
    """A user's row with what belongs to it."""

    row: Any
    roles: list[RoleRow]
    profiles: list[Any]
    resources: list[str]


def user(walk: Walk, version: str, person: Person) -> Doc:
    """Return a user's document; `Unpublishable` where the version has no form for it."""
    row = person.row
    roles = visible_roles(walk, row.sourced_id, person.roles)
    if not roles:
        raise Unpublishable("roles")
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "userMasterIdentifier": row.user_master_identifier,
        "username": row.username,
        "userIds": row.user_ids,
        "enabledUser": truth(row.enabled),
        "givenName": row.given_name,
        "familyName": row.family_name,
        "middleName": row.middle_name,
        "preferredFirstName": row.preferred_first_name,
        "preferredMiddleName": row.preferred_middle_name,
        "preferredLastName": row.preferred_last_name,
        "pronouns": row.pronouns,
        "identifier": row.identifier,
        "email": row.email,
        "sms": row.sms,
        "phone": row.phone,
        "agents": [
            reference(version, "user", agent)
            for agent in sorted(
                {
                    *walk.people.guardian_of.get(row.sourced_id, ()),
                    *walk.people.wards.get(row.sourced_id, ()),
                }
            )
            if walk.people.sees(agent)
        ],
        "grades": row.grades,
        "resources": [reference(version, "resource", resource) for resource in person.resources],
    }
    if version == V11:
        names = _in_v11(walk, row, roles, values)
    else:
        names = _in_v12(walk, row, roles, person.profiles, values)
    body = compose(version, "users", trim(walk, "users", values))
    return Doc(row.sourced_id, body, role=" ".join(names), person=row.sourced_id)


def settle(walk: Walk) -> None:
    """Let those people fall who have no form in the walk's version, before anybody is told.

    It comes first because others name them: their classes, their children, their parents.
    """
    fallen = dict.fromkeys(_nameless(walk), "username")
    if walk.version == V11:
        fallen |= dict.fromkeys(_roleless(walk), "role")
    for user, missing in fallen.items():
        if walk.people.sees(user):
            walk.people.drop(user, unpublishable(missing))


def _nameless(walk: Walk) -> Iterator[str]:
    people = walk.people.live(User, "sourced_id")
    stand_in = walk.ledger.organization.username_stand_in
    yield from people.filter(Q(given_name="") | Q(family_name="")).values_list(
        "sourced_id", flat=True
    )
    if walk.version == V11 and stand_in != UsernameStandIn.SOURCED_ID:
        for row in people.filter(username=""):
            if not _stand_in(walk, row):
                yield row.sourced_id


def _roleless(walk: Walk) -> Iterator[str]:
    """Find who holds none but roles that 1.1 has no word for."""
    roles = walk.people.live(Role)
    rows: dict[str, list[RoleRow]] = defaultdict(list)
    doubtful = roles.filter(role__startswith="ext:").values("user")
    for row in roles.filter(user__in=doubtful).values_list(*RoleRow._fields):
        rows[row[0]].append(RoleRow._make(row))
    for user, held in rows.items():
        if not any(role.role in V11_ROLES for role in visible_roles(walk, user, held)):
            yield user


def role_words(document: dict[str, Any]) -> str:
    """Return the roles a user's document tells, as its record keeps them for lists."""
    if "role" in document:
        return str(document["role"])
    return " ".join(sorted({entry["role"] for entry in document["roles"]}))


def visible_roles(walk: Walk, user: str, rows: list[RoleRow]) -> list[RoleRow]:
    """Return the roles that are told, at least one for each place where the person is seen.

    A place known only from classes, or a guardian known at no visible child's school, gets
    the role supplied, so that trimming never empties the list.
    """
    schools = walk.people.student_at.get(user, [])
    offices = walk.people.staff_at.get(user, {})
    wards = {
        school
        for child in walk.people.wards.get(user, ())
        for school in walk.people.student_at[child]
    }
    told = []
    for row in rows:
        if not walk.people.role_is_current(row.begin_date, row.end_date):
            continue
        if not walk.people.shares_role(row.role, row.org):
            continue
        if is_student(row.role):
            seen = row.org in schools or (bool(schools) and _beside(walk, row.org))
        elif row.role in GUARDIANS:
            seen = row.org in wards or (bool(wards) and _beside(walk, row.org))
        else:
            seen = row.org in offices
        if seen:
            told.append(row)
    student_places = {row.org for row in told if is_student(row.role)}
    told += [_supplied(user, org, "student") for org in schools if org not in student_places]
    staff_places = {row.org for row in told if row.org in offices and _is_office(row.role)}
    told += [
        _supplied(user, org, ENROLLED_AS.get(role, role or "teacher"))
        for org, role in sorted(offices.items())
        if org not in staff_places
    ]
    if wards and not any(row.org in wards and row.role in GUARDIANS for row in told):
        held = next((row.role for row in rows if row.role in GUARDIANS), "guardian")
        told += [_supplied(user, org, held) for org in sorted(wards)]
    return told


def _is_office(role: str) -> bool:
    return not is_student(role) and role not in GUARDIANS


def _beside(walk: Walk, org: str) -> bool:
    return org not in walk.places.schools and walk.places.sees(org)


def _supplied(user: str, org: str, role: str) -> RoleRow:
    return RoleRow(user, org, role, "primary", None, None, "")


def _in_v12(
    walk: Walk, row: Any, roles: list[RoleRow], profiles: list[Any], values: dict[str, Any]
) -> list[str]:
    """Fill in `roles`, `userProfiles` and `primaryOrg`; return the roles held."""
    # What the specification requires of a profile a bundle may lack; then there is none.
    profiles = [each for each in profiles if each.profile_type and each.vendor_id]
    profile_ids = {profile.sourced_id: _profile_id(profile.sourced_id) for profile in profiles}
    primary: set[str] = set()
    told = []
    for role in roles:
        name = role.role
        if name == "administrator":
            at_school = role.org in walk.places.schools
            name = "siteAdministrator" if at_school else "districtAdministrator"
        kind = "secondary" if role.role_type == "secondary" or role.org in primary else "primary"
        if kind == "primary":
            primary.add(role.org)
        entry = {
            "roleType": kind,
            "role": name,
            "org": reference("1.2", walk.places.kind(role.org), role.org),
            "userProfile": profile_ids.get(role.user_profile),
            "beginDate": role.begin_date,
            "endDate": role.end_date,
        }
        told.append({key: value for key, value in entry.items() if value})
    for place in {role.org for role in roles} - primary:
        # One primary per org is the rule (specification 2.2); a lone secondary becomes it.
        next(e for e in told if e["org"]["sourcedId"] == place)["roleType"] = "primary"
    values["roles"] = told
    values["userProfiles"] = [_profile(profile) for profile in profiles]
    if row.primary_org and walk.places.sees(row.primary_org):
        values["primaryOrg"] = reference("1.2", walk.places.kind(row.primary_org), row.primary_org)
    return sorted({entry["role"] for entry in told})


def _profile_id(sourced_id: str) -> str:
    """Return a profile's id as the URI that REST wants and CSV doesn't have."""
    return "urn:profile:" + quote(sourced_id, safe="")


def _profile(profile: Any) -> dict[str, Any]:
    told = {
        "profileId": _profile_id(profile.sourced_id),
        "profileType": profile.profile_type,
        "vendorId": profile.vendor_id,
        "applicationId": profile.application_id,
        "description": profile.description,
    }
    if profile.credential_type and profile.username:
        told["credentials"] = [{"type": profile.credential_type, "username": profile.username}]
    return {key: value for key, value in told.items() if value}


def _in_v11(walk: Walk, row: Any, roles: list[RoleRow], values: dict[str, Any]) -> list[str]:
    """Fill in `role`, `orgs` and `username`; return the one role (product rule 7)."""
    held = [role for role in roles if role.role in V11_ROLES]
    if not held:
        raise Unpublishable("role")
    if any(is_student(role.role) for role in held):
        role = "student"
    elif row.sourced_id in walk.people.teaches:
        role = "teacher"
    else:
        first = min(held, key=lambda r: (r.org != row.primary_org, r.role_type != "primary"))
        role = V11_ROLES[first.role]
    values["role"] = role
    orgs = dict.fromkeys(
        role.org for role in sorted(roles, key=lambda r: (r.role_type != "primary", r.org))
    )
    values["orgs"] = [reference("1.1", _v11_place(walk, org), org) for org in orgs]
    values["username"] = row.username or _stand_in(walk, row)
    return [role]


def _v11_place(walk: Walk, org: str) -> str:
    return "school" if walk.places.is_of_type_school(org) else "org"


def _stand_in(walk: Walk, row: Any) -> str:
    chosen = walk.ledger.organization.username_stand_in
    if chosen == UsernameStandIn.IDENTIFIER:
        return "" if "users.identifier" in walk.rules.withheld else row.identifier
    if chosen == UsernameStandIn.EMAIL:
        return "" if "users.email" in walk.rules.withheld else row.email
    return row.sourced_id if chosen == UsernameStandIn.SOURCED_ID else ""
