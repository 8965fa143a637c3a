"""The partner directory, as the districts' administrators read it; the operator edits it."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.response import TemplateResponse

from connections.models import Partner
from portal.access import AtDesk, connections_of, page
from portal.words import TYPE_NAMES, Words


@page()
def show(request: AtDesk) -> HttpResponse:
    """Each partner with what it is certified for, and this organization's connections with it."""
    connections: dict[int, list[object]] = {}
    for connection in connections_of(request.organization).open().by_name():
        if connection.partner_id is not None:
            connections.setdefault(connection.partner_id, []).append(connection)
    return TemplateResponse(
        request,
        "partners/list.html",
        {
            "organization": request.organization,
            "may_change": request.may_change,
            "partners": [
                (partner, types_of(partner), connections.get(partner.pk, []))
                for partner in Partner.objects.by_name()
            ],
        },
    )


def types_of(partner: Partner) -> list[Words]:
    return [TYPE_NAMES[name] for name in ("roster", *partner.types)]
