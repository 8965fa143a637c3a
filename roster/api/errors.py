"""Errors in each version's own body, with the minor code that its vocabulary has for them.

1.1 wraps a list in `statusInfoSet`; 1.2's body is the object itself, with a capital C in
`imsx_CodeMinor` (specification 3.5). Nothing internal is told; unexpected faults are logged.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import DatabaseError
from django.http import Http404, HttpResponse
from rest_framework import exceptions, status

from roster.api.operations import NOWHERE
from roster.api.tracing import trace_of
from roster.dialects.fields import V11, V12
from roster.dialects.references import V11_BASE, V12_BASES
from roster.publishing.lists import Swept
from roster.reading.query import MASK

logger = logging.getLogger("rosterdesk.api")

INVALID_DATA = "invaliddata"
UNAUTHORISED = "unauthorisedrequest"
FORBIDDEN = "forbidden"
UNKNOWN = "unknownobject"
BUSY = "server_busy"
BAD_FILTER = "invalid_filter_field"
BAD_SELECTION = "invalid_selection_field"
BLANK_SELECTION = "invalid_blank_selection_field"
BAD_SORT = "invalid_sort_field"
INTERNAL = "internal_server_error"

SUCCESS = "fullsuccess"

IN_V11 = {
    SUCCESS: "full success",
    INVALID_DATA: "invalid data",
    UNAUTHORISED: "unauthorized",
    UNKNOWN: "unknown object",
}
"""Minor codes that 1.1 writes otherwise; the rest is the same in both."""

COMMON = (
    SUCCESS,
    BAD_FILTER,
    BAD_SELECTION,
    INVALID_DATA,
    UNAUTHORISED,
    FORBIDDEN,
    BUSY,
    UNKNOWN,
    INTERNAL,
)
ENUMS = {
    "rostering": COMMON,
    "gradebook": (*COMMON, "deletefailure"),
    "resources": (*COMMON, BAD_SORT, "unsupported"),
}
"""The minor codes that each service of 1.2 knows (specification 3.5)."""

NEAREST = {BAD_SORT: INVALID_DATA, BLANK_SELECTION: BAD_SELECTION}
"""What stands in where a service of 1.2 lacks a code."""

RETRY_AFTER = 5


class BadRequest(exceptions.APIException):
    """A request that can't be answered as asked; `code` is the minor code in 1.2's words.

    Where `detail` repeats what the caller wrote, `logged` says the same without it.
    """

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, detail: str, code: str = INVALID_DATA, *, logged: str = "") -> None:
        super().__init__(detail)
        self.minor = code
        self.logged = logged or detail


class NotHere(exceptions.NotFound):
    """There is no such record for this caller; its id is told to nobody but the caller."""

    def __init__(self, what: str, sourced_id: str) -> None:
        super().__init__(f"There is no {what} “{sourced_id}” here.")
        self.logged = f"There is no {what} “{MASK}” here."


class Refused(exceptions.APIException):
    """A write that isn't done, and why; `logged` repeats nothing of what was sent."""

    def __init__(self, status_code: int, detail: str, logged: str = "") -> None:
        super().__init__(detail)
        self.status_code = status_code
        self.logged = logged or detail


class NotReady(exceptions.APIException):
    """Nothing can be read at the moment, and when to come again."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE

    def __init__(self, detail: str, wait: int = 60) -> None:
        super().__init__(detail)
        self.wait = wait


MINOR = {
    400: INVALID_DATA,
    401: UNAUTHORISED,
    403: FORBIDDEN,
    404: UNKNOWN,
    405: INVALID_DATA,
    406: INVALID_DATA,
    412: INVALID_DATA,
    415: INVALID_DATA,
    422: INVALID_DATA,
    429: BUSY,
    500: INTERNAL,
    503: BUSY,
}


def version_of(path: str) -> str:
    """Return the version whose words are spoken under a path."""
    return V11 if path.startswith(V11_BASE + "/") or path == V11_BASE else V12


def service_of(path: str) -> str:
    """Return the service of 1.2 whose words are spoken under a path."""
    return next(
        (name for name, base in V12_BASES.items() if path.startswith(f"{base}/")), "rostering"
    )


def minor_in(version: str, service: str, minor: str) -> str:
    """Return a minor code, given in 1.2's words, as a version and its service write it."""
    if version == V11:
        return IN_V11.get(minor, minor)
    return minor if minor in ENUMS[service] else NEAREST[minor]


def warning(minor: str, description: str, *, operation: str = "") -> dict[str, str]:
    """Return what 1.1 says beside an answer that overlooks a part of what was asked."""
    return {
        "imsx_codeMajor": "success",
        "imsx_severity": "warning",
        **({"imsx_operationRefIdentifier": operation} if operation else {}),
        "imsx_description": description,
        "imsx_codeMinor": minor_in(V11, "", minor),
    }


def body(version: str, minor: str, description: str, *, operation: str = "") -> dict[str, Any]:
    """Return an error's body in the version's form; `minor` as the version writes it."""
    if version == V11:
        info = {
            "imsx_codeMajor": "failure",
            "imsx_severity": "error",
            "imsx_operationRefIdentifier": operation,
            "imsx_description": description,
            "imsx_codeMinor": minor,
        }
        return {"statusInfoSet": [{key: value for key, value in info.items() if value}]}
    return {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": description,
        "imsx_CodeMinor": {
            "imsx_codeMinorField": [
                {
                    "imsx_codeMinorFieldName": "TargetEndSystem",
                    "imsx_codeMinorFieldValue": minor,
                }
            ]
        },
    }


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """Answer any exception of an API view; DRF's `EXCEPTION_HANDLER`."""
    request = context["request"]
    operation = getattr(context.get("view"), "operation", NOWHERE)
    code, description, minor, headers = _worded(error, getattr(context.get("view"), "methods", ()))
    if code == status.HTTP_500_INTERNAL_SERVER_ERROR:
        logger.error("A request failed unexpectedly", exc_info=error)
    if traced := trace_of(request):
        traced.reason = getattr(error, "logged", "") or description
    return answer(
        version_of(request.path),
        code,
        description,
        service=operation.service or service_of(request.path),
        minor=minor,
        headers=headers,
        operation=operation.id,
    )


def answer(
    version: str,
    code: int,
    description: str,
    *,
    service: str = "rostering",
    minor: str = "",
    headers: dict[str, str] | None = None,
    operation: str = "",
) -> HttpResponse:
    """Return an error response of a version."""
    minor_code = minor_in(version, service, minor or MINOR[code])
    return HttpResponse(
        orjson.dumps(body(version, minor_code, description, operation=operation)),
        status=code,
        content_type="application/json",
        headers=headers,
    )


def _worded(error: Exception, methods: Sequence[str]) -> tuple[int, str, str, dict[str, str]]:
    headers: dict[str, str] = {}
    if isinstance(error, (Http404, exceptions.NotFound)):
        words = str(error) if str(error) not in ("", "Not found.") else "There is nothing here."
        return 404, words, "", headers
    if isinstance(error, DjangoPermissionDenied):
        return 403, str(error) or "This is not allowed.", "", headers
    if isinstance(error, (DatabaseError, Swept)):
        logger.error("The database could not answer", exc_info=error)
        headers["Retry-After"] = str(RETRY_AFTER)
        return 503, "The service is busy. Ask again in a few seconds.", "", headers
    if not isinstance(error, exceptions.APIException):
        return 500, "Something went wrong on our side. It was recorded.", "", headers
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(max(1, int(getattr(error, "wait", None) or RETRY_AFTER)))
        return 429, "Too many requests. Wait as Retry-After says, then go on.", "", headers
    if isinstance(error, NotReady):
        headers["Retry-After"] = str(error.wait)
    if isinstance(error, exceptions.MethodNotAllowed):
        possible = [each for each in methods if each not in ("HEAD", "OPTIONS")]
        words = f"Only {' and '.join(possible) or 'GET'} is possible here."
        return 405, words, "", {"Allow": ", ".join(methods or ("GET", "HEAD", "OPTIONS"))}
    return error.status_code, str(error.detail), getattr(error, "minor", ""), headers
