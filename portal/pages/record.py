"""One row of the roster: what it is, where in the hierarchy, who reads it, and why others don't."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from connections import acting
from connections.sights import Truths, explain_to, explain_to_each, sights
from portal import facts, naming
from portal.access import AtDesk, connection_of, connections_of, page
from portal.asked import asked
from portal.counting import Counts
from portal.pages.roster import address_of, kind_of, linked
from portal.terms import KIND_TERMS
from roster.excluding import CLEARED
from roster.explaining import Exclusions, Node
from roster.kinds import Kind
from roster.listing import rows_of
from roster.models import Level, Mark, Organization, Status
from roster.refusal import Refused

CHILDREN: dict[str, tuple[tuple[str, str], ...]] = {
    "org": (("org", "parent"), ("school", "parent"), ("district_assignment", "org")),
    "school": (
        ("calendar", "school"),
        ("grade_level", "school"),
        ("course", "school"),
        ("section", "school"),
        ("school_enrollment", "school"),
        ("district_assignment", "school"),
        ("person", "school"),
        ("enrollment", "school"),
    ),
    "person": (
        ("school_enrollment", "person"),
        ("district_assignment", "person"),
        ("guardian_link", "person"),
        ("enrollment", "person"),
        ("result", "person"),
    ),
    "course": (("section", "course"),),
    "section": (("enrollment", "section"), ("line_item", "section")),
    "grading_task": (("line_item", "grading_task"),),
    "line_item": (("result", "line_item"),),
}
"""What is below a row of a kind: the kind of the list, and the field that narrows it."""

SHOWN = 10
"""How many entries of its history the page shows."""


@page()
def show(request: AtDesk, kind: str) -> HttpResponse:
    """A record's page, by `?id=`; with `why`, the reasons why vendors can't read it too.

    htmx fetches these for the list of vendors after the page has come.
    """
    organization, shown = request.organization, kind_of(request, kind)
    row = row_of(organization, shown, asked(request, "id"))
    explained = "why" in request.GET
    readers = readers_of(organization, shown, row, explained=explained)
    context = {
        "organization": organization,
        "may_change": request.may_change,
        "kind": shown,
        "id": row.sourced_id,
        "readers": readers,
        "unexplained": not explained and any(each["sight"].state != "live" for each in readers),
        "is_published": shown.collection is not None,
    }
    if request.htmx:
        return TemplateResponse(request, "roster/_readers.html", context)
    return TemplateResponse(request, "roster/record.html", context | about(request, shown, row))


def about(request: AtDesk, kind: Kind, row: Any) -> dict[str, Any]:
    """Return what the page says of a row besides who reads it."""
    organization = request.organization
    node = (kind.name, row.sourced_id)
    exclusions = Exclusions(organization)
    parents = exclusions.parents(node)
    known = facts.facts_of(organization, kind, row, all_of_it=request.may_change)
    above = exclusions.inherited(node)
    nodes = [*parents.all_of, *parents.any_of, *([above] if above else [])]
    nodes += [node for fact in known for node in fact.nodes]
    names = naming.names_of(organization, nodes)

    def link(node: Node) -> dict[str, Any]:
        address = linked(organization, node, names) or {}
        return address | {"excluded": exclusions.cause(node) is not None}

    marks = list(marks_on(organization, kind.name, row.sourced_id))
    return {
        "under_way_acts": [
            each
            for each in acting.open_acts(organization)
            if acting.is_about(each, kind.name, row.sourced_id)
        ],
        "term": KIND_TERMS[kind.name],
        "name": naming.labels(organization, kind.name, [row])[row.sourced_id],
        "left": row.last_modified if is_gone(row) else None,
        "facts": [(fact.label, fact.linked(link)) for fact in known],
        "marks": marks,
        "clearable": any(mark.source in CLEARED for mark in marks),
        "above": linked(organization, above, names),
        "parents": {
            "all_of": [link(each) for each in parents.all_of],
            "any_of": [link(each) for each in parents.any_of],
        },
        "children": children(organization, kind, row),
        "history": organization.audit.filter(kind=kind.name, object_id=row.sourced_id)[:SHOWN],
    }


def readers_of(
    organization: Organization, kind: Kind, row: Any, *, explained: bool
) -> list[dict[str, Any]]:
    """Return how each open connection has a row: `{"sight", "why"}`, with the reasons of those
    that can't read it where they are asked for."""
    published = row.course if kind.name == "course" else row.sourced_id
    found = sights(connections_of(organization).open(), kind.collection or "", published)
    without = [each for each in found if explained and each.state != "live"]
    readers = [(each.connection, each.last_read) for each in without]
    answers = explain_to_each(organization, readers, kind.name, row.sourced_id) if readers else []
    whys = {each["connection"]: each for each in reasons_of(organization, answers)}
    return [{"sight": each, "why": whys.get(each.connection.pk)} for each in found]


@page()
def why(request: AtDesk, pk: int, kind: str) -> HttpResponse:
    """Why one vendor sees a row, or the whole chain of reasons why not; a page and a fragment."""
    organization, shown = request.organization, kind_of(request, kind)
    connection = connection_of(organization, pk)
    row = row_of(organization, shown, asked(request, "id"))
    try:
        (answer,) = reasons_of(organization, [explain_to(connection, kind, row.sourced_id)])
    except Refused as refusal:
        answer = {"visible": False, "because": str(refusal)}
    node = (kind, row.sourced_id)
    context = {
        "organization": organization,
        "may_change": request.may_change,
        "connection": connection,
        "kind": shown,
        "term": KIND_TERMS[kind],
        "name": naming.names_of(organization, [node])[node],
        "address": address_of(organization, node),
        "why": answer,
    }
    template = "roster/_why.html" if request.htmx else "roster/why.html"
    return TemplateResponse(request, template, context)


def reasons_of(organization: Organization, answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what explanations say, with names, addresses and moments."""
    names = naming.names_of(organization, [node for each in answers for node in nodes_of(each)])
    return [
        answer
        | {
            "chain": steps_of(organization, answer["chain"], names),
            "also": [
                cause | {"on": linked(organization, on_of(cause), names)}
                for cause in answer["also"]
            ],
            "branches": [steps_of(organization, each, names) for each in answer["branches"]],
            "is_live": (answer["published"] or {}).get("status") == Status.ACTIVE,
            "truths": truths_of(answer),
            "last_read": moment(answer["last_read"]),
        }
        for answer in answers
    ]


def truths_of(answer: dict[str, Any]) -> Truths:
    """Return what holds between vendor and record, with moments."""
    known = answer["truths"]
    moments = {name: moment(known[name]) for name in ("may_read", "has_read", "has_read_gone")}
    return Truths(**moments, refused=known["refused"])


def nodes_of(answer: dict[str, Any]) -> list[Node]:
    """Return all rows that an explanation names."""
    chains = [answer["chain"], *answer["branches"]]
    steps = [(step["kind"], step["id"]) for chain in chains for step in chain]
    return [*steps, *(on for cause in answer["also"] if (on := on_of(cause)))]


def on_of(cause: dict[str, Any]) -> Node | None:
    """Return the row above that a cause is about, if it is about one."""
    return (cause["on"]["kind"], cause["on"]["id"]) if "on" in cause else None


def steps_of(
    organization: Organization, chain: Iterable[dict[str, Any]], names: dict[Node, str]
) -> list[dict[str, Any]]:
    """Return the steps of a chain of reasons with names, addresses and moments."""
    return [
        step
        | {
            "name": names[step["kind"], step["id"]],
            "address": address_of(organization, (step["kind"], step["id"])),
            "term": KIND_TERMS[step["kind"]].singular,
            "marks": [mark | {"at": moment(mark["at"])} for mark in step.get("marks", ())],
        }
        for step in chain
    ]


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def row_of(organization: Organization, kind: Kind, sourced_id: str) -> Any:
    """Return the row of that id, also one that is no longer in the data; else 404."""
    rows = rows_of(organization, kind).filter(sourced_id=sourced_id)
    row = rows.first()
    if row is None:
        raise Http404
    return row


def is_gone(row: Any) -> bool:
    """Return whether a row is no longer in the imported data."""
    return getattr(row, "status", Status.ACTIVE) == Status.RETIRED


def marks_on(organization: Organization, kind: str, sourced_id: str) -> Any:
    """Return a row's own marks; an org's under either of its kinds."""
    kinds = ("org", "school") if kind in ("org", "school") else (kind,)
    marks = Mark.objects.filter(organization=organization, kind__in=kinds, sourced_id=sourced_id)
    return marks.order_by("at", "pk")


def children(organization: Organization, kind: Kind, row: Any) -> list[dict[str, Any]]:
    """Return the lists of what is below a row, each with its number and its address."""
    lists, counts = [], Counts(organization)
    for name, field in CHILDREN.get(kind.name, ()):
        under = {field: row.course if kind.name == "course" else row.sourced_id}
        if isinstance(row, Level) and kind.name == "course" and row.school:
            under["school"] = row.school
        number = counts.of(name, under)
        if number:
            address = reverse(
                "roster_kind", kwargs={"slug": organization.slug, "kind": name}, query=under
            )
            lists.append({"term": KIND_TERMS[name], "number": number, "address": address})
    return lists
