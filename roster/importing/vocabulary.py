"""The one table of words: how what systems write is understood as a word of OneRoster.

Letter case and separators never matter. What isn't understood by the table is no word; only
grades, which every district has of its own, are kept as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from roster.dialects import vocabularies
from roster.dialects.vocabularies import V11, V12, Words
from roster.importing.values import Cell, Type, Unreadable, as_json, parts
from roster.models import Status

EXTENSION = re.compile(r"ext:[a-zA-Z0-9._-]{1,200}")
SEPARATING = re.compile(r"[\s_./:()-]+")

TRUTH = dict.fromkeys(("true", "t", "yes", "y", "1", "x", "on", "checked"), True) | dict.fromkeys(
    ("false", "f", "no", "n", "0", "off", "unchecked"), False
)
STATUSES = {
    "active": Status.ACTIVE.value,
    "a": Status.ACTIVE.value,
    "tobedeleted": Status.RETIRED.value,
    "inactive": Status.RETIRED.value,
    "deleted": Status.RETIRED.value,
}
SEX_WORDS = {
    "m": "male",
    "f": "female",
    "u": "unspecified",
    "unknown": "unspecified",
    "notspecified": "unspecified",
    "x": "other",
    "nonbinary": "other",
}
SESSION_WORDS = {
    "year": "schoolYear",
    "academicyear": "schoolYear",
    "fullyear": "schoolYear",
    "trimester": "term",
    "quarter": "term",
    "quadmester": "term",
    "markingperiod": "gradingPeriod",
    "gradingterm": "gradingPeriod",
}
ORG_WORDS = {
    "highschool": "school",
    "middleschool": "school",
    "elementaryschool": "school",
    "primaryschool": "school",
    "secondaryschool": "school",
    "elementary": "school",
    "campus": "school",
    "schooldistrict": "district",
    "lea": "district",
    "localeducationagency": "district",
    "sea": "state",
    "dept": "department",
}
CLASS_WORDS = {"hr": "homeroom", "section": "scheduled", "regular": "scheduled"}
SCORE_WORDS = {"graded": "fully graded", "partial": "partially graded"}
GRADES = frozenset(
    {"IT", "PR", "PK", "TK", "KG", "PS", "UG", "AS", "BA", "PB", "MD", "PM", "DO", "PD", "AE"}
    | {"PT", "OT", "Other", *(f"{number:02}" for number in range(1, 14))}
)
GRADE_WORDS = {
    "k": "KG",
    "kinder": "KG",
    "kindergarten": "KG",
    "gradek": "KG",
    "prek": "PK",
    "prekindergarten": "PK",
    "prekinder": "PK",
    "preschool": "PR",
    "transitionalkindergarten": "TK",
    "infant": "IT",
    "toddler": "IT",
    "ungraded": "UG",
    "postsecondary": "PS",
}
GRADE = re.compile(r"(?:grade|gr|g)?0?(\d|1[0-3])(?:st|nd|rd|th)?(?:grade|gr)?")


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Return a word without letter case and separators, as the table has it."""
    return SEPARATING.sub("", text.casefold())


def looked_up(text: str, known: Mapping[str, str]) -> str:
    """Return what a word stands for, in the singular too; blank if nothing."""
    word = plain(text)
    return known.get(word) or (known.get(word[:-1], "") if word[-1:] == "s" else "")


def words(
    known: Words,
    other: Mapping[str, str] | None = None,
    *,
    many: bool = False,
    assumed: tuple[str, str] = ("", ""),
) -> Type:
    """Return the type of an enumeration; `many` reads a list, `other` are words besides its own.

    Words of one version are understood in both, with a remark in the wrong one. `assumed`: see
    `Type`.
    """
    allowed = {version: set(known.of(version)) for version in (V11, V12)}
    own = {word: word for word in (*known.both, *known.new, *known.old)}
    by_letters = {plain(word): word for word in own}

    def one(text: str, cell: Cell) -> str:
        same = own.get(text, "") or looked_up(text, by_letters)
        word = same or looked_up(text, other or {})
        if not word and known.ext and EXTENSION.fullmatch(text):
            word = same = text
        if not word:
            raise Unreadable
        if word not in allowed[cell.version] and (word in own or cell.version == V11):
            cell.remark("other-version")
        if not same:
            cell.remark("word-understood", expected=word)
        elif word != text:
            cell.remark("letter-case")
        return word

    def several(text: str, cell: Cell) -> str:
        found = []
        for part in parts(text, cell):
            try:
                found.append(one(part, cell))
            except Unreadable:
                cell.remark("list-part", expected=expected)
        return as_json(found)

    *most, last = known.of(V12)
    expected = f"{', '.join(most)} or {last}" + (" or ext:…" if known.ext else "")
    if many:
        return Type(expected, "[]", several)
    return Type(expected, "", one, assumed=assumed)


def _truth(text: str, cell: Cell) -> bool:
    word = TRUTH.get(text.casefold())
    if word is None:
        raise Unreadable
    if text not in ("true", "false"):
        same = text.casefold() in ("true", "false")
        cell.remark("letter-case" if same else "word-understood", expected=str(word).lower())
    return word


def _grades(text: str, cell: Cell) -> str:
    return as_json(list(dict.fromkeys(grade(part, cell) for part in parts(text, cell))))


def grade(text: str, cell: Cell) -> str:
    """Return a grade as the CEDS codes have it; one that these don't know, as it is."""
    if text in GRADES:
        return text
    word = plain(text)
    number = GRADE.fullmatch(word)
    if "-" in text[:1] or not word:
        number, word = None, ""
    found = f"{int(number[1]):02}" if number and int(number[1]) else GRADE_WORDS.get(word, "")
    found = found or next((code for code in GRADES if code.lower() == word), "")
    if not found:
        cell.remark("grade-unknown")
        return text
    cell.remark("grade-understood", expected=found)
    return found


SESSION_TYPES = words(vocabularies.SESSION_TYPES, SESSION_WORDS, assumed=("termSourcedIds", "term"))
CLASS_TYPES = words(vocabularies.CLASS_TYPES, CLASS_WORDS)
ORG_TYPES = words(vocabularies.ORG_TYPES, ORG_WORDS, assumed=("schoolSourcedId", "school"))
ENROLLMENT_ROLES = words(vocabularies.ENROLLMENT_ROLES)
ROLES = words(vocabularies.ROLES)
ROLE_TYPES = words(vocabularies.ROLE_TYPES)
RESOURCE_ROLES = words(vocabularies.RESOURCE_ROLES, many=True)
IMPORTANCE = words(vocabularies.IMPORTANCE)
SEXES = words(vocabularies.SEXES, SEX_WORDS)
SCORE_STATUSES = words(vocabularies.SCORE_STATUSES, SCORE_WORDS)
SOURCES = words(vocabularies.SOURCES)
BOOLEAN = Type("true or false", None, _truth)
GRADE_LISTS = Type("a list such as 09,10", "[]", _grades)
