"""A connection's client secrets: one more made, one of two ended."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from connections import credentials
from connections.models import Connection
from portal.access import ADMIN, AtDesk, connection_of, page
from portal.forms.acts import LastDayForm
from portal.pages import once
from roster.clock import clock
from roster.refusal import Refused

OLDER, NEWER = "older", "newer"
LATELY = timedelta(days=7)
"""A secret that was used within so much time is said to be in use before it is ended."""


@page(ADMIN, methods=("POST",))
@sensitive_variables("secret")
def rotate(request: AtDesk, pk: int) -> HttpResponse:
    """Make one more secret, valid as the first is, and lead to the page that shows it."""
    connection = connection_of(request.organization, pk)
    try:
        secret = credentials.rotate(connection, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("connection", request.organization.slug, pk)
    once.put(request.session, connection, secret)
    return redirect("connection_information", request.organization.slug, pk)


@page(ADMIN, methods=("GET", "POST"))
def last_day(request: AtDesk, pk: int, which: str) -> HttpResponse:
    """Set the last day of a secret, or take it away."""
    connection = connection_of(request.organization, pk)
    secrets = credentials.live(connection)
    if which not in (OLDER, NEWER):
        raise Http404
    if not secrets or connection.status == Connection.Status.CLOSED:
        return redirect("connection", request.organization.slug, pk)
    secret = secrets[0 if which == NEWER else -1]
    form = LastDayForm(
        request.POST if request.method == "POST" else None, initial={"day": secret.expires}
    )
    if form.is_bound and form.is_valid():
        day = form.cleaned_data["day"]
        try:
            credentials.set_last_day(connection, day, newer=which == NEWER, by=request.user)
        except Refused as refused:
            form.add_error("day", str(refused))
        else:
            messages.success(request, _("The last day of the secret is saved."))
            return redirect("connection", request.organization.slug, pk)
    context = {
        "organization": request.organization,
        "connection": connection,
        "may_change": True,
        "secret": secret,
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "connections/secret_day.html", context, status=status)


@page(ADMIN, methods=("GET", "POST"))
def end(request: AtDesk, pk: int, which: str) -> HttpResponse:
    """Say which of two secrets ends and when it was last used; end it when that is confirmed."""
    connection = connection_of(request.organization, pk)
    if which not in (OLDER, NEWER):
        raise Http404
    if request.method == "POST":
        if credentials.end(connection, newer=which == NEWER, by=request.user):
            messages.success(request, _("The secret has ended; the other one goes on."))
        return redirect("connection", request.organization.slug, pk)
    secrets = credentials.live(connection)
    if len(secrets) < credentials.AT_MOST:
        return redirect("connection", request.organization.slug, pk)
    ends, stays = secrets if which == NEWER else reversed(secrets)
    return TemplateResponse(
        request,
        "connections/secret.html",
        {
            "organization": request.organization,
            "connection": connection,
            "may_change": True,
            "newer": which == NEWER,
            "ends": ends,
            "stays": stays,
            "in_use": ends.last_used is not None and ends.last_used > clock() - LATELY,
        },
    )
