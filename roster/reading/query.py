"""The query language of lists: text in, a small tree out. It knows no database.

    filter = clause *( " " ("AND" / "OR") " " clause )
    clause = path predicate "'" value "'"
    path   = name *( "." name )

read left to right (specification 3.3). A quote inside a value is written twice; one inside a
word is taken as it stands, because many clients put names like O'Brien between quotes as they
are. Which paths a list can be asked by is the caller's business.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
PREDICATES = (*COMPARE, "~")
MOST_CLAUSES = 20
MASK = "•••"

SUBJECT = re.compile(
    r"\s*(?P<path>[A-Za-z][A-Za-z0-9_\-]*(?:\.[A-Za-z0-9_\-]+)*)\s*"
    r"(?P<predicate>!=|>=|<=|=|>|<|~)\s*'"
)
JOIN = re.compile(r"\s*\b(?P<join>AND|OR)(?=\s)", re.IGNORECASE)
END = re.compile(r"\s*\Z")


class BadFilter(ValueError):
    """A filter that can't be read; `str()` says where and what would be right.

    What the caller wrote is given apart from the words, for it may name a child: `logged` is
    the same sentence without it.
    """

    def __init__(self, words: str, **written: str) -> None:
        super().__init__(words.format(**written) if written else words)
        self.logged = words.format(**dict.fromkeys(written, MASK)) if written else words


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison: `status = 'active'`."""

    field: str
    predicate: str
    value: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Clauses with the words between them; `joins` is one shorter than `clauses`."""

    clauses: tuple[Clause, ...]
    joins: tuple[str, ...] = ()

    def names(self, *fields: str) -> bool:
        return any(clause.field in fields for clause in self.clauses)


def parse(text: str) -> Filter:
    """Return the tree of a filter; `BadFilter` where it doesn't follow the grammar."""
    # Word processors and some documentation pages turn quotes typographic.
    text = text.replace("\u2018", "'").replace("\u2019", "'")
    if "\0" in text:
        raise BadFilter("The filter holds a NUL character; no record does.")
    clauses: list[Clause] = []
    joins: list[str] = []
    at = 0
    while True:
        clause, at = _clause(text, at)
        clauses.append(clause)
        if END.match(text, at):
            return Filter(tuple(clauses), tuple(joins))
        join = JOIN.match(text, at)
        if join is None:
            raise BadFilter(
                f"After a clause comes AND or OR; position {at + 1} has “{{here}}”.",
                here=text[at : at + 40],
            )
        if len(clauses) >= MOST_CLAUSES:
            raise BadFilter(f"A filter may have up to {MOST_CLAUSES} clauses.")
        joins.append(join["join"].upper())
        at = join.end()


def _clause(text: str, at: int) -> tuple[Clause, int]:
    """Return the clause that begins at a position, and the position behind it."""
    subject = SUBJECT.match(text, at)
    if subject is None:
        raise BadFilter(
            f"The filter can't be read from position {at + 1}: “{{here}}”. "
            "Write field, predicate and a quoted value, such as status='active'.",
            here=text[at : at + 40],
        )
    value: list[str] = []
    begin = subject.end()
    for quote in _quotes(text, begin):
        value.append(text[begin:quote])
        begin = quote + 1
        if text.startswith("'", begin):
            begin += 1
        elif _may_end(text, begin):
            return Clause(subject["path"], subject["predicate"], "".join(value)), begin
        value.append("'")
    raise BadFilter(
        f"The value at position {subject.end()} doesn't end: put it between single quotes, and "
        "write a quote inside it twice."
    )


def _quotes(text: str, at: int) -> Iterator[int]:
    """Yield where quotes stand from a position on; of two in a row, the first."""
    while (at := text.find("'", at)) >= 0:
        yield at
        at += 2 if text.startswith("'", at + 1) else 1


def _may_end(text: str, at: int) -> bool:
    """Whether a value ends where it seems to: not if a word goes on there, as in O'Brien."""
    if at >= len(text) or text[at].isspace():
        return True
    join = JOIN.match(text, at)
    return join is not None and SUBJECT.match(text, join.end()) is not None
