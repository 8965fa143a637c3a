"""Where grades are delivered on a schedule: added, trusted, paused, removed, delivered now."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from portal.access import ADMIN, AtDesk, page
from portal.forms.deliveries import DestinationForm, SecretForm
from portal.retelling import retold
from portal.words import DELIVERED
from roster import jobs
from roster.fetching import addresses, sources
from roster.fetching.sources import Settings
from roster.models import Destination
from roster.refusal import Refused


@page()
def show(request: AtDesk) -> HttpResponse:
    """The places, what the last delivery to each said, and a form for one more."""
    return answer(request, DestinationForm())


@page(ADMIN, methods=("POST",))
def add(request: AtDesk) -> HttpResponse:
    """Add an SFTP server; its key is to be trusted next."""
    form = DestinationForm(request.POST)
    if form.is_valid():
        try:
            sources.add(
                Destination(organization=request.organization), form.settings(), by=request.user
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved. Compare the server's key next, and trust it."))
            return redirect("grade_deliveries", request.organization.slug)
    return answer(request, form, status=422)


@page(ADMIN, methods=("POST",))
def change(request: AtDesk, pk: int, act: str) -> HttpResponse:
    """Do something to one of them.

    `compare` shows the key that the server has; `secret` and `remove` ask before they do it.
    """
    destination = get_object_or_404(Destination, organization=request.organization, pk=pk)
    by = request.user
    try:
        if act in ("compare", "trust"):  # These ask the server.
            addresses.require_elsewhere(addresses.parse(destination.address))
        if act == "compare":
            offered = {destination.pk: sources.offered_fingerprint(destination)}
            return answer(request, DestinationForm(), offered=offered)
        if act == "trust":
            sources.trust(destination, request.POST.get("fingerprint", ""), by=by)
        elif act in ("pause", "resume"):
            sources.change(destination, Settings(active=act == "resume"), by=by)
        elif act == "secret":
            given = request.POST if "secret" in request.POST else None
            renewal = SecretForm(given, initial={"credential": destination.credential})
            if not renewal.is_valid():
                status = 422 if renewal.is_bound else 200
                return answer(request, renewal, asks={destination.pk: act}, status=status)
            sources.change(destination, renewal.settings(), by=by)
        elif act == "remove":
            if "confirmed" not in request.POST:
                return answer(request, DestinationForm(), asks={destination.pk: act})
            sources.remove(destination, by=by)
        elif act == "deliver":
            jobs.request_visit(destination, by)
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        done = _("It is on its way.") if act == "deliver" else _("Saved.")
        messages.success(request, done)
    return redirect("grade_deliveries", request.organization.slug)


def answer(
    request: AtDesk,
    form: SecretForm,
    *,
    offered: dict[int, str] | None = None,
    asks: dict[int, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    destinations = list(request.organization.destinations.all())
    failed = {each.pk: jobs.failed_delivery(each) for each in destinations if not each.problem}
    context = {
        "organization": request.organization,
        "may_change": request.may_change,
        "destinations": destinations,
        "failures": {pk: retold(job.reason) for pk, job in failed.items() if job},
        "form": form,
        "delivered_as": DELIVERED,
        "keys_shown": offered or {},
        "asks": asks or {},
    }
    return TemplateResponse(request, "grades/deliveries.html", context, status=status)
