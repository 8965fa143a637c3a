"""Rows of the district's own beside what its system sends: made, changed, ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from portal.access import ADMIN, AtDesk, page
from portal.asked import storable
from portal.forms.own_rows import OwnRowForm
from portal.paging import paged
from roster import local
from roster.refusal import Refused


@page()
def show(request: AtDesk) -> HttpResponse:
    """The rows, and a form for one more; viewers see which cells they are, not what is in them."""
    return answer(request, OwnRowForm())


@page(ADMIN, methods=("POST",))
def change(request: AtDesk) -> HttpResponse:
    """Add a row, or change one; it is applied before the page answers."""
    form = OwnRowForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            local.set_rows(
                request.organization,
                given["file"],
                {given["sourced_id"].strip(): given["cells"]},
                how=given["how"],
                reason=given["reason"],
                until=given["until"],
                by=request.user,
            )
        except Refused as refused:
            form.add_error(None, in_words(str(refused)))
        else:
            messages.success(request, _("Saved. Vendors get it with the next refresh."))
            return redirect("import_rows", request.organization.slug)
    return answer(request, form, 422)


@page(ADMIN, methods=("POST",))
def end(request: AtDesk) -> HttpResponse:
    """End a row: what the system sends comes back."""
    file, sourced_id = (storable(request.POST.get(name, "")) for name in ("file", "id"))
    try:
        local.end_row(request.organization, file, sourced_id, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, _("Ended. Vendors get what your system sends with the next refresh.")
        )
    return redirect("import_rows", request.organization.slug)


def in_words(refusal: str) -> str:
    """Return a refusal with the choices of this page in place of the commands that it names."""
    for command, choice in (
        ("Use change_row.", _("Choose to change it instead.")),
        ("Use add_row.", _("Choose to add it instead.")),
    ):
        refusal = refusal.replace(command, choice)
    return refusal


def answer(request: AtDesk, form: OwnRowForm, status: int = 200) -> HttpResponse:
    rows = request.organization.own_rows.filter(ended=None)
    cut = paged(request, rows.count())
    return TemplateResponse(
        request,
        "imports/own_rows.html",
        {
            "organization": request.organization,
            "may_change": request.may_change,
            "form": form,
            "paged": cut,
            "rows": [
                (
                    own,
                    [(name, cell, (own.sent or {}).get(name)) for name, cell in own.cells.items()],
                )
                for own in rows[cut.cut]
            ],
        },
        status=status,
    )
