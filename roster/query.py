"""The query language of lists: text in, a small tree out. It knows no database.

    filter = clause *( " " ("AND" / "OR") " " clause )
    clause = field predicate "'" value "'"

read left to right (specification 3.3). A quote inside a value is written twice. Which fields
a list can be asked by is the caller's business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PREDICATES = ("!=", ">=", "<=", "=", ">", "<", "~")
CLAUSE = re.compile(
    r"\s*(?P<field>[A-Za-z][A-Za-z0-9_.\-]*)\s*(?P<predicate>!=|>=|<=|=|>|<|~)\s*"
    r"'(?P<value>(?:[^']|'')*)'\s*"
)
JOIN = re.compile(r"(?P<join>AND|OR)(?=\s)", re.IGNORECASE)
MOST_CLAUSES = 20
MASK = "•••"


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
        match = CLAUSE.match(text, at)
        if match is None:
            raise BadFilter(
                f"The filter can't be read from position {at + 1}: “{{here}}”. "
                "Write field, predicate and a quoted value, such as status='active'.",
                here=text[at : at + 40],
            )
        clauses.append(
            Clause(match["field"], match["predicate"], match["value"].replace("''", "'"))
        )
        at = match.end()
        if at >= len(text):
            break
        join = JOIN.match(text, at)
        if join is None:
            raise BadFilter(
                f"After a clause comes AND or OR; position {at + 1} has “{{here}}”.",
                here=text[at : at + 40],
            )
        joins.append(join["join"].upper())
        at = join.end()
        if len(clauses) >= MOST_CLAUSES:
            raise BadFilter(f"A filter may have up to {MOST_CLAUSES} clauses.")
    return Filter(tuple(clauses), tuple(joins))
