"""Causes in words, with what they are about: which grade, which field, which date."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from roster.deciding import Cause, Decision, Step
from roster.dialects.vocabularies import grade_name
from roster.explaining.parents import position
from roster.kinds import KINDS
from roster.models import Course, Status

WORDS = {
    "marked": "It is excluded (External LMS Exclude).",
    "hidden": "It is below something that isn't visible.",
    "school_not_shared": "This school isn't shared with the connection.",
    "org_not_shared": "Orgs other than shared schools and those above them are visible only where "
    "all schools are shared.",
    "not_shared": "This isn't shared with the connection.",
    "other_year": "It belongs to another school year than the active one.",
    "kept_out": "This person is kept out of the connection.",
    "inactive": "The account is inactive, and the connection shares active accounts only.",
    "unenrolled": "The person has no visible class, and only enrolled people are shared.",
    "dates": "Its dates keep it out today.",
    "missing": "It names a record that isn't in the data.",
    "nobody": "No visible class uses it.",
    "retired": "It is no longer in the imported data.",
}

NAMED_BY = {
    ("section", "school"): "school",
    ("section", "session"): "terms",
    ("section", "course"): "course",
    ("enrollment", "section"): "klass",
    ("enrollment", "person"): "user",
    ("enrollment", "org"): "school",
    ("demographics", "person"): "sourced_id",
    ("score_scale", "section"): "klass",
    ("line_item", "section"): "klass",
    ("line_item", "grading_task"): "category",
    ("result", "line_item"): "line_item",
    ("result", "person"): "student",
    ("assessment_line_item", "section"): "klass",
    ("assessment_result", "assessment_line_item"): "assessment_line_item",
    ("assessment_result", "person"): "student",
}
"""The columns in which rows name what is missing, by their kind and the kind that is named."""


def details(d: Decision, step: Step, cause: Cause) -> dict[str, Any]:
    """Return what a cause is about, as far as there is something."""
    if cause.code == "missing":
        return {"missing": _missing(d, step, cause.about)}
    if cause.code == "unpublishable":
        return {"field": cause.about}
    if cause.code == "dates":
        return {"dates": {name: day and day.isoformat() for name, day in _dates(cause).items()}}
    if cause.code == "not_shared":
        narrowed = NARROWED.get(cause.about)
        return {"narrowed": narrowed(d, step)} if narrowed else {"share": cause.about}
    if cause.parent and cause.parent != (step.kind, step.sourced_id):
        return {"on": {"kind": cause.parent[0], "id": cause.parent[1]}}
    return {}


def reason(step: Step, cause: Cause, more: dict[str, Any]) -> str:
    """Return a cause as a sentence."""
    if missing := more.get("missing"):
        return _words_of_missing(missing)
    if cause.code == "dates":
        return _words_of_dates(cause)
    if cause.code == "unpublishable":
        return _("A field that this OneRoster version requires can't be filled: %(field)s.") % more
    if narrowed := more.get("narrowed"):
        return _words_of_narrowed(narrowed)
    if cause.code == "not_shared" and cause.about:
        return _("What isn't shared with the connection: %(what)s.") % {"what": cause.about}
    return _(WORDS[cause.code])


# What a row names that isn't there


def _missing(d: Decision, step: Step, about: str) -> dict[str, Any]:
    column = NAMED_BY.get((step.kind, about))
    if column is None:
        return {"kind": about, "id": ""}
    rows = KINDS[step.kind].model._default_manager.filter(organization=d.map.organization)
    named = rows.filter(sourced_id=step.sourced_id).values_list(column, flat=True).first()
    ids = named if isinstance(named, list) else [named or ""]
    model: Any = Course if about == "course" else KINDS[about].model
    gone = model.objects.filter(
        organization=d.map.organization, sourced_id__in=ids, status=Status.RETIRED
    )
    return {"kind": about, "id": ", ".join(ids), "gone": gone.exists()}


def _words_of_missing(missing: dict[str, Any]) -> str:
    title = {"kind": _(KINDS[missing["kind"]].title)}
    if not missing["id"]:
        return _("It names no %(kind)s.") % title
    if missing["gone"]:
        return _("The %(kind)s that it names is no longer in the imported data.") % title
    return _("The %(kind)s that it names isn't in the data.") % title


# Dates


def _dates(cause: Cause) -> dict[str, date | None]:
    return cause.dates._asdict()


def _words_of_dates(cause: Cause) -> str:
    begins, shared_from, ended = cause.dates
    if begins and shared_from:
        days = {"begins": _day(begins), "shared": _day(shared_from)}
        return _("It begins on %(begins)s, and is shared from %(shared)s on.") % days
    if ended:
        return _("It has ended: it was shared until %(day)s.") % {"day": _day(ended)}
    return _(WORDS["dates"])


def _day(day: date) -> str:
    return date_format(day, _("j F Y"))


# What the sharing is narrowed to


def _grades(d: Decision, step: Step) -> dict[str, Any]:
    m = d.map
    student = m.school_enrollment.person[position(m, (step.kind, step.sourced_id))]
    has = [m.grades.words[grade] for grade in m.person.grades[student]]
    return {"by": "grade", "has": has, "shared": _chosen(d.rules.grades.chosen)}


def _roles(d: Decision, step: Step) -> dict[str, Any]:
    m, row = d.map, position(d.map, (step.kind, step.sourced_id))
    if step.kind == "district_assignment":
        codes = {*m.role.role[m.role.as_staff == row].tolist()}
        codes |= {*m.enrollment.role[m.enrollment.as_staff == row].tolist()}
    elif step.kind == "guardian_link":
        of_guardian = m.role.person == m.guardian_link.guardian[row]
        codes = {*m.role.role[of_guardian & m.is_guardian[m.role.role]].tolist()}
    else:
        codes = {m.roles.code("student")}
    has = sorted(m.roles.words[code] for code in codes if code >= 0)
    return {"by": "role", "has": has, "shared": _chosen(d.rules.roles.chosen)}


def _courses(d: Decision, step: Step) -> dict[str, Any]:
    """Return the course that isn't among those shared, else the subjects that aren't."""
    m, row = d.map, position(d.map, (step.kind, step.sourced_id))
    course = int((m.section.course if step.kind == "section" else m.course.row)[row])
    if not d.rules.courses.has(m.ids["course_row"][course]):
        has = [m.ids["course_row"][course]]
        return {"by": "course", "has": has, "shared": _chosen(d.rules.courses.chosen)}
    codes = m.course_row.subjects[course]
    if step.kind == "section":
        codes = [*m.section.subjects[row], *codes]
    has = [m.subjects.words[code] for code in dict.fromkeys(codes)]
    return {"by": "subject", "has": has, "shared": _chosen(d.rules.subjects.chosen)}


NARROWED = {"grade": _grades, "role": _roles, "course": _courses}
"""How to find out what a row has of what the sharing is narrowed by."""


def _chosen(chosen: frozenset[str] | None) -> list[str]:
    return sorted(chosen or ())


def _words_of_narrowed(narrowed: dict[str, Any]) -> str:
    called = grade_name if narrowed["by"] == "grade" else str
    has = _(" or ").join(map(called, narrowed["has"]))
    shared = ", ".join(map(called, narrowed["shared"]))
    facts = {"by": _(narrowed["by"]), "has": has, "shared": shared}
    if has and shared:
        words = _("The %(by)s %(has)s isn't shared with the connection, only %(shared)s.")
    elif has:
        words = _("The %(by)s %(has)s isn't shared with the connection.")
    elif shared:
        words = _("What has no %(by)s isn't shared with the connection, only %(shared)s.")
    else:
        words = _("What has no %(by)s isn't shared with the connection.")
    return words % facts
