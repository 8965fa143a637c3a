"""The whole of what a vendor may read as one bulk bundle, for one that has no REST client.

An extension of ours: OneRoster leaves it open how bundles travel (specification 5.1). It is
written from the documents of the reader's publication while it is sent, so nothing is kept, and
it is the same bytes as long as nothing changed. Weighed and left: made at the refresh and kept,
which costs every connection a second copy of its data for the few that fetch it.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain

from django.core.cache import cache
from django.http import HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from roster import reading
from roster.api.base import OneRosterView, at_head
from roster.api.operations import scopes_for
from roster.api.reader import Reader
from roster.api.tracing import trace_of
from roster.dialects.fields import FIELDS
from roster.exporting import FORM, Bundle, PublishedDocuments
from roster.kinds import COLLECTIONS
from roster.models import Organization
from roster.written import WRITTEN

WHOLE = 1
"""A bundle is given in one piece: as a list, it has one record, and is read to its end."""

LONGEST = 900
"""Seconds after which a bundle that was begun is no longer waited for."""

WAIT = 30


class BundleView(OneRosterView):
    """A bulk bundle of the collections that the token's scopes open."""

    in_runs = True

    def get(self, request: Request) -> HttpResponse | StreamingHttpResponse:
        path = self.operation.address({})
        reader = at_head(self.reader(request, path, 0))
        organization = Organization.objects.get(pk=reader.organization)
        collections = covered(reader)
        tag = tag_of(reader, collections, organization.time_zone)
        headers = {"ETag": tag}
        if tag in (each.strip() for each in request.headers.get("If-None-Match", "").split(",")):
            reader.run.gave(path, 0, WHOLE, WHOLE)
            return HttpResponseNotModified(headers=headers)
        name = f"oneroster-{reader.version}.zip"
        headers |= {
            "Content-Type": "application/zip",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        if request.method == "HEAD":
            return HttpResponse(headers=headers)
        pieces = one_at_a_time(
            reader.connection,
            Bundle(PublishedDocuments(reader, collections), organization).pieces(),
        )
        reader.run.gave(path, 0, WHOLE, WHOLE)
        if traced := trace_of(request):
            totals = reading.totals(reader)
            traced.records = sum(totals.get(name, 0) for name in collections)
        return StreamingHttpResponse(pieces, headers=headers)


def covered(reader: Reader) -> list[str]:
    """Return the collections that the reader's scopes open, in the order of the table."""
    return [
        name
        for name in FIELDS[reader.version]
        if not reader.scopes.isdisjoint(scopes_for(reader.version, COLLECTIONS[name]))
    ]


def tag_of(reader: Reader, collections: list[str], time_zone: str) -> str:
    """Return the strong tag of a bundle: what its bytes are made of, and how."""
    cut = {name: sorted(fields) for name, fields in sorted(reader.cut.items())}
    stand: tuple[object, ...] = (FORM, reader.publication, reader.revision, cut)
    if set(collections).intersection(WRITTEN):
        stand = (*stand, reader.written, reader.acts)
    stand = (*stand, collections, time_zone)
    return f'"{blake2b(repr(stand).encode(), digest_size=12).hexdigest()}"'


def one_at_a_time(connection: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Return the pieces, unless another bundle of the connection is being written: 429.

    One bundle is as much work as all of its pages. The first piece is made here, so that what
    fails at the beginning is answered as an error.
    """
    name = f"bundle:{connection}"
    if not cache.add(name, 1, LONGEST):
        raise Throttled(wait=WAIT)
    begun = _until_sent(name, pieces)
    return chain([next(begun)], begun)


def _until_sent(name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    finally:
        cache.delete(name)
