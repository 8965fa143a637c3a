"""GUIDRefs: the three keys, the generic type, and a path in the right version and service.

The path is stored without scheme and host. They are put in front when a page is read, so a
moved installation needs no rebuilding and a document's digest never depends on an address.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from roster.dialects.fields import V11, V12

V11_BASE = "/ims/oneroster/v1p1"
V12_BASES = {
    "rostering": "/ims/oneroster/rostering/v1p2",
    "gradebook": "/ims/oneroster/gradebook/v1p2",
    "resources": "/ims/oneroster/resources/v1p2",
}

TARGETS = {
    "academicSession": ("academicSessions", "rostering"),
    "org": ("orgs", "rostering"),
    "school": ("schools", "rostering"),
    "course": ("courses", "rostering"),
    "class": ("classes", "rostering"),
    "user": ("users", "rostering"),
    "resource": ("resources", "resources"),
    "category": ("categories", "gradebook"),
    "lineItem": ("lineItems", "gradebook"),
    "scoreScale": ("scoreScales", "gradebook"),
    "assessmentLineItem": ("assessmentLineItems", "gradebook"),
}
"""Per target: the collection its href leads to, and the 1.2 service that serves it."""


def base_path(version: str, service: str) -> str:
    return V11_BASE if version == V11 else V12_BASES[service]


BEGINNINGS = {
    version: {
        target: f"{base_path(version, service)}/{collection}/"
        for target, (collection, service) in TARGETS.items()
    }
    for version in (V11, V12)
}


is_plain = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch


def in_path(sourced_id: str) -> str:
    """Return an id as it stands in a path; `/` and `@` are percent-encoded."""
    return sourced_id if is_plain(sourced_id) else quote(sourced_id, safe="")


def reference(version: str, target: str, sourced_id: str) -> dict[str, Any]:
    """Return a GUIDRef. Target `school` is an org whose 1.1 href leads to `/schools/`,
    where 1.1 consumers look for a person's school.
    """
    return dict(_reference(version, target, sourced_id))


@lru_cache(maxsize=4096)
def _reference(version: str, target: str, sourced_id: str) -> dict[str, Any]:
    if target == "school" and version != V11:
        target = "org"
    return {
        "href": BEGINNINGS[version][target] + in_path(sourced_id),
        "sourcedId": sourced_id,
        "type": "org" if target == "school" else target,
    }


class Place(NamedTuple):
    """An org as documents name it.

    `is_school` says that classes or people may be there as at a school, `typed_school` that its
    own type says so.
    """

    sourced_id: str
    is_school: bool = False
    typed_school: bool = False


def place_reference(version: str, place: Place) -> dict[str, Any]:
    """Return the reference to an org; in 1.1 schools are found under `/schools/`."""
    return reference(version, "school" if place.typed_school else "org", place.sourced_id)


def led_to(version: str, target: str, at: Any) -> Any:
    """Return the reference to an id or an org, or those to a list of them; None to nothing."""
    if isinstance(at, list):
        return [led_to(version, target, each) for each in at]
    if isinstance(at, Place):
        return place_reference(version, at)
    return reference(version, target, at) if at else None
