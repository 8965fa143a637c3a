"""What can't be asked, and how it is refused: provoked from the table of errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connections.provider.asking import Answer, Provider, asked
from connections.provider.table import Outcome
from roster.api.errors import (
    BAD_FILTER,
    BAD_SELECTION,
    BAD_SORT,
    BLANK_SELECTION,
    INVALID_DATA,
    UNKNOWN,
)
from roster.api.faults import FAULTS, Fault
from roster.api.operations import Operation
from roster.dialects.fields import V11, V12

NOBODY = "rosterdesk-check-provider"

WRONG = {
    BAD_FILTER: (("filter", "nosuchfield='x'"), ("filter", "sourcedId")),
    BAD_SELECTION: (("fields", "nosuchfield"),),
    BLANK_SELECTION: (("fields", ""),),
    BAD_SORT: (("sort", "nosuchfield"),),
    INVALID_DATA: (("limit", "0"), ("limit", "x"), ("offset", "-1"), ("orderBy", "sideways")),
}
"""Parameters that can't be answered, by the minor code of their fault."""

UNSAID = {V11: {INVALID_DATA}, V12: {INVALID_DATA, BAD_SORT, BLANK_SELECTION}}
"""Faults for which the version's text names no answer."""


def examine(provider: Provider) -> Iterator[Outcome]:
    """Ask each list for what it can't give, and for what isn't there."""
    for operation in provider.operations(many=True):
        for minor, parameters in WRONG.items():
            for parameter in parameters:
                answer = provider.get(operation.address({}), (parameter,))
                where = asked(operation, (parameter,))
                key = "odd" if minor in UNSAID[provider.version] else "refused"
                yield from seen(key, where, operation, answer, minor)
    for operation in provider.operations(many=False):
        answer = provider.get(operation.address({"sourcedId": NOBODY}))
        yield from seen("refused", f"{asked(operation)}, unknown", operation, answer, UNKNOWN)
    for operation in provider.operations(many=True, nested=True):
        ids = {parent.name: NOBODY for parent in operation.parents}
        answer = provider.get(operation.address(ids))
        key = "odd" if provider.version == V11 else "refused"
        yield from seen(key, f"{asked(operation)}, unknown", operation, answer, UNKNOWN)


def seen(
    key: str, where: str, operation: Operation, answer: Answer, minor: str
) -> Iterator[Outcome]:
    """Yield what is to be said of the answer to a fault: status, body, code."""
    fault = fault_of(minor)
    status = fault.status_in(operation.version)
    code = fault.minor_in(operation.version, operation.service)
    if status == 200:
        infos = _infos(V11, answer.body)
        warned = answer.status == 200 and any(
            (info.get("imsx_severity"), info.get("imsx_codeMinor")) == ("warning", code)
            for info in infos
        )
        yield Outcome("warned", where, "" if warned else f"{answer.said}, without the warning")
        return
    yield Outcome(key, where, "" if answer.status == status else f"{answer.said}, not {status}")
    if answer.status != status:
        return
    infos = _infos(operation.version, answer.body)
    formed = any(
        (info.get("imsx_codeMajor"), info.get("imsx_severity")) == ("failure", "error")
        for info in infos
    )
    yield Outcome("body", where, "" if formed else "another body")
    if formed:
        codes = [each for info in infos for each in _codes(operation.version, info)]
        yield Outcome("code", where, "" if code in codes else f"another code than {code}")


def fault_of(minor: str) -> Fault:
    return next(fault for fault in FAULTS if fault.minor == minor)


def _infos(version: str, body: Any) -> list[dict[str, Any]]:
    """Return the status objects of a body: several in 1.1, the body itself in 1.2."""
    if not isinstance(body, dict):
        return []
    found = body.get("statusInfoSet", []) if version == V11 else [body]
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _codes(version: str, info: dict[str, Any]) -> list[Any]:
    if version == V11:
        return [info.get("imsx_codeMinor")]
    minor = info.get("imsx_CodeMinor")
    fields = minor.get("imsx_codeMinorField", []) if isinstance(minor, dict) else []
    return [
        each.get("imsx_codeMinorFieldValue")
        for each in (fields if isinstance(fields, list) else [])
        if isinstance(each, dict)
    ]
