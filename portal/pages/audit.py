"""The audit log: who changed what, from what to what, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.template.response import TemplateResponse

from portal import naming
from portal.access import ADMIN, AtDesk, connections_of, page
from portal.asked import asked
from portal.changes import described
from portal.csv_files import csv_answer
from portal.models import Staff
from portal.paging import paged
from portal.words import ACTIONS
from roster.audit import searching
from roster.kinds import KINDS
from roster.models import AuditEntry, Organization


@page()
def show(request: AtDesk) -> HttpResponse:
    """The entries, the newest first, narrowed by act, person, object and day."""
    wanted = asked_for(request)
    found = searching.entries(request.organization, wanted)
    cut = paged(request, found.count())
    actions = request.organization.audit.order_by("action").values_list("action", flat=True)
    return TemplateResponse(
        request,
        "audit/show.html",
        {
            "organization": request.organization,
            "may_change": request.may_change,
            "asked": wanted,
            "narrowed": any(wanted),
            "actions": [(name, ACTIONS.get(name, name)) for name in actions.distinct()],
            "query": request.GET.urlencode(),
            "paged": cut,
            "entries": [
                (entry, subject, described(entry))
                for entry, subject in with_subjects(request.organization, found[cut.cut])
            ],
        },
    )


@page(ADMIN)
def download(request: AtDesk) -> HttpResponse:
    """All entries that meet what is asked, as a file for a spreadsheet."""
    found = searching.entries(request.organization, asked_for(request))
    return csv_answer("audit", searching.HEADINGS, searching.lines(found))


def with_subjects(
    organization: Organization, found: Iterable[AuditEntry]
) -> list[tuple[AuditEntry, str]]:
    """Return entries, each with the name of what it was about; blank where that has none."""
    entries = list(found)
    nodes = {(each.kind, each.object_id) for each in entries}
    names = naming.names_of(organization, [node for node in nodes if node[0] in KINDS])
    for kind, (rows, name) in named_rows(organization).items():
        keys = [each for of, each in nodes if of == kind and each.isdecimal()]
        names |= {(kind, str(row.pk)): name(row) for row in rows.filter(pk__in=keys)}
    return [(each, names.get((each.kind, each.object_id), "")) for each in entries]


def named_rows(organization: Organization) -> dict[str, tuple[QuerySet[Any], Callable[[Any], str]]]:
    """Return the rows of kinds that the roster doesn't have, and how each is called."""
    return {
        "connection": (connections_of(organization), attrgetter("title")),
        "import": (organization.imports.defer("files"), attrgetter("name")),
        "staff": (Staff.objects.all(), attrgetter("email")),
    }


def asked_for(request: AtDesk) -> searching.Asked:
    return searching.Asked(
        asked(request, "action"),
        asked(request, "by").strip(),
        asked(request, "object").strip(),
        day(asked(request, "from")),
        day(asked(request, "until")),
    )


def day(text: str) -> date | None:
    """Return the day that a text names; None where it names none."""
    try:
        return date.fromisoformat(text) if len(text) == len("2027-06-30") else None
    except ValueError:
        return None
