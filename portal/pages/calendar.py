"""The calendar: what happens to connections by date, and when the cache is refreshed."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from connections.models import Connection
from portal.access import AtDesk, connections_of, page


class Day(NamedTuple):
    """What happens on a day, and to which connection."""

    day: date
    what: str
    connection: Connection
    is_past: bool


@page()
def show(request: AtDesk) -> HttpResponse:
    """The days ahead, the next first; days that are past stand first of all."""
    today = request.organization.today()
    connections = list(connections_of(request.organization).open().by_name())
    return TemplateResponse(
        request,
        "calendar/show.html",
        {
            "organization": request.organization,
            "may_change": request.may_change,
            "days": days_of(connections, today),
            "waiting": [each for each in connections if each.status == Connection.Status.DISABLED],
        },
    )


def days_of(connections: list[Connection], today: date) -> list[Day]:
    """Return what happens by date: pauses that end, last days of agreements."""
    found = []
    for each in connections:
        if each.resume_on and each.status == Connection.Status.PAUSED:
            words = _("Resumes: the vendor reads what is published then.")
            found.append(Day(each.resume_on, words, each, each.resume_on < today))
        if each.expires:
            words = _("Last day: afterwards the vendor is refused.")
            found.append(Day(each.expires, words, each, each.expires < today))
    return sorted(found, key=lambda day: (day.day, day.connection.vendor, day.connection.pk))
