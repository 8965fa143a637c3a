"""The year rollover: what it would do to each vendor, its day, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections import rollover as previews
from portal.access import ADMIN, AtDesk, page
from portal.csv_files import streamed_csv
from portal.forms.rollover import RolloverForm
from portal.pages.sharing import moving, rows_of
from portal.terms import KIND_TERMS
from portal.words import spelled
from roster import rollover
from roster.jobs.queue import OPEN
from roster.models import Job, Organization
from roster.refusal import Refused

OUTCOMES = {
    "carried": gettext_lazy("is carried over"),
    "cleared": gettext_lazy("was cleared for the new year"),
    "gone": gettext_lazy("ends: there is nothing of this kind in the new year"),
    "ended": gettext_lazy("ends with its class"),
}


@page(methods=("GET", "POST"))
def show(request: AtDesk) -> HttpResponse:
    """Show what is planned and what can be taken back; ask for a year and its day."""
    organization = request.organization
    planned = organization.rollovers.planned().first()
    year = planned.after if planned else following(organization.school_year)
    bound = request.method == "POST"
    if bound and not request.may_change:
        raise PermissionDenied
    form = None
    if request.may_change:
        sent = request.POST if bound else None
        day = planned.day if planned else organization.today()
        form = RolloverForm(sent, initial={"year": year, "day": day})
    if form is not None and form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            rollover.plan(organization, given["year"], given["day"], by=request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The rollover is planned."))
            return redirect("rollover", organization.slug)
    context = {
        "organization": organization,
        "may_change": request.may_change,
        "planned": planned,
        "done": organization.rollovers.revertible(),
        "year": year,
        "form": form,
        "question": previews.question(organization),
        "history": organization.rollovers.exclude(state="planned")[:10],
    }
    return TemplateResponse(request, "rollover/show.html", context, status=422 if bound else 200)


@page(methods=("GET", "POST"))
def preview(request: AtDesk, year: int) -> HttpResponse:
    """Show for each vendor who and what comes and goes, and what becomes of marks.

    A job finds out: an administrator asks for it, and the page shows how far it is.
    """
    organization = request.organization
    if request.method == "POST":
        return _ask(request, str(year))
    job = previews.previews_of(organization, str(year))
    context = {
        "organization": organization,
        "may_change": request.may_change,
        "year": str(year),
        "job": job,
        "under_way": job is not None and job.state in OPEN,
    }
    if job is not None and job.state == Job.State.DONE:
        context |= _found(organization, job.result)
    return TemplateResponse(request, "rollover/preview.html", context)


def _ask(request: AtDesk, year: str) -> HttpResponse:
    if not request.may_change:
        raise PermissionDenied
    try:
        previews.request(request.organization, year, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("rollover_preview", request.organization.slug, year)


def _found(organization: Organization, found: dict[str, Any]) -> dict[str, Any]:
    """Return what a preview has found, with names and in the words of the portal."""
    vendors = found["connections"]
    groups = moving(organization, [each["collections"] for each in vendors])
    return {
        "found": found,
        "is_old": found["revision"] != organization.revision,
        "vendors": [
            {**each, "rows": rows_of(each["collections"]), "moving": moved}
            for each, moved in zip(vendors, groups, strict=True)
        ],
        "marks": [
            {**each, "level": KIND_TERMS[each["kind"]].singular, "words": OUTCOMES[each["outcome"]]}
            for each in found["marks"]
        ],
    }


@page(ADMIN)
def download(request: AtDesk, year: int) -> HttpResponseBase:
    """Everybody and everything that comes or goes, as a table."""
    organization = request.organization
    try:
        rows = previews.records(organization, str(year))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("rollover", organization.slug)
    return streamed_csv(f"{organization.slug}-rollover-{year}", previews.Record._fields, rows)


@page(ADMIN, methods=("POST",))
def undo(request: AtDesk, act: str) -> HttpResponse:
    """Cancel what is planned, or go back to the year before."""
    try:
        if act == "cancel":
            rollover.cancel(request.organization, by=request.user)
            messages.success(request, _("Nothing is planned any more."))
        else:
            done = rollover.revert(request.organization, by=request.user)
            messages.success(
                request,
                _("%(year)s is the active school year again. Vendors read it after a refresh.")
                % {"year": spelled(done.before)},
            )
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("rollover", request.organization.slug)


def following(year: str) -> str:
    """Return the school year after another one."""
    return str(int(year) + 1) if year.isdigit() else ""
