"""What a record's page and the lists tell of a row, beside its name: its OneRoster facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from portal.words import Words
from roster.kinds import Kind
from roster.models import Course, Level, Organization, Role, Status
from roster.standing_on import PLACES, Node


class Fact(NamedTuple):
    """A label and its values: texts, and rows to be named and linked to."""

    label: Words
    values: list[str | Node]


REFERS = {
    "school": "school",
    "org": "org",
    "parent": "org",
    "primary_org": "org",
    "person": "person",
    "user": "person",
    "student": "person",
    "klass": "section",
    "terms": "session",
    "line_item": "line_item",
    "category": "grading_task",
    "grading_period": "session",
    "academic_session": "session",
    "score_scale": "score_scale",
    "assessment_line_item": "assessment_line_item",
}
"""Columns that name other rows, and their kind."""

FACTS: dict[str, tuple[tuple[str, Words], ...]] = {
    "person": (
        ("given_name", _l("Given name")),
        ("middle_name", _l("Middle name")),
        ("family_name", _l("Family name")),
        ("preferred_first_name", _l("Preferred first name")),
        ("preferred_middle_name", _l("Preferred middle name")),
        ("preferred_last_name", _l("Preferred last name")),
        ("pronouns", _l("Pronouns")),
        ("username", _l("Username")),
        ("identifier", _l("Identifier")),
        ("user_master_identifier", _l("Master identifier")),
        ("email", _l("E-mail")),
        ("phone", _l("Phone")),
        ("sms", _l("SMS")),
        ("grades", _l("Grades")),
        ("enabled", _l("Account enabled")),
        ("primary_org", _l("Primary org")),
    ),
    "org": (
        ("name", _l("Name")),
        ("type", _l("Type")),
        ("identifier", _l("Identifier")),
        ("parent", _l("Parent")),
    ),
    "calendar": (("school", _l("School")), ("year", _l("School year"))),
    "schedule_structure": (("name", _l("Name")), ("school", _l("School")), ("year", _l("Year"))),
    "grade_level": (("name", _l("Grade")), ("school", _l("School")), ("year", _l("School year"))),
    "school_enrollment": (("person", _l("Person")), ("school", _l("School"))),
    "district_assignment": (
        ("person", _l("Person")),
        ("school", _l("School or org")),
        ("role", _l("Role by classes")),
    ),
    "guardian_link": (("person", _l("Guardian")), ("child", _l("Child"))),
    "course_master": (("name", _l("Title")),),
    "course": (
        ("name", _l("Title")),
        ("course_code", _l("Course code")),
        ("school", _l("School")),
        ("year", _l("School year")),
        ("course", _l("sourcedId of the course")),
        ("grades", _l("Grades")),
        ("subjects", _l("Subjects")),
        ("subject_codes", _l("Subject codes")),
    ),
    "section": (
        ("title", _l("Title")),
        ("class_code", _l("Class code")),
        ("class_type", _l("Type")),
        ("school", _l("School")),
        ("course", _l("sourcedId of the course")),
        ("terms", _l("Terms")),
        ("location", _l("Room")),
        ("periods", _l("Periods")),
        ("grades", _l("Grades")),
        ("subjects", _l("Subjects")),
        ("subject_codes", _l("Subject codes")),
    ),
    "session": (
        ("title", _l("Title")),
        ("type", _l("Type")),
        ("start_date", _l("Begins")),
        ("end_date", _l("Ends before")),
        ("school_year", _l("School year")),
    ),
    "enrollment": (
        ("user", _l("Person")),
        ("klass", _l("Class")),
        ("school", _l("School")),
        ("role", _l("Role")),
        ("primary", _l("Primary teacher")),
        ("begin_date", _l("Begins")),
        ("end_date", _l("Ends before")),
    ),
    "demographics": (
        ("birth_date", _l("Birth date")),
        ("sex", _l("Sex")),
        ("american_indian_or_alaska_native", _l("American Indian or Alaska Native")),
        ("asian", _l("Asian")),
        ("black_or_african_american", _l("Black or African American")),
        ("native_hawaiian_or_other_pacific_islander", _l("Native Hawaiian or Pacific Islander")),
        ("white", _l("White")),
        ("demographic_race_two_or_more_races", _l("Two or more races")),
        ("hispanic_or_latino_ethnicity", _l("Hispanic or Latino")),
        ("country_of_birth_code", _l("Country of birth")),
        ("state_of_birth_abbreviation", _l("State of birth")),
        ("city_of_birth", _l("City of birth")),
        ("public_school_residence_status", _l("Residence status")),
    ),
    "resource": (
        ("title", _l("Title")),
        ("importance", _l("Importance")),
        ("roles", _l("Roles")),
        ("vendor_resource_id", _l("Vendor resource ID")),
        ("vendor_id", _l("Vendor ID")),
        ("application_id", _l("Application ID")),
    ),
    "grading_task": (("title", _l("Title")), ("weight", _l("Weight"))),
    "score_scale": (("title", _l("Title")), ("type", _l("Type")), ("klass", _l("Class"))),
    "line_item": (
        ("title", _l("Title")),
        ("description", _l("Description")),
        ("klass", _l("Class")),
        ("category", _l("Category")),
        ("school", _l("School")),
        ("academic_session", _l("Academic session")),
        ("grading_period", _l("Grading period")),
        ("assign_date", _l("Assigned")),
        ("due_date", _l("Due")),
        ("result_value_min", _l("Lowest score")),
        ("result_value_max", _l("Highest score")),
    ),
    "result": (
        ("student", _l("Student")),
        ("line_item", _l("Line item")),
        ("score_status", _l("Status")),
        ("score", _l("Score")),
        ("text_score", _l("Text score")),
        ("score_date", _l("Scored on")),
        ("comment", _l("Comment")),
    ),
    "assessment_line_item": (("title", _l("Title")), ("description", _l("Description"))),
    "assessment_result": (
        ("student", _l("Student")),
        ("assessment_line_item", _l("Assessment line item")),
        ("score_status", _l("Status")),
        ("score", _l("Score")),
        ("score_date", _l("Scored on")),
    ),
}
FACTS["school"] = FACTS["org"]

ABOUT: dict[str, tuple[str, ...]] = {
    "org": ("type",),
    "school": ("parent",),
    "calendar": ("year",),
    "course": ("year",),
    "section": ("school", "class_code"),
    "session": ("type", "start_date"),
    "enrollment": ("role",),
    "district_assignment": ("role",),
    "line_item": ("klass", "due_date"),
    "result": ("score_status",),
    "resource": ("importance",),
    "score_scale": ("klass",),
}
"""What a list shows of a row in its second column."""


def facts_of(organization: Organization, kind: Kind, row: Any, *, all_of_it: bool) -> list[Fact]:
    """Return what is known of a row, blank fields left out; `all_of_it` with metadata columns."""
    sources = [row]
    if kind.name == "course":
        courses = Course.objects.filter(organization=organization, sourced_id=row.course)
        sources = [row, *courses]
    told = [Fact(label, _values(sources, column)) for column, label in FACTS[kind.name]]
    if kind.name == "person":
        told += [Fact(_("Role"), role) for role in roles_of(organization, row.sourced_id)]
        told.append(
            Fact(_("User IDs"), [f"{each['type']}: {each['identifier']}" for each in row.user_ids])
        )
    if all_of_it:
        for source in sources:
            for name, value in sorted(getattr(source, "metadata", {}).items()):
                told.append(Fact(f"metadata.{name}", [_text(value)]))
    return [fact for fact in told if fact.values]


def roles_of(organization: Organization, person: str) -> list[list[str | Node]]:
    """Return a person's roles, each with its org and its dates, if it has some."""
    rows = Role.objects.filter(organization=organization, user=person, status=Status.ACTIVE)
    told: list[list[str | Node]] = []
    for role in rows.order_by("role_type", "sourced_id"):
        dates = " – ".join(_text(day) if day else "" for day in (role.begin_date, role.end_date))
        named: list[str | Node] = [role.role, ("org", role.org), role.role_type]
        told.append([*named, dates] if dates.strip(" –") else named)
    return told


def about(
    organization: Organization, kind: Kind, rows: Iterable[Any]
) -> dict[str, list[str | Node]]:
    """Return what a list shows beside the names of rows, by id; people's places by one query."""
    if kind.name == "person":
        people = list(rows)
        places = _places(organization, [row.sourced_id for row in people])
        for row in people:
            grades = [_("grade %s") % grade for grade in row.grades]
            places[row.sourced_id][1:1] = grades
        return places
    columns = ABOUT.get(kind.name, ())
    return {
        row.sourced_id: [value for column in columns for value in _values([row], column)]
        for row in rows
    }


def _places(organization: Organization, people: list[str]) -> dict[str, list[str | Node]]:
    words = {
        "school_enrollment": _("student"),
        "district_assignment": _("staff"),
        "guardian_link": _("guardian"),
    }
    levels = Level.objects.filter(organization=organization, person__in=people, kind__in=PLACES)
    found: dict[str, list[str | Node]] = {person: [] for person in people}
    for level in sorted(levels, key=lambda level: (PLACES.index(level.kind), level.sourced_id)):
        told = found[level.person]
        if words[level.kind] not in told:
            told.append(words[level.kind])
        if level.school and ("org", level.school) not in told:
            told.append(("org", level.school))
    return found


def _values(sources: list[Any], column: str) -> list[str | Node]:
    value = next((getattr(each, column) for each in sources if hasattr(each, column)), None)
    if column == "child":
        return [("person", sources[0].all_of[1][1])]
    values = value if isinstance(value, list) else [value]
    kind = REFERS.get(column)
    return [
        (kind, each) if kind else _text(each) for each in values if each is not None and each != ""
    ]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        local = localtime(value)
        return f"{date_format(local, 'j M Y')}, {local:%H:%M %Z}"
    if isinstance(value, date):
        return date_format(value, "j M Y")
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
