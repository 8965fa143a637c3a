"""The structure of an organization's rows as arrays of positions: what a map says but for contents.

A kind is an attribute, its arrays are attributes of that. Rows stand in bytewise order of their
sourcedIds; roles by person, primary ones first. It is read-only once made.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roster.map import gradebook, memberships, places, teaching
from roster.map.arrays import Ids, Positions, Rows, Words, padded
from roster.map.lacks import FIELDS, lacks_of
from roster.map.tables import Table

PUBLISHED = (
    "org",
    "session",
    "course_row",
    "section",
    "person",
    "enrollment",
    "demographics",
    "resource",
    "grading_task",
    "score_scale",
    "line_item",
    "result",
    "assessment_line_item",
    "assessment_result",
)
"""The kinds whose rows have documents."""


class Structure:
    """What the rows of `organization` (a key) say at a `revision`, for the active school `year`."""

    fields = FIELDS
    with_rows = (*PUBLISHED, "role", "profile")

    def __init__(
        self,
        organization: int,
        revision: int,
        year: str,
        words: Mapping[str, Words],
        tables: Mapping[str, Table],
    ) -> None:
        self.organization = organization
        self.revision = revision
        self.year = year
        self.words = words
        self.roles, self.grades, self.subjects = words["roles"], words["grades"], words["subjects"]
        self.years = words["years"]
        self.tables = tables
        self.ids: dict[str, Ids] = {kind: table.found_by() for kind, table in tables.items()}
        self._relate()
        self._add_own()

    def _relate(self) -> None:
        tables, ids, words = self.tables, self.ids, self.words
        plain = partial(places.plain, tables, ids, words, self.year)
        self.org, self.session = plain("org"), plain("session")
        self.calendar, self.grade_level = plain("calendar"), plain("grade_level")
        self.schedule_structure = plain("schedule_structure")
        self.course_master, self.course = plain("course_master"), plain("course")
        self.course_row, self.section = plain("course_row"), plain("section")
        self.person, self.profile = plain("person"), plain("profile")
        self.school_enrollment = plain("school_enrollment")
        self.district_assignment = plain("district_assignment")
        self.guardian_link, self.demographics = plain("guardian_link"), plain("demographics")
        self.resource, self.grading_task = plain("resource"), plain("grading_task")
        self.score_scale, self.line_item = plain("score_scale"), plain("line_item")
        self.result, self.assessment_line_item = plain("result"), plain("assessment_line_item")
        self.assessment_result = plain("assessment_result")
        self.timetable = places.timetable_of(tables["session"], ids["session"], words, self.year)
        places.complete_orgs(self.org, self.section.school)
        places.complete_sessions(
            self.session, tables["session"], ids["session"], words, self.timetable
        )
        teaching.complete_course_rows(self.course_row, tables, ids, self.course)
        teaching.complete_sections(self.section, tables, ids, words, self.session, self.timetable)
        self._relate_people()
        self._relate_gradebook()

    def _relate_people(self) -> None:
        tables, ids, person = self.tables, self.ids, self.person
        for level in (self.school_enrollment, self.district_assignment):
            level.org = level.school
        self.pairs = {
            kind: memberships.Pairs(getattr(self, kind), len(ids["org"]))
            for kind in ("school_enrollment", "district_assignment")
        }
        person.named = padded(tables["person"].values["lacking"] == 0, False)
        person.resources = teaching.linked(tables, "user_resource", ids["person"], ids["resource"])
        at = np.arange(len(person.named), dtype=np.int32)
        at[-1] = -1
        person.primary_as_student = self.pairs["school_enrollment"].at(at, person.primary_org)
        person.primary_as_staff = self.pairs["district_assignment"].at(at, person.primary_org)
        self.role, self._role_order = memberships.roles(
            tables, ids, self.roles, self.pairs, self.org, self.timetable
        )
        self.enrollment, self.past_enrollment = memberships.enrollments(
            tables, ids, self.roles, self.pairs, self.section
        )
        self.demographics.person = padded(ids["person"].find(ids["demographics"].hash), -1)
        self.is_guardian = memberships.guardian_words(self.roles)
        self.ext_role = padded(
            np.array([w.startswith("ext:") for w in self.roles.codes], bool), False
        )
        self.teacher_first, self.in_teacher_order = memberships.teacher_order(self.roles)

    def _relate_gradebook(self) -> None:
        tables, ids, item = self.tables, self.ids, self.assessment_line_item
        gradebook.complete_resources(self.resource, tables, ids, self.course_row, self.section)
        gradebook.complete_line_items(self.line_item, tables, self.session)
        gradebook.complete_results(
            self.result,
            self.line_item,
            self.section,
            self.past_enrollment,
            self.pairs,
            len(ids["person"]),
        )
        item.classless = padded(tables["assessment_line_item"].values["section"] == 0, False)

    def _add_own(self) -> None:
        """Add each row's id hash, database key, own content and what it lacks."""
        live = np.flatnonzero(self.tables["enrollment"].values["live"]).astype(np.int32)
        chosen: dict[str, Positions] = {"enrollment": live, "role": self._role_order}
        for kind, table in self.tables.items():
            if not hasattr(self, kind):
                continue
            rows, order = getattr(self, kind), chosen.get(kind)
            own = partial(own_of, table, order)
            rows.later(hash=partial(own, "hash", 0), record=partial(own, "record", -1))
            if kind in self.with_rows:
                rows.later(own=partial(own, "own", 0))
            if kind in PUBLISHED:
                there = "present" in table.values
                rows.later(
                    present=partial(own, "present", 0) if there else partial(all_present, rows),
                    lacks=partial(lacks_of, table, kind, order),
                )
        every, past = self.ids["enrollment"], self.past_enrollment.row
        self.ids["past_enrollment"] = every.take(past)
        self.past_enrollment.later(hash=lambda: padded(every.hash[past], 0))
        self.ids["enrollment"] = every.take(live)


def all_present(rows: Rows) -> NDArray[np.uint64]:
    """Return that rows have all fields, for the kinds of which no map says it."""
    return padded(np.full(len(rows.hash) - 1, ~np.uint64(0)), 0)


def own_of(table: Table, order: Positions | None, name: str, last: int) -> NDArray[Any]:
    """Return a column of some rows, in an order, or of all, which then are kept once for both."""
    values = table.values[name]
    if order is not None and not np.array_equal(order, np.arange(table.size)):
        return padded(values[order], last)
    found = padded(values, last)
    table.values[name] = found[:-1]
    return found
