"""The two views of reading: a collection and a single record.

DRF decides who may call (authentication, permission, throttle) and answers errors; the
documents go from the database's cursor into the body as they are stored.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpResponse
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from roster import reading
from roster.api import lists, parameters
from roster.api.errors import NotHere, NotReady
from roster.api.operations import NOWHERE, Operation
from roster.api.parameters import Asked
from roster.api.reader import Reader
from roster.api.throttling import ConnectionThrottle
from roster.kinds import COLLECTIONS
from roster.where import Where


class JsonAlways(BaseContentNegotiation):
    """JSON whatever the client says it accepts: vendors send all kinds of `Accept`."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return next(iter(parsers), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class HoldsScope(BasePermission):
    """The token is of the path's version and has one of the operation's scopes."""

    def has_permission(self, request: Request, view: Any) -> bool:
        reader, operation = request.auth, view.operation
        if not isinstance(reader, Reader):
            return False
        if operation is NOWHERE:
            return True
        if reader.version != operation.version:
            raise PermissionDenied(
                f"This connection is for OneRoster {reader.version}; this path is OneRoster "
                f"{operation.version}. Use the base URL that the district gave you."
            )
        if reader.scopes.isdisjoint(operation.scopes):
            raise PermissionDenied(
                "The token lacks the scope that this needs: " + " or ".join(operation.scopes)
            )
        return True


class OneRosterView(APIView):
    """What both views share; `operation` is set by the route."""

    operation: Operation = NOWHERE
    run: int | None = None
    permission_classes = (HoldsScope,)
    throttle_classes = (ConnectionThrottle,)
    content_negotiation_class = JsonAlways
    http_method_names = ("get", "head", "options")

    def reader(self, request: Request, key: str | None = None, offset: int = 0) -> Reader:
        """Return who reads, at the publication of its run, once there is something to read.

        `key` and `offset` say which top-level list is asked, and from where. The gradebook is
        read at the head: no run begins or ends with it.
        """
        reader: Reader = request.auth  # type: ignore[assignment]
        if reader.stopped:
            raise NotReady(
                "The district is taking records out of what is shared. Ask again in a minute."
            )
        if COLLECTIONS[self.operation.collection].service != "gradebook":
            reader = reader.run.enter(reader, key, offset)
            self.run = reader.run.id
        if reader.number == 0:
            raise NotReady(
                "The district has not published its roster yet. Ask again after its next refresh."
            )
        return reader

    def endpoint(self) -> str:
        """Return what the request log calls the operation: its path, without anybody's id."""
        return self.operation.path

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Leave word for the request log of who asked for what."""
        response = super().finalize_response(request, response, *args, **kwargs)
        # Neither proxies nor browsers may keep people's data, or what was said about them.
        response.headers["Cache-Control"] = "no-store"
        reader = getattr(request, "auth", None)
        if isinstance(reader, Reader):
            response.log = {
                "connection": reader.connection,
                "reading": self.run,
                "endpoint": self.endpoint(),
                "records": getattr(response, "log_records", None),
                "reason": getattr(response, "log_reason", ""),
            }
        return response


class CollectionView(OneRosterView):
    """A list: envelope, page, `X-Total-Count` and `Link` (specification 3.1, 3.2)."""

    def get(self, request: Request) -> HttpResponse:
        operation = self.operation
        asked = parameters.read(request.query_params, operation.collection)
        key = lists.key_of(operation.path, asked.filter)
        reader = self.reader(request, key, asked.offset)
        where = None
        if operation.subset or asked.filter:
            tree = lists.widened(asked.filter, reader)
            where = Where(operation.collection, operation.subset, tree)
        found = reading.page(reader, operation.collection, where, asked.offset, asked.limit)
        if self.run is not None and request.method == "GET":
            reader.run.gave(key, asked.offset, len(found.documents), found.total)
        base = base_url(request)
        response = _json(f'{{"{operation.envelope}":[{",".join(found.documents)}]}}', base)
        response.headers["X-Total-Count"] = str(found.total)
        response.headers["Link"] = links(request, base, asked, found.total)
        response.log_records = len(found.documents)  # type: ignore[attr-defined]
        return response


class SingleView(OneRosterView):
    """One record by its sourcedId, which may contain slashes."""

    def endpoint(self) -> str:
        return f"{self.operation.path}/{{sourcedId}}"

    def get(self, request: Request, sourced_id: str) -> HttpResponse:
        operation = self.operation
        reader = self.reader(request)
        sourced_id = sourced_id.removesuffix("/")
        where = Where(operation.collection, operation.subset) if operation.subset else None
        document = reading.single(reader, operation.collection, sourced_id, where)
        if document is None:
            raise NotHere(operation.envelope, sourced_id)
        response = _json(f'{{"{operation.envelope}":{document}}}', base_url(request))
        response.log_records = 1  # type: ignore[attr-defined]
        return response


class NothingHere(OneRosterView):
    """Any other path below the services' bases: 404 in the version's words."""

    def endpoint(self) -> str:
        """Return words for any of them: a path that we don't know may hold anything."""
        return "(no such endpoint)"

    def get(self, request: Request, **kwargs: str) -> HttpResponse:
        raise NotFound("There is no such endpoint. The reference is at /docs/.")


def base_url(request: Request) -> str:
    """Return scheme and host with which absolute addresses begin."""
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


def _json(text: str, base: str) -> HttpResponse:
    # Stored hrefs begin with the path. In JSON, text of a bundle can't hold this sequence: its
    # quotes are escaped, and `render` sees to columns of that name.
    return HttpResponse(
        text.replace('"href":"/ims/', f'"href":"{base}/ims/').encode(),
        content_type="application/json",
    )


def links(request: Request, base: str, asked: Asked, total: int) -> str:
    """Return the `Link` header: first, prev, next, last, every other parameter kept.

    Commas are percent-encoded, because clients split the header at them.
    """
    others = [
        (name, value)
        for name, values in request.query_params.lists()
        for value in values
        if name not in ("limit", "offset")
    ]
    here = base + quote(request.path, safe="/@:")

    def link(offset: int, relation: str) -> str:
        query = urlencode([*others, ("limit", asked.limit), ("offset", offset)], quote_via=quote)
        return f'<{here}?{query}>; rel="{relation}"'

    last = max(0, (total - 1) // asked.limit * asked.limit)
    told = [link(0, "first")]
    if asked.offset > 0:
        told.append(link(max(0, min(asked.offset - asked.limit, last)), "prev"))
    if asked.offset + asked.limit < total:
        told.append(link(asked.offset + asked.limit, "next"))
    told.append(link(last, "last"))
    return ", ".join(told)
