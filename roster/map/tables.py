"""The rows of an organization as tables of numbers, one for each kind, in the order of their ids.

This is what a map is stored as; `relations` are made of it. A table reads no other table, and is
taken over from an earlier map where its rows haven't changed since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Any

import numpy as np
from django.db.models import Count, Max, Q, Sum

from roster import models as rows
from roster.map import columns as of
from roster.map.arrays import SEPARATOR, Ids, Words, hash_of
from roster.map.columns import OPEN, Column, Reader, Values, contents_of

BATCH = 5000

STAMPS = ("digest", "last_modified")
"""The fields that tell a row's content from an earlier one."""

WORDS = ("roles", "grades", "subjects", "years", "calendars", "types")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table's rows are. Levels are those of one `level`; `ever` reads retired rows too."""

    model: Any
    columns: tuple[Column, ...] = ()
    level: str = ""
    ever: bool = False


def level(name: str, *columns: Column) -> Source:
    return Source(rows.Level, (of.coded("year", "year", "years"), *columns), level=name)


def is_extended(word: str) -> bool:
    return word.startswith("ext:")


SOURCES: dict[str, Source] = {
    "org": Source(
        rows.Org,
        (
            of.ref("parent"),
            of.test("typed_school", "type", lambda word: word == "school"),
            of.test("ext", "type", is_extended),
            of.lacking("name", "type"),
        ),
    ),
    "session": Source(
        rows.AcademicSession,
        (
            of.ref("parent"),
            of.coded("type", "type", "types"),
            of.coded("school_year", "school_year", "years"),
            of.day("start_date"),
            of.day("end_date"),
            of.lacking("title", "type"),
        ),
    ),
    "calendar": level("calendar", of.ref("school")),
    "schedule_structure": level("schedule_structure", of.edge("calendar", "calendar")),
    "grade_level": level("grade_level", of.edge("structure", "schedule_structure")),
    "course_master": level("course_master"),
    "course": level(
        "course",
        of.ref("row", "course"),
        of.edge("calendar", "calendar"),
        of.edge("master", "course_master"),
        of.ref("school"),
    ),
    "school_enrollment": level(
        "school_enrollment", of.ref("person"), of.ref("school"), of.edges("grade_levels")
    ),
    "district_assignment": level("district_assignment", of.ref("person"), of.ref("school")),
    "guardian_link": level(
        "guardian_link",
        of.ref("guardian", "person"),
        of.edge("child", "person", 1),
        of.edges("places"),
    ),
    "course_row": Source(
        rows.Course,
        (
            of.ref("org"),
            of.ref("school_year"),
            of.given("coded", "course_code"),
            of.codes("subjects", "subjects", "subjects"),
            of.lacking("title"),
        ),
    ),
    "section": Source(
        rows.Klass,
        (
            of.ref("school"),
            of.ref("course"),
            of.refs("terms"),
            of.codes("subjects", "subjects", "subjects"),
            of.setting("calendar", "calendar", "calendars"),
            of.lacking("title"),
        ),
    ),
    "person": Source(
        rows.User,
        (
            of.given("enabled"),
            of.given("username"),
            of.given("identifier"),
            of.given("email"),
            of.codes("grades", "grades", "grades", ("none",)),
            of.ref("primary_org"),
            of.lacking("given_name", "family_name"),
        ),
    ),
    "role": Source(
        rows.Role,
        (
            of.ref("person", "user"),
            of.ref("org"),
            of.coded("role", "role", "roles"),
            of.test("secondary", "role_type", lambda word: word == "secondary"),
            of.day("begin_date"),
            of.day("end_date", OPEN),
        ),
    ),
    "profile": Source(rows.UserProfile, (of.ref("person", "user"),)),
    "enrollment": Source(
        rows.Enrollment,
        (
            of.ref("section", "klass"),
            of.ref("org", "school"),
            of.ref("person", "user"),
            of.coded("role", "role", "roles"),
            of.day("begin_date"),
            of.day("end_date", OPEN),
            of.test("live", "status", lambda word: word == "active"),
        ),
        ever=True,
    ),
    "demographics": Source(rows.Demographics),
    "resource": Source(rows.Resource, (of.lacking("vendor_resource_id"),)),
    "course_resource": Source(rows.CourseResource, (of.ref("owner", "course"), of.ref("resource"))),
    "class_resource": Source(rows.ClassResource, (of.ref("owner", "klass"), of.ref("resource"))),
    "user_resource": Source(rows.UserResource, (of.ref("owner", "user"), of.ref("resource"))),
    "grading_task": Source(rows.Category, (of.lacking("title"),)),
    "score_scale": Source(
        rows.ScoreScale,
        (
            of.ref("section", "klass"),
            of.ref("course"),
            of.given("valued", "values"),
            of.lacking("title", "type"),
        ),
    ),
    "line_item": Source(
        rows.LineItem,
        (
            of.ref("section", "klass"),
            of.ref("category"),
            of.ref("grading_period"),
            of.ref("academic_session"),
            of.ref("org", "school"),
            of.ref("score_scale"),
            of.filled("least", "result_value_min"),
            of.filled("most", "result_value_max"),
            of.lacking("title"),
        ),
    ),
    "result": Source(
        rows.Result,
        (
            of.ref("line_item"),
            of.ref("student"),
            of.ref("score_scale"),
            of.filled("scored", "score"),
            of.test("ext", "score_status", is_extended),
            of.lacking("score_status"),
        ),
    ),
    "assessment_line_item": Source(
        rows.AssessmentLineItem,
        (of.ref("section", "klass"), of.ref("parent"), of.ref("score_scale"), of.lacking("title")),
    ),
    "assessment_result": Source(
        rows.AssessmentResult,
        (
            of.ref("line_item", "assessment_line_item"),
            of.ref("student"),
            of.ref("score_scale"),
            of.lacking("score_status"),
        ),
    ),
}
"""Every table of a map, by kind; columns that lack are in the order of the version's fields."""


@dataclass(slots=True)
class Table:
    """The rows of one kind. `ids` is their ids in one text, `state` what they were read at."""

    ids: str
    state: str
    values: Values = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.values["hash"])

    def found_by(self) -> Ids:
        return Ids(self.ids, self.values["hash"])


def state_of(organization: int, kind: str) -> str:
    """Return a short text that differs where rows of the kind have changed."""
    source = SOURCES[kind]
    found = _rows(organization, source, everything=True)
    if source.level:
        told = found.aggregate(n=Count("pk"), last=Max("pk"), sum=Sum("pk"))
    else:
        told = found.aggregate(
            n=Count("pk"),
            live=Count("pk", filter=Q(status="active")),
            last=Max("last_modified"),
            sum=Sum("pk", filter=Q(status="active")),
        )
    return " ".join(str(value) for value in told.values())


def read(organization: int, kind: str, words: Mapping[str, Words]) -> Table:
    """Return the table of a kind as the database has it now."""
    source = SOURCES[kind]
    reader = Reader(source.columns, words)
    names = tuple(
        dict.fromkeys(("sourced_id", "pk", *(() if source.level else STAMPS), *reader.fields))
    )
    found = _rows(organization, source, everything=False).order_by("sourced_id")
    ids: list[str] = []
    records, own = [], []
    for some in in_batches(found.values_list(*names).iterator(BATCH), BATCH):
        cells = dict(zip(names, zip(*some, strict=True), strict=True))
        ids.extend(cells["sourced_id"])
        records.append(np.array(cells["pk"], np.int64))
        if not source.level:
            own.append(contents_of(*(cells[name] for name in STAMPS)))
        reader.add(cells)
    values = reader.values()
    values["hash"] = np.fromiter(map(hash_of, ids), np.uint64, len(ids))
    values["record"] = np.concatenate([np.empty(0, np.int64), *records])
    values["own"] = np.concatenate([np.empty(0, np.uint64), *own])
    _require_order(ids)
    if len(np.unique(values["hash"])) != len(ids):
        raise ValueError(f"Two ids of kind {kind} have the same hash.")
    return Table(SEPARATOR.join(ids), state_of(organization, kind), values)


def in_batches(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """Yield the rows in lists of that size, the rest last."""
    while some := list(islice(rows, size)):
        yield some


def _require_order(ids: list[str]) -> None:
    """Databases compare by bytes, Python by code points: the order is the same."""
    if any(a >= b for a, b in pairwise(ids)):
        raise ValueError("Ids didn't come in bytewise order.")


def _rows(organization: int, source: Source, *, everything: bool) -> Any:
    found = source.model.objects.filter(organization=organization)
    if source.level:
        return found.filter(kind=source.level)
    return found if everything or source.ever else found.filter(status="active")
