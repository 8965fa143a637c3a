"""Why a row isn't visible, in a word that explaining turns into a sentence."""

from __future__ import annotations

from typing import NamedTuple


class Cause(NamedTuple):
    """The code, and what it is about.

    | code | `kind`, `sourced_id` |
    |---|---|
    | marked, kept_out, other_year, dates, inactive, unenrolled | – |
    | fallen | what it stands on and fell with |
    | school_not_shared, org_not_shared, not_shared | – |
    | missing | the record that a required reference names and that isn't there |
    | nobody | – (no role, child or class keeps it) |
    | unpublishable | `sourced_id`: the required field that can't be filled in this version |
    """

    code: str
    kind: str = ""
    sourced_id: str = ""


MARKED = Cause("marked")
KEPT_OUT = Cause("kept_out")
NOT_SHARED = Cause("not_shared")
SCHOOL_NOT_SHARED = Cause("school_not_shared")
ORG_NOT_SHARED = Cause("org_not_shared")
OTHER_YEAR = Cause("other_year")
DATES = Cause("dates")
INACTIVE = Cause("inactive")
UNENROLLED = Cause("unenrolled")
NOBODY = Cause("nobody")


def fallen(kind: str, sourced_id: str) -> Cause:
    return Cause("fallen", kind, sourced_id)


def missing(kind: str, sourced_id: str = "") -> Cause:
    return Cause("missing", kind, sourced_id)


def unpublishable(field: str) -> Cause:
    return Cause("unpublishable", "", field)
