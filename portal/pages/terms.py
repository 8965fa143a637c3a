"""The agreement with a vendor, edited: name, purpose, contact, number, last day."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from connections.terms import change_terms
from portal.access import ADMIN, AtDesk, connection_of, page
from portal.forms.terms import TermsForm
from roster.refusal import Refused


@page(ADMIN, methods=("GET", "POST"))
def edit(request: AtDesk, pk: int) -> HttpResponse:
    """Show the agreement as it is, and save what was changed of it."""
    connection = connection_of(request.organization, pk)
    vendor = connection.title
    form = TermsForm(request.POST if request.method == "POST" else None, connection=connection)
    if form.is_bound and form.is_valid():
        try:
            done = change_terms(connection, by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            said = _("The agreement is saved.") if done["changed"] else _("Nothing was changed.")
            messages.success(request, said)
            return redirect("connection", request.organization.slug, pk)
    return TemplateResponse(
        request,
        "connections/terms.html",
        {
            "organization": request.organization,
            "connection": connection,
            "vendor": vendor,
            "form": form,
            "may_change": True,
        },
        status=422 if form.is_bound else 200,
    )
