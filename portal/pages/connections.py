"""Connections: the list, and what one of them is."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from connections import acting, credentials
from connections.agreements import file_of
from connections.models import Connection
from portal import letters
from portal.access import AtDesk, connection_of, connections_of, page
from portal.changes import described
from portal.forms.listing import ListForm
from portal.pages.acts import acts_for
from portal.terms import COLLECTION_TERMS
from portal.words import (
    FIELDS,
    ROLES,
    SHARE_NAMES,
    STANDINGS,
    in_order_of_grades,
    standing_of,
)
from roster.dialects.vocabularies import grade_name
from roster.models import AuditEntry, Org

SHOWN = 10
"""How many of the last requests and changes a connection's page shows."""


@page()
def index(request: AtDesk) -> HttpResponse:
    """The list as tiles, searched, narrowed and ordered by its address."""
    everything = list(connections_of(request.organization).by_name())
    form = ListForm(request)
    found = form.of(everything)
    titles = Counter(each.title for each in found)
    return TemplateResponse(
        request,
        "connections/list.html",
        {
            "organization": request.organization,
            "may_change": request.may_change,
            "connections": found,
            "twins": {title for title, number in titles.items() if number > 1},
            "any": bool(everything),
            "form": form,
        },
    )


@page()
def show(request: AtDesk, pk: int) -> HttpResponse:
    """One connection: what was agreed, what it may see, how it is, what it did."""
    connection = connection_of(request.organization, pk)
    return TemplateResponse(
        request,
        "connections/show.html",
        {
            "organization": request.organization,
            "may_change": request.may_change,
            "connection": connection,
            "standing": STANDINGS[standing_of(connection)],
            "sharing": sharing_of(connection),
            "file": file_of(connection),
            "secrets": credentials.live(connection),
            "under_way_acts": [
                each
                for each in acting.open_acts(request.organization)
                if each.arguments["connection"] in (None, pk)
            ],
            "acts": acts_for(connection) if request.may_change else [],
            "letters": letters.offered(connection) if request.may_change else [],
            "requests": connection.requests.order_by("-at", "-pk")[:SHOWN],
            "history": [(each, described(each)) for each in history_of(connection)[:SHOWN]],
        },
    )


def sharing_of(connection: Connection) -> dict[str, Any]:
    """Return in people's words what the vendor may see and what is kept from it."""
    names = dict(
        Org.objects.filter(
            organization=connection.organization, sourced_id__in=connection.schools
        ).values_list("sourced_id", "name")
    )
    withheld = set(connection.withheld)
    return {
        "schools": sorted(names.get(school, school) for school in connection.schools),
        "shared": [words for name, words in SHARE_NAMES.items() if name in connection.shares],
        "kept": [words for name, words in SHARE_NAMES.items() if name not in connection.shares],
        "withheld": [FIELDS.get(name, name) for name in sorted(withheld)],
        "narrowed": narrowed(connection),
    }


def narrowed(connection: Connection) -> list[tuple[str, str]]:
    """Return how else the sharing is narrowed: a heading, and what it comes down to."""
    lists = (
        (_("Grades"), connection.grades, grade_name),
        (_("Roles"), connection.roles, lambda role: str(ROLES.get(role, role))),
        (_("Courses"), connection.courses, str),
        (_("Subjects"), connection.subjects, str),
    )
    found: list[tuple[str, str]] = [
        (name, ", ".join(map(words, in_order_of_grades(only))))
        for name, only, words in lists
        if only
    ]
    if connection.hidden:
        hidden = (str(COLLECTION_TERMS[name]) for name in sorted(connection.hidden))
        found.append((_("Lists left out"), ", ".join(hidden)))
    if not connection.inactive:
        found.append((_("Accounts"), _("active ones only")))
    if not connection.unenrolled:
        found.append((_("People"), _("only those with a visible class")))
    return found


def history_of(connection: Connection) -> QuerySet[AuditEntry]:
    return connection.organization.audit.filter(kind="connection", object_id=str(connection.pk))
