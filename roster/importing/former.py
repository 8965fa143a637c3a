"""Keeps what an import overwrites, until a refresh has shown the import.

Whatever is published before that (a new vendor, a changed sharing) is rendered as the last refresh
showed it. Kept are the first values since then, of rows by one statement beside each that changes
rows, and of marks that are gone when the import is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, JSONField, Model

from roster.importing.engine import quote
from roster.models import FormerRow, Mark, Organization

MARK, NEW_MARK = "mark", "new mark"


def keep_rows(
    organization: Organization, model: type[Model], chosen: str, values: Sequence[Any]
) -> None:
    """Keep the rows of a model whose keys `chosen` selects (SQL)."""
    if organization.shown_map_id is None:
        return
    name, table = model._meta.model_name, quote(FormerRow._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table}"  # noqa: S608
            f" (organization_id, {quote('table')}, record, digest, revision, {quote('columns')})"
            f" SELECT l.organization_id, %s, l.id, l.digest, %s, {_as_json(model)}"
            f" FROM {quote(model._meta.db_table)} AS l WHERE l.id IN {chosen} AND NOT EXISTS"
            f" (SELECT 1 FROM {table} AS f WHERE f.record = l.id"
            f" AND f.organization_id = l.organization_id AND f.{quote('table')} = %s)",
            [name, organization.revision, *values, name],
        )


def _as_json(model: type[Model]) -> str:
    """Return SQL for the columns of a row `l` as one JSON object."""
    if connection.vendor == "postgresql":
        return "to_jsonb(l)"
    pairs = []
    for field in model._meta.concrete_fields:
        value = f"l.{quote(str(field.column))}"
        if isinstance(field, JSONField):
            value = f"json({value})"
        elif isinstance(field, DateTimeField):
            value = f"{value} || '+00:00'"
        pairs.append(f"'{field.attname}', {value}")
    return f"json_object({', '.join(pairs)})"


@contextmanager
def marks_kept(organization: Organization) -> Iterator[None]:
    """Keep the marks that are gone when the block ends, and note those that have come."""
    if organization.shown_map_id is None:
        yield
        return
    before = _marks(organization)
    yield
    after = _marks(organization)
    FormerRow.objects.bulk_create(
        FormerRow(
            organization=organization,
            table=table,
            record=pk,
            digest="",
            revision=organization.revision,
            columns={"kind": kind, "sourced_id": sourced_id, "source": source, "about": about},
        )
        for table, there, other in ((MARK, before, after), (NEW_MARK, after, before))
        for (kind, sourced_id, source), (pk, about) in there.items()
        if (kind, sourced_id, source) not in other
    )


def _marks(organization: Organization) -> dict[tuple[str, str, str], tuple[int, Any]]:
    rows = Mark.objects.filter(organization=organization)
    return {
        (kind, sourced_id, source): (pk, about)
        for kind, sourced_id, source, pk, about in rows.values_list(
            "kind", "sourced_id", "source", "pk", "about"
        )
    }
