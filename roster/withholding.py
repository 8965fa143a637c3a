"""Fields that can be withheld, from one connection or, by the field policy, from all.

What a version requires of a record can't be withheld: it would no longer be that record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import F

from roster.models import Organization, Status, User
from roster.refusal import Refused

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


def known_policy(asked: Iterable[str]) -> list[str]:
    """Return the fields that no connection may have, sorted; refuse what a version requires."""
    asked = sorted(set(asked))
    for name in asked:
        for version in REQUIRED.get(name, ()):
            raise Refused(
                f"{name} can't be withheld from every connection: OneRoster {version} requires it."
            )
        if name not in WITHHOLDABLE:
            known_withheld([name], "1.2")
    return asked


def email_elsewhere(organization: Organization, withheld: Collection[str]) -> list[str]:
    """Return, in words, how many people's e-mail address a reader finds in other fields.

    For whoever withholds the address: many districts use it as username or identifier too.
    """
    people = User.objects.filter(organization=organization, status=Status.ACTIVE).exclude(email="")
    told = []
    for column, one, many in (
        ("username", "username contains", "usernames contain"),
        ("identifier", "identifier contains", "identifiers contain"),
    ):
        if f"users.{column}" in withheld:
            continue
        count = people.filter(**{f"{column}__icontains": F("email")}).count()
        if count:
            told.append(
                f"{count:,} {one if count == 1 else many} the e-mail address that is withheld, "
                "and can still be read."
            )
    return told
