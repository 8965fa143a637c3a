"""What the request log keeps of a query: what was asked for, never about whom.

A filter can name a child. So its literals are masked, but for status, role, type and dates,
and those only while they look like it; a filter that can't be read is masked whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "•••"

WORD = re.compile(r"[A-Za-z][A-Za-z:_-]{0,40}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]{1,16})?(?:Z|[+ -]\d\d:?\d\d)?")

SHOWN: dict[str, re.Pattern[str]] = {
    **dict.fromkeys(("status", "role", "roles.role", "roles.roleType", "type", "classType"), WORD),
    **dict.fromkeys(
        (
            "dateLastModified",
            "startDate",
            "endDate",
            "beginDate",
            "roles.beginDate",
            "roles.endDate",
            "assignDate",
            "dueDate",
            "scoreDate",
        ),
        MOMENT,
    ),
}
"""The fields whose literals are kept, and what they look like. A birth date isn't one."""

KEPT: dict[str, re.Pattern[str]] = {
    "limit": re.compile(r"\d{1,12}"),
    "offset": re.compile(r"\d{1,12}"),
    "sort": re.compile(r"[A-Za-z.]{1,80}"),
    "orderBy": re.compile(r"[A-Za-z]{1,8}"),
    "fields": re.compile(r"[A-Za-z., ]{1,400}"),
}
"""The parameters that are kept as they are, while they look like it."""

_CLAUSE = re.compile(
    r"\s*(?P<field>[A-Za-z][\w.]{0,80})\s*(?P<sign>!=|>=|<=|=|>|<|~)\s*'(?P<value>(?:[^']|'')*)'\s*"
)
_JOIN = re.compile(r"(?P<word>AND|OR)\b", re.IGNORECASE)


def masked(parameters: Iterable[tuple[str, str]]) -> str:
    """Return the query for the log, readable, unencoded: `limit=100&filter=status='active'`."""
    said = []
    for name, value in parameters:
        if name == "filter":
            said.append(f"filter={masked_filter(value)}")
        elif name in KEPT:
            said.append(f"{name}={value if KEPT[name].fullmatch(value) else MASK}")
    return "&".join(said)


def masked_filter(text: str) -> str:
    """Return a filter with its literals masked, or a mask for all of it."""
    said, at = [], 0
    while clause := _CLAUSE.match(text, at):
        said.append(_shown(clause))
        at = clause.end()
        if at == len(text):
            return " ".join(said)
        join = _JOIN.match(text, at)
        if join is None:
            break
        said.append(join["word"].upper())
        at = join.end()
    return MASK


def _shown(clause: re.Match[str]) -> str:
    looks = SHOWN.get(clause["field"])
    known = looks is not None and looks.fullmatch(clause["value"])
    return f"{clause['field']}{clause['sign']}'{clause['value'] if known else MASK}'"
