"""Looks for rows that contradict each other, when everything is stored.

All of them are kept as they are. A table says what is asked of the rows of which file: in its SQL,
`s` is a row that is live, `o` what it is joined with.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection

from roster.hierarchy.circles import in_circles
from roster.hierarchy.timetable import SCHOOL_YEAR, Timetable
from roster.importing.engine import elements
from roster.importing.findings import Findings
from roster.importing.staging import Found, Question, Stage
from roster.models import (
    AcademicSession,
    Enrollment,
    Klass,
    Organization,
    Role,
    Written,
)

STRICT = {"date-outside-terms", "teacher-primary-twice"}
"""What strict imports alone look for: usual data has it, and nobody is the worse for it."""


def stored(model: Any, alias: str, where: str = "TRUE") -> str:
    """Return SQL for the live rows of a model, for FROM."""
    return (
        f'"{model._meta.db_table}" AS {alias} WHERE {alias}.organization_id = %(organization)s'
        f" AND {alias}.status = 'active' AND {where}"
    )


def former(columns: Sequence[str], where: str = "TRUE") -> str:
    """Join the enrollment before each, of those that are alike in some columns."""
    alike = ", ".join(f"n.{each}" for each in columns)
    same = " AND ".join(f"many.{each} = m.{each}" for each in columns)
    return (
        "JOIN (SELECT m.sourced_id, m.begin_date, LAG(m.sourced_id) OVER w AS former,"  # noqa: S608
        # Few are there twice, so that few have to be sorted.
        f" LAG(m.end_date) OVER w AS ended FROM (SELECT {alike}"
        f" FROM {stored(Enrollment, 'n', where.format('n'))}"
        f" GROUP BY {alike} HAVING COUNT(*) > 1) AS many CROSS JOIN"
        f" {stored(Enrollment, 'm', where.format('m'))} AND {same}"
        f" WINDOW w AS (PARTITION BY {alike.replace('n.', 'm.')}"
        " ORDER BY m.begin_date IS NOT NULL, m.begin_date, m.sourced_id)"
        ") AS o ON o.sourced_id = s.sourced_id"
    )


OVERLAP = (
    "o.former IS NOT NULL AND (o.ended IS NULL OR o.begin_date IS NULL OR o.begin_date < o.ended)"
)


PRIMARIES = stored(Role, "r", "r.role_type = 'primary'")
PRIMARY = (
    f'JOIN (SELECT r."user" AS person, r.org FROM {PRIMARIES} GROUP BY r."user", r.org'  # noqa: S608
    ' HAVING COUNT(*) > 1) AS o ON o.person = s."user" AND o.org = s.org'
)
"""Who has several primary roles at an org, and where."""


def is_given(field: str) -> str:
    """Return SQL for whether the sourcedId holds a name, in any letters."""
    return f"REPLACE(LOWER(s.sourced_id), LOWER(s.{field}), '') <> LOWER(s.sourced_id)"


def outside_terms(field: str, column: str) -> Question:
    """Enrollments that begin or end when their class has no term."""
    sessions = stored(AcademicSession, "t", "t.sourced_id = e.value")
    joins = (
        "JOIN (SELECT k.sourced_id, MIN(t.start_date) AS opens, MAX(t.end_date) AS closes"  # noqa: S608
        f' FROM "{Klass._meta.db_table}" AS k CROSS JOIN {elements("k.terms")}'
        f" CROSS JOIN {sessions}"
        " AND k.organization_id = %(organization)s AND k.status = 'active' GROUP BY k.sourced_id)"
        " AS o ON o.sourced_id = s.klass"
    )
    where = f"s.{field} NOT BETWEEN o.opens AND o.closes"
    value = f"CAST(s.{field} AS text)"
    return Question("date-outside-terms", column, value, where, joins)


def of_years() -> Question:
    """Classes whose terms are of several school years."""
    sessions = stored(AcademicSession, "t", "t.sourced_id = e.value AND t.school_year <> ''")
    joins = (
        "JOIN (SELECT k.sourced_id, MIN(t.school_year) AS first, MAX(t.school_year) AS last"  # noqa: S608
        f' FROM "{Klass._meta.db_table}" AS k CROSS JOIN {elements("k.terms")}'
        f" CROSS JOIN {sessions}"
        " AND k.organization_id = %(organization)s GROUP BY k.sourced_id)"
        " AS o ON o.sourced_id = s.sourced_id"
    )
    value = "o.first || ', ' || o.last"
    return Question("class-of-years", "termSourcedIds", value, "o.first <> o.last", joins)


def uneven() -> Question:
    size = "JSONB_ARRAY_LENGTH" if connection.vendor == "postgresql" else "JSON_ARRAY_LENGTH"
    codes, subjects = f"{size}(s.subject_codes)", f"{size}(s.subjects)"
    where = f"{codes} > 0 AND {codes} <> {subjects}"
    return Question("subjects-uneven", "subjectCodes", "''", where)


def written(collection: str) -> Question:
    """Rows of whose ids vendors have written records."""
    log = f'"{Written._meta.db_table}" AS w WHERE w.organization_id = %(organization)s'
    joins = (
        f"JOIN (SELECT DISTINCT w.sourced_id FROM {log}"  # noqa: S608
        f" AND w.collection = '{collection}') AS o ON o.sourced_id = s.sourced_id"
    )
    return Question("vendor-wrote", "sourcedId", "s.sourced_id", "TRUE", joins)


@cache
def contradictions() -> dict[str, list[Question]]:
    """Return what is asked of the rows of each file."""
    return {
        "enrollments": [
            Question(
                "teacher-primary-twice",
                "primary",
                "s.klass",
                OVERLAP,
                former(("klass",), "{0}.role = 'teacher' AND {0}.\"primary\""),
            ),
            outside_terms("begin_date", "beginDate"),
            outside_terms("end_date", "endDate"),
        ],
        "users": [
            Question(
                "id-telling",
                "sourcedId",
                "s.sourced_id",
                f"(s.sourced_id LIKE '%%_@_%%.__%%' OR ({is_given('given_name')}"
                f" AND {is_given('family_name')}))",
            ),
        ],
        "roles": [
            Question(
                "role-primary-twice", "roleType", "s.role", "s.role_type = 'primary'", PRIMARY
            ),
        ],
        "courses": [uneven()],
        "classes": [of_years(), uneven()],
        **{name: [written(name)] for name in ("categories", "lineItems", "results", "scoreScales")},
    }


def questions(stage: Stage, *, strict: bool) -> list[Question]:
    """Return what is asked of a stage's rows."""
    every = contradictions().get(stage.name, [])
    return [each for each in every if strict or each.code not in STRICT]


def check(stage: Stage, organization: Organization, findings: Findings) -> None:
    """Report circles of parents, and years that are called otherwise than they say."""
    if stage.name in ("orgs", "academicSessions"):
        model: Any = stage.model
        live = model.objects.filter(organization=organization, status="active").exclude(parent="")
        parents = dict(live.values_list("sourced_id", "parent"))
        named = {each: parents[each] for each in in_circles(parents)}
        _report_rows(stage, findings, "parent-circle", "parentSourcedId", named)
    if stage.name == "academicSessions":
        _report_rows(stage, findings, "year-labels", "schoolYear", _relabelled(organization))


def _relabelled(organization: Organization) -> dict[str, str]:
    """Return the school years that are called otherwise than they say, by id, with their words."""
    timetable = Timetable.of(organization)
    return {
        name: session.school_year
        for name, session in timetable.sessions.items()
        if session.type == SCHOOL_YEAR
        and session.school_year
        and session.school_year != timetable.year(name)
    }


def _report_rows(
    stage: Stage, findings: Findings, code: str, column: str, named: dict[str, str]
) -> None:
    """Report those of a stage's rows that are named, each with a value."""
    if named:
        asked = f"s.sourced_id IN ({', '.join(['%s'] * len(named))})"
        for _, found in stage.find([Question(code, column, "''", asked)], [*named]):
            kept = [(row, name, named[name]) for row, name, _ in found.kept]
            tell(findings, stage, code, column, found._replace(kept=kept))


def tell(
    findings: Findings, stage: Stage, code: str, column: str, found: Found, **facts: str
) -> None:
    """Add a finding about rows of a stage."""
    more = found.times - len(found.kept)
    for row, sourced_id, value in found.kept:
        findings.add(
            code,
            stage.file.filename,
            row=row,
            column=column,
            value=value,
            sourced_id=sourced_id,
            times=1 + more,
            **facts,
        )
        more = 0
