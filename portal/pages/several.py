"""Several connections paused or resumed at once: who is meant is said before it is done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import ngettext

from connections import several
from connections.models import Connection
from portal.access import ADMIN, AtDesk, connections_of, page
from portal.forms.acts import SeveralForm
from portal.pages.acts import ACTS
from roster.models import Publication


@page(ADMIN, methods=("GET", "POST"))
def change(request: AtDesk, act: str) -> HttpResponse:
    """Name those of `id` that the act changes and those that it leaves, then do it."""
    if act not in several.VERBS:
        raise Http404
    chosen = connections_of(request.organization).select_related("feed__publication")
    ticked = list(chosen.filter(pk__in=ids_of(request)).by_name())
    fit, left = several.fitting(act, ticked)
    form = SeveralForm(request.POST if request.method == "POST" else None, asks=ACTS[act].asks)
    if form.is_bound and form.is_valid() and fit:
        done = several.VERBS[act](fit, by=request.user, **form.verdict())
        say(request, act, done)
        return redirect("connections", request.organization.slug)
    return TemplateResponse(
        request,
        "connections/several.html",
        {
            "organization": request.organization,
            "may_change": True,
            "act": ACTS[act],
            "form": form,
            "fit": [(each, records_of(each)) for each in fit],
            "left": left,
        },
        status=422 if form.is_bound else 200,
    )


def ids_of(request: HttpRequest) -> set[int]:
    """Return the connections that are ticked, from the form or from the address."""
    asked = request.POST if request.method == "POST" else request.GET
    return {int(each) for each in asked.getlist("id") if each.isdecimal() and len(each) < 10}


def records_of(connection: Connection) -> int:
    """Return how many records the vendor can read now."""
    publication: Publication | None = connection.feed.publication if connection.feed else None
    counts: dict[str, Any] = publication.counts if publication else {}
    return sum(numbers["records"] for numbers in counts.values())


def say(request: AtDesk, act: str, done: several.Done) -> None:
    number = len(done.changed)
    said = {
        "pause": ngettext(
            "%(count)d connection is paused.", "%(count)d connections are paused.", number
        ),
        "resume": ngettext(
            "%(count)d connection is active again.",
            "%(count)d connections are active again.",
            number,
        ),
    }
    if number:
        messages.success(request, said[act] % {"count": number})
    for connection, reason in done.refused:
        messages.error(request, f"{connection.title}: {reason}")
