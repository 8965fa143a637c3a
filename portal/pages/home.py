"""Where people arrive: the way to their organization, and what needs them there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections import acting
from connections.calendar import Date, upcoming
from connections.models import Connection, HandOver, Request, Secret
from connections.request_log import SEEN
from portal.access import AtDesk, SignedIn, connections_of, page, signed_in
from portal.alerting.conditions import Condition, conditions, of_installation
from portal.alerting.sending import address
from portal.pages.audit import with_subjects
from portal.pages.cache import last_success, under_way
from portal.words import DATES, standing_of
from roster.clock import clock
from roster.kinds import KINDS
from roster.listing import live
from roster.models import Finding, Import, Organization

QUIET = timedelta(days=7)
"""How long an active vendor may stay away before somebody should look."""
DAY = timedelta(days=1)
OFTEN = 2
"""So many requests that fail in a day are told."""

SHOWN, DAILY = 5, ("sign_in.done", "cache.refreshed")
"""How many of the last changes are shown, and what isn't told among them: it happens every day."""


@signed_in()
def arrive(request: SignedIn) -> HttpResponse:
    """Lead to the one organization, or let choose; an operator who serves none sees all."""
    memberships = request.user.memberships.select_related("organization")
    organizations = [each.organization for each in memberships.order_by("organization__name")]
    if len(organizations) == 1:
        return redirect("organization", organizations[0].slug)
    if not organizations and request.user.is_operator:
        return redirect("organizations")
    return TemplateResponse(request, "home/choose.html", {"organizations": organizations})


@page()
def show(request: AtDesk) -> HttpResponse:
    """The organization at a glance; an empty one sees the steps to its first connection."""
    organization = request.organization
    connections = list(connections_of(organization).open().by_name())
    last = last_success(organization)
    imports = organization.imports.all()
    applied = imports.filter(state=Import.State.APPLIED).first()
    read = any(each.last_seen for each in connections)
    handed = read or HandOver.objects.filter(connection__in=connections).opened().exists()
    steps = [applied is not None, bool(connections), handed, read]
    return TemplateResponse(
        request,
        "home/show.html",
        {
            "organization": organization,
            "may_change": request.may_change,
            "steps": None if all(steps) else steps,
            "attention": attention(organization, connections, clock()),
            "applied": applied,
            "needs_repair": findings_of(applied),
            "connections": len(connections),
            "active": sum(standing_of(each) == "active" for each in connections),
            "schools": live(organization, KINDS["school"]).count(),
            "last": last,
            "under_way": under_way(organization),
            "under_way_acts": [
                each for each in acting.open_acts(organization) if not acting.is_late(each)
            ],
            "imported": imports.first(),
            "alerts": alerts_of(request),
            "changes": with_subjects(
                organization, organization.audit.exclude(action__in=DAILY)[:SHOWN]
            ),
        },
    )


def alerts_of(request: AtDesk) -> list[tuple[Condition, str]]:
    """Return what needs a person, with where to look; the installation's is for operators."""
    organization, operator = request.organization, request.user.is_operator
    own = [each for each in conditions(organization) if each.at_home]
    return [
        *((each, address(organization, each)) for each in own),
        *((each, address(None, each) if operator else "") for each in of_installation()),
    ]


def findings_of(applied: Import | None) -> int:
    """Return how many rows and values of the last import need repair."""
    if applied is None:
        return 0
    grave = applied.findings.exclude(severity=Finding.Severity.NOTICE)
    groups = grave.values("code", "file", "column").annotate(number=Max("occurrences"))
    return sum(group["number"] for group in groups)


def attention(
    organization: Organization, connections: list[Connection], now: datetime
) -> list[tuple[Connection, str]]:
    """Return the connections that somebody should look at, each with its reasons."""
    soon: dict[int, list[str]] = {}
    for dated in upcoming(organization):
        if dated.connection:
            soon.setdefault(dated.connection.pk, []).append(date_words(dated, organization.today()))
    keys = [each.pk for each in connections]
    errors = counted(
        Request.objects.filter(connection__in=keys, at__gte=now - DAY, status__gte=SEEN)
    )
    secrets = counted(Secret.objects.filter(connection__in=keys, ended__isnull=True))
    unopened = HandOver.objects.filter(connection__in=keys).unopened()
    links = dict(unopened.order_by("pk").values_list("connection", "expires"))
    found = []
    for each in connections:
        reasons = [*soon.get(each.pk, ()), reason_for(each, now)]
        reasons.append(errors_words(errors.get(each.pk, 0)))
        if ends := links.get(each.pk):
            reasons.append(link_words(ends, now))
        if secrets.get(each.pk, 0) > 1:
            reasons.append(_("Two secrets are valid; end one when the vendor has changed over."))
        if said := " ".join(filter(None, reasons)):
            found.append((each, said))
    return found


def counted(rows: QuerySet[Any]) -> dict[int, int]:
    """Return the number of rows of each connection."""
    return dict(rows.values_list("connection").annotate(number=Count("pk")).order_by())


def errors_words(number: int) -> str:
    if number < OFTEN:
        return ""
    said = ngettext(
        "%(count)d request was refused or failed in 24 hours.",
        "%(count)d requests were refused or failed in 24 hours.",
        number,
    )
    return said % {"count": number}


def date_words(dated: Date, today: date) -> str:
    """Return how soon something happens by date."""
    left = (dated.day - today).days
    said = ngettext("%(what)s in %(count)d day.", "%(what)s in %(count)d days.", left)
    return (said if left else _("%(what)s today.")) % {"what": DATES[dated.what][0], "count": left}


def link_words(ends: datetime, now: datetime) -> str:
    if ends <= now:
        return _("The hand-over link has expired unopened; make a new one.")
    return _("The hand-over link hasn't been opened yet.")


def reason_for(connection: Connection, now: datetime) -> str:
    """Return why somebody should look at the connection; blank if nobody need."""
    state = standing_of(connection)
    if state == "expired":
        return _("Expired; the vendor is refused.")
    if state != "active":
        return ""
    if connection.last_seen is None:
        return _("The vendor has never connected.")
    if now - connection.last_seen > QUIET:
        away = (now - connection.last_seen).days
        return ngettext("Not seen for %(count)d day.", "Not seen for %(count)d days.", away) % {
            "count": away
        }
    return ""
