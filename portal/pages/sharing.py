"""What a vendor may see, edited: what appears and goes is shown by name before it is saved."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from connections import acting, sharing
from connections.changing import preview_sharing
from connections.models import Connection
from portal import naming
from portal.access import ADMIN, AtDesk, connection_of, page
from portal.forms.sharing import SharingForm
from portal.pages.roster import address_of
from portal.terms import COLLECTION_TERMS
from roster.models import Organization
from roster.refusal import Refused

NAMED = 20
"""How many of those that appear, and of those that go, are named for each list."""
NAMES = {"users": "person", "classes": "section", "orgs": "org"}
"""The lists whose records have names that a school office knows, and their kinds."""


@page(ADMIN, methods=("GET", "POST"))
def edit(request: AtDesk, pk: int) -> HttpResponse:
    """The form; then what it would change, in numbers and by name; then the change itself."""
    connection = connection_of(request.organization, pk)
    if connection.status == Connection.Status.CLOSED:
        return redirect("connection", request.organization.slug, pk)
    bound = request.method == "POST"
    form = SharingForm(request.POST if bound else None, connection=connection)
    if bound and form.is_valid() and "edit" not in request.POST:
        try:
            if "confirmed" in request.POST:
                return _saved(request, connection, form)
            return _previewed(request, connection, form)
        except Refused as refused:
            form.add_error(None, str(refused))
    return TemplateResponse(
        request,
        "connections/sharing.html",
        _context(request, connection, form),
        status=422 if form.errors else 200,
    )


def _saved(request: AtDesk, connection: Connection, form: SharingForm) -> HttpResponse:
    reason = form.cleaned_data["reason"]
    sharing.decide(connection, form.asked())  # type: ignore[arg-type]
    job = acting.request(
        request.organization,
        acting.SHARE,
        by=request.user,
        connection=connection,
        reason=reason,
        **form.asked(),
    )
    return redirect("act", request.organization.slug, job.pk)


def _previewed(request: AtDesk, connection: Connection, form: SharingForm) -> HttpResponse:
    preview = preview_sharing(connection, named=NAMED, **form.asked())  # type: ignore[arg-type]
    if not preview["changed"]:
        messages.info(request, _("Nothing differs from what is shared now."))
        return redirect("connection_sharing", request.organization.slug, connection.pk)
    collections = preview["collections"]
    return TemplateResponse(
        request,
        "connections/sharing_preview.html",
        _context(request, connection, form)
        | {
            "rows": rows_of(collections),
            "moving": moving(request.organization, [collections])[0],
            "warnings": preview["warnings"],
            "sent": list(form.sent()),
            "reason": form.cleaned_data["reason"],
        },
    )


def rows_of(collections: dict[str, dict[str, Any]]) -> list[tuple[Any, dict[str, Any]]]:
    """Return the lists that differ, with their numbers."""
    return [
        (COLLECTION_TERMS[name], counts)
        for name, counts in collections.items()
        if counts["added"] or counts["removed"] or counts["changed"]
    ]


def moving(
    organization: Organization, differences: list[dict[str, dict[str, Any]]]
) -> list[list[dict[str, Any]]]:
    """Return who and what appears and goes by each of these differences, as
    `[{"title", "going", "rows", "more"}]` with an entry for each list."""
    nodes = [
        (NAMES[name], each)
        for collections in differences
        for name, act in _moved(collections)
        for each in collections[name]["ids"][act]
    ]
    names = naming.names_of(organization, nodes)
    return [
        [
            _group(organization, name, act, collections[name], names)
            for name, act in _moved(collections)
        ]
        for collections in differences
    ]


def _moved(collections: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (name, act)
        for act in ("removed", "added")
        for name in NAMES
        if name in collections and collections[name][act]
    ]


def _group(
    organization: Organization, name: str, act: str, numbers: dict[str, Any], names: dict[Any, str]
) -> dict[str, Any]:
    ids = numbers["ids"][act]
    return {
        "title": COLLECTION_TERMS[name],
        "going": act == "removed",
        "number": numbers[act],
        "rows": [
            {
                "name": names[NAMES[name], each],
                "id": each,
                "address": address_of(organization, (NAMES[name], each)),
            }
            for each in ids
        ],
        "more": numbers[act] - len(ids),
    }


def _context(request: AtDesk, connection: Connection, form: SharingForm) -> dict[str, Any]:
    return {
        "organization": request.organization,
        "connection": connection,
        "form": form,
        "may_change": True,
    }
