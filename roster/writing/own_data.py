"""An organization's own data as lines of a bundle: its live rows, whatever anybody may see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

from roster.database.parts import batches
from roster.hierarchy.timetable import Timetable
from roster.importing import values
from roster.importing.columns import File
from roster.importing.files import FILES
from roster.models import Organization, Role, Status
from roster.models.organization import UsernameStandIn
from roster.writing.accounts import People
from roster.writing.lines import Line
from roster.writing.linked_rows import filled
from roster.writing.marked import Marked

BATCH = 2_000
UNSTORED = (values.SECRET, values.ELSEWHERE, values.UNUSED)
ORDERS = {
    "userProfiles": ("user", "sourced_id"),
    "courseResources": ("course", "resource", "sourced_id"),
    "classResources": ("klass", "resource", "sourced_id"),
    "userResources": ("user", "resource", "sourced_id"),
}
"""Orders that a vendor's documents can be written in too; other files are ordered by their ids."""


class OrganizationRows:
    """The lines of an organization's bundle in a version; `only` those with these ids.

    Without `marks`, what people excluded isn't said: rows are as they came.
    """

    def __init__(
        self,
        organization: Organization,
        version: str,
        *,
        only: Collection[str] = (),
        marks: bool = True,
    ) -> None:
        self.organization = organization
        self.version = version
        self.only = frozenset(only)
        self.marked = Marked(organization if marks else None, version)

    def lines(self, file: File) -> Iterator[Line]:
        make = MAKERS.get(file.name)
        found = make(self, file) if make else self._filled(file) if file.fills else self._own(file)
        for line in found:
            if self.only and line.sourced_id not in self.only:
                continue
            about = line.sourced_id
            if file.name == "roles":
                about = f"{line.values['userSourcedId']}~{line.values['orgSourcedId']}"
            yield line._replace(metadata=self.marked.metadata(file.name, about, line.metadata))

    def has_metadata(self, file: File) -> bool:
        if file.fills:
            return False
        rows = file.model.objects.filter(organization=self.organization, status=Status.ACTIVE)
        return self.marked.has(file.name) or rows.exclude(metadata={}).exists()

    def schools(self) -> set[str]:
        return self.people.named

    def stand_in(self, values: Mapping[str, Any], sourced_id: str) -> str:
        stand_in = self.organization.username_stand_in
        if stand_in == UsernameStandIn.SOURCED_ID:
            return sourced_id
        return str(values.get(stand_in) or "")

    @cached_property
    def people(self) -> People:
        return People(self.organization)

    def _own(self, file: File, *more: str, ids: Collection[str] | None = None) -> Iterator[Line]:
        """Yield the live rows of a file's model; `more` are fields of columns it doesn't have.

        Those with these `ids`, else with the ids that are wanted, else all.
        """
        columns = [
            column
            for column in file.columns
            if (column.of(self.version) or column.field in more)
            and not column.derived
            and column.type not in UNSTORED
        ]
        names = [column.name for column in columns]
        rows = file.model.objects.filter(organization=self.organization, status=Status.ACTIVE)
        if ids := self.only if ids is None else ids:
            rows = rows.filter(sourced_id__in=ids)
        found = rows.order_by(*ORDERS.get(file.name, ("sourced_id",))).values_list(
            "sourced_id", "metadata", *(column.field for column in columns)
        )
        for sourced_id, metadata, *said in found.iterator(BATCH):
            yield Line(sourced_id, dict(zip(names, said, strict=True)), metadata)

    def _filled(self, file: File) -> Iterator[Line]:
        rows = file.model.objects.filter(organization=self.organization, status=Status.ACTIVE)
        found = rows.order_by("sourced_id").values_list("sourced_id", file.fills)
        for owner, value in found.iterator(BATCH):
            if value:
                yield from filled(file, owner, value)

    def _sessions(self, file: File) -> Iterator[Line]:
        """Yield sessions, a blank school year filled in as everywhere."""
        timetable = Timetable.of(self.organization)
        for line in self._own(file):
            yield line._replace(
                values={**line.values, "schoolYear": timetable.year(line.sourced_id)}
            )

    def _users(self, file: File) -> Iterator[Line]:
        for batch in batches(self._own(file, "primary_org"), BATCH):
            yield from self.people.complete(batch, self.version)

    def _roles(self, file: File) -> Iterator[Line]:
        users = Role.objects.filter(organization=self.organization, sourced_id__in=self.only)
        ids = set(users.values_list("user", flat=True)) if self.only else None
        for batch in batches(self._own(FILES["users"], ids=ids), BATCH):
            yield from self.people.lines(batch)

    def _line_items(self, file: File) -> Iterator[Line]:
        """Yield line items with the one session that a version's row names."""
        sessions = Timetable.of(self.organization).sessions
        periods = {name for name, each in sessions.items() if each.type == "gradingPeriod"}
        for line in self._own(file, "grading_period", "academic_session"):
            own = dict(line.values)
            period, session = own.pop("gradingPeriodSourcedId"), own.pop("academicSessionSourcedId")
            if self.version == "1.1":
                own["gradingPeriodSourcedId"] = period or (session if session in periods else "")
            else:
                own["academicSessionSourcedId"] = session or period
            yield line._replace(values=own)


MAKERS: dict[str, Callable[[OrganizationRows, File], Iterator[Line]]] = {
    "academicSessions": OrganizationRows._sessions,
    "users": OrganizationRows._users,
    "roles": OrganizationRows._roles,
    "lineItems": OrganizationRows._line_items,
}
