"""The OneRoster cache: what vendors read, how old it is, and its rebuilding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Min
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from connections.models import Connection
from portal.access import ADMIN, AtDesk, connections_of, page
from portal.terms import COLLECTION_TERMS
from portal.words import Words
from roster import jobs, publishing
from roster.clock import moment_of
from roster.jobs import running_refresh
from roster.jobs.queue import OPEN
from roster.models import Job, Organization, Publication, Refresh
from roster.refusal import Refused

SHOWN = 20
"""How many refreshes the history lists."""


@page()
def show(request: AtDesk) -> HttpResponse:
    """State and history; while a refresh runs, htmx asks for the same page's middle again."""
    template = "cache/_state.html" if request.htmx else "cache/show.html"
    return TemplateResponse(request, template, context_of(request))


@page(ADMIN, methods=("POST",))
def refresh(request: AtDesk) -> HttpResponse:
    """Ask for a refresh now; the page shows how far it is."""
    try:
        jobs.request_refresh(request.organization, by=request.user)
    except Refused as refused:
        context = {**context_of(request), "refused": str(refused)}
        return TemplateResponse(request, "cache/show.html", context, status=422)
    return redirect("cache", request.organization.slug)


@page(ADMIN, methods=("POST",))
def cancel(request: AtDesk) -> HttpResponse:
    """Give up the refresh that runs or waits."""
    try:
        jobs.cancel(request.organization, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Cancelled. Vendors go on reading what was published before."))
    return redirect("cache", request.organization.slug)


def context_of(request: AtDesk) -> dict[str, Any]:
    organization = request.organization
    return {
        "organization": organization,
        "may_change": request.may_change,
        "under_way": under_way(organization),
        "last": last_success(organization),
        "publications": publications(organization),
        "refreshes": list(organization.refreshes.all()[:SHOWN]),
        "failed": failure(organization),
        "held": publishing.held_refresh(organization),
    }


@dataclass(frozen=True)
class Published:
    """What a connection reads now: the publication, and its records by collection.

    `made` says what it came from: it is the `first` of this connection, a `refresh` made it, or
    an `act` in between: an exclusion, a change of sharing.
    """

    connection: Connection
    at: datetime
    made: str
    collections: list[tuple[Words, dict[str, int]]]

    @property
    def records(self) -> int:
        return sum(numbers["records"] for _, numbers in self.collections)


def publications(organization: Organization) -> list[Published]:
    """Return what each connection reads, by vendor."""
    connections = connections_of(organization).open().select_related("feed__publication")
    found = [
        (connection, connection.feed.publication)
        for connection in connections.by_name()
        if connection.feed and connection.feed.publication
    ]
    numbers = {publication.number for _, publication in found}
    refreshed = set(
        organization.refreshes.filter(number__in=numbers).values_list("number", flat=True)
    )
    firsts = dict(
        Publication.objects.filter(feed__in=[connection.feed_id for connection, _ in found])
        .values_list("feed")
        .annotate(first=Min("number"))
        .order_by()
    )

    def made(publication: Publication) -> str:
        if publication.number == firsts[publication.feed_id]:
            return "first"
        return "refresh" if publication.number in refreshed else "act"

    return [
        Published(
            connection,
            moment_of(publication.number),
            made(publication),
            [
                (COLLECTION_TERMS[name], publication.counts[name])
                for name in COLLECTION_TERMS
                if name in publication.counts
            ],
        )
        for connection, publication in found
    ]


def under_way(organization: Organization) -> dict[str, Any] | None:
    """Return how far the refresh is that runs or waits: `{"percent", "stage", "waiting"}`."""
    running = running_refresh(organization)
    if running is not None:
        return {"percent": running.percent, "stage": running.stage, "waiting": False}
    job = organization.jobs.filter(kind="refresh", state__in=OPEN).order_by("due").first()
    if job is None:
        return None
    waiting = job.state == Job.State.QUEUED
    return {"percent": job.percent, "stage": job.stage, "reason": job.reason, "waiting": waiting}


def last_success(organization: Organization) -> Refresh | None:
    published = organization.refreshes.filter(state=Refresh.State.PUBLISHED)
    return published.order_by("-finished", "-pk").first()


def failure(organization: Organization) -> Job | None:
    """Return the last job of a refresh if it failed."""
    ended = (Job.State.DONE, Job.State.FAILED)
    jobs = organization.jobs.filter(kind="refresh", state__in=ended, finished__isnull=False)
    job = jobs.order_by("-finished", "-pk").first()
    return job if job and job.state == Job.State.FAILED else None
