"""The dialect functions by collection: a row and the decision's answer become a document.

A function's arguments are all that its document depends on. Rendering decides nothing: whoever
asks for a document has decided that the record is visible, and `answer` says which of its
references are. Values have 1.2's names; the version's list of fields (`fields.py`) decides which
of them a reader of that version gets, and in which order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from roster.dialects import gradebook, places, teaching, users
from roster.dialects.composing import Doc, Hidden

DOCUMENTS: dict[str, Callable[[str, Any, Any, Hidden], Doc]] = {
    "academicSessions": places.academic_session,
    "orgs": places.org,
    "courses": teaching.course,
    "classes": teaching.klass,
    "users": users.user,
    "enrollments": teaching.enrollment,
    "demographics": users.demographics,
    "resources": teaching.resource,
    "categories": gradebook.category,
    "scoreScales": gradebook.score_scale,
    "lineItems": gradebook.line_item,
    "results": gradebook.result,
    "assessmentLineItems": gradebook.assessment_line_item,
    "assessmentResults": gradebook.assessment_result,
}

RENDERING = dict.fromkeys(DOCUMENTS, 1)
"""To be raised for a collection whose documents a release changes, which renders them anew."""


def document(version: str, collection: str, row: Any, answer: Any, hidden: Hidden) -> Doc:
    """Return the document of a record that is visible, without the `hidden` fields."""
    return DOCUMENTS[collection](version, row, answer, hidden)
