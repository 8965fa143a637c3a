"""Who gets what: the page that a district posts for parents and the public, if it wants to."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from connections.models import Connection
from portal.csv_files import csv_answer
from portal.elements import elements_of
from portal.words import standing_of
from roster.clock import moment_of
from roster.models import Organization

HEADINGS = ("vendor", "application", "purpose", "data elements", "agreement", "ends", "since")
READING = ("active", "paused")


class Recipient(NamedTuple):
    """A vendor that reads, as the public may know it."""

    connection: Connection
    elements: list[str]
    since: datetime


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Every vendor that can read now; 404 unless the organization has switched the page on."""
    organization = listed(slug)
    with timezone.override(ZoneInfo(organization.time_zone)):
        answer = TemplateResponse(
            request,
            "recipients/show.html",
            {"listed": organization, "recipients": recipients_of(organization)},
        )
        return answer.render()


@require_safe
def download(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as a file for a spreadsheet."""
    organization = listed(slug)
    zone = ZoneInfo(organization.time_zone)
    rows = [
        (
            each.connection.partner.name if each.connection.partner else each.connection.vendor,
            each.connection.vendor,
            each.connection.purpose,
            "; ".join(each.elements),
            each.connection.agreement,
            each.connection.last_day or "",
            each.since.astimezone(zone).date(),
        )
        for each in recipients_of(organization)
    ]
    return csv_answer(f"who-gets-what-{organization.slug}", HEADINGS, rows)


def listed(slug: str) -> Organization:
    """Return the organization that publishes this, or 404."""
    found = Organization.objects.filter(slug=slug, vendors_listed=True).first()
    if found is None:
        raise Http404
    return found


def recipients_of(organization: Organization) -> list[Recipient]:
    """Return the connections that can read now, and what, since their first publication."""
    connections = Connection.objects.filter(organization=organization).open().by_name()
    begun = connections.annotate(first=Min("feed__publications__number"))
    return [
        Recipient(each, elements_of(each), moment_of(each.first))
        for each in begun.select_related("organization", "partner")
        if standing_of(each) in READING and each.first is not None
    ]
