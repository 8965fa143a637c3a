"""Why a record isn't visible: the conditions that it fails, and the records that these name.

Of several records the one is followed whose reasons end nearest to a decision of the district's:
a mark says more than another year. The others stand beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from roster.deciding.conditions import Condition, Dates, Node
from roster.deciding.given import Given
from roster.deciding.table import KIND_OF, conditions, rows_of
from roster.map.arrays import Flags

NEAREST = (
    "marked",
    "kept_out",
    "inactive",
    "unpublishable",
    "unenrolled",
    "not_shared",
    "dates",
    "nobody",
    "missing",
    "org_not_shared",
    "school_not_shared",
    "other_year",
)
"""Of several chains of reasons the one is followed whose last cause comes first here."""

MOST = 50
"""As many of the records that a condition names are followed."""


class Cause(NamedTuple):
    """One condition that a record fails.

    `parent` is the kind and id of the record that it leads on to; the other fields are
    `Condition`'s.
    """

    code: str
    about: str = ""
    dates: Dates = Dates()
    parent: tuple[str, str] | None = None


class Step(NamedTuple):
    """A record that isn't visible, and its causes: the first one, and what fails besides.

    `branches` are the chains of the other records that its cause names.
    """

    kind: str
    sourced_id: str
    cause: Cause
    also: tuple[Cause, ...] = ()
    branches: tuple[tuple[Step, ...], ...] = ()


Chain = tuple[Step, ...]
"""The reasons, from a record to where they begin; empty if it is visible."""


class Asking:
    """Follows the reasons of one decision; the arrays of its conditions are made once."""

    def __init__(self, d: Given) -> None:
        self.d = d
        self._met: dict[str, list[tuple[Condition, Flags]]] = {}

    def why(self, kind: str, sourced_id: str) -> Chain:
        """Return why a record isn't visible; one that isn't in the map is `missing` alone."""
        step, row = self._found(kind, sourced_id)
        if row < 0:
            return (Step(kind, sourced_id, Cause("missing", kind)),)
        return self._chain((step, row), ())

    def _found(self, kind: str, sourced_id: str) -> Node:
        """Return the row of that id; the bare id of a course is that of its row."""
        ids = self.d.map.ids
        row = ids[rows_of(kind)].position(sourced_id) if rows_of(kind) in ids else -1
        if row < 0 and kind == "course":
            return "course_row", ids["course_row"].position(sourced_id)
        return kind, row

    def _chain(self, node: Node, path: tuple[Node, ...]) -> Chain:
        """Return the chain from a row on; `path` are the rows that have led to it."""
        step, row = node
        path = (*path, node)
        failed = [condition for condition, flags in self._conditions(step) if not flags[row]]
        if not failed:
            return ()
        first, chains = failed[0], self._branches(failed[0], row, path)
        for other in failed[1:]:
            if chains or not first.leads:
                break
            # What it names is what has led here.
            first, chains = other, self._branches(other, row, path)
        if not chains and first.leads and first is not failed[0]:
            first = failed[0]
        chains.sort(key=rank)
        head = Step(
            *self._named(node),
            self._cause(first, row, chains[0] if chains else ()),
            tuple(self._cause(each, row, ()) for each in failed if each is not first),
            tuple(chains[1:]),
        )
        return (head, *chains[0]) if chains else (head,)

    def _branches(self, condition: Condition, row: int, path: tuple[Node, ...]) -> list[Chain]:
        nodes = [each for each in self._named_by(condition, row) if each not in path]
        chains = (self._chain(each, path) for each in dict.fromkeys(nodes[:MOST]))
        return [chain for chain in chains if chain]

    def _named_by(self, condition: Condition, row: int) -> Iterator[Node]:
        """Yield the rows that a row's condition leads to, but for visible ones."""
        for lead in condition.leads(self.d) if condition.leads else ():
            visible = self.d.ok(lead.step)
            yield from ((lead.step, each) for each in lead.of(row) if not visible[each])

    def _conditions(self, step: str) -> list[tuple[Condition, Flags]]:
        if step not in self._met:
            found = []
            for each in conditions(step):
                if isinstance(each, str):
                    found += self._conditions(each)
                else:
                    found.append((each, each.met(self.d)))
            self._met[step] = found
        return self._met[step]

    def _cause(self, condition: Condition, row: int, chain: Chain) -> Cause:
        about: str | Callable[[Given, int], str] = condition.about
        named = chain[0] if chain else None
        parent = (named.kind, named.sourced_id) if named else None
        if parent is None:
            node = next(self._named_by(condition, row), None)
            parent = self._named(node) if node else None
        return Cause(
            condition.code,
            about if isinstance(about, str) else about(self.d, row),
            condition.dates(self.d, row) if condition.dates else Dates(),
            parent,
        )

    def _named(self, node: Node) -> tuple[str, str]:
        step, row = node
        rows = rows_of(step)
        kind = KIND_OF.get(step, step)
        if rows == "org":
            kind = "school" if self.d.map.org.is_school[row] else "org"
        return kind, self.d.map.ids[rows][row]


def rank(chain: Chain) -> tuple[int, int]:
    """Return how late a chain comes; of two that end alike, the shorter comes first."""
    code = chain[-1].cause.code
    return NEAREST.index(code) if code in NEAREST else len(NEAREST), len(chain)
