"""Which rows are excluded, by a mark of their own or with a marked row above them.

A page asks it of the rows that it shows. It asks for a reader of everything, so that of all
causes only marks, dates and what the data lacks are left; sharing differs from connection to
connection, and is explained for each.
"""

from __future__ import annotations

from functools import cached_property

from roster.deciding import Decision
from roster.deciding.rules import EVERYTHING
from roster.explaining.decided import decided
from roster.explaining.parents import Node, Parents, parents_of
from roster.models import Mark, Organization


class Exclusions:
    """The exclusions of an organization as they are now."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self._above: dict[Node, Node | None] = {}

    def marked(self, node: Node) -> bool:
        """Return whether a row has a mark of its own."""
        return _alike(node) in self._marked

    def inherited(self, node: Node) -> Node | None:
        """Return the marked row above by which this one is hidden; None if there is none."""
        if node not in self._above:
            chain = self._decision.why(*node)
            last = chain[-1] if chain else None
            found = last and last.cause.code == "marked" and (last.kind, last.sourced_id)
            self._above[node] = found if found and _alike(found) != _alike(node) else None
        return self._above[node]

    def cause(self, node: Node) -> Node | None:
        """Return the marked row by which this one is excluded: itself, or one above."""
        return node if self.marked(node) else self.inherited(node)

    def parents(self, node: Node) -> Parents:
        return parents_of(self._decision.map, node)

    @cached_property
    def _decision(self) -> Decision:
        return decided(self.organization, "1.2", EVERYTHING)

    @cached_property
    def _marked(self) -> set[Node]:
        rows = Mark.objects.filter(organization=self.organization)
        return {_alike(node) for node in rows.values_list("kind", "sourced_id")}


def _alike(node: Node) -> Node:
    """Return a node with one kind for all orgs: one without classes yet may be marked as an org."""
    return ("org", node[1]) if node[0] == "school" else node
