"""The gradebook, assessments, demographics and resources of a map."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from roster.map.arrays import Ids, Lists, Rows, padded
from roster.map.memberships import Pairs, of_pairs
from roster.map.places import Tables


def complete_resources(
    resource: Rows, tables: Tables, ids: Mapping[str, Ids], course_row: Rows, section: Rows
) -> None:
    """Add whose resources are; `free` are those without any link, one that leads nowhere too."""
    for name, owner in (("courses", course_row), ("classes", section)):
        links = owner.resources
        setattr(resource, name, Lists.grouped(len(ids["resource"]), links.at, links.owners))
    linked = np.concatenate(
        [tables[links].values["resource"] for links in ("course_resource", "class_resource")]
    )
    resource.free = padded(~np.isin(ids["resource"].hash, linked), False)


def complete_line_items(line_item: Rows, tables: Tables, session: Rows) -> None:
    """Add the period of each line item: its session where that is one, and none is named."""
    line_item.session = academic = line_item.academic_session
    unnamed = padded(tables["line_item"].values["grading_period"] == 0, False)
    falls_back = unnamed & session.is_period[academic]
    line_item.period = np.where(falls_back, academic, line_item.grading_period)


def complete_results(
    result: Rows,
    line_item: Rows,
    section: Rows,
    past: Rows,
    pairs: Mapping[str, Pairs],
    people: int,
) -> None:
    """Add where the student of each result was, and as what."""
    klass = line_item.section[result.line_item]
    result.as_student = pairs["school_enrollment"].at(result.student, section.school[klass])
    result.enrollments = of_pairs(past, klass[:-1], result.student[:-1], people + 1)
