"""Users in both versions, and their demographics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from roster.dialects.composing import (
    Doc,
    Document,
    Hidden,
    arranged,
    day,
    finish,
    made,
    trimmed,
    truth,
)
from roster.dialects.fields import V11
from roster.dialects.references import Place, place_reference, references
from roster.dialects.roles import Role, RoleRow, entries, orgs, role_words, word


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


def user(version: str, person: Person, answer: UserAnswer, hidden: Hidden) -> Doc:
    row = person.row
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "username": row.username,
        "userIds": row.user_ids,
        "enabledUser": truth(row.enabled),
        "givenName": row.given_name,
        "familyName": row.family_name,
        "middleName": row.middle_name,
        "identifier": row.identifier,
        "email": row.email,
        "sms": row.sms,
        "phone": row.phone,
        "agents": references(version, "user", answer.agents),
        "grades": row.grades,
    }
    if version == V11:
        _complete_v11(row, answer, values)
    else:
        _complete_v12(person, answer, hidden, values)
    document = arranged(version, "users", trimmed(values, hidden))
    words = role_words(version, document)
    return made(version, "users", document, words, school="", klass="", person=row.sourced_id)


def _complete_v11(row: Any, answer: UserAnswer, values: dict[str, Any]) -> None:
    values["role"] = word(answer.roles, answer.teaches, answer.primary)
    values["orgs"] = [place_reference(V11, place) for place in orgs(answer.roles)]
    if not row.username and answer.stand_in:
        values["username"] = getattr(row, answer.stand_in)


def _complete_v12(
    person: Person, answer: UserAnswer, hidden: Hidden, values: dict[str, Any]
) -> None:
    row = person.row
    # What the specification requires of a profile a bundle may lack; then there is none.
    profiles = [each for each in person.profiles if each.profile_type and each.vendor_id]
    if "userProfiles" in hidden:
        profiles = []
    ids = {profile.sourced_id: profile_id(profile.sourced_id) for profile in profiles}
    values |= {
        "userMasterIdentifier": row.user_master_identifier,
        "preferredFirstName": row.preferred_first_name,
        "preferredMiddleName": row.preferred_middle_name,
        "preferredLastName": row.preferred_last_name,
        "pronouns": row.pronouns,
        "roles": entries(answer.roles, person.roles, ids),
        "userProfiles": [_profile(profile) for profile in profiles],
        "resources": references("1.2", "resource", answer.resources),
    }
    if answer.primary_org:
        values["primaryOrg"] = place_reference("1.2", answer.primary_org)


def profile_id(sourced_id: str) -> str:
    """Return a profile's id as the URI that REST wants and CSV doesn't have."""
    return "urn:profile:" + quote(sourced_id, safe="")


def _profile(profile: Any) -> Document:
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


RACES = (
    ("americanIndianOrAlaskaNative", "american_indian_or_alaska_native"),
    ("asian", "asian"),
    ("blackOrAfricanAmerican", "black_or_african_american"),
    ("nativeHawaiianOrOtherPacificIslander", "native_hawaiian_or_other_pacific_islander"),
    ("white", "white"),
    ("demographicRaceTwoOrMoreRaces", "demographic_race_two_or_more_races"),
    ("hispanicOrLatinoEthnicity", "hispanic_or_latino_ethnicity"),
)


def demographics(version: str, row: Any, answer: None, hidden: Hidden) -> Doc:
    known_sex = version != V11 or row.sex in ("male", "female")
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "birthDate": day(row.birth_date),
        "sex": row.sex if known_sex else "",
        "countryOfBirthCode": row.country_of_birth_code,
        "stateOfBirthAbbreviation": row.state_of_birth_abbreviation,
        "cityOfBirth": row.city_of_birth,
        "publicSchoolResidenceStatus": row.public_school_residence_status,
        **{name: truth(getattr(row, attribute)) for name, attribute in RACES},
    }
    return finish(version, "demographics", values, hidden, person=row.sourced_id)
