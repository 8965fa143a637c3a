"""A held refresh: what it would take from vendors or give them, and the decision about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from connections.models import Connection
from portal.access import ADMIN, AtDesk, page
from portal.csv_files import csv_answer
from portal.pages.imports import NAMED
from portal.retelling import retold
from portal.terms import COLLECTION_TERMS
from roster import jobs, publishing
from roster.models import Org, Organization, Refresh
from roster.refusal import Refused

HEADINGS = ("list", "sourcedId", "name", "school", "what happens", "fields")
ACTS = ("created", "updated", "removed")


@page()
def show(request: AtDesk) -> HttpResponse:
    """The reasons, and the difference by list and school with the records."""
    held = publishing.held_refresh(request.organization)
    if held is None:
        messages.info(request, _("No refresh is held."))
        return redirect("cache", request.organization.slug)
    return TemplateResponse(request, "cache/held.html", context_of(request, held))


@page(ADMIN)
def download(request: AtDesk) -> HttpResponse:
    """The records of the difference, as a file for a spreadsheet."""
    held = publishing.held_refresh(request.organization)
    if held is None:
        raise Http404
    rows = (
        [name, *(record[key] for key in ("sourcedId", "name", "school", "act")),
         " ".join(record["fields"])]
        for name, change in held.difference.items()
        for record in change["records"]
    )  # fmt: skip
    return csv_answer(f"held-refresh-{held.pk}", HEADINGS, rows)


@page(ADMIN, methods=("POST",))
def decide(request: AtDesk, number: int, act: str) -> HttpResponse:
    """Show the held refresh, or drop it: the one that the page was about, and no other."""
    organization = request.organization
    held = publishing.held_refresh(organization)
    if act not in ("approve", "discard"):
        raise Http404
    try:
        if held is None or held.pk != number or publishing.is_superseded(held):
            raise Refused("This refresh isn't held any more. Look at what is held now.")
        messages.success(request, decided(request, held, act))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("cache", organization.slug)


def decided(request: AtDesk, held: Refresh, act: str) -> str:
    if act == "approve":
        jobs.request_refresh(request.organization, by=request.user, approve=held)
        return _("Approved. Vendors read it in a moment.")
    publishing.discard(request.organization, held.pk, by=request.user)
    return _("Discarded. Vendors go on reading what was published before, until the next import.")


def context_of(request: AtDesk, held: Refresh) -> dict[str, Any]:
    organization = request.organization
    names = dict(Org.objects.filter(organization=organization).values_list("sourced_id", "name"))
    return {
        "organization": organization,
        "may_change": request.may_change,
        "held": held,
        "superseded": publishing.is_superseded(held),
        "holds": reasons_of(organization, held),
        "difference": [
            {
                "name": COLLECTION_TERMS.get(name, name),
                **change,
                "schools": [
                    (names.get(school, school), [numbers.get(act, 0) for act in ACTS])
                    for school, numbers in sorted(change["schools"].items())
                    if school
                ],
                "records": change["records"][:NAMED],
                "all": len(change["records"]),
            }
            for name, change in held.difference.items()
        ],
    }


def reasons_of(organization: Organization, held: Refresh) -> list[tuple[str, str]]:
    """Return each reason with the vendors that it is about."""
    rows = Connection.objects.filter(organization=organization, feed__isnull=False)
    vendors = dict(rows.values_list("feed", "vendor"))
    return [
        (
            retold(each["reason"]),
            ", ".join(sorted({vendors.get(feed, "—") for feed in each["feeds"]})),
        )
        for each in held.holds
    ]
