"""What an import changes, in numbers by collection and school, and the records themselves.

Asked of what the import noted, in its own transaction, when all of it is written.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connection

from roster.importing.changes import CREATED, REMOVED, RETURNED, TABLE, UPDATED, Changes
from roster.importing.columns import File
from roster.importing.engine import quote
from roster.importing.files import FILES
from roster.models import Klass, LineItem, Org, Role, Row, Status

SHOWN = 1_000
"""Records of one collection and act that are listed; the numbers count all of them."""

ACTS = {CREATED: "created", UPDATED: "updated", RETURNED: "returned"} | dict.fromkeys(
    REMOVED, "removed"
)


class Described(NamedTuple):
    """SQL of a live row `l`: the school that it is at, and its name."""

    school: str
    name: str


def _own(column: str) -> str:
    return f"l.{quote(column)}"


def _school_of(model: type[Row], sourced_id: str) -> str:
    """Return the school of a class or line item's class."""
    return (
        f"(SELECT k.school FROM {quote(model._meta.db_table)} AS k"  # noqa: S608
        f" WHERE k.organization_id = l.organization_id AND k.sourced_id = {sourced_id})"
    )


def _is_school(org: str) -> str:
    """Return whether an org is a school: by its type, or since a class names it as its school."""
    classes = f"{quote(Klass._meta.db_table)} AS n"
    return (
        f"({org}.type = 'school' OR EXISTS (SELECT 1 FROM {classes} WHERE n.organization_id ="  # noqa: S608
        f" {org}.organization_id AND n.school = {org}.sourced_id"
        f" AND n.status = '{Status.ACTIVE.value}'))"
    )


PERSONS = (
    f"(SELECT min(r.org) FROM {quote(Role._meta.db_table)} AS r JOIN"  # noqa: S608
    f" {quote(Org._meta.db_table)} AS o ON o.organization_id = r.organization_id AND"
    f" o.sourced_id = r.org AND {_is_school('o')} WHERE r.organization_id = l.organization_id"
    f" AND r.{quote('user')} = "
)
CLASS = _school_of(Klass, "l.klass")
ITEMS_CLASS = (
    f"(SELECT k.school FROM {quote(LineItem._meta.db_table)} AS i JOIN"  # noqa: S608
    f" {quote(Klass._meta.db_table)} AS k ON k.organization_id = i.organization_id AND"
    " k.sourced_id = i.klass WHERE i.organization_id = l.organization_id"
    " AND i.sourced_id = l.line_item)"
)

DESCRIBED = {
    "orgs": Described(f"CASE WHEN {_is_school('l')} THEN l.sourced_id ELSE '' END", _own("name")),
    "academicSessions": Described("''", _own("title")),
    "courses": Described(_own("org"), _own("title")),
    "classes": Described(_own("school"), _own("title")),
    "users": Described(f"{PERSONS}l.sourced_id)", "l.given_name || ' ' || l.family_name"),
    "roles": Described(_own("org"), _own("role")),
    "enrollments": Described(CLASS, _own("role")),
    "demographics": Described(f"{PERSONS}l.sourced_id)", "''"),
    "lineItems": Described(CLASS, _own("title")),
    "results": Described(ITEMS_CLASS, "''"),
    "scoreScales": Described(CLASS, _own("title")),
    "classResources": Described(CLASS, _own("title")),
    "userResources": Described(f"{PERSONS}l.{quote('user')})", "''"),
}
"""By collection; what isn't here is at no school, and has a title or nothing."""

MODELS: dict[str, File] = {file.model.__name__: file for file in FILES.values() if not file.fills}


def difference(changes: Changes, shown: int = SHOWN) -> dict[str, Any]:
    """Return `{collection: {"created": n, "updated": n, "returned": n, "removed": n, "fields":
    {name: n}, "schools": {id: {act: n}}, "records": [...]}}`, without collections of no change.

    A record is `{"sourcedId", "act", "school", "name", "fields"}`.
    """
    files: dict[str, list[str]] = {}
    for file in changes.files():
        files.setdefault(_collection(file), []).append(file)
    return {
        collection: _collections(changes, collection, names, shown)
        for collection, names in sorted(files.items())
    }


def _collection(file: str) -> str:
    """Return the collection that a file's, or a stage's, rows belong to."""
    if file == "derived_roles":
        return "roles"
    named = FILES[file.removesuffix("_whole")]
    return MODELS[named.model.__name__].name


def _collections(changes: Changes, collection: str, files: list[str], shown: int) -> dict[str, Any]:
    model = FILES[collection].model
    title = any(field.name == "title" for field in model._meta.concrete_fields)
    sql = DESCRIBED.get(collection) or Described("''", _own("title") if title else "''")
    marks = ", ".join(["%s"] * len(files))
    # A record that is new and filled by a file of links is only new.
    source = (
        f" FROM {TABLE} AS c JOIN {quote(model._meta.db_table)} AS l"  # noqa: S608
        " ON l.organization_id = %s AND l.sourced_id = c.sourced_id"
        f" WHERE c.file IN ({marks}) AND NOT (c.act = '{UPDATED}' AND c.sourced_id IN (SELECT"
        f" n.sourced_id FROM {TABLE} AS n WHERE n.act = '{CREATED}' AND n.file IN ({marks})))"
    )
    values: list[Any] = [changes.organization.pk, *files, *files]
    found: dict[str, Any] = dict.fromkeys(("created", "updated", "returned", "removed"), 0)
    found |= {"fields": {}, "schools": {}, "records": []}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.act, coalesce({sql.school}, ''), count(DISTINCT l.id){source}"
            " GROUP BY 1, 2 ORDER BY 2, 1",
            values,
        )
        for act, school, number in cursor.fetchall():
            found[ACTS[act]] += number
            at = found["schools"].setdefault(school, {})
            at[ACTS[act]] = at.get(ACTS[act], 0) + number
        cursor.execute(
            f"SELECT c.fields, count(DISTINCT l.id){source} AND c.fields <> '' GROUP BY 1",
            values,
        )
        for fields, number in cursor.fetchall():
            for field in fields.split():
                found["fields"][field] = found["fields"].get(field, 0) + number
        for act in ACTS:
            cursor.execute(
                f"SELECT DISTINCT l.sourced_id, coalesce({sql.school}, ''), {sql.name}, c.fields"
                f"{source} AND c.act = %s ORDER BY 1 LIMIT {int(shown)}",
                [*values, act],
            )
            found["records"] += [
                {
                    "sourcedId": sourced_id,
                    "act": ACTS[act],
                    "school": school,
                    "name": name,
                    "fields": fields.split(),
                }
                for sourced_id, school, name, fields in cursor.fetchall()
            ]
    return found


def without_records(difference: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers of a difference, without the records and their names."""
    return {name: {**numbers, "records": []} for name, numbers in difference.items()}
