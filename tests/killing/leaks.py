"""What nobody may read any more: whatever is marked, kept out or withheld when a page is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connections.models import Connection
from roster.models import Mark, Organization


@dataclass(frozen=True)
class Secrets:
    """The marks, people kept out and fields withheld at a moment, as the database has them.

    They are written in the transaction that withdraws what they name: from then on nobody reads it.
    """

    marks: frozenset[tuple[int, str, str]]
    kept_out: frozenset[str]
    withheld: frozenset[str]

    @classmethod
    def of(cls, connection: int) -> Secrets:
        row = Connection.objects.get(pk=connection)
        marks = Mark.objects.filter(organization=row.organization_id, source="person")
        policy = Organization.objects.values_list("field_policy", flat=True)
        return cls(
            frozenset(marks.values_list("pk", "kind", "sourced_id")),
            frozenset(row.kept_out),
            frozenset(row.withheld) | frozenset(policy.get(pk=row.organization_id)),
        )

    def still(self, connection: int) -> Secrets:
        """Return what was secret at that moment and is now: in between it always was, or nearly.

        A field or a person may have been shared for a moment, but for that a person's own mark
        would be another row.
        """
        now = Secrets.of(connection)
        return Secrets(
            self.marks & now.marks, self.kept_out & now.kept_out, self.withheld & now.withheld
        )

    def of_kind(self, kind: str) -> set[str]:
        return {sourced_id for _, of, sourced_id in self.marks if of == kind}


def leaks(name: str, documents: list[dict[str, Any]], secrets: Secrets) -> Iterator[str]:
    """Yield in words what a page says and mustn't."""
    people = secrets.of_kind("person") | secrets.kept_out
    gone = {
        "users": people,
        "demographics": people,
        "classes": secrets.of_kind("section"),
        "orgs": secrets.of_kind("school"),
        "enrollments": secrets.of_kind("enrollment"),
    }
    for each in documents:
        if each["status"] != "active":
            continue
        where = f"{name} {each['sourcedId']}"
        if each["sourcedId"] in gone.get(name, ()):
            yield f"{where} is read, and was withdrawn"
        for field in secrets.withheld:
            collection, _, field_name = field.partition(".")
            if collection == name and field_name in each:
                yield f"{where} is read with {field_name}, which is withheld"
        for field_name, target in REFERENCES.get(name, {}).items():
            for reference in _many(each.get(field_name)):
                if reference["sourcedId"] in gone[target]:
                    yield f"{where} names {target} {reference['sourcedId']}, who was withdrawn"


REFERENCES = {
    "users": {"agents": "users", "orgs": "orgs", "primaryOrg": "orgs"},
    "enrollments": {"user": "users", "class": "classes", "school": "orgs"},
    "classes": {"school": "orgs"},
    "orgs": {"parent": "orgs", "children": "orgs"},
}


def _many(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
