"""The gradebook, assessments, demographics and resources of a map."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from roster.map.arrays import Ids, Lists, Rows, padded, refer
from roster.map.people import Pairs, of_pairs
from roster.map.places import Tables


def resources(tables: Tables, ids: Mapping[str, Ids], course_row: Rows, section: Rows) -> Rows:
    """Return the resources; `free` are those without any link, one that leads nowhere too."""
    size = len(ids["resource"])
    found = Rows()
    for name, owner in (("courses", course_row), ("classes", section)):
        links = owner.resources
        setattr(found, name, Lists.grouped(size, links.at, links.owners))
    linked = np.concatenate(
        [tables[links].values["resource"] for links in ("course_resource", "class_resource")]
    )
    found.free = padded(~np.isin(ids["resource"].hash, linked), False)
    return found


def score_scales(tables: Tables, ids: Mapping[str, Ids]) -> Rows:
    values = tables["score_scale"].values
    return Rows(
        section=refer(ids["section"], values["section"]),
        course=refer(ids["course_row"], values["course"]),
    )


def line_items(tables: Tables, ids: Mapping[str, Ids], session: Rows) -> Rows:
    values = tables["line_item"].values
    academic = refer(ids["session"], values["academic_session"])
    period = refer(ids["session"], values["grading_period"])
    falls_back = padded(values["grading_period"] == 0, False) & session.is_period[academic]
    return Rows(
        section=refer(ids["section"], values["section"]),
        category=refer(ids["grading_task"], values["category"]),
        period=np.where(falls_back, academic, period),
        session=academic,
        org=refer(ids["org"], values["org"]),
        score_scale=refer(ids["score_scale"], values["score_scale"]),
    )


def results(
    tables: Tables,
    ids: Mapping[str, Ids],
    line_item: Rows,
    section: Rows,
    past: Rows,
    pairs: Mapping[str, Pairs],
) -> Rows:
    values = tables["result"].values
    item = refer(ids["line_item"], values["line_item"])
    student = refer(ids["person"], values["student"])
    klass = line_item.section[item]
    return Rows(
        line_item=item,
        student=student,
        as_student=pairs["school_enrollment"].at(student, section.school[klass]),
        enrollments=of_pairs(past, klass[:-1], student[:-1], len(ids["person"]) + 1),
        score_scale=refer(ids["score_scale"], values["score_scale"]),
        scored=padded(values["scored"], False),
        ext=padded(values["ext"], False),
    )


def assessment_line_items(tables: Tables, ids: Mapping[str, Ids]) -> Rows:
    values = tables["assessment_line_item"].values
    return Rows(
        section=refer(ids["section"], values["section"]),
        classless=padded(values["section"] == 0, False),
        parent=refer(ids["assessment_line_item"], values["parent"]),
        score_scale=refer(ids["score_scale"], values["score_scale"]),
    )


def assessment_results(tables: Tables, ids: Mapping[str, Ids]) -> Rows:
    values = tables["assessment_result"].values
    return Rows(
        line_item=refer(ids["assessment_line_item"], values["line_item"]),
        student=refer(ids["person"], values["student"]),
        score_scale=refer(ids["score_scale"], values["score_scale"]),
    )
