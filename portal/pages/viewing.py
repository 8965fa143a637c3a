"""View as vendor: the very documents that a connection reads, as it would read them now."""

from __future__ import annotations

import json
import shlex
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from connections import viewing
from connections.models import Connection
from portal.access import AtDesk, connection_of, page
from portal.asked import storable
from portal.pages.roster import address_of
from portal.paging import paged
from portal.terms import COLLECTION_TERMS
from roster import reading
from roster.api.addresses import origin_of
from roster.api.reader import Reader
from roster.clock import moment_of
from roster.dialects.composing import with_origin
from roster.dialects.references import TARGETS, base_path, in_path
from roster.kinds import COLLECTIONS, KINDS
from roster.listing import live

PER_PAGE = 20
"""How many documents a page has."""


class Document(NamedTuple):
    """One document as the vendor gets it; `links` are those it names: `(type, id, address)`."""

    id: str
    name: str
    is_live: bool
    text: str
    links: list[tuple[str, str, str]]


@page()
def show(request: AtDesk, pk: int) -> HttpResponse:
    """The collections that the vendor has, with the number of records in each."""
    connection = connection_of(request.organization, pk)
    reader = viewing.reader_of(connection)
    records = reading.totals(reader)
    return TemplateResponse(
        request,
        "connections/view.html",
        context_of(request, connection, reader)
        | {
            "collections": [
                (name, COLLECTION_TERMS[name], records.get(name, 0), may_see(request, name))
                for name in viewing.collections_of(connection)
            ],
        },
    )


@page()
def documents(request: AtDesk, pk: int, collection: str) -> HttpResponse:
    """A page of one collection's documents in the API's order; `id` shows one of them."""
    connection = connection_of(request.organization, pk)
    if collection not in viewing.collections_of(connection):
        raise Http404
    if not may_see(request, collection):
        raise PermissionDenied
    reader = viewing.reader_of(connection)
    wanted = request.GET.get("id", "").strip()
    cut = paged(request, reading.totals(reader).get(collection, 0), PER_PAGE)
    if wanted:
        one = reading.single(reader, collection, wanted, None)
        texts = [one] if one else []
    else:
        texts = reading.page(reader, collection, None, cut.cut.start, PER_PAGE, None).documents
    path = path_of(request, connection, collection, wanted, cut.cut.start)
    return TemplateResponse(
        request,
        "connections/documents.html",
        context_of(request, connection, reader)
        | {
            "collection": collection,
            "title": COLLECTION_TERMS[collection],
            "wanted": wanted,
            "paged": cut,
            "documents": [described(request, connection, text) for text in texts],
            "record": record_of(request, collection, wanted) if wanted and not texts else "",
            "path": path,
            "curl": f'curl -H "Authorization: Bearer $TOKEN" {shlex.quote(path)}',
        },
    )


def context_of(request: AtDesk, connection: Connection, reader: Reader) -> dict[str, Any]:
    return {
        "organization": request.organization,
        "may_change": request.may_change,
        "connection": connection,
        "published": moment_of(reader.number) if reader.publication else None,
    }


def record_of(request: AtDesk, collection: str, sourced_id: str) -> str:
    """Return the address of the record in the roster, which says why; blank if it isn't there."""
    for kind in KINDS.values():
        if kind.collection == collection:
            rows = live(request.organization, kind)
            if rows.filter(sourced_id=storable(sourced_id)).exists():
                return address_of(request.organization, (kind.name, sourced_id))
    return ""


def may_see(request: AtDesk, collection: str) -> bool:
    """Return whether the account may look into a collection: demographics are for admins."""
    return request.may_change or collection != "demographics"


def path_of(
    request: AtDesk, connection: Connection, collection: str, wanted: str, offset: int
) -> str:
    """Return the address at which the vendor reads the same."""
    service = COLLECTIONS[collection].service
    path = f"{origin_of(request)}{base_path(connection.oneroster, service)}/{collection}"
    if wanted:
        return f"{path}/{in_path(wanted)}"
    return f"{path}?limit={PER_PAGE}&offset={offset}"


def described(request: AtDesk, connection: Connection, text: bytes) -> Document:
    """Return a document to be read by people; viewers get it without its metadata columns."""
    document = json.loads(with_origin(text, origin_of(request)))
    if not request.may_change:
        document.pop("metadata", None)
    names = ("title", "name", "familyName")
    name = next((str(document[each]) for each in names if document.get(each)), "")
    if "familyName" in document:
        name = f"{document.get('givenName', '')} {document['familyName']}".strip()
    return Document(
        document["sourcedId"],
        name,
        document["status"] == "active",
        json.dumps(document, ensure_ascii=False, indent=2),
        links_of(connection, document),
    )


def links_of(connection: Connection, document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the documents that a document names, each with its address on these pages."""
    found: dict[tuple[str, str], str] = {}
    waiting: list[Any] = list(document.values())
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, dict):
            collection = TARGETS.get(value.get("type", ""), ("",))[0]
            if "href" in value and collection in COLLECTIONS:
                found[value["type"], value["sourcedId"]] = collection
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    slug = connection.organization.slug
    return [
        (
            type_name,
            sourced_id,
            reverse(
                "connection_documents",
                kwargs={"slug": slug, "pk": connection.pk, "collection": collection},
                query={"id": sourced_id},
            ),
        )
        for (type_name, sourced_id), collection in found.items()
    ]
