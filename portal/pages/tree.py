"""The hierarchy as a tree: where marks are, what is hidden with them, and what is below.

Orgs and schools are shown whole; of one school that is opened, its calendars, schedule
structures and grade levels. People, courses and classes are counted, and listed by the pages of
their kinds: a school has thousands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from portal import naming
from portal.access import AtDesk, page
from portal.asked import asked
from portal.counting import Counts
from portal.pages.roster import address_of, linked
from portal.terms import KIND_TERMS, Term
from portal.words import in_order_of_grades
from roster.explaining import Exclusions, Node
from roster.hierarchy.circles import without_circles
from roster.kinds import KINDS
from roster.listing import live
from roster.models import Level, Org, Organization, Status

BELOW_A_SCHOOL = ("calendar", "schedule_structure", "grade_level")
COUNTED = ("school_enrollment", "section", "course")
"""What is counted at each school."""

ACTS = {"exclude": "roster_exclude", "include": "roster_include"}
NONE = gettext_lazy("Tick the rows first, then choose what to do with them.")
MANY = gettext_lazy(
    "Tick rows of one kind at a time: schools, or grade levels. Nothing was changed."
)


@dataclass
class Branch:
    """A row of the tree: its own mark, the marked row above it, counts, and what is below."""

    node: Node
    name: str
    address: str
    excluded: bool
    above: dict[str, str] | None
    counts: list[tuple[Term, int, str]] = field(default_factory=list)
    opens: str = ""
    below: list[Branch] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.node[0]

    @property
    def sourced_id(self) -> str:
        return self.node[1]

    @property
    def term(self) -> Term:
        return KIND_TERMS[self.kind]


@page()
def show(request: AtDesk) -> HttpResponse:
    """Orgs and schools, and the levels of the `school` that is opened; on to an act on the ticked.

    An act is about rows of one kind, as its reason and its numbers are.
    """
    organization, opened = request.organization, asked(request, "school")
    ticked = [node_of(each) for each in request.GET.getlist("ticked")]
    if (act := asked(request, "act")) in ACTS:
        kinds = {kind for kind, _id in ticked} & KIND_TERMS.keys()
        if len(kinds) == 1:
            query = {"id": [sourced_id for _kind, sourced_id in ticked]}
            address = reverse(ACTS[act], args=[organization.slug, *kinds], query=query)
            return HttpResponseRedirect(address)
        messages.warning(request, MANY if kinds else NONE)
    parents = {**orgs_of(organization), **levels_of(organization, opened)}
    branches = branches_of(organization, list(parents))
    count_at_schools(organization, branches)
    if ("school", opened) in branches:
        count_in_grades(organization, branches, opened)
    return TemplateResponse(
        request,
        "roster/tree.html",
        {
            "organization": organization,
            "may_change": request.may_change,
            "roots": hung(branches, parents),
            "opened": opened,
            "ticked": ticked,
        },
    )


def node_of(text: str) -> Node:
    """Return the row that a ticked box names: its kind and its id."""
    kind, _blank, sourced_id = text.partition(" ")
    return kind, sourced_id


def orgs_of(organization: Organization) -> dict[Node, Node | None]:
    """Return the live orgs and schools by name, each with its parent, if it leads anywhere."""
    orgs = Org.objects.filter(organization=organization, status=Status.ACTIVE)
    rows = list(orgs.order_by("name", "sourced_id").values_list("sourced_id", "parent"))
    schools = set(live(organization, KINDS["school"]).values_list("sourced_id", flat=True))
    nodes: dict[str, Node] = {
        each: ("school" if each in schools else "org", each) for each, _parent in rows
    }
    above = without_circles({each: parent for each, parent in rows if parent in nodes})
    return {nodes[each]: nodes[above[each]] if each in above else None for each, _parent in rows}


def levels_of(organization: Organization, school: str) -> dict[Node, Node | None]:
    """Return a school's calendars, structures and grade levels in order, each with its parent."""
    levels = Level.objects.filter(organization=organization, kind__in=BELOW_A_SCHOOL, school=school)
    rows = list(levels)
    grades = in_order_of_grades({row.name for row in rows})
    rows.sort(key=lambda row: (BELOW_A_SCHOOL.index(row.kind), grades.index(row.name)))
    return {(row.kind, row.sourced_id): tuple(row.all_of[0]) for row in rows}  # type: ignore[misc]


def branches_of(organization: Organization, nodes: list[Node]) -> dict[Node, Branch]:
    """Return a branch for each row, with its name and marks."""
    exclusions = Exclusions(organization)
    above = {node: exclusions.inherited(node) for node in nodes}
    names = naming.names_of(organization, [*nodes, *filter(None, above.values())])
    return {
        node: Branch(
            node,
            names[node],
            address_of(organization, node),
            exclusions.marked(node),
            linked(organization, above[node], names),
        )
        for node in nodes
    }


def count_at_schools(organization: Organization, branches: dict[Node, Branch]) -> None:
    """Set how many students, classes and courses are at each school, with their lists."""
    slug, counts = organization.slug, Counts(organization)
    for kind in COUNTED:
        numbers = counts.at_schools(kind)
        for branch in branches.values():
            if branch.kind == "school" and (number := numbers.get(branch.sourced_id)):
                query = {"school": branch.sourced_id}
                listed = reverse("roster_kind", args=[slug, kind], query=query)
                branch.counts.append((KIND_TERMS[kind], number, listed))
    for branch in branches.values():
        if branch.kind == "school":
            query = {"school": branch.sourced_id}
            branch.opens = reverse("roster_tree", args=[slug], query=query)


def count_in_grades(organization: Organization, branches: dict[Node, Branch], school: str) -> None:
    """Set how many students each of a school's grade levels has."""
    kind = KIND_TERMS["school_enrollment"]
    rows = live(organization, KINDS["school_enrollment"]).filter(school=school)
    levels = rows.values_list("any_of", flat=True)
    for node, number in Counter(tuple(each) for any_of in levels for each in any_of).items():
        if node in branches:
            branches[node].counts.append((kind, number, ""))


def hung(branches: dict[Node, Branch], parents: Mapping[Node, Node | None]) -> list[Branch]:
    """Hang each branch below its parent; return the roots."""
    roots: list[Branch] = []
    for node, branch in branches.items():
        above = branches.get(parents[node] or ("", ""))
        (above.below if above else roots).append(branch)
    return roots
