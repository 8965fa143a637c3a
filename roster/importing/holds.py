"""Why an import must wait for a person: what a bad night looks like, in growth as in shrinkage.

What a file would do to the stored rows is weighed when it is noted and not written yet; the rest
is asked when all is written and can still be rolled back. A first load is never held: before it
there is nothing that could be lost or opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import CharField, Field, TextField

from roster.carrying import Opened
from roster.database import bulk
from roster.importing import dates, slips
from roster.importing.bundle_marks import MARK, mark_of
from roster.importing.changes import (
    GONE,
    REMOVED,
    RETURNED,
    TABLE,
    UPDATED,
    Changes,
    names,
    updated,
)
from roster.importing.engine import column_of, quote
from roster.importing.findings import Findings
from roster.importing.seen import WATCHED, Seen
from roster.importing.staging import Stage
from roster.kinds import KINDS
from roster.listing import rows_of
from roster.models import Org, Organization, Role, Status, User

REASONS = {
    "removals": "{removed:,} of {before:,} {collection} would be removed; the limit is"
    " {percent} % and {records} records.",
    "school": "The school {name} ({school}) would be removed.",
    "emptied": "All class enrollments of {name} ({school}) would be removed: {removed:,}.",
    "rekeyed": "{changed:,} of {people:,} people would get another {word}.",
    "emptied-column": "All {what} are gone from {file}: its column {column} is missing, or has none"
    " now. Records that had one and are still there: {lost:,}. Was the column left out of the"
    " export?",
    "marks-unclear": "Of the exclude marks in {file}, some would be gone ({lost:,}) and others"
    " can't be read. Have its columns slipped?",
    "cells-slipped": "Rows of {file} that no longer say what hid their records, and are otherwise"
    " not as they were either: {count:,}. Have their cells slipped?",
    "status-missing": "{file} says no status any more, and records that were inactive would be"
    " active again: {returned:,}.",
    "roles-elsewhere": "The roles are taken from users.csv now, which says neither their dates nor"
    " their exclude marks. Roles of roles.csv that had some: {lost:,}. Was roles.csv left out of"
    " the export?",
    "org-left": "{name} ({org}) would be visible to vendors, with all that is in it: it no longer"
    " lies below {marked}, which is excluded.",
    "date-form": "The dates of {column} in {file} are written in another form: {now}, and before"
    " {before}. Where a day was taken for a month, the difference shows other dates.",
    "visible": "People who are hidden now and would be visible to vendors: {count:,}; the limit is"
    " {limit:,}.",
    "grown": "People who would be new to vendors: {count:,}, beside {before:,}; the limit is"
    " {percent} % and {records} records.",
    "hidden": "{count:,} of {before:,} {what} would not be visible to vendors any more; the limit"
    " is {percent} % and {records} records.",
    "year": "The bundle no longer holds the school year {year}, but {years}: the school information"
    " system has moved on. Plan the rollover, or approve the import to roll over now.",
}

REKEYED = {
    "users": {"username": "username", "email": "e-mail address", "identifier": "identifier"},
    "roles": {"role": "role"},
    "derived_roles": {"role": "role"},
}
REKEYED_PERCENT = 25

NARROWING = ("begin_date", "end_date", "exclude")
"""What keeps records from vendors: not one such value may be lost with all the others."""

LOST = {
    "begin_date": "begin dates",
    "end_date": "end dates",
    "exclude": "exclude marks",
    "enabled": "disabled accounts",
    "": "values",
}
"""What is gone with a field, in the words of a school office; blank: with any other."""


FORMS = dates.TITLES | {"": "in none that was certain"}
"""The forms of dates in words; blank: no form fitted."""


class Reason(NamedTuple):
    """One reason, as it is kept and shown."""

    code: str
    reason: str


def reason(code: str, **facts: Any) -> Reason:
    return Reason(code, REASONS[code].format(**facts))


class Weighing:
    """Collects the reasons for which an import must be held."""

    def __init__(
        self,
        organization: Organization,
        changes: Changes,
        tonight: Mapping[str, Mapping[str, Any]],
        known: Mapping[str, Mapping[str, Any]],
        findings: Findings,
    ) -> None:
        self.organization = organization
        self.changes = changes
        self.tonight = tonight
        self.known = known
        self.findings = findings
        self.reasons: list[Reason] = []

    def add(self, code: str, **facts: Any) -> None:
        self.reasons.append(reason(code, **facts))

    def weigh(self, stage: Stage) -> None:
        """Weigh what one stage would do to the rows as they still are."""
        self._weigh_removals(stage)
        if self.changes.count(stage.name, UPDATED):
            self._weigh_values(stage)
            self._weigh_openings(stage)
        self._weigh_status(stage)
        self._weigh_roles(stage)

    def _weigh_removals(self, stage: Stage) -> None:
        removed = self.changes.count(stage.name, *REMOVED)
        if removed <= self.organization.hold_records:
            return
        live, _ = names(stage)
        before = _number(
            f"SELECT count(*) FROM {live} WHERE l.organization_id = %s AND l.status = %s"  # noqa: S608
            " AND l.digest <> ''",
            self.organization.pk,
            Status.ACTIVE.value,
        )
        if self._is_too_many(removed, before):
            self.add(
                "removals",
                removed=removed,
                before=before,
                collection=_collection(stage),
                **self._limits(),
            )

    def _is_too_many(self, changed: int, of: int) -> bool:
        """Return whether both limits are exceeded, the number of records and the share."""
        organization = self.organization
        return changed > organization.hold_records and (
            changed * 100 > of * organization.hold_percent
        )

    def _limits(self) -> dict[str, int]:
        return {
            "percent": self.organization.hold_percent,
            "records": self.organization.hold_records,
        }

    def _weigh_values(self, stage: Stage) -> None:
        """Find columns that lose all their values, and people who get other keys."""
        fields = [*stage.fields, "exclude"]
        rekeyed = REKEYED.get(stage.name, {})
        sums = [_sum(f"{_has(stage, 'l', f)} AND NOT {_has(stage, 's', f)}") for f in fields]
        for field in rekeyed:
            old, new = f"l.{column_of(stage.model, field)}", f"s.{quote(field)}"
            sums.append(_sum(f"{old} <> '' AND {old} <> {new}"))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(sums)} FROM {updated(stage)}",  # noqa: S608
                [stage.name, UPDATED],
            )
            found = [int(each or 0) for each in cursor.fetchone()]
        for field, lost in zip(fields, found, strict=False):
            self._weigh_lost(stage, field, lost)
        for (_, word), changed in zip(rekeyed.items(), found[len(fields) :], strict=True):
            self._weigh_rekeyed(word, changed)

    def _weigh_openings(self, stage: Stage) -> None:
        """Tell whose marks are gone, and look whether these are rows that have slipped."""
        slipped, file = 0, stage.file.filename
        for each in slips.openings(stage, self.organization.today()):
            slipped += each.slipped
            if each.unmarked and not each.slipped:
                self.findings.add("mark-gone", file, row=each.row, sourced_id=each.sourced_id)
        if slipped:
            self.add("cells-slipped", file=file, count=slipped)

    def _weigh_lost(self, stage: Stage, field: str, lost: int) -> None:
        file = stage.file.filename
        if field == "exclude" and lost and self.findings.has("mark-unreadable", file):
            self.add("marks-unclear", file=file, lost=lost)
            return
        column = self._column(stage, field)
        trace = self.tonight.get(file, {})
        written = (each.get(file, {}).get("columns", []) for each in (self.tonight, self.known))
        there, before = (columns.count(column) for columns in written)
        missing = there < max(1, before)
        # One that a delta leaves blank is what somebody has said; several are a column.
        said = 1 if trace.get("mode") == "delta" and not missing else 0
        if lost <= (said if field in NARROWING else self.organization.hold_records):
            return
        _, staged = names(stage)
        kept = _number(
            f"SELECT count(*) FROM (SELECT 1 FROM {staged} WHERE s.sound = 1"  # noqa: S608
            f" AND s.status = %s AND {_has(stage, 's', field)} LIMIT 1) AS kept",
            Status.ACTIVE.value,
        )
        if there < before or (not kept and not self._is_kept(stage, field)):
            what = LOST.get(field, LOST[""])
            self.add("emptied-column", what=what, column=column, file=file, lost=lost)

    def _is_kept(self, stage: Stage, field: str) -> bool:
        """Return whether a line that wasn't read has a value in a field."""
        if stage.known is None:
            return False
        live, _ = names(stage)
        [records] = bulk.numbers(
            f"SELECT l.id FROM {live} WHERE l.organization_id = %s AND {_has(stage, 'l', field)}",  # noqa: S608
            [self.organization.pk],
            1,
        )
        return bool(stage.known.rows.row_of(records).any())

    def _column(self, stage: Stage, field: str) -> str:
        if field == "exclude":
            return MARK
        return next((c.name for c in stage.file.columns if c.field == field), field)

    def _weigh_rekeyed(self, word: str, changed: int) -> None:
        if changed <= self.organization.hold_records:
            return
        people = User.objects.filter(organization=self.organization, status=Status.ACTIVE).count()
        if changed * 100 > people * REKEYED_PERCENT:
            self.add("rekeyed", changed=changed, people=people, word=word)

    def _weigh_status(self, stage: Stage) -> None:
        file = stage.file.filename
        if "status" in self.tonight.get(file, {}).get("columns", ("status",)):
            return
        returned = self.changes.count(stage.name, RETURNED)
        if returned and "status" in self.known.get(file, {}).get("columns", ()):
            self.add("status-missing", file=file, returned=returned)

    def _weigh_roles(self, stage: Stage) -> None:
        """Look for what narrowed roles of their own file, where users.csv says the roles now."""
        if stage.name != "derived_roles" or "roles.csv" not in self.known:
            return
        live, _ = names(stage)
        narrowed = " OR ".join(_has(stage, "l", field) for field in NARROWING)
        lost = _number(
            f"SELECT count(*) FROM {TABLE} AS c JOIN {live} ON l.id = c.record"  # noqa: S608
            f" WHERE c.file = %s AND c.act = %s AND ({narrowed})",
            stage.name,
            GONE,
        )
        if lost:
            self.add("roles-elsewhere", lost=lost)

    def weigh_left(self, opened: Opened) -> None:
        """Look for schools and other orgs that have left the marked one that they were below."""
        left = {each.sourced_id: marked for each, (_, marked) in opened.moved if each.kind == "org"}
        orgs = Org.objects.filter(organization=self.organization, sourced_id__in=left)
        for org, name in orgs.order_by("sourced_id").values_list("sourced_id", "name"):
            self.add("org-left", name=name, org=org, marked=left[org])

    def weigh_forms(self) -> None:
        """Compare the forms in which columns write dates with the last ones that were applied."""
        for file, trace in self.tonight.items():
            before = self.known.get(file, {}).get("dates", {})
            for column, now in trace.get("dates", {}).items():
                if now and before.get(column, now) != now:
                    forms = {"now": FORMS[now], "before": FORMS[before[column]]}
                    self.add("date-form", file=file, column=column, **forms)

    def weigh_schools(self) -> None:
        """Look for schools that are gone, or that have lost all of many enrollments."""
        if not any(self.changes.count(file, *REMOVED) for file in ("orgs", "enrollments")):
            return
        rows = rows_of(self.organization, KINDS["school"])
        schools = dict(rows.values_list("sourced_id", "name"))
        gone = [each for each in self.changes.ids("orgs", *REMOVED) if each in schools]
        for school in gone:
            self.add("school", school=school, name=schools[school])
        for school, removed in self.changes.emptied_schools():
            if school not in gone and removed > self.organization.hold_records:
                self.add("emptied", school=school, name=schools.get(school, ""), removed=removed)

    def weigh_year(self, year: str, before: Iterable[str], after: Iterable[str]) -> None:
        years = sorted(set(after))
        if year in before and year not in years:
            self.add("year", year=year, years=", ".join(years) or "no school year")

    def weigh_visible(self, before: Seen, after: Seen) -> None:
        """Compare who and what was visible before with what is now.

        Who comes out of hiding is limited by number, who is new by share, since a large district
        has new people every night.
        """
        people = len(before.visible["person"])
        came = after.new(before, "person")
        opened = int(np.isin(came, before.people, assume_unique=True).sum())
        if people and opened > self.organization.hold_visible:
            self.add("visible", count=opened, limit=self.organization.hold_visible)
        if people and self._is_too_many(len(came) - opened, people):
            self.add("grown", count=len(came) - opened, before=people, **self._limits())
        for kind, what in WATCHED.items():
            hidden, of = len(before.new(after, kind)), len(before.visible[kind])
            if self._is_too_many(hidden, of):
                self.add("hidden", what=what, count=hidden, before=of, **self._limits())


def _collection(stage: Stage) -> str:
    return "roles" if stage.model is Role else stage.file.name


def _sum(condition: str) -> str:
    return f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)"


def _has(stage: Stage, table: str, field: str) -> str:
    """Return SQL for whether a row has a value in a field that isn't its blank one."""
    if field == "exclude":
        return f"({mark_of(table)} IS NOT NULL)"
    column = column_of(stage.model, field) if table == "l" else quote(field)
    kind: Field[Any, Any] = stage.model._meta.get_field(field)  # type: ignore[assignment]
    value = f"{table}.{column}"
    if kind.get_internal_type() == "BooleanField":
        return f"({value} IS NOT NULL)" if kind.null else f"(NOT {value})"
    if kind.null:
        return f"({value} IS NOT NULL)"
    if kind.get_internal_type() == "JSONField":
        return f"(CAST({value} AS text) <> '[]')"
    if isinstance(kind, CharField | TextField):
        return f"({value} <> '')"
    return "(1 = 1)"


def _number(sql: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.fetchone()[0])
