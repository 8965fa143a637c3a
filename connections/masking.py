"""What the request log keeps of a query: what was asked for, never about whom.

A filter can name a child. So its literals are masked, but for status, role, type and dates,
and those only while they look like it; a filter that can't be read is masked whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from roster.reading.query import MASK, BadFilter, Clause, parse

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
    "fields": re.compile(r"(?=.{1,400}\Z)[A-Za-z.]+(?: ?, ?[A-Za-z.]+)*"),
}
"""The parameters that are kept as they are, while they look like it."""

COLUMN = re.compile(r"\bmetadata\.[^,]*")
"""A path below metadata: it may be any word at all, and so may hold a name."""


def masked(parameters: Iterable[tuple[str, str]]) -> str:
    """Return the query for the log, readable, unencoded: `limit=100&filter=status='active'`."""
    said = []
    for name, value in parameters:
        if name == "filter":
            said.append(f"filter={masked_filter(value)}")
        elif name in KEPT:
            kept = COLUMN.sub("metadata", value)
            said.append(f"{name}={kept if KEPT[name].fullmatch(kept) else MASK}")
    return "&".join(said)


def masked_filter(text: str) -> str:
    """Return a filter with its literals masked, or a mask for all of it."""
    try:
        tree = parse(text)
    except BadFilter:
        return MASK
    clauses = [_shown(clause) for clause in tree.clauses]
    joins = ["", *(f" {join} " for join in tree.joins)]
    return "".join(join + clause for join, clause in zip(joins, clauses, strict=True))


def _shown(clause: Clause) -> str:
    field = COLUMN.sub("metadata", clause.field)
    looks = SHOWN.get(field)
    known = looks is not None and looks.fullmatch(clause.value)
    return f"{field}{clause.predicate}'{clause.value if known else MASK}'"
