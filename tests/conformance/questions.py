"""Random questions to the API, and what the answer must be by a naive reading of a world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from tests.conformance.belonging import WORDS, World
from tests.conformance.elements import ELEMENTS, Element, collection_of, element
from tests.conformance.naive import (
    PREDICATES,
    Document,
    Meaningless,
    holds,
    only,
    ordered,
    values,
)
from tests.conformance.operations import ENDPOINTS, Endpoint

Clause = tuple[Element, str, str]

REFUSED, UNKNOWN = 400, 404

ODD = {
    "text": ["", "ann", "A", "a,b", "9,10", "09", "student,teacher", "o'b", "org", "%", "SS", " "],
    "people": ["", "ANN", "strasse", "O'BRIEN", "'", "zoË", "i̇", "S", "%"],
    "flag": ["true", "FALSE", "yes", "t", ""],
    "number": ["9", "10.0", "-1", "1e1", "0.10", "x", "", "9,10", "NaN"],
    "date": ["2026-08-15", "2026-12-01T00:00:00Z", "2026-09-02T01:00:00+01:00", "x", "2026-09"],
    "moment": ["2026-09-02", "2026-09-01T12:00:00Z", "2026-09-01T23:59:59.999Z", "x", "2027"],
}


@dataclass(frozen=True)
class Question:
    """One request for a list; `clauses` are joined from left to right by `joins`."""

    endpoint: Endpoint
    ids: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    joins: tuple[str, ...] = ()
    sort: Element | None = None
    descending: bool = False
    fields: tuple[str, ...] = ()
    limit: int = 50_000
    offset: int = 0

    @property
    def path(self) -> str:
        path = self.endpoint.address
        for each in self.ids:
            path = path.replace("{}", quote(each, safe=""), 1)
        return path

    @property
    def query(self) -> str:
        told: dict[str, Any] = {"limit": self.limit, "offset": self.offset}
        if self.clauses:
            told["filter"] = self.text
        if self.sort:
            told |= {"sort": self.sort.name, "orderBy": "desc" if self.descending else "asc"}
        if self.fields:
            told["fields"] = ",".join(self.fields)
        return urlencode(told, quote_via=quote)

    @property
    def text(self) -> str:
        told = [
            f"{e.name}{p}'{value.replace(chr(39), chr(39) * 2)}'" for e, p, value in self.clauses
        ]
        text = told[0]
        for join, each in zip(self.joins, told[1:], strict=True):
            text += f" {join} {each}"
        return text

    def __str__(self) -> str:
        asked = f"{self.path}?{self.text if self.clauses else ''}"
        by = f" by {self.sort.name} {'desc' if self.descending else 'asc'}" if self.sort else ""
        return f"{asked}{by} {','.join(self.fields)} {self.limit}/{self.offset}"


def question(dice: Random, version: str, world: World) -> Question:
    """Roll a question: any list, nested or not, with what its documents hold and odd values."""
    endpoint = dice.choice([e for e in ENDPOINTS if e.many and e.version == version])
    ids = []
    for word in endpoint.plurals[: endpoint.path.count("{}")]:
        pool = [each["sourcedId"] for each in world.ever[WORDS.get(word, (word, ""))[0]]]
        ids.append(dice.choice([*pool, *pool, "nobody"]))
    collection = collection_of(endpoint.plurals[-1])
    elements = [*ELEMENTS[version][collection].values()]
    elements.append(element(version, collection, "metadata.locker"))
    told = world.ever[collection]
    clauses = tuple(
        _clause(dice, elements, told) for _ in range(dice.choice([0, 1, 1, 2, 2, 3, 5]))
    )
    joins = tuple(dice.choice(["AND", "OR"]) for _ in clauses[1:])
    return Question(
        endpoint,
        tuple(ids),
        clauses,
        joins,
        dice.choice([None, dice.choice(elements)]),
        dice.random() < 0.5,
        tuple(each.root for each in dice.sample(elements, 2) if each.name != "role")
        if dice.random() < 0.2
        else (),
        dice.choice([1, 2, 3, 100, 50_000]),
        dice.choice([0, 0, 1, 2, 5]),
    )


def _clause(dice: Random, elements: Sequence[Element], told: Sequence[Document]) -> Clause:
    asked = dice.choice([*elements, *elements[1:3]])
    held = [str(value) for document in told for value in values(document, asked)]
    value = dice.choice([*dice.sample(held, min(4, len(held))), dice.choice(ODD[asked.type])])
    if asked.part != "href" and dice.random() < 0.2:
        value = value.swapcase() if dice.random() < 0.5 else value[1:]
    if asked.type == "date" and len(value) == 10 and dice.random() < 0.3:
        value += "T00:00:01Z"
    if asked.many and asked.type == "text" and dice.random() < 0.25:
        value = ", ".join(dice.sample(held, min(2, len(held))))
    if asked.part == "href" and not value:
        value = "nowhere"
    return asked, dice.choice(PREDICATES), value


@dataclass(frozen=True)
class Expected:
    """What must come back: a status, or the documents; `whole` before they are cut into a page.

    Without `sort` the order is the server's, so only who is there can be said.
    """

    status: int
    whole: list[Document] = field(default_factory=list)


def answer(asked: Question, world: World, hidden: set[str]) -> Expected:
    """Return what the answer must be; `hidden` are the fields that the reader isn't shown."""
    dead = any(each.name in ("status", "dateLastModified") for each, _, _ in asked.clauses)
    endpoint = asked.endpoint
    try:
        # What can't be compared is refused, whoever there would be to compare it with.
        for clause in asked.clauses:
            holds({}, *clause)
        if asked.ids and not world.names(endpoint.path, asked.ids):
            return Expected(UNKNOWN)
        found = (
            world.members(endpoint.path, endpoint.envelope, asked.ids, dead=dead)
            if asked.ids
            else world.listed(endpoint.plurals[0], dead=dead)
        )
        if asked.clauses:
            found = [each for each in found if _chosen(each, asked, hidden)]
    except Meaningless:
        return Expected(REFUSED)
    if asked.sort:
        found = ordered(found, asked.sort, descending=asked.descending)
    return Expected(200, found)


def _chosen(document: Document, asked: Question, hidden: set[str]) -> bool:
    """Return whether a document meets the clauses; what is hidden meets none."""
    told = [
        clause[0].root not in hidden and holds(document, *clause)
        if clause[0].name != "role" or "roles" not in hidden
        else False
        for clause in asked.clauses
    ]
    found = told[0]
    for join, each in zip(asked.joins, told[1:], strict=True):
        found = (found and each) if join == "AND" else (found or each)
    return found


def selected(documents: Sequence[Document], fields: Sequence[str]) -> list[Document]:
    return [only(each, fields) for each in documents] if fields else [*documents]
