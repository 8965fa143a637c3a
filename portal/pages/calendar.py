"""The calendar: what happens to connections by date, and when the cache is refreshed."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.response import TemplateResponse

from connections.calendar import dates_of
from connections.models import Connection
from portal.access import AtDesk, connections_of, page
from portal.words import DATES


@page()
def show(request: AtDesk) -> HttpResponse:
    """The days ahead, the next first; days that are past stand first of all."""
    organization = request.organization
    today = organization.today()
    connections = list(connections_of(organization).open().by_name())
    return TemplateResponse(
        request,
        "calendar/show.html",
        {
            "organization": organization,
            "may_change": request.may_change,
            "days": [
                (each, *DATES[each.what], each.day < today)
                for each in dates_of(organization, connections)
            ],
            "waiting": [
                each
                for each in connections
                if each.status == Connection.Status.DISABLED and each.active_on is None
            ],
        },
    )
