"""The fields of every collection in both versions: one list for rendering and asking.

Documents are composed in this order, required fields are known from here, and so are the
types by which `fields`, `filter`, `sort`, the OpenAPI documents and the docs treat them.
1.2 is the official data model (specification page, 2.2 to 2.4); 1.1 (2.5) is written as its
differences.
"""

from __future__ import annotations

from dataclasses import replace

from roster.dialects import vocabularies
from roster.dialects.elements import Field, Type, refs, word
from roster.dialects.rostering import ROSTERING
from roster.dialects.scoring import SCORING
from roster.dialects.vocabularies import V11, V12

__all__ = ["FIELDS", "V11", "V12", "Field", "Type"]

V12_FIELDS = ROSTERING | SCORING


def _differing(
    collection: str,
    *,
    without: tuple[str, ...] = (),
    instead: dict[str, tuple[Field, ...]] | None = None,
    required: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
) -> tuple[Field, ...]:
    """Return 1.2's list with fields left out, replaced, or with their duty changed."""
    changed: list[Field] = []
    for known in V12_FIELDS[collection]:
        if known.name in (instead or {}):
            changed.extend((instead or {})[known.name])
        elif known.name not in without:
            duty = (known.required or known.name in required) and known.name not in optional
            changed.append(replace(known, required=duty))
    return tuple(changed)


V11_FIELDS: dict[str, tuple[Field, ...]] = {
    "academicSessions": V12_FIELDS["academicSessions"],
    "orgs": _differing("orgs", optional=("identifier",)),
    "courses": V12_FIELDS["courses"],
    "classes": V12_FIELDS["classes"],
    "users": _differing(
        "users",
        without=(
            "userMasterIdentifier",
            "preferredFirstName",
            "preferredMiddleName",
            "preferredLastName",
            "pronouns",
            "userProfiles",
            "primaryOrg",
            "resources",
        ),
        instead={"roles": (word("role", vocabularies.ROLES, True), refs("orgs", "org", True))},
        required=("username",),
    ),
    "enrollments": V12_FIELDS["enrollments"],
    "demographics": V12_FIELDS["demographics"],
    "resources": V12_FIELDS["resources"],
    "categories": _differing("categories", without=("weight",)),
    "lineItems": _differing(
        "lineItems",
        without=("school", "academicSession", "scoreScale", "learningObjectiveSet"),
        required=("gradingPeriod", "resultValueMin", "resultValueMax"),
    ),
    "results": _differing(
        "results",
        without=(
            "class",
            "scoreScale",
            "textScore",
            "learningObjectiveSet",
            "inProgress",
            "incomplete",
            "late",
            "missing",
        ),
        required=("score",),
    ),
}

FIELDS: dict[str, dict[str, tuple[Field, ...]]] = {V11: V11_FIELDS, V12: V12_FIELDS}
