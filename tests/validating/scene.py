"""A made-up district with something in every collection, published to a vendor of each version.

The generator writes the roster; the gradebook, resources and sign-ins are a few rows by hand.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

from django.core.management import call_command

from connections import partners
from connections.models import SHARES, Connection, Partner
from portal.models import Staff
from roster.generator import demo_additions
from roster.generator.bundles import write_bundle
from roster.generator.calendars import school_year_of
from roster.generator.classes import plan_timetable
from roster.generator.district import plan_district
from roster.generator.nights import Night
from roster.generator.shapes import Row, flat
from roster.generator.streams import Extras, sources_of
from roster.importing import import_bundle
from roster.models import AssessmentLineItem, AssessmentResult, Organization, Role
from roster.publishing import refresh
from tests.cast import connected

METADATA = {
    "categories": ("metadata.type",),
    "orgs": ("metadata.href",),
    "users": ("metadata.busRoute",),
}
VENDOR = "Brightpath"
CASE = "0a8b0d4c-6e38-4a3f-9d52-6f2c5a1b7e90"


def prepare(organization: Organization, students: int, folder: Path) -> None:
    """Import the district; nothing is published yet."""
    today = date.today()  # noqa: DTZ011 - its year must be the one of today.
    plan = plan_district(students, school_year_of(today), 7, "Riverside")
    streams = sources_of(Night(plan, plan_timetable(plan)), "1.2", Extras(), Counter())
    rows = {name: list(flat(parts)) for name, parts in streams.items()}
    demo_additions.add_guardians(rows, plan)
    demo_additions.add_gradebook(rows, plan)
    _add_rare_words(rows)
    _add_resources(rows)
    _add_scales_and_objectives(rows)
    _add_sign_ins(rows)
    path = folder / "district.zip"
    write_bundle(path, "1.2", rows, metadata=METADATA)
    import_bundle(organization, path, by="test")
    organization.refresh_from_db()
    _add_assessments(organization)


def publish(organization: Organization) -> None:
    """Publish it, and again without one student, who is a tombstone from then on."""
    refresh(organization, by="test")
    student = students_of(organization)[0]
    call_command("exclude", organization.slug, "person", student, "--reason", "test", verbosity=0)
    refresh(organization, by="test")


def vendor(organization: Organization, by: Staff, version: str, **terms: object) -> Connection:
    """Return a connection that may see everything there is."""
    types = ["grade_book", *(["assessment"] if version == "1.2" else [])]
    shares = list(SHARES)
    partner = Partner.objects.filter(name=VENDOR).first() or partners.create_partner(
        VENDOR, ["1.1", "1.2"], ["grade_book", "assessment"], by="operator"
    )
    plain = {"partner": partner, "types": types, "shares": shares}
    return connected(organization, by, oneroster=version, **{**plain, **terms})


def students_of(organization: Organization) -> list[str]:
    rows = Role.objects.filter(organization=organization, role="student")
    return list(rows.order_by("user").values_list("user", flat=True).distinct())


def _add_rare_words(rows: dict[str, list[Row]]) -> None:
    """Words of one's own where 1.2 allows them, and values with everything in them."""
    rows["classes"][0]["classType"] = "ext:club"
    rows["users"][0] |= {
        "middleName": 'O\'Brien "Bo" <b>\\',
        "sms": "+1 206 555 0100",
        "phone": "206-555-0101",
        "userIds": "{LDAP:ann},{SIS:17}",
        "pronouns": "she/her",
        "metadata.busRoute": "7",
    }
    rows["orgs"][0]["metadata.href"] = "/ims/elsewhere"


def _add_resources(rows: dict[str, list[Row]]) -> None:
    klass, course, user = rows["classes"][0], rows["courses"][0], rows["users"][0]
    rows["resources"] = [
        {"sourcedId": "rsc-1", "vendorResourceId": "v-1", "title": "Fractions",
         "roles": "student,teacher,ext:coach", "importance": "primary", "vendorId": "acme",
         "applicationId": "reader"},
        {"sourcedId": "rsc-2", "vendorResourceId": "v-2"},
    ]  # fmt: skip
    rows["classResources"] = [
        {"sourcedId": "cr-1", "classSourcedId": klass["sourcedId"], "resourceSourcedId": "rsc-1"}
    ]
    rows["courseResources"] = [
        {"sourcedId": "or-1", "courseSourcedId": course["sourcedId"], "resourceSourcedId": "rsc-2"}
    ]
    rows["userResources"] = [
        {"sourcedId": "ur-1", "userSourcedId": user["sourcedId"], "resourceSourcedId": "rsc-1"}
    ]


def _add_scales_and_objectives(rows: dict[str, list[Row]]) -> None:
    item, result = rows["lineItems"][0], rows["results"][0]
    klass = item["classSourcedId"]
    rows["scoreScales"] = [
        {"sourcedId": "scale-1", "title": "Letters", "type": "letters", "classSourcedId": klass,
         "courseSourcedId": _one(rows, "classes", klass)["courseSourcedId"],
         "orgSourcedId": item["schoolSourcedId"], "scoreScaleValue": "{A:90-100},{B:80-89}"}
    ]  # fmt: skip
    rows["lineItemScoreScales"] = [
        {"sourcedId": "ls-1", "title": "Letters", "lineItemSourcedId": item["sourcedId"],
         "scoreScaleSourcedId": "scale-1"}
    ]  # fmt: skip
    rows["resultScoreScales"] = [
        {"sourcedId": "rs-1", "title": "Letters", "resultSourcedId": result["sourcedId"],
         "scoreScaleSourcedId": "scale-1"}
    ]  # fmt: skip
    sources = (("case", CASE), ("unknown", "writes clearly"), ("ext:state", "K.1"))
    rows["lineItemLearningObjectiveIds"] = [
        {"sourcedId": f"lo-{source}", "lineItemSourcedId": item["sourcedId"], "source": source,
         "learningObjectiveId": objective}
        for source, objective in sources
    ]  # fmt: skip
    rows["resultLearningObjectiveIds"] = [
        {"sourcedId": f"ro-{source}", "resultSourcedId": result["sourcedId"], "source": source,
         "learningObjectiveId": objective, "score": "3.5", "textScore": "good"}
        for source, objective in sources
    ]  # fmt: skip


def _add_sign_ins(rows: dict[str, list[Row]]) -> None:
    user = rows["users"][0]["sourcedId"]
    rows["userProfiles"] = [
        {"sourcedId": "prf-1", "userSourcedId": user, "profileType": "LMS", "vendorId": "acme",
         "applicationId": "default", "description": "The reader", "credentialType": "sso",
         "username": "ann", "password": "secret"}
    ]  # fmt: skip
    next(row for row in rows["roles"] if row["userSourcedId"] == user)["userProfileSourcedId"] = (
        "prf-1"
    )


def _one(rows: dict[str, list[Row]], name: str, sourced_id: str) -> Row:
    return next(row for row in rows[name] if row["sourcedId"] == sourced_id)


def _add_assessments(organization: Organization) -> None:
    """Assessments have no file in the CSV binding."""
    student = students_of(organization)[-1]
    for sourced_id, parent in (("asl-1", ""), ("asl-2", "asl-1")):
        AssessmentLineItem.objects.create(
            organization=organization,
            sourced_id=sourced_id,
            title="Spring reading",
            description="All grades",
            parent=parent,
            result_value_min=0,
            result_value_max=300,
            learning_objectives=[{"source": "case", "learningObjectiveIds": [CASE]}],
        )
        AssessmentResult.objects.create(
            organization=organization,
            sourced_id=f"result-of-{sourced_id}",
            assessment_line_item=sourced_id,
            student=student,
            score=271.5,
            score_percentile=93.25,
            score_status="ext:moderated",
            score_date=date(2026, 5, 1),
            text_score="A",
            late=False,
        )
    Organization.objects.filter(pk=organization.pk).touch()
