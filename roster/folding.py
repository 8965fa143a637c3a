"""Text as people look for it: without accents and case, alike in Python and in the database.

A search finds SIOBHÁN by “siobhan”, Yılmaz by “Yilmaz” and Søren by “soren”. PostgreSQL folds by
its own functions; on SQLite ours is called. Weighed and left: PostgreSQL's `unaccent` and
`pg_trgm`, which an installation may lack and SQLite has no like of.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Func

NAME = "rosterdesk_fold"
"""Our function on SQLite. Stored columns are made by it: a new way to fold needs a new name."""

ACCENTS = "\u0300-\u036f"
CAPITALS = [*range(0x391, 0x3AA), *range(0x400, 0x430), *range(0x531, 0x557)]
"""Greek, Cyrillic and Armenian ones, which not every database has small letters for."""
LETTERS = {chr(each): chr(each).lower() for each in CAPITALS} | dict(
    zip("øØłŁđĐðÐıħĦŧŦς’‘ʼ‐‑–—", "oollddddihhttσ'''----", strict=True)
)
PAIRS = {"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th"}
"""What isn't a letter and its accent for Unicode, and is for whoever types a name."""

_accents = re.compile(f"[{ACCENTS}]")
_spelled = str.maketrans(LETTERS | PAIRS)


def fold(text: str) -> str:
    """Return a text without accents and in lower case."""
    if text.isascii():
        return text.lower()
    plain = _accents.sub("", unicodedata.normalize("NFKD", text))
    return plain.lower().translate(_spelled)


def words_of(text: str) -> list[str]:
    """Return the words of a search, folded: “Yılmaz, Ann” are two."""
    return fold(text).replace(",", " ").split()


class Folded(Func):
    """`fold` of texts with spaces between, by the database; a column can store what comes of it."""

    function = NAME
    arg_joiner = " || ' ' || "
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        stripped = f"regexp_replace(normalize((%(expressions)s), NFKD), '[{ACCENTS}]', '', 'g')"
        folded = f"translate(lower({stripped}), {_text(LETTERS)}, {_text(LETTERS.values())})"
        for long, short in PAIRS.items():
            folded = f"replace({folded}, '{long}', '{short}')"
        text = "(%(expressions)s)"
        folded = (
            f"CASE WHEN octet_length({text}) = length({text}) THEN lower({text}) ELSE {folded} END"
        )
        return self.as_sql(compiler, connection, template=folded, **more)


def _text(letters: Iterable[str]) -> str:
    return "'" + "".join(letters).replace("'", "''") + "'"
