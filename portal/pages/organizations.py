"""The organizations of the installation, for operators: how large and how well, no student data."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.template.response import TemplateResponse

from connections.models import Connection
from portal.access import SignedIn, signed_in
from portal.models import Membership
from roster.models import Import, Organization, Refresh


@signed_in(operator=True)
def index(request: SignedIn) -> HttpResponse:
    """Every organization with counts of staff and connections, last import and last refresh."""
    return TemplateResponse(
        request,
        "organizations/list.html",
        {
            "organizations": list(measured()),
            "served": set(request.user.memberships.values_list("organization_id", flat=True)),
        },
    )


def measured() -> list[Organization]:
    """Return the organizations by name, each with its counts and times, by one query."""
    connections = Connection.objects.exclude(status=Connection.Status.CLOSED)
    imports = Import.objects.filter(state=Import.State.APPLIED)
    refreshes = Refresh.objects.filter(state=Refresh.State.PUBLISHED)
    return list(
        Organization.objects.by_name().annotate(
            staff=counted(Membership.objects.all()),
            open_connections=counted(connections),
            last_import=latest(imports),
            last_refresh=latest(refreshes),
        )
    )


def counted(rows: QuerySet[Any]) -> Coalesce:
    of_one = rows.filter(organization=OuterRef("pk")).order_by().values("organization")
    return Coalesce(Subquery(of_one.annotate(number=Count("pk")).values("number")), 0)


def latest(rows: QuerySet[Any]) -> Subquery:
    finished = rows.filter(organization=OuterRef("pk"), finished__isnull=False)
    return Subquery(finished.order_by("-finished").values("finished")[:1])
