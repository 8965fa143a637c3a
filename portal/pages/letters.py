"""A letter to a vendor's contact: read, copied, sent."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from portal import letters
from portal.access import ADMIN, AtDesk, connection_of, page
from roster.refusal import Refused


@page(ADMIN, methods=("GET", "POST"))
def show(request: AtDesk, pk: int, kind: str) -> HttpResponse:
    """Show the letter as it would be sent now, and send it when that is asked for."""
    connection = connection_of(request.organization, pk)
    if kind not in letters.KINDS:
        raise Http404
    context = {
        "organization": request.organization,
        "connection": connection,
        "may_change": True,
        "name": letters.KINDS[kind].name,
    }
    try:
        context["letter"] = letters.compose(connection, kind)
        if request.method == "POST":
            sent = letters.send(connection, kind, by=request.user)
            messages.success(request, _("Sent to %(address)s.") % {"address": sent.to})
            return redirect("connection", request.organization.slug, pk)
    except Refused as refused:
        context["refused"] = str(refused)
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "connections/letter.html", context, status=status)
