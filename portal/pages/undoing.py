"""An exclusion undone, from the audit log: what it set and what of that is left, then cleared."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from portal import naming
from portal.access import ADMIN, AtDesk, page
from portal.forms.exclusion import IncludeForm
from portal.pages.excluding import say_included
from portal.terms import KIND_TERMS
from roster import excluding
from roster.excluding.undoing import EXCLUDED, excluded_by
from roster.refusal import Refused

NAMED = 50
"""How many of the rows are named."""


@page(ADMIN, methods=("GET", "POST"))
def undo(request: AtDesk, pk: int) -> HttpResponse:
    """Say which rows the act excludes still, and include them again."""
    entry = request.organization.audit.filter(pk=pk, action=EXCLUDED).first()
    if entry is None:
        raise Http404
    form = IncludeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            done = excluding.undo(entry, reason=form.cleaned_data["reason"], by=request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            say_included(request, len(done.changed), len(done.by_bundle))
            return redirect("audit", request.organization.slug)
    left = excluding.still_marked(entry)
    nodes = [(entry.kind, sourced_id) for sourced_id in left[:NAMED]]
    context = {
        "organization": request.organization,
        "may_change": True,
        "form": form,
        "entry": entry,
        "term": KIND_TERMS[entry.kind],
        "set": len(excluded_by(entry)),
        "left": len(left),
        "names": sorted(naming.names_of(request.organization, nodes).values()),
        "more": len(left) - len(nodes),
    }
    return TemplateResponse(
        request, "audit/undo.html", context, status=422 if form.is_bound else 200
    )
