"""The documents of a written record, in each version that can show it, with its tombstones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils.dateparse import parse_datetime

from roster.database import prepared
from roster.database.parts import in_parts
from roster.dialects.composing import Doc, Unpublishable
from roster.dialects.documents import document
from roster.dialects.fields import FIELDS, V11, V12
from roster.dialects.tombstones import tombstone_doc
from roster.grading.accepting import Values
from roster.grading.referring import Referred
from roster.kinds import KINDS, ROWS_OF
from roster.models import Document, Written
from roster.publishing.shelf import COLUMNS, cells_of

NO_FIELDS: frozenset[str] = frozenset()
MOMENTS = ("assign_date", "due_date")
VERSIONS = (V11, V12)
REFERENCES = {
    "academicSession": "academic_session",
    "scoreScale": "score_scale",
    "course": "course",
    "parentAssessmentLineItem": "parent",
}
"""What written records refer to besides, and where it stands among their values."""
AT_ONCE = 250
"""Records whose documents are kept by one statement."""


def documents(
    collection: str, sourced_id: str, values: Values, to: Referred, needed: str
) -> dict[str, Doc]:
    """Return a record's documents by version; none for a version that can't show it.

    Raises `Unpublishable`, which names a field, where that is the one that is `needed`.
    """
    row, answer = row_of(collection, sourced_id, values), _answer(collection, values, to)
    found = {}
    for version in VERSIONS:
        if collection not in FIELDS[version]:
            continue
        try:
            found[version] = document(version, collection, row, answer, NO_FIELDS)
        except Unpublishable:
            if version == needed:
                raise
    return found


def row_of(collection: str, sourced_id: str, values: Values) -> Any:
    """Return the row that a bundle would have brought, not saved."""
    model: Any = KINDS[ROWS_OF[collection]].model
    given = {
        name: parse_datetime(value) if name in MOMENTS else value for name, value in values.items()
    }
    row = model(sourced_id=sourced_id, **given)
    if "score_date" in given:
        row.score_date = model._meta.get_field("score_date").to_python(given["score_date"])
    return row


def _answer(collection: str, values: Values, to: Referred) -> dict[str, Any]:
    own = {field: values.get(name, "") for field, name in REFERENCES.items()}
    placed = {"gradingPeriod": to.period, "school": to.school}
    return {**own, **(placed if collection == "lineItems" else {}), "class": to.klass_id}


def shelve(written: Sequence[tuple[Written, dict[str, Doc]]]) -> None:
    """Keep documents and tombstones of rows of one collection, and name them in the rows."""
    for version in VERSIONS:
        of_version = [(row, docs[version]) for row, docs in written if version in docs]
        for some in in_parts(of_version, AT_ONCE):
            _shelve(version, some)


def _shelve(version: str, written: Sequence[tuple[Written, Doc]]) -> None:
    named: dict[tuple[int, str], list[tuple[Written, str]]] = {}
    values: list[Any] = []
    for row, doc in written:
        stone = tombstone_doc(version, row.collection, doc)
        for name, each in (("shown", doc), ("stone", stone)):
            digest = each.digest()
            same = named.setdefault((row.record, digest), [])
            same.append((row, f"{name}_{version.replace('.', '')}"))
            if len(same) > 1:
                continue
            values += [row.organization_id, version, row.collection, row.record, digest]
            values += cells_of(each)
    with prepared.cursor() if len(written) == 1 else connection.cursor() as cursor:
        cursor.execute(_sql(len(named)), values)
        for record, digest, number in cursor.fetchall():
            for row, column in named[record, digest]:
                setattr(row, column, number)


def _sql(documents: int) -> str:
    facts = "%s::jsonb" if connection.vendor == "postgresql" else "%s"
    _, *columns = COLUMNS  # The database gives the key.
    marks = f"({'%s, ' * (len(columns) - 1)}{facts})"
    return (
        f"INSERT INTO {Document._meta.db_table} ({', '.join(columns)})"  # noqa: S608
        f" VALUES {', '.join([marks] * documents)}"
        " ON CONFLICT (version, collection, record, digest) DO UPDATE SET unlisted_since = NULL"
        " RETURNING record, digest, id"
    )
