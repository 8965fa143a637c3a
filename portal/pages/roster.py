"""The roster: what there is, found by searching and by going down from what is above."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal import facts, naming
from portal.access import AtDesk, page
from portal.asked import asked
from portal.counting import Counts
from portal.paging import paged
from portal.terms import GROUPS, KIND_TERMS, Term
from portal.words import ROLES, Words, in_order_of_grades
from roster.dialects.vocabularies import grade_name
from roster.explaining import Exclusions, Node
from roster.kinds import KINDS, Kind
from roster.listing import live, searching
from roster.models import Mark, Organization

SEARCHED = ("person", "section", "school", "course")
"""The kinds among which the first page searches."""
HITS = 5
"""How many hits of each it shows."""


class Pick(NamedTuple):
    """A choice by which a list is narrowed: its field, its name, its options, the chosen one."""

    field: str
    label: Words
    options: list[tuple[str, Words]]
    chosen: str


PICKED = ("school", "grade", "role")
"""The fields by which a list of people is narrowed on the page."""


@page()
def index(request: AtDesk) -> HttpResponse:
    """The kinds with their numbers; with `q`, the first hits among people, classes, schools."""
    organization = request.organization
    words = words_of(request)
    return TemplateResponse(
        request,
        "roster/index.html",
        {
            "organization": organization,
            "may_change": request.may_change,
            "words": words,
            "hits": hits(organization, words) if words else [],
            "departed": departed(organization, words) if words else [],
            "groups": [] if words else groups(organization, with_demographics=request.may_change),
        },
    )


@page()
def rows(request: AtDesk, kind: str) -> HttpResponse:
    """The rows of a kind: `q` searches, a field's name narrows, `excluded` shows marked ones."""
    organization, shown = request.organization, kind_of(request, kind)
    words, marked = words_of(request), "excluded" in request.GET
    picked = PICKED if kind == "person" else ()
    under = {
        field: asked(request, field)
        for field in searching.fields_of(shown)
        if request.GET.get(field)
    }
    counts = Counts(organization)
    number, found = counts.listed(shown, words=words, under=under, marked=marked)
    cut = paged(request, number)
    listed = described(organization, shown, list(found[cut.cut]))
    return TemplateResponse(
        request,
        "roster/list.html",
        {
            "organization": organization,
            "may_change": request.may_change,
            "kind": shown,
            "term": KIND_TERMS[kind],
            "words": words,
            "marked": marked,
            "under": links_to(organization, under),
            "narrowed_by": [each for each in under.items() if each[0] not in picked],
            "picks": picks(counts, under) if picked else [],
            "narrowed": bool(words or under or marked),
            "paged": cut,
            "rows": listed,
            "with_about": any(row["about"] for row in listed),
        },
    )


def picks(counts: Counts, under: dict[str, str]) -> list[Pick]:
    """Return by what a list of people is narrowed: school, grade and role."""
    organization = counts.organization
    schools = live(organization, KINDS["school"]).order_by("name")
    grades = live(organization, KINDS["grade_level"]).values_list("name", flat=True).distinct()
    options: dict[str, tuple[Words, list[tuple[str, Words]]]] = {
        "school": (_("School"), [*schools.values_list("sourced_id", "name")]),
        "grade": (
            _("Grade"),
            [(each, grade_name(each)) for each in in_order_of_grades(grades) if each != "none"],
        ),
        "role": (_("Role"), [(each, ROLES.get(each, each)) for each in counts.roles()]),
    }
    return [Pick(name, *options[name], under.get(name, "")) for name in PICKED]


def kind_of(request: AtDesk, name: str) -> Kind:
    """Return the kind of that name, or 404; demographics are shown to administrators only."""
    if name not in KINDS:
        raise Http404
    if name == "demographics" and not request.may_change:
        raise PermissionDenied
    return KINDS[name]


def words_of(request: AtDesk) -> str:
    return asked(request, "q").strip()[:200]


def address_of(organization: Organization, node: Node) -> str:
    """Return the address of a row's page; ids may hold anything, so they are in the query."""
    kind, sourced_id = node
    return reverse(
        "roster_record", kwargs={"slug": organization.slug, "kind": kind}, query={"id": sourced_id}
    )


def groups(
    organization: Organization, *, with_demographics: bool
) -> list[tuple[str | Promise, list[dict[str, Any]]]]:
    """Return the kinds by group, each with its number of rows and of marks."""
    counts = Counts(organization)
    marks = dict(
        Mark.objects.filter(organization=organization)
        .values_list("kind")
        .annotate(number=Count("sourced_id", distinct=True))
        .order_by()
    )
    return [
        (
            title,
            [
                {
                    "kind": KINDS[name],
                    "term": KIND_TERMS[name],
                    "number": counts.of(name),
                    "excluded": marks.get(name, 0),
                }
                for name in names
                if with_demographics or name != "demographics"
            ],
        )
        for title, names in GROUPS
    ]


def hits(organization: Organization, words: str) -> list[tuple[Kind, Term, list[dict[str, Any]]]]:
    found = []
    for name in SEARCHED:
        kind = KINDS[name]
        listed = list(searching.found(organization, kind, words=words)[:HITS])
        if listed:
            found.append((kind, KIND_TERMS[name], described(organization, kind, listed)))
    return found


def departed(organization: Organization, words: str) -> list[dict[str, Any]]:
    """Return people who were found and are no longer in the data: why somebody isn't there."""
    gone = searching.found(organization, KINDS["person"], words=words, gone=True)
    return described(organization, KINDS["person"], list(gone[:HITS]))


def described(organization: Organization, kind: Kind, listed: list[Any]) -> list[dict[str, Any]]:
    """Return rows as a list shows them: name, a few facts, own and inherited marks."""
    ids = [row.sourced_id for row in listed]
    exclusions = Exclusions(organization)
    above = {sourced_id: exclusions.inherited((kind.name, sourced_id)) for sourced_id in ids}
    about = facts.about(organization, kind, listed)
    nodes = [node for node in above.values() if node]
    nodes += [each for values in about.values() for each in values if not isinstance(each, str)]
    names = naming.names_of(organization, nodes)
    labels = naming.labels(organization, kind.name, listed)
    return [
        {
            "id": row.sourced_id,
            "name": labels[row.sourced_id],
            "address": address_of(organization, (kind.name, row.sourced_id)),
            "about": [
                each if isinstance(each, str) else names[each] for each in about[row.sourced_id]
            ],
            "excluded": exclusions.marked((kind.name, row.sourced_id)),
            "above": linked(organization, above[row.sourced_id], names),
        }
        for row in listed
    ]


def linked(
    organization: Organization, node: Node | None, names: dict[Node, str]
) -> dict[str, str] | None:
    """Return a row as a link to its page: `{"name", "address"}`."""
    if node is None:
        return None
    return {"name": names[node], "address": address_of(organization, node)}


def links_to(organization: Organization, under: dict[str, str]) -> list[dict[str, str]]:
    """Return the rows below which a list shows what there is, as links."""
    kinds = {"parent": "org"}
    nodes = [(kinds.get(field, field), sourced_id) for field, sourced_id in under.items()]
    nodes = [node for node in nodes if node[0] in KINDS]
    names = naming.names_of(organization, nodes)
    return [link for node in nodes if (link := linked(organization, node, names))]
