"""Imports: a bundle brought in, what was found and would change, what is decided of held ones."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from portal.access import ADMIN, AtDesk, connections_of, page
from portal.asked import asked
from portal.csv_files import csv_answer
from portal.forms.imports import DecisionForm, UploadForm
from portal.paging import paged
from portal.terms import COLLECTION_TERMS
from roster import jobs
from roster.checking import in_words
from roster.clock import clock
from roster.fetching import silent_since, take_upload
from roster.importing import discard, held_import
from roster.importing.report import cure, write_csv
from roster.map import shown
from roster.models import Arrival, Finding, Import, Job, Organization
from roster.refusal import Refused

FILTERS = ("severity", "file", "column", "code")
"""The columns by which findings are narrowed."""
PRIVATE = "demographics.csv"
"""The file whose findings only administrators see: they hold birth dates and the like."""
NAMED = 200
"""How many records of a difference are shown for each collection."""
SHOWN = 10
"""How many bundles that came in are listed beside the imports."""


@page()
def index(request: AtDesk) -> HttpResponse:
    """What is under way, held and brought in; htmx asks again while something runs."""
    template = "imports/_state.html" if request.htmx else "imports/list.html"
    return TemplateResponse(request, template, context_of(request, UploadForm()))


@page(ADMIN, methods=("POST",))
def upload(request: AtDesk) -> HttpResponse:
    """Take a bundle in; it is imported by a job that goes on when the page is left."""
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            arrival = take_upload(request.organization, form.cleaned_data["bundle"], request.user)
        except Refused as refused:
            form.add_error("bundle", str(refused))
        else:
            messages.success(request, received(arrival, by=request.user))
            address = reverse("imports", kwargs={"slug": request.organization.slug})
            return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    context = context_of(request, form)
    return TemplateResponse(request, "imports/list.html", context, status=422)


@page()
def show(request: AtDesk, number: int) -> HttpResponse:
    """One import: what it did or would do, and its findings, narrowed by what is asked."""
    of_import = import_of(request, number)
    everything = findings_of(request, of_import)
    chosen = {name: asked(request, name) for name in FILTERS}
    rows = everything.filter(**{name: value for name, value in chosen.items() if value})
    cut = paged(request, rows.count())
    return TemplateResponse(
        request,
        "imports/show.html",
        {
            "organization": request.organization,
            "may_change": request.may_change,
            "of_import": of_import,
            "files": list(of_import.counts.items()),
            "numbers": [each.splitlines() for each in in_words(of_import.numbers, in_lines=True)],
            "difference": difference_of(of_import),
            "deciding": deciding(of_import),
            "any": bool(cut.total) or everything.exists(),
            "filters": [
                (name, everything.order_by(name).values_list(name, flat=True).distinct(), value)
                for name, value in chosen.items()
            ],
            "narrowed": any(chosen.values()),
            "paged": cut,
            "findings": [(finding, cure(finding)) for finding in rows[cut.cut]],
        },
    )


@page(ADMIN)
def findings(request: AtDesk, number: int) -> HttpResponse:
    """All findings of an import that are kept, as a file for a spreadsheet."""
    of_import = import_of(request, number)
    answer = csv_answer(f"findings-{of_import.pk}")
    write_csv(of_import, answer)  # type: ignore[arg-type]
    return answer


@page(ADMIN, methods=("GET", "POST"))
def decide(request: AtDesk, number: int, act: str) -> HttpResponse:
    """Say what approving or discarding a held import does, and do it when that is confirmed."""
    of_import = import_of(request, number)
    if act not in ("approve", "discard"):
        raise Http404
    slug = request.organization.slug
    if of_import.state != Import.State.HELD or deciding(of_import):
        messages.info(request, _("This import isn't held any more."))
        return redirect("import", slug, number)
    bound = request.method == "POST"
    form = DecisionForm(request.POST if bound else None, of_import=of_import, act=act)
    if bound and form.is_valid():
        try:
            messages.success(request, decided(request, of_import, act))
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect("imports", slug)
    context = {
        "organization": request.organization,
        "of_import": of_import,
        "act": act,
        "form": form,
        "difference": difference_of(of_import),
        "may_change": True,
    }
    return TemplateResponse(request, "imports/decide.html", context, status=422 if bound else 200)


def decided(request: AtDesk, of_import: Import, act: str) -> str:
    if act == "approve":
        jobs.request_approval(of_import, by=request.user)
        return _("It is being applied. Vendors read it after the next refresh.")
    held = held_import(request.organization)
    if held is None or held.pk != of_import.pk:
        raise Refused("This import isn't held any more.")
    discard(request.organization, by=request.user)
    return _("Discarded. Nothing was changed.")


def received(arrival: Arrival, by: Any) -> str:
    """Queue the import of what came in, and say what happens with it."""
    if arrival.state == Arrival.State.UNCHANGED:
        return _("This is the bundle that was applied last. Nothing was imported.")
    jobs.request_import(arrival, by)
    return _("The bundle is here; its import begins in a moment.")


def context_of(request: AtDesk, form: UploadForm) -> dict[str, Any]:
    organization = request.organization
    imports = organization.imports.all()
    cut = paged(request, imports.count())
    arrivals = organization.arrivals.select_related("of_import", "source")
    return {
        "organization": organization,
        "may_change": request.may_change,
        "form": form,
        "under_way": under_way(organization),
        "failed": failed(organization),
        "held": held_import(organization),
        "silent": silent_since(organization, clock()),
        "next": next_step(organization),
        "sources": list(organization.sources.all()),
        "arrivals": list(arrivals[:SHOWN]),
        "paged": cut,
        "imports": list(imports.defer("difference", "files", "numbers")[cut.cut]),
    }


def under_way(organization: Organization) -> list[Job]:
    """Return the jobs that import something, or will in a moment."""
    open_jobs = organization.jobs.filter(
        kind__in=("import", "approve"), state__in=(Job.State.QUEUED, Job.State.RUNNING)
    )
    return list(open_jobs.order_by("pk"))


def next_step(organization: Organization) -> str:
    """Return what comes after the last import: `connect`, `refresh`, or nothing."""
    if not organization.imports.filter(state=Import.State.APPLIED).exists():
        return ""
    if not connections_of(organization).open().exists():
        return "connect"
    last = shown(organization)
    return "refresh" if last is None or last.revision < organization.revision else ""


def failed(organization: Organization) -> Job | None:
    """Return the last job that imported something, if it failed."""
    ended = organization.jobs.filter(kind__in=("import", "approve"), finished__isnull=False)
    job = ended.order_by("-finished", "-pk").first()
    return job if job and job.state == Job.State.FAILED else None


def deciding(of_import: Import) -> bool:
    """Return whether a held import is approved already, and is being applied."""
    return any(
        job.kind == "approve" and job.arguments.get("import") == of_import.pk
        for job in under_way(of_import.organization)
    )


def import_of(request: AtDesk, number: int) -> Import:
    found = request.organization.imports.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def findings_of(request: AtDesk, of_import: Import) -> QuerySet[Finding]:
    found = of_import.findings.all()
    return found if request.may_change else found.exclude(file=PRIVATE)


LISTS = COLLECTION_TERMS | {"roles": _("Roles")}
"""What the lists of a difference are called: one of them is a list in bundles only."""


def difference_of(of_import: Import) -> list[dict[str, Any]]:
    """Return what an import that is held would change: numbers and records by collection."""
    return [
        {
            "name": LISTS.get(name, name),
            **change,
            "records": change["records"][:NAMED],
            "all": len(change["records"]),
        }
        for name, change in of_import.difference.items()
    ]
