"""The agreement with a vendor, edited: name, purpose, contact, number, last day."""

from __future__ import annotations

from io import BytesIO

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from connections.agreements import keep_file, remove_file
from connections.models import AgreementFile, Connection
from connections.terms import change_terms
from portal.access import ADMIN, AtDesk, connection_of, page
from portal.forms.terms import TermsForm
from portal.models import Staff
from roster.refusal import Refused


@page(ADMIN, methods=("GET", "POST"))
def edit(request: AtDesk, pk: int) -> HttpResponse:
    """Show the agreement as it is, and save what was changed of it."""
    connection = connection_of(request.organization, pk)
    vendor = connection.title
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = TermsForm(*sent, connection=connection)
    if form.is_bound and form.is_valid():
        try:
            done = change_terms(connection, by=request.user, **form.terms())
            filed = keep_or_remove(form, connection, by=request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            said = (
                _("The agreement is saved.")
                if done["changed"] or filed
                else _("Nothing was changed.")
            )
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


@page()
def file(request: AtDesk, pk: int) -> HttpResponseBase:
    """The agreement as it was signed, to be saved: browsers are not to run what is in it."""
    connection = connection_of(request.organization, pk)
    kept = AgreementFile.objects.filter(connection=connection).first()
    if kept is None:
        raise Http404
    return FileResponse(
        BytesIO(kept.content),
        as_attachment=True,
        filename=kept.name,
        content_type="application/pdf",
    )


def keep_or_remove(form: TermsForm, connection: Connection, by: Staff) -> bool:
    """Keep the file that was chosen, or remove the one that is there; return whether either."""
    given = form.cleaned_data
    if chosen := given["agreement_file"]:
        keep_file(connection, *chosen, by=by)
    elif given.get("without_file"):
        remove_file(connection, by=by)
    return bool(chosen or given.get("without_file"))
