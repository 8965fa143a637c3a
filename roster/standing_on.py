"""What rows of a page stand on, and with which marked row above them they are excluded.

The walk (`roster/visibility/`) decides what vendors see, for a whole district at once. A page
shows fifty rows, so here the few rows above them are fetched kind by kind: a query or two for
each, however many rows there are. Only marks are looked at, not dates and sharing, which differ
from connection to connection: those are explained by the walk. A test holds the two together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from roster.hierarchy.roles import is_student
from roster.models import (
    Enrollment,
    Klass,
    Level,
    LineItem,
    Mark,
    Org,
    Organization,
    Result,
    ScoreScale,
    Status,
)
from roster.timetable import Timetable

Node = tuple[str, str]
"""Kind and id."""

ACCOUNT = "account"
"""A person as footing: only its own mark counts there, not where else it is seen."""

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

PLACES = ("school_enrollment", "district_assignment", "guardian_link")


class Footing(NamedTuple):
    """What a row stands on: on all of `all_of`, and on one of `any_of` where there are some."""

    all_of: list[Node]
    any_of: list[Node]


class Ground:
    """The rows above those of a kind with these ids, and the marks among them."""

    def __init__(self, organization: Organization, kind: str, ids: Iterable[str]) -> None:
        self.organization = organization
        self.timetable = Timetable.of(organization)
        self.footings: dict[Node, Footing] = {}
        self.years: dict[Node, str] = {}
        self._load_orgs()
        self._wanted: dict[str, dict[str, None]] = defaultdict(dict)
        self._want((kind, sourced_id) for sourced_id in ids)
        for here in UPWARDS:
            if wanted := list(self._wanted[here]):
                load = LOADERS.get(here, lambda ground, ids, kind=here: levels(ground, kind, ids))
                for node, footing in load(self, wanted):
                    self.footings[node] = footing
                    self._want((*footing.all_of, *footing.any_of))
        self.marked = self._marked()

    def footing(self, node: Node) -> Footing:
        """Return what a row stands on directly."""
        if node[0] in ("org", "school"):
            return Footing(self._orgs_above(node)[:1], [])
        return self.footings.get(node, Footing([], []))

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

        footing = self.footing(node)
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


def levels(ground: Ground, kind: str, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    """Yield the footing of derived levels, as they were derived."""
    rows = Level.objects.filter(organization=ground.organization, kind=kind, sourced_id__in=ids)
    for sourced_id, year, all_of, any_of in rows.values_list(
        "sourced_id", "year", "all_of", "any_of"
    ):
        ground.years[kind, sourced_id] = year
        yield (
            (kind, sourced_id),
            Footing(
                [(ACCOUNT if above == "person" else above, each) for above, each in all_of],
                [(above, each) for above, each in any_of],
            ),
        )


def people(ground: Ground, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    """A person is seen through any one place: as a student, as staff, as somebody's guardian."""
    rows = Level.objects.filter(organization=ground.organization, person__in=ids, kind__in=PLACES)
    places: dict[str, list[Node]] = defaultdict(list)
    for person, kind, sourced_id in rows.values_list("person", "kind", "sourced_id"):
        places[person].append((kind, sourced_id))
    for person in ids:
        order = {kind: number for number, kind in enumerate(PLACES)}
        seen_at = sorted(places[person], key=lambda node: (order[node[0]], node[1]))
        yield ("person", person), Footing([], seen_at)


def sections(ground: Ground, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    """A class stands on its school, and on its calendars of the year and its course in them."""
    rows = live(ground, Klass, ids).values_list(
        "sourced_id", "school", "course", "terms", "metadata"
    )
    for sourced_id, school, course, terms, metadata in rows:
        above = [ground.place(school)] if school else []
        for calendar in ground.timetable.calendars(school, terms, metadata):
            if calendar.year in ("", ground.timetable.active_year):
                above.append(("calendar", calendar.sourced_id))
                above.append(("course", f"{course}~{calendar.sourced_id}"))
        yield ("section", sourced_id), Footing(above, [])


def enrollments(ground: Ground, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    """A class enrollment stands on class and person, and on that person's place at its school."""
    rows = list(live(ground, Enrollment, ids).values_list("sourced_id", "klass", "user", "role"))
    classes = live(ground, Klass, {row[1] for row in rows})
    schools = dict(classes.values_list("sourced_id", "school"))
    for sourced_id, klass, user, role in rows:
        place = "school_enrollment" if is_student(role) else "district_assignment"
        above: list[Node] = [("section", klass), (ACCOUNT, user)]
        if klass in schools:
            above.append((place, f"{user}~{schools[klass]}"))
        yield ("enrollment", sourced_id), Footing(above, [])


def demographics(ground: Ground, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    for sourced_id in ids:
        yield ("demographics", sourced_id), Footing([("person", sourced_id)], [])


def line_items(ground: Ground, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    for sourced_id, klass, category in live(ground, LineItem, ids).values_list(
        "sourced_id", "klass", "category"
    ):
        above = [("section", klass), ("grading_task", category)]
        yield ("line_item", sourced_id), Footing([node for node in above if node[1]], [])


def results(ground: Ground, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    for sourced_id, line_item, student in live(ground, Result, ids).values_list(
        "sourced_id", "line_item", "student"
    ):
        yield ("result", sourced_id), Footing([("line_item", line_item), ("person", student)], [])


def score_scales(ground: Ground, ids: list[str]) -> Iterator[tuple[Node, Footing]]:
    rows = live(ground, ScoreScale, ids).exclude(klass="")
    for sourced_id, klass in rows.values_list("sourced_id", "klass"):
        yield ("score_scale", sourced_id), Footing([("section", klass)], [])


def live(ground: Ground, model: Any, ids: Iterable[str]) -> Any:
    return model.objects.filter(
        organization=ground.organization, status=Status.ACTIVE, sourced_id__in=ids
    )


LOADERS: dict[str, Callable[[Ground, list[str]], Iterator[tuple[Node, Footing]]]] = {
    "person": people,
    "section": sections,
    "enrollment": enrollments,
    "demographics": demographics,
    "line_item": line_items,
    "result": results,
    "score_scale": score_scales,
}
