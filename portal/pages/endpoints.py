"""Where bundles are fetched from, and where grades are delivered: listed, added, changed, trusted,
tried, paused, removed. Both have the same pages; what differs is a row of `KINDS`."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.access import ADMIN, AtDesk, page
from portal.forms.endpoints import DestinationForm, EndpointForm, SourceForm
from portal.retelling import retold
from portal.words import DELIVERED, Words
from roster import jobs
from roster.fetching import addresses, sources
from roster.fetching.sources import Settings
from roster.models import Destination, Endpoint, Source
from roster.refusal import Refused

SHOWN = 20
"""How many of the bundles that came in last are listed."""


class Kind(NamedTuple):
    """The rows of one kind, their form, template, and words; the names of their addresses."""

    model: type[Source] | type[Destination]
    form: type[EndpointForm]
    template: str
    title: Words
    now: Words
    going: Words
    listed: str
    new: str
    one: str
    act: str


KINDS = {
    "source": Kind(
        Source,
        SourceForm,
        "imports/sources.html",
        gettext_lazy("Sources of bundles"),
        gettext_lazy("Look now"),
        gettext_lazy("It is looked at in a moment. What came in stands below."),
        "import_sources",
        "import_source_new",
        "import_source",
        "import_source_act",
    ),
    "destination": Kind(
        Destination,
        DestinationForm,
        "grades/deliveries.html",
        gettext_lazy("Deliveries"),
        gettext_lazy("Deliver now"),
        gettext_lazy("It is on its way."),
        "grade_deliveries",
        "grade_delivery_new",
        "grade_delivery",
        "grade_delivery_act",
    ),
}


@page()
def show(request: AtDesk, of: str) -> HttpResponse:
    """All of them, with what the last visit said; htmx asks again while one goes on."""
    return answer(request, KINDS[of])


@page(ADMIN, methods=("GET", "POST"))
def edit(request: AtDesk, of: str, pk: int | None = None) -> HttpResponse:
    """Add one, or change one; a secret that isn't given anew stays as it is."""
    kind = KINDS[of]
    new = kind.model(organization=request.organization)
    endpoint: Endpoint = found(request, kind, pk) if pk else new
    bound = request.method == "POST"
    form = kind.form(request.POST if bound else None, endpoint=endpoint)
    if bound and form.is_valid():
        save = sources.change if pk else sources.add
        try:
            saved = save(endpoint, form.settings(), by=request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, done(saved))
            return redirect(kind.listed, request.organization.slug)
    context = {
        "organization": request.organization,
        "may_change": True,
        "kind": kind,
        "endpoint": endpoint,
        "form": form,
    }
    return TemplateResponse(request, "endpoints/edit.html", context, status=422 if bound else 200)


@page(ADMIN, methods=("POST",))
def act(request: AtDesk, of: str, pk: int, act: str) -> HttpResponse:
    """Do something to one: `compare` shows the key that its server has, `remove` asks before."""
    kind, by = KINDS[of], request.user
    endpoint = found(request, kind, pk)
    words = _("Saved.")
    try:
        if act in ("compare", "trust"):  # These ask the server.
            addresses.require_elsewhere(addresses.parse(endpoint.address))
        if act == "compare":
            return answer(request, kind, offered={pk: sources.offered_fingerprint(endpoint)})
        if act == "trust":
            sources.trust(endpoint, request.POST.get("fingerprint", ""), by=by)
        elif act in ("pause", "resume"):
            sources.change(endpoint, Settings(active=act == "resume"), by=by)
        elif act == "remove":
            if "confirmed" not in request.POST:
                return answer(request, kind, removing=pk)
            sources.remove(endpoint, by=by)
        elif act == "now":
            jobs.request_visit(endpoint, by)
            words = str(kind.going)
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
    return redirect(kind.listed, request.organization.slug)


def found(request: AtDesk, kind: Kind, pk: int) -> Endpoint:
    return get_object_or_404(kind.model, organization=request.organization, pk=pk)


def done(saved: Endpoint) -> str:
    """Return what was done, and what is to be done next."""
    if saved.kind == Endpoint.Kind.SFTP and not saved.host_key:
        return _("Saved. Compare the server's key next, and trust it.")
    return _("Saved.")


def answer(
    request: AtDesk,
    kind: Kind,
    *,
    offered: dict[int, str] | None = None,
    removing: int | None = None,
) -> HttpResponse:
    organization = request.organization
    endpoints = kind.model._default_manager.filter(organization=organization)
    context: dict[str, Any] = {
        "organization": organization,
        "may_change": request.may_change,
        "kind": kind,
        "endpoints": list(endpoints),
        "failures": {pk: retold(job.reason) for pk, job in jobs.failed_visits(endpoints).items()},
        "under_way": jobs.open_visits(organization, kind.model),
        "keys_shown": offered or {},
        "removing": removing,
        "delivered_as": DELIVERED,
    }
    if kind.model is Source:
        came = organization.arrivals.filter(source__isnull=False)
        context["arrivals"] = list(came.select_related("of_import", "source")[:SHOWN])
    return TemplateResponse(request, kind.template, context)
