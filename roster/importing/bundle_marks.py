"""Reads the exclude marks of a bundle: whatever isn't clearly “no” keeps a record out."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from roster.importing.vocabulary import TRUTH, plain

MARK = "metadata.externalLmsExclude"
KEY = MARK.removeprefix("metadata.")
MARKED = frozenset({"orgs", "courses", "classes", "users", "roles", "categories"})
"""The files whose rows can be marked."""
NARROWING = ("status", "enabledUser", "beginDate", "endDate")
"""The columns beside the mark that narrow what is visible."""


def is_mark(column: str) -> bool:
    """Return whether a column is the mark: in whatever letters, with a prefix or without, and in
    whatever form of its word, since what was meant as a mark must not be read past.
    """
    return "lmsexclu" in plain(column)


def narrows(column: str) -> bool:
    """Return whether a column narrows what is visible, in whatever letters."""
    return is_mark(column) or plain(column.strip(' "')) in map(plain, NARROWING)


def is_yes(text: str) -> bool:
    """Return whether a text is a word of truth, such as marks are told by."""
    return TRUTH.get(text.casefold()) is True


def read_marks(cells: Iterable[str]) -> tuple[bool | None, list[tuple[str, str]]]:
    """Return whether a row is marked, None if it says nothing, and what was found: codes, cells."""
    marked: bool | None = None
    found = []
    for text in cells:
        if not text:
            continue
        word = TRUTH.get(text.casefold())
        marked = bool(marked) or word is not False
        if word is None:
            found.append(("mark-unreadable", text))
        elif text not in ("true", "false"):
            same = text.casefold() in ("true", "false")
            found.append(("letter-case" if same else "word-understood", text))
    return marked, found


def mark_of(table: str) -> str:
    """Return SQL for what a row of a table says of its mark: `true`, `false` or NULL."""
    if connection.vendor == "postgresql":
        return f"({table}.metadata ->> '{KEY}')"
    return f"json_extract({table}.metadata, '$.{KEY}')"
