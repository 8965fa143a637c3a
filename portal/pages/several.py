"""Several connections paused or resumed at once: who is meant is said before a job does it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from connections import several
from portal.access import ADMIN, AtDesk, connections_of, page
from portal.forms.acts import SeveralForm
from portal.pages.acts import ACTS, records_of
from roster.jobs.queue import OPEN
from roster.models import Job


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
        job = several.request(act, fit, request.organization, by=request.user, **form.verdict())
        return redirect("connection_several_job", request.organization.slug, job.pk)
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


@page()
def follow(request: AtDesk, pk: int) -> HttpResponse:
    """How far that is: who has the new status, who was refused and why."""
    job = Job.objects.filter(organization=request.organization, kind=several.KIND, pk=pk).first()
    if job is None:
        raise Http404
    refused = job.result.get("refused", {})
    return TemplateResponse(
        request,
        "connections/several_job.html",
        {
            "organization": request.organization,
            "may_change": request.may_change,
            "act": ACTS[job.arguments["act"]],
            "job": job,
            "under_way": job.state in OPEN,
            "connections": [
                (each, refused.get(str(each.pk), "")) for each in several.connections_of(job)
            ],
        },
    )


def ids_of(request: HttpRequest) -> set[int]:
    """Return the connections that are ticked, from the form or from the address."""
    asked = request.POST if request.method == "POST" else request.GET
    return {int(each) for each in asked.getlist("id") if each.isdecimal() and len(each) < 10}
