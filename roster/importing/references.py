"""Looks for references that point nowhere, when everything is stored, by one statement each.

The rows are kept: what can't do without the missing record is left out of the publication, and
comes of itself when the record does.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from roster.importing import contradictions
from roster.importing.contradictions import tell
from roster.importing.engine import elements, quote
from roster.importing.files import FILES
from roster.importing.findings import Findings
from roster.importing.staging import Reference, Stage
from roster.models import Enrollment, Klass, Org, Organization, Status

ACTIVE = Status.ACTIVE.value


class Asked(NamedTuple):
    """What is asked of a stage (`Stage.find`)."""

    value: str
    joins: str
    where: str
    values: Any


def check(stage: Stage, organization: Organization, findings: Findings) -> None:
    """Report what the live rows of a stage name and nobody has, and what they contradict.

    What enrollments name is seen in the map (`enrollments.py`).
    """
    for reference in stage.references if stage.model is not Enrollment else ():
        _report(findings, "reference-unknown", stage, reference, _dangling(reference, organization))
    if stage.model is Klass and not stage.file.fills:
        school = next(r for r in stage.references if r.field == "school")
        _report(findings, "school-not-a-school", stage, school, _no_school(organization))
    contradictions.check(stage, organization, findings)


def _dangling(reference: Reference, organization: Organization) -> Asked:
    """Return what points nowhere."""
    target = quote(FILES[reference.target].model._meta.db_table)
    named, joins = f"s.{quote(reference.field)}", ""
    if reference.many:
        joins, named = f"CROSS JOIN {elements(named)}", "e.value"
    return Asked(
        named,
        joins,
        f"{named} <> '' AND NOT EXISTS (SELECT 1 FROM {target} AS t WHERE t.organization_id = %s"  # noqa: S608
        f" AND t.sourced_id = {named} AND t.status = %s)",
        [organization.pk, ACTIVE],
    )


def _no_school(organization: Organization) -> Asked:
    orgs = quote(Org._meta.db_table)
    return Asked(
        "s.school",
        f"JOIN {orgs} AS t ON t.organization_id = %s"
        " AND t.sourced_id = s.school AND t.status = %s AND t.type <> 'school'",
        "TRUE",
        [organization.pk, ACTIVE],
    )


def _report(
    findings: Findings, code: str, stage: Stage, reference: Reference, asked: Asked
) -> None:
    found, target = stage.find(*asked), FILES[reference.target].filename
    tell(findings, stage, code, reference.column, found, target=target)
