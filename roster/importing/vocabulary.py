"""The vocabularies of OneRoster's enumerations, and how a word is understood in each version."""

from __future__ import annotations

import re
from collections.abc import Iterable

from roster.importing.values import Cell, Type, Unreadable, as_json, parts

EXTENSION = re.compile(r"ext:[a-zA-Z0-9._-]{1,200}")


def words(
    both: Iterable[str],
    *,
    new: Iterable[str] = (),
    old: Iterable[str] = (),
    ext: bool = True,
    many: bool = False,
) -> Type:
    """Return the type of an enumeration.

    `new` words are those of 1.2 only, `old` ones those of 1.1 only: each is understood in both,
    with a remark in the wrong one. `ext` allows 1.2's extensions; `many` reads a list.
    """
    both, new, old = tuple(both), tuple(new), tuple(old)
    allowed = {"1.1": {*both, *old}, "1.2": {*both, *new}}
    by_letters = {word.lower(): word for word in (*both, *new, *old)}

    def one(text: str, cell: Cell) -> str:
        word = text if text in by_letters.values() else by_letters.get(text.strip().lower())
        if word is None:
            if not (ext and EXTENSION.fullmatch(text)):
                raise Unreadable
            word = text
            if cell.version == "1.1":
                cell.remark("other-version")
        elif word not in allowed[cell.version]:
            cell.remark("other-version")
        if word != text:
            cell.remark("letter-case")
        return word

    def several(text: str, cell: Cell) -> str:
        found = []
        for part in parts(text):
            try:
                found.append(one(part, cell))
            except Unreadable:
                cell.remark("list-part", expected=expected)
        return as_json(found)

    *most, last = (*both, *new)
    expected = f"{', '.join(most)} or {last}" + (" or ext:…" if ext else "")
    return Type(expected, "[]", several) if many else Type(expected, "", one)


SESSION_TYPES = words(("gradingPeriod", "semester", "schoolYear", "term"))
CLASS_TYPES = words(("homeroom", "scheduled"))
ORG_TYPES = words(("department", "school", "district", "local", "state", "national"))
ENROLLMENT_ROLES = words(("administrator", "proctor", "student", "teacher"))
ROLES = words(
    ("aide", "guardian", "parent", "proctor", "relative", "student", "teacher"),
    new=(
        "counselor",
        "districtAdministrator",
        "principal",
        "siteAdministrator",
        "systemAdministrator",
    ),
    old=("administrator",),
)
ROLE_TYPES = words(("primary", "secondary"), ext=False)
RESOURCE_ROLES = words(
    (
        "administrator",
        "aide",
        "guardian",
        "parent",
        "proctor",
        "relative",
        "student",
        "teacher",
    ),
    many=True,
)
IMPORTANCE = words(("primary", "secondary"), ext=False)
SEXES = words(("male", "female"), new=("unspecified", "other"))
SCORE_STATUSES = words(("exempt", "fully graded", "not submitted", "partially graded", "submitted"))
SOURCES = words(("case", "unknown"))
