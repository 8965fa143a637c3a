"""Looks for references that point nowhere, when everything is stored, by one statement each.

The rows are kept: what can't do without the missing record is left out of the publication, and
comes of itself when the record does.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from roster.importing import contradictions
from roster.importing.engine import elements, quote
from roster.importing.files import FILES
from roster.importing.findings import KEPT, Findings
from roster.importing.staging import Reference, Stage
from roster.models import Klass, Org, Organization, Status

ACTIVE = Status.ACTIVE.value


def check(stage: Stage, organization: Organization, findings: Findings) -> None:
    """Report what the live rows of a stage name and nobody has, and what they contradict."""
    for reference in stage.references:
        _report(
            findings,
            "reference-unknown",
            stage,
            reference,
            *_dangling(stage, reference, organization),
        )
    if stage.model is Klass and not stage.file.fills:
        school = next(r for r in stage.references if r.field == "school")
        _report(findings, "school-not-a-school", stage, school, *_no_school(stage, organization))
    contradictions.check(stage, organization, findings)


def _dangling(stage: Stage, reference: Reference, organization: Organization) -> tuple[str, Any]:
    """Return the FROM and WHERE of what points nowhere, with its parameters."""
    target = quote(FILES[reference.target].model._meta.db_table)
    named, source = f"s.{quote(reference.field)}", f"{quote(stage.table)} AS s"
    if reference.many:
        source += f" CROSS JOIN {elements(named)}"
        named = "e.value"
    return (
        f"{named} FROM {source} WHERE s.sound = 1 AND s.status = %s AND {named} <> ''"  # noqa: S608
        f" AND NOT EXISTS (SELECT 1 FROM {target} AS t WHERE t.organization_id = %s"
        f" AND t.sourced_id = {named} AND t.status = %s)",
        [ACTIVE, organization.pk, ACTIVE],
    )


def _no_school(stage: Stage, organization: Organization) -> tuple[str, Any]:
    orgs = quote(Org._meta.db_table)
    return (
        f"s.school FROM {quote(stage.table)} AS s JOIN {orgs} AS t ON t.organization_id = %s"
        " AND t.sourced_id = s.school AND t.status = %s AND t.type <> 'school'"
        " WHERE s.sound = 1 AND s.status = %s",
        [organization.pk, ACTIVE, ACTIVE],
    )


def _report(
    findings: Findings, code: str, stage: Stage, reference: Reference, sql: str, values: Any
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM (SELECT {sql}) AS found", values)  # noqa: S608
        occurrences = cursor.fetchone()[0]
        if not occurrences:
            return
        cursor.execute(
            f"SELECT s.row_number, s.sourced_id, {sql} ORDER BY s.row_number LIMIT {KEPT}", values
        )
        kept = cursor.fetchall()
    for nth, (row, sourced_id, value) in enumerate(kept):
        findings.add(
            code,
            stage.file.filename,
            row=row,
            column=reference.column,
            value=value,
            sourced_id=sourced_id,
            times=1 if nth else occurrences - len(kept) + 1,
            target=FILES[reference.target].filename,
        )
