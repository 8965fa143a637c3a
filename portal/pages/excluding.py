"""External LMS Exclude: it asks for a reason, says in numbers what will go, then asks for it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from connections import acting
from portal import naming
from portal.access import ADMIN, AtDesk, connections_of, page
from portal.asked import storable
from portal.forms.exclusion import ExcludeForm, IncludeForm
from portal.pages.roster import address_of, kind_of, linked
from portal.terms import COLLECTION_TERMS, KIND_TERMS
from roster import excluding
from roster.explaining import Exclusions
from roster.kinds import KINDS, Kind
from roster.listing import live, rows_of
from roster.models import Mark, Organization

AT_ONCE = 200
"""How many rows one form may be about; commands take lists of any length."""


@page(ADMIN, methods=("GET", "POST"))
def exclude(request: AtDesk, kind: str) -> HttpResponse:
    """Ask why; say in numbers what will go; mark the rows and withdraw them.

    A POST with a reason is answered by the numbers, with `each` for each vendor too, which htmx
    fetches after the page has come; one that is `confirmed` queues the act.
    """
    organization, chosen = request.organization, markable(kind)
    ids = ids_of(request, chosen)
    if not ids:
        return nothing_ticked(request, kind)
    form = ExcludeForm(request.POST if request.method == "POST" else None)
    context = about(request, chosen, ids) | {"form": form}
    if not form.is_bound or not form.is_valid():
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "roster/exclude.html", context, status=status)
    reason = form.cleaned_data["reason"]
    if for_each := "each" in request.POST:
        context["vendors"] = losses(organization, kind, ids)
        if request.htmx:
            return TemplateResponse(request, "roster/_losses.html", context)
    if for_each or "confirmed" not in request.POST:
        effect = excluding.effect_of_marks(organization, kind, ids)
        context |= {"effect": in_words(effect), "reason": reason}
        return TemplateResponse(request, "roster/exclude_confirm.html", context)
    job = acting.request(
        organization, acting.EXCLUDE, by=request.user, kind=kind, ids=ids, reason=reason
    )
    return redirect("act", organization.slug, job.pk)


@page(ADMIN, methods=("GET", "POST"))
def include(request: AtDesk, kind: str) -> HttpResponse:
    """Say what clearing the marks does and doesn't, and clear them."""
    organization, chosen = request.organization, markable(kind)
    ids = ids_of(request, chosen, gone=True)
    if not ids:
        return nothing_ticked(request, kind)
    form = IncludeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        done = excluding.include(organization, kind, ids, reason=reason, by=request.user)
        say_included(request, len(done.changed), len(done.by_bundle))
        return back(request, kind, ids)
    by_bundle = Mark.objects.filter(
        organization=organization, kind=kind, sourced_id__in=ids, source=Mark.Source.BUNDLE
    )
    context = about(request, chosen, ids) | {"form": form, "by_bundle": by_bundle.count()}
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "roster/include.html", context, status=status)


def markable(name: str) -> Kind:
    """Return the kind of that name, or 404 where it has no marks."""
    kind = KINDS.get(name)
    if kind is None or not kind.markable:
        raise Http404
    return kind


def ids_of(request: AtDesk, kind: Kind, *, gone: bool = False) -> list[str]:
    """Return the ids that are asked about; 404 where one of them isn't there.

    With `gone` those count that are no longer in the data: their marks outlive them.
    """
    given = [*request.GET.getlist("id"), *request.POST.getlist("id")]
    ids = list(dict.fromkeys(map(storable, given)))[:AT_ONCE]
    kind_of(request, kind.name)
    rows = (rows_of if gone else live)(request.organization, kind)
    if rows.filter(sourced_id__in=ids).count() != len(ids):
        raise Http404
    return ids


def about(request: AtDesk, kind: Kind, ids: list[str]) -> dict[str, Any]:
    """Return what every page of the act shows: the rows by name, and what hides them already."""
    organization = request.organization
    nodes = [(kind.name, sourced_id) for sourced_id in ids]
    exclusions = Exclusions(organization)
    above = [exclusions.inherited(node) for node in nodes]
    names = naming.names_of(organization, [*nodes, *(node for node in above if node)])
    return {
        "organization": organization,
        "may_change": True,
        "kind": kind,
        "term": KIND_TERMS[kind.name],
        "ids": ids,
        "rows": [
            {"name": names[node], "above": linked(organization, on, names)}
            for node, on in zip(nodes, above, strict=True)
        ],
        "already": sum(exclusions.marked(node) for node in nodes),
        "leave": leads_back(request, kind.name, ids),
    }


def losses(organization: Organization, kind: str, ids: list[str]) -> list[dict[str, Any]]:
    """Return what goes from each vendor that has a feed: `{"connection", "effect"}`, by name."""
    connections = connections_of(organization).open().by_name()
    reading = [(each, each.feed) for each in connections if each.feed]
    readers = [(feed.version, feed.rules) for _, feed in reading]
    effects = excluding.effects_of_marks(organization, kind, ids, readers)
    return [
        {"connection": connection, "effect": in_words(effect)}
        for (connection, _), effect in zip(reading, effects, strict=True)
    ]


def in_words(effect: dict[str, int]) -> list[tuple[Any, int]]:
    """Return the numbers of records that go, by collection in the words of the portal."""
    return [(COLLECTION_TERMS[name], effect[name]) for name in COLLECTION_TERMS if name in effect]


def say_included(request: AtDesk, changed: int, by_bundle: int) -> None:
    if changed:
        messages.success(
            request, _("Included again. Vendors read it after the next refresh of the cache.")
        )
    if by_bundle:
        messages.warning(
            request,
            _("A mark that came with the bundle stays; only a bundle without it clears it."),
        )
    if not changed and not by_bundle:
        messages.info(request, _("Nothing changed: there was no mark."))


def nothing_ticked(request: AtDesk, kind: str) -> HttpResponse:
    messages.warning(request, _("Tick the rows first, then choose what to do with them."))
    return back(request, kind, [])


def leads_back(request: AtDesk, kind: str, ids: list[str]) -> str:
    if len(ids) == 1:
        return address_of(request.organization, (kind, ids[0]))
    return reverse("roster_kind", kwargs={"slug": request.organization.slug, "kind": kind})


def back(request: AtDesk, kind: str, ids: list[str]) -> HttpResponse:
    return HttpResponseRedirect(leads_back(request, kind, ids))
