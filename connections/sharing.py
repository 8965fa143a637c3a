"""What one connection may see: schools, what is ticked beyond the roster, fields withheld.

A new connection shares only what product and law take for granted; the rest is ticked. What a
version requires of a record can't be withheld: it would no longer be that record.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connections.models import SHARES, Connection
from roster.models import Org, Organization
from roster.refusal import Refused

ALL = "all"
BOTH = ("1.1", "1.2")
ONLY_1_2 = ("1.2",)

WITHHOLDABLE: dict[str, tuple[str, ...]] = {
    "users.username": ONLY_1_2,
    "users.identifier": BOTH,
    "users.email": BOTH,
    "users.sms": BOTH,
    "users.phone": BOTH,
    "users.userIds": BOTH,
    "users.middleName": BOTH,
    "users.grades": BOTH,
    "users.agents": BOTH,
    "users.userMasterIdentifier": ONLY_1_2,
    "users.userProfiles": ONLY_1_2,
    "users.preferredFirstName": ONLY_1_2,
    "users.preferredMiddleName": ONLY_1_2,
    "users.preferredLastName": ONLY_1_2,
    "users.pronouns": ONLY_1_2,
    "users.primaryOrg": ONLY_1_2,
    "users.resources": ONLY_1_2,
    "orgs.identifier": ("1.1",),
    "courses.schoolYear": BOTH,
    "courses.grades": BOTH,
    "courses.subjects": BOTH,
    "courses.subjectCodes": BOTH,
    "courses.org": BOTH,
    "courses.resources": BOTH,
    "classes.classCode": BOTH,
    "classes.classType": BOTH,
    "classes.location": BOTH,
    "classes.grades": BOTH,
    "classes.subjects": BOTH,
    "classes.subjectCodes": BOTH,
    "classes.periods": BOTH,
    "classes.resources": BOTH,
    "enrollments.primary": BOTH,
    "enrollments.beginDate": BOTH,
    "enrollments.endDate": BOTH,
    "demographics.birthDate": BOTH,
    "demographics.sex": BOTH,
    "demographics.americanIndianOrAlaskaNative": BOTH,
    "demographics.asian": BOTH,
    "demographics.blackOrAfricanAmerican": BOTH,
    "demographics.nativeHawaiianOrOtherPacificIslander": BOTH,
    "demographics.white": BOTH,
    "demographics.demographicRaceTwoOrMoreRaces": BOTH,
    "demographics.hispanicOrLatinoEthnicity": BOTH,
    "demographics.countryOfBirthCode": BOTH,
    "demographics.stateOfBirthAbbreviation": BOTH,
    "demographics.cityOfBirth": BOTH,
    "demographics.publicSchoolResidenceStatus": BOTH,
}
"""The optional fields, which a connection of these versions can do without."""

REQUIRED: dict[str, tuple[str, ...]] = {
    "users.username": ("1.1",),
    "users.givenName": BOTH,
    "users.familyName": BOTH,
    "users.enabledUser": BOTH,
    "users.role": ("1.1",),
    "users.orgs": ("1.1",),
    "users.roles": ONLY_1_2,
    "orgs.name": BOTH,
    "orgs.type": BOTH,
    "orgs.identifier": ONLY_1_2,
    "academicSessions.title": BOTH,
    "academicSessions.startDate": BOTH,
    "academicSessions.endDate": BOTH,
    "academicSessions.type": BOTH,
    "academicSessions.schoolYear": BOTH,
    "courses.title": BOTH,
    "courses.courseCode": BOTH,
    "classes.title": BOTH,
    "classes.course": BOTH,
    "classes.school": BOTH,
    "classes.terms": BOTH,
    "enrollments.user": BOTH,
    "enrollments.class": BOTH,
    "enrollments.school": BOTH,
    "enrollments.role": BOTH,
}
"""The fields without which there is no record, for a refusal that says so."""

EVERYWHERE = ("sourcedId", "status", "dateLastModified")


def known_shares(asked: Iterable[str]) -> list[str]:
    """Return what is shared beyond the roster, sorted; `all` stands for everything."""
    asked = set(asked)
    for name in sorted(asked - set(SHARES) - {ALL}):
        raise Refused(f"“{name}” can't be ticked. There are: {', '.join(SHARES)}, or {ALL}.")
    return sorted(SHARES) if ALL in asked else sorted(asked)


def known_withheld(asked: Iterable[str], version: str) -> list[str]:
    """Return the fields withheld, sorted; refuse what the version requires or doesn't know."""
    asked = sorted(set(asked))
    for name in asked:
        if version in WITHHOLDABLE.get(name, ()):
            continue
        if version in REQUIRED.get(name, ()) or name.rpartition(".")[2] in EVERYWHERE:
            raise Refused(f"{name} can't be withheld: OneRoster {version} requires it.")
        raise Refused(f"{name} can't be withheld: OneRoster {version} has no such optional field.")
    return asked


def known_schools(organization: Organization, asked: Iterable[str]) -> list[str]:
    """Return the sourcedIds of the schools, sorted; refuse, by name, what isn't there."""
    asked = sorted(set(asked))
    there = set(
        Org.objects.filter(organization=organization, sourced_id__in=asked).values_list(
            "sourced_id", flat=True
        )
    )
    missing = [sourced_id for sourced_id in asked if sourced_id not in there]
    if missing:
        raise Refused(f"{organization.name} has no school {', '.join(missing)}.")
    return asked


def rules(connection: Connection) -> dict[str, Any]:
    """Return what shapes the documents that the connection reads: equal rules, equal line.

    `{"schools": "all" or [sourcedIds], "shares": [...], "withheld": [...], "types": [...]}`,
    lists sorted. A field that is both ticked and withheld is neither: it isn't shared.
    """
    withheld = set(connection.withheld)
    return {
        "schools": ALL if connection.all_schools else sorted(connection.schools),
        "shares": sorted(set(connection.shares) - withheld),
        "withheld": sorted(withheld - set(SHARES)),
        "types": sorted(connection.types),
    }
