"""What rows of a page stand on, and with which marked row above them they are excluded.

The walk (`roster/visibility/`) decides what vendors see, for a whole district at once. A page
shows fifty rows, so here the few rows above them are fetched kind by kind: a query or two for
each, however many rows there are. Only marks are looked at, not dates and sharing, which differ
from connection to connection: those are explained by the walk. A test holds the two together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from roster.models import Klass, Mark, Org, Organization, Status
from roster.standing_on import ACCOUNT, LOADERS, Footing, Node, levels
from roster.timetable import Timetable

UPWARDS = (
    "result",
    "line_item",
    "demographics",
    "enrollment",
    "person",
    "guardian_link",
    "school_enrollment",
    "district_assignment",
    "score_scale",
    "section",
    "grade_level",
    "schedule_structure",
    "course",
    "calendar",
)
"""Kinds that stand on others, each before all that it stands on; orgs are there as a whole."""


class Footings:
    """The rows above those of a kind with these ids, and the marks among them."""

    def __init__(self, organization: Organization, kind: str, ids: Iterable[str]) -> None:
        self.organization = organization
        self.timetable = Timetable.of(organization)
        self._of: dict[Node, Footing] = {}
        self.years: dict[Node, str] = {}
        self._load_orgs()
        self._wanted: dict[str, dict[str, None]] = defaultdict(dict)
        self._want((kind, sourced_id) for sourced_id in ids)
        for here in UPWARDS:
            if wanted := list(self._wanted[here]):
                load = LOADERS.get(here)
                found = load(self, wanted) if load else levels(self, here, wanted)
                for node, footing in found:
                    self._of[node] = footing
                    self._want((*footing.all_of, *footing.any_of))
        self.marked = self._marked()

    def of(self, node: Node) -> Footing:
        """Return what a row stands on directly."""
        if node[0] in ("org", "school"):
            return Footing(self._orgs_above(node)[:1], [])
        return self._of.get(node, Footing([], []))

    def inherited(self, node: Node) -> Node | None:
        """Return the marked row above with which this one is excluded; None if there is none."""
        if node[0] in ("org", "school"):
            return next((above for above in self._orgs_above(node) if above in self.marked), None)
        # A person's places stand on that person; its own mark is no inherited one.
        return self._above(node, but=(ACCOUNT, node[1]) if node[0] == "person" else None)

    def cause(self, node: Node) -> Node | None:
        """Return the marked row by which this one is excluded: itself, or one above."""
        return node if node in self.marked else self.inherited(node)

    def _above(self, node: Node, but: Node | None) -> Node | None:
        def cause(above: Node) -> Node | None:
            if above == but:
                return None
            if above in self.marked or above[0] in ("org", "school", "person"):
                return self.cause(above)
            return self._above(above, but)

        footing = self.of(node)
        for above in footing.all_of:
            if found := cause(above):
                return found
        # What another year hides anyway keeps nothing.
        current = ("", self.timetable.active_year)
        causes = [cause(above) for above in footing.any_of if self.years.get(above, "") in current]
        return causes[0] if causes and all(causes) else None

    def place(self, org: str) -> Node:
        """Return an org under the kind under which it is marked."""
        return ("school" if org in self.schools else "org", org)

    def _want(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            kind, sourced_id = node
            self._wanted[kind][sourced_id] = None
            if kind in ("org", "school"):
                for above in self._orgs_above(node):
                    self._wanted[above[0]][above[1]] = None

    def _marked(self) -> set[Node]:
        """Return the marked ones of all rows that were met, by one query."""
        nodes = {(kind, each) for kind, ids in self._wanted.items() for each in ids}
        rows = Mark.objects.filter(
            organization=self.organization,
            kind__in={"person" if kind == ACCOUNT else kind for kind, _ in nodes} | {"org"},
            sourced_id__in={sourced_id for _, sourced_id in nodes},
        )
        found = set(rows.values_list("kind", "sourced_id"))
        # An org without classes yet is marked as an org, and is the same one as a school.
        found |= {self.place(each) for kind, each in found if kind in ("org", "school")}
        found |= {(ACCOUNT, each) for kind, each in found if kind == "person"}
        return nodes & found

    def _load_orgs(self) -> None:
        """Load all orgs at once: they are few, and a parent can be at any depth."""
        live = {"organization": self.organization, "status": Status.ACTIVE}
        orgs = list(Org.objects.filter(**live).values_list("sourced_id", "type", "parent"))
        known = {org for org, _, _ in orgs}
        named = Klass.objects.filter(**live).order_by().values_list("school", flat=True).distinct()
        self.schools = {org for org, kind, _ in orgs if kind == "school"} | (known & set(named))
        self.parents = {org: parent for org, _, parent in orgs if parent in known}

    def _orgs_above(self, node: Node) -> list[Node]:
        """Return the orgs above one, nearest first; a loop in the data ends where it closes."""
        found: list[str] = []
        here = self.parents.get(node[1])
        while here is not None and here != node[1] and here not in found:
            found.append(here)
            here = self.parents.get(here)
        return [self.place(org) for org in found]
