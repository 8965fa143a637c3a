"""The one table of errors: HTTP status, minor code, what went wrong, what helps.

Reference, OpenAPI documents and README are made from it. 1.1 overlooks some faults and warns
beside its answer (specification 3.4); these rows say so.
"""

from __future__ import annotations

from dataclasses import dataclass

from roster.api.errors import (
    BAD_FILTER,
    BAD_SELECTION,
    BAD_SORT,
    BLANK_SELECTION,
    BUSY,
    FORBIDDEN,
    INTERNAL,
    INVALID_DATA,
    UNAUTHORISED,
    UNKNOWN,
    minor_in,
)
from roster.api.shares import AT_ONCE, IN_ALL, LARGE
from roster.api.throttling import BUDGET, PERIOD
from roster.dialects.fields import V11


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of error; `minor` is its code in 1.2's words, before a service's own.

    `warned`: 1.1 answers 200 all the same, with the code in a warning.
    """

    status: int
    minor: str
    meaning: str
    cure: str
    warned: bool = False

    def status_in(self, version: str) -> int:
        return 200 if self.warned and version == V11 else self.status

    def minor_in(self, version: str, service: str) -> str:
        return minor_in(version, service, self.minor)


FAULTS = (
    Fault(
        400,
        INVALID_DATA,
        "limit or offset is no whole number in its range, orderBy is neither asc nor desc, or "
        "one of them was given twice.",
        "Fix the request; repeating it unchanged fails again.",
    ),
    Fault(
        400,
        BAD_FILTER,
        "The filter can't be read, was given twice, or names no field of this list.",
        "The description says where. See Filters.",
    ),
    Fault(
        400,
        BAD_SELECTION,
        "fields names something that is no field of this list.",
        "Name fields of the table below.",
        warned=True,
    ),
    Fault(400, BLANK_SELECTION, "fields is empty.", "Name fields, or leave the parameter out."),
    Fault(
        400,
        BAD_SORT,
        "sort names something that is no field of this list, or several.",
        "Name one field of the table below.",
        warned=True,
    ),
    Fault(
        401,
        UNAUTHORISED,
        "No token, an unknown or expired one, or the connection was closed.",
        "Ask for a new token, once. If that is refused, write to the district.",
    ),
    Fault(
        403,
        FORBIDDEN,
        "The token lacks the scope, the path is of the other version, the connection is disabled, "
        "suspended or expired, or, of a write, paused, the record isn't yours, or you ask from an "
        "address that the district doesn't admit.",
        "The description says which. Ask the district; what it opens, a new token has.",
    ),
    Fault(
        404,
        UNKNOWN,
        "No such record for this connection, no such record in the path, or no such path.",
        "Records you could read before come back as tombstones, not as 404.",
    ),
    Fault(405, INVALID_DATA, "The method isn't possible here.", "Allow names those that are."),
    Fault(
        412,
        INVALID_DATA,
        "The record has changed since the ETag that If-Match names.",
        "Read the record again, then decide.",
    ),
    Fault(
        422,
        INVALID_DATA,
        "What was sent can't be kept; the description begins with the field's name.",
        "Fix that field. Of a POST, nothing was kept.",
    ),
    Fault(
        429,
        BUSY,
        f"More than {BUDGET:,} requests in {PERIOD} seconds, or more than {AT_ONCE:,} records at "
        f"once; or a page of more than {LARGE:,}, and {IN_ALL:,} with what others ask.",
        "Wait as many seconds as Retry-After says, then send the same request again.",
    ),
    Fault(
        500,
        INTERNAL,
        "Something went wrong on our side.",
        "Ask again later; tell the district when.",
    ),
    Fault(
        503,
        BUSY,
        "Nothing is published yet, or the service is busy.",
        "Wait as many seconds as Retry-After says, then send the same request again.",
    ),
)


def meaning_of(status: int) -> str:
    """Return what a status means, all its rows together."""
    return " ".join(fault.meaning for fault in FAULTS if fault.status == status)
