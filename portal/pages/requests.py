"""A connection's request log: what the vendor asked for, what it got, and what to tell it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.template.response import TemplateResponse

from connections.models import Connection, Request
from connections.request_log import SEEN
from connections.syncs import last_syncs
from portal import activity
from portal.access import AtDesk, connection_of, page
from portal.hints import advice_for
from portal.paging import paged
from roster.clock import clock

SUMMED = timedelta(days=7)
"""How far back the numbers at the top go."""


@page()
def show(request: AtDesk, pk: int) -> HttpResponse:
    """The log, the newest first; `errors` shows only what was refused or failed."""
    connection = connection_of(request.organization, pk)
    only_errors = "errors" in request.GET
    rows = connection.requests.order_by("-at", "-pk")
    if only_errors:
        rows = rows.filter(status__gte=SEEN)
    cut = paged(request, rows.count())
    return TemplateResponse(
        request,
        "connections/requests.html",
        {
            "organization": request.organization,
            "may_change": request.may_change,
            "connection": connection,
            "only_errors": only_errors,
            "paged": cut,
            "rows": rows[cut.cut],
            "week": week_of(connection),
            "hints": advice_for(connection),
            **activity_of(connection),
        },
    )


def activity_of(connection: Connection) -> dict[str, Any]:
    """Return the last days as charts and table, what failed in them, and the last syncs."""
    days = activity.days_of(connection)
    return {
        "days": days,
        "requests_chart": activity.chart_of(
            [day.requests for day in days], [day.errors for day in days]
        ),
        "records_chart": activity.chart_of([day.records for day in days]),
        "failures": activity.failures_of(connection),
        "syncs": last_syncs(connection),
    }


def week_of(connection: Connection) -> dict[str, Any]:
    """Return what the vendor did in the last seven days: requests, errors, records, bytes."""
    recent = Request.objects.filter(connection=connection, at__gte=clock() - SUMMED)
    return recent.aggregate(
        requests=Count("pk"),
        errors=Count("pk", filter=Q(status__gte=SEEN)),
        records=Sum("records", default=0),
        size=Sum("size", default=0),
    )
