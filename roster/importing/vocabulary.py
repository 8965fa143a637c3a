"""How a word of an enumeration is understood in a cell of each version."""

from __future__ import annotations

import re

from roster.dialects import vocabularies
from roster.dialects.vocabularies import V11, V12, Words
from roster.importing.values import Cell, Type, Unreadable, as_json, parts

EXTENSION = re.compile(r"ext:[a-zA-Z0-9._-]{1,200}")


def words(known: Words, *, many: bool = False) -> Type:
    """Return the type of an enumeration; `many` reads a list.

    Words of one version are understood in both, with a remark in the wrong one.
    """
    allowed = {version: set(known.of(version)) for version in (V11, V12)}
    by_letters = {word.lower(): word for word in (*known.both, *known.new, *known.old)}

    def one(text: str, cell: Cell) -> str:
        word = text if text in by_letters.values() else by_letters.get(text.strip().lower())
        if word is None:
            if not (known.ext and EXTENSION.fullmatch(text)):
                raise Unreadable
            word = text
            if cell.version == V11:
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

    *most, last = known.of(V12)
    expected = f"{', '.join(most)} or {last}" + (" or ext:…" if known.ext else "")
    return Type(expected, "[]", several) if many else Type(expected, "", one)


SESSION_TYPES = words(vocabularies.SESSION_TYPES)
CLASS_TYPES = words(vocabularies.CLASS_TYPES)
ORG_TYPES = words(vocabularies.ORG_TYPES)
ENROLLMENT_ROLES = words(vocabularies.ENROLLMENT_ROLES)
ROLES = words(vocabularies.ROLES)
ROLE_TYPES = words(vocabularies.ROLE_TYPES)
RESOURCE_ROLES = words(vocabularies.RESOURCE_ROLES, many=True)
IMPORTANCE = words(vocabularies.IMPORTANCE)
SEXES = words(vocabularies.SEXES)
SCORE_STATUSES = words(vocabularies.SCORE_STATUSES)
SOURCES = words(vocabularies.SOURCES)
