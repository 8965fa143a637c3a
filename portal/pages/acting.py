"""An act under way: what it is, how far it is, and what is true until it is done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from connections import acting
from portal import naming
from portal.access import AtDesk, connection_of, page
from portal.alerting.pulses import silent
from portal.pages.acts import ACTS
from portal.pages.roster import address_of
from portal.terms import KIND_TERMS
from portal.words import Words
from roster import jobs
from roster.clock import clock
from roster.jobs.queue import OPEN
from roster.models import Job, Organization
from roster.refusal import Refused

NAMED = 20
"""How many of the records of an act its page names."""


@page(methods=("GET", "POST"))
def follow(request: AtDesk, pk: int) -> HttpResponse:
    """How far an act is; one that failed is tried again by an administrator's click."""
    organization = request.organization
    job = Job.objects.filter(organization=organization, kind=acting.KIND, pk=pk).first()
    if job is None:
        raise Http404
    if request.method == "POST":
        return _again(request, job)
    under_way = job.state in OPEN
    context = {
        "organization": organization,
        "may_change": request.may_change,
        "job": job,
        "under_way": under_way,
        "late": acting.is_late(job),
        "nobody_works": under_way and any(name == "worker" for name, _at in silent(clock())),
        **about(request, job),
    }
    return TemplateResponse(request, "acts/show.html", context)


def _again(request: AtDesk, job: Job) -> HttpResponse:
    if not request.may_change:
        raise PermissionDenied
    try:
        jobs.run_again(job, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        acting.see_to(job)
    return redirect("act", request.organization.slug, job.pk)


def about(request: AtDesk, job: Job) -> dict[str, Any]:
    """Return what an act is about: its title, the records by name, where it leads, its success."""
    organization, act, given = request.organization, job.arguments["act"], job.arguments["given"]
    if act == acting.EXCLUDE:
        return _exclusion(organization, job)
    connection = connection_of(organization, job.arguments["connection"])
    address = reverse("connection", args=[organization.slug, connection.pk])
    found = {
        "leave": address,
        "back": connection.title,
        "title": connection.title,
        "rows": [],
        "part": "connection",
    }
    if act == acting.SHARE:
        return found | {"label": _("What it may see"), "done": shared(job.result)}
    if act in ACTS:
        return found | {"label": ACTS[act].label, "done": ACTS[act].done}
    node = ("person", given["person"])
    name = naming.names_of(organization, [node])[node]
    words = KEPT_OUT[act]
    return found | {
        "label": words[0],
        "done": words[1] % {"vendor": connection.title},
        "leave": address_of(organization, node),
        "back": name,
        "rows": [{"name": name, "address": address_of(organization, node)}],
    }


KEPT_OUT: dict[str, tuple[Words, Words]] = {
    "keep_out": (
        gettext_lazy("Keep out"),
        gettext_lazy("Kept out: %(vendor)s no longer reads this person."),
    ),
    "let_in": (
        gettext_lazy("Let in again"),
        gettext_lazy(
            "No longer kept out of %(vendor)s. Its sharing decides again whether it reads this"
            " person."
        ),
    ),
}


def _exclusion(organization: Organization, job: Job) -> dict[str, Any]:
    kind, ids = job.arguments["given"]["kind"], job.arguments["given"]["ids"]
    term = KIND_TERMS[kind]
    nodes = [(kind, each) for each in ids[:NAMED]]
    names = naming.names_of(organization, nodes)
    rows = [{"name": names[node], "address": address_of(organization, node)} for node in nodes]
    alone = len(ids) == 1
    number = number_format(len(ids), use_l10n=True, force_grouping=True)
    listed = reverse("roster_kind", kwargs={"slug": organization.slug, "kind": kind})
    return {
        "part": "roster_act",
        "label": _("Exclude"),
        "title": rows[0]["name"] if alone else f"{number} {term.plural}",
        "rows": rows,
        "more": len(ids) - len(rows),
        "leave": rows[0]["address"] if alone else listed,
        "back": rows[0]["name"] if alone else term.plural,
        "done": excluded(job.result.get("changed", 0)),
    }


def excluded(changed: int) -> str:
    if not changed:
        return _("Nothing changed: it was excluded already.")
    words = ngettext("Excluded.", "%(count)s records excluded.", changed) % {
        "count": number_format(changed, use_l10n=True, force_grouping=True)
    }
    return f"{words} " + _("No vendor reads it any longer.")


def shared(result: dict[str, Any]) -> str:
    if not result.get("changed"):
        return _("Nothing was changed.")
    if result["published"]:
        return _("Saved. It holds from the vendor's next request on.")
    return _("Saved. What isn't shared any more is gone at once; the rest comes later.")
