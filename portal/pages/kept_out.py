"""People whom one vendor must not see: kept out with a reason, and let in again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from connections import acting, keeping_out
from connections.models import Connection
from portal import naming
from portal.access import ADMIN, AtDesk, connection_of, page
from portal.asked import asked, storable
from portal.forms.exclusion import IncludeForm, KeepOutForm
from portal.pages.keeping_out import found, people_of
from portal.pages.roster import address_of
from portal.pages.sharing import rows_of
from roster.models import User
from roster.refusal import Refused


@page()
def show(request: AtDesk, pk: int) -> HttpResponse:
    """Who is kept out of the connection, and why; with `q`, who could be."""
    organization, connection = request.organization, connection_of(request.organization, pk)
    may_change = request.may_change and connection.status != Connection.Status.CLOSED
    words = asked(request, "q") if may_change else ""
    return TemplateResponse(
        request,
        "connections/kept_out.html",
        {
            "organization": organization,
            "may_change": may_change,
            "connection": connection,
            "people": people_of(organization, connection.kept_out),
            **found(organization, words, connection.kept_out),
        },
    )


@page(ADMIN, methods=("GET", "POST"))
def change(request: AtDesk, pk: int) -> HttpResponse:
    """Keep one person out, or let in who is kept out: says first what goes or comes."""
    connection = connection_of(request.organization, pk)
    person = person_of(request)
    out = person not in connection.kept_out
    bound = request.method == "POST"
    # What was confirmed is done, and never its opposite where somebody was quicker.
    if bound and request.POST.get("act") != ("out" if out else "in"):
        messages.info(request, _("Somebody has done this already."))
        return redirect(address_of(request.organization, ("person", person)))
    form = (KeepOutForm if out else IncludeForm)(request.POST if bound else None)
    if bound and form.is_valid():
        act, reason = "keep_out" if out else "let_in", form.cleaned_data["reason"]
        given = {"connection": connection, "person": person, "reason": reason}
        try:
            job = acting.request(request.organization, act, by=request.user, **given)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("act", request.organization.slug, job.pk)
    effect: list[Any] = []
    if connection.status != Connection.Status.CLOSED:
        effect = rows_of(keeping_out.preview(connection, person, out=out))
    return TemplateResponse(
        request,
        "connections/keep_out.html",
        {
            "organization": request.organization,
            "connection": connection,
            "may_change": True,
            "form": form,
            "out": out,
            "id": person,
            "reason": connection.kept_out.get(person, ""),
            "name": naming.names_of(request.organization, [("person", person)])["person", person],
            "leave": address_of(request.organization, ("person", person)),
            "effect": effect,
        },
        status=422 if bound else 200,
    )


def person_of(request: AtDesk) -> str:
    """Return the id of the person that the request is about, or 404."""
    person = storable(request.POST.get("id", "")) or asked(request, "id")
    people = User.objects.filter(organization=request.organization, sourced_id=person)
    if not people.exists():
        raise Http404
    return person
