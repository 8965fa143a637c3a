"""What the specification calls its schemas: `OrgDType`, `OrgSetDType`, `OrgGUIDRefDType`."""

from __future__ import annotations

from typing import Any

from roster.api.operations import capital
from roster.kinds import COLLECTIONS

METADATA = "MetadataDType"
STATUS_INFO = "imsx_StatusInfoDType"
STATUS_INFO_SET = "imsx_StatusInfoSetDType"
CODE_MINOR = "imsx_CodeMinorDType"
CODE_MINOR_FIELD = "imsx_CodeMinorFieldDType"
GUID_PAIR = "GUIDPairDType"
GUID_PAIRS = "GUIDPairSetDType"

SETS = {"categories": "CategoriesSetDType"}
"""Envelopes of lists that aren't named after the class of their records."""

REFERENCES = {"academicSession": "AcadSessionGUIDRefDType"}
"""GUIDRefs that aren't named after their type."""


def record(collection: str) -> str:
    return capital(COLLECTIONS[collection].singular) + "DType"


def single(collection: str) -> str:
    return f"Single{record(collection)}"


def many(collection: str) -> str:
    return SETS.get(collection) or capital(COLLECTIONS[collection].singular) + "SetDType"


def reference(target: str) -> str:
    return REFERENCES.get(target) or f"{capital(target)}GUIDRefDType"


def part(named: str) -> str:
    return f"{named}DType"


def ref(schema: str) -> dict[str, Any]:
    """Return the reference to a schema of the same document."""
    return {"$ref": f"#/components/schemas/{schema}"}


def listed(items: dict[str, Any], *, least: int = 0) -> dict[str, Any]:
    """Return the schema of a list."""
    return {"type": "array", "minItems": least, "items": items}


def closed(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    """Return the schema of an object that has these properties and no others."""
    described: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        described["required"] = required
    return {**described, "additionalProperties": False}
