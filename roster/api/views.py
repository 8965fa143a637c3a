"""The two views of reading: a collection and a single record.

DRF decides who may call (authentication, permission, throttle) and answers errors; the
documents go from the database's cursor into the body as they are stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import orjson
from django.http import HttpResponse
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from roster import reading
from roster.api import errors, etags, lists, parameters, selecting
from roster.api.addresses import elsewhere, links, origin_of
from roster.api.compression import compress
from roster.api.errors import NotHere, NotReady
from roster.api.operations import NOWHERE, Operation
from roster.api.parameters import Asked
from roster.api.reader import Reader
from roster.api.shares import share
from roster.api.throttling import ConnectionThrottle
from roster.api.tracing import trace_of
from roster.clock import clock, stamp
from roster.dialects.composing import with_origin
from roster.kinds import COLLECTIONS
from roster.models import Organization
from roster.reading import Name, Where
from roster.reading.facts_sql import ALWAYS, Sql
from roster.reading.query import Filter
from roster.written import state_of

LONGEST_WAIT = 3600
"""Seconds after which a vendor may ask again whether there is something to read."""


class JsonAlways(BaseContentNegotiation):
    """JSON whatever the client says it accepts: vendors send all kinds of `Accept`."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return next(iter(parsers), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class MissingScope(PermissionDenied):
    """The token opens other things; the challenge names a scope that would do (RFC 6750, 3.1)."""

    def __init__(self, scopes: tuple[str, ...]) -> None:
        super().__init__("The token lacks the scope that this needs: " + " or ".join(scopes))
        self.auth_header = (
            f'Bearer realm="Rosterdesk", error="insufficient_scope", scope="{scopes[0]}"'
        )


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
            raise MissingScope(operation.scopes)
        return True


class OneRosterView(APIView):
    """What all views share; `operation` is set by the route, and `writes` by method."""

    operation: Operation = NOWHERE
    writes: Mapping[str, Operation] = {}
    permission_classes = (HoldsScope,)
    throttle_classes = (ConnectionThrottle,)
    content_negotiation_class = JsonAlways
    http_method_names = ("get", "head", "options")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Choose the operation by the method, before anybody asks for its scope."""
        self.operation = self.writes.get(str(request.method), self.operation)
        super().initial(request, *args, **kwargs)

    @property
    def methods(self) -> tuple[str, ...]:
        """Return what can be asked here."""
        return tuple(name.upper() for name in self.http_method_names if hasattr(self, name))

    def reader(self, request: Request, key: str | None = None, offset: int = 0) -> Reader:
        """Return who reads, at the publication of its run, once there is something to read.

        `key` and `offset` say which top-level list is asked, and from where. The gradebook is
        read at the head: no run begins or ends with it.
        """
        reader: Reader = request.auth  # type: ignore[assignment]
        if self.in_runs:
            reader = reader.run.enter(reader, key, offset)
            if traced := trace_of(request):
                traced.run = reader.run.id
        else:
            reader = at_head(reader)
        if not reader.publication:
            raise not_published(reader)
        return reader

    @property
    def in_runs(self) -> bool:
        """Whether requests like this one belong to runs."""
        return COLLECTIONS[self.operation.collection].service != "gradebook"

    def options(  # type: ignore[override]
        self, request: Request, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Say which methods are possible here, and nothing else."""
        return HttpResponse(status=204, headers={"Allow": ", ".join(self.methods)})

    def endpoint(self) -> str:
        """Return what the request log calls the operation: its path, without anybody's id."""
        return self.operation.path

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Let go of the answer: DRF's view and request know each other, and would keep it.

        Each answer of megabytes would live until a full garbage collection.
        """
        response = super().dispatch(request, *args, **kwargs)
        del self.response
        return response

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say who may keep the answer, and tell the request log what was asked."""
        response = super().finalize_response(request, response, *args, **kwargs)
        # Nobody on the way may keep people's data, or what was said about them; the vendor, who
        # holds it anyway, may, and asks whether it still stands.
        kept = "ETag" in response.headers
        response.headers["Cache-Control"] = "private, no-cache" if kept else "no-store"
        if traced := trace_of(request):
            traced.endpoint = self.endpoint()
        return response


def at_head(reader: Reader) -> Reader:
    """Return the reader with what vendors have written until now, where it may read any of it."""
    if not reader.vendor:
        return reader
    state = state_of(reader.organization)
    return replace(reader, written=state.written, acts=state.acts)


class ReadingView(OneRosterView):
    """What lists and singles share: conditional answers, and the body with its warnings."""

    def mark(
        self,
        request: Request,
        reader: Reader,
        tree: Filter | None = None,
        begun: int | None = None,
    ) -> str:
        """Return what tells this answer from others; `tree` is the filter as it is answered."""
        query = urlencode(sorted(request.query_params.lists()), doseq=True)
        return etags.mark_of(reader, begun, origin_of(request), request.path, f"{query} {tree}")

    def known(self, request: Request, mark: str) -> etags.Known | None:
        """Return what the client has of this very answer already, if it says so."""
        header = request.headers.get("If-None-Match", "")
        return etags.known(header, mark) if header else None

    def not_modified(self, tag: str) -> HttpResponse:
        return HttpResponse(status=304, headers={"ETag": tag})

    def body(
        self, request: Request, content: str, records: int, asked: Asked, tag: str
    ) -> HttpResponse:
        """Return the answer: the envelope, and beside it what 1.1 warns of.

        `If-None-Match: *` asks for what isn't there yet (RFC 9110, 13.1.2), and this is.
        """
        if request.headers.get("If-None-Match", "").strip() == "*":
            return self.not_modified(tag)
        if traced := trace_of(request):
            traced.records = records
        warnings = [
            errors.warning(each.minor, each.words, operation=self.operation.id)
            for each in asked.warnings
        ]
        beside = f',"statusInfoSet":{orjson.dumps(warnings).decode()}' if warnings else ""
        # Each name is one copy of a page that may have thirty megabytes: none is kept for long.
        content = with_origin(content, origin_of(request))
        encoded = content.encode()
        del content
        response = HttpResponse(
            (f'{{"{self.operation.envelope}":', encoded, f"{beside}}}"),
            content_type="application/json",
            headers={"ETag": tag},
        )
        del encoded
        compress(response, request.headers.get("Accept-Encoding", ""))
        return response


class CollectionView(ReadingView):
    """A list: envelope, page, `X-Total-Count` and `Link` (specification 3.1, 3.2)."""

    def get(self, request: Request, **ids: str) -> HttpResponse:
        asked = parameters.read(request.query_params, self.operation)
        reader: Reader = request.auth  # type: ignore[assignment]
        with share(reader.connection, asked.limit):
            return self._list(request, asked, ids)

    def _list(self, request: Request, asked: Asked, ids: dict[str, str]) -> HttpResponse:
        operation, nested = self.operation, bool(self.operation.parents)
        key = lists.key_of(operation.address(ids), asked.filter)
        # Nested lists belong to the run in progress; only top-level ones begin one.
        reader = self.reader(request, None if nested else key, asked.offset)
        begun = reader.run.begun(key, asked.offset) if self.in_runs else None
        tree = lists.widened(asked.filter, reader)
        mark = self.mark(request, reader, tree, begun)
        if known := self.known(request, mark):
            self._gave(request, reader, key, asked.offset, known.records, known.total)
            return self.not_modified(etags.tag(mark, known.records, known.total))
        where = Where(
            operation.version,
            operation.collection,
            operation.subset,
            tree,
            operation.nesting,
            parents_of(operation, reader, ids),
            asked.order,
        )
        content, count, total = self._read(reader, where, asked, begun, key)
        self._gave(request, reader, key, asked.offset, count, total)
        response = self.body(request, content, count, asked, etags.tag(mark, count, total))
        response.headers["X-Total-Count"] = str(total)
        here = origin_of(request) + operation.address(ids)
        if beside := links(request, here, asked, total):
            response.headers["Link"] = beside
        return response

    def _read(
        self, reader: Reader, where: Where, asked: Asked, begun: int | None, key: str
    ) -> tuple[str, int, int]:
        """Return the documents of a page as one JSON array, how many they are, and the total."""
        found = self.page(reader, where, asked, begun, key)
        documents = selecting.only(found.documents, asked.fields)
        return f"[{','.join(documents)}]", len(documents), found.total

    def page(
        self, reader: Reader, where: Where, asked: Asked, begun: int | None, key: str
    ) -> reading.Page:
        """Return a page: of a run's publication, or of the gradebook as its list was begun."""
        collection, offset, limit = self.operation.collection, asked.offset, asked.limit
        if not reader.written:
            return reading.page(reader, collection, where, offset, limit, begun)
        name = Name(reader.program, etags.mark_of_text(f"{key} {where.order}", ""))
        return reading.page_as_begun(reader, collection, where, offset, limit, name)

    def _gave(
        self, request: Request, reader: Reader, key: str, offset: int, count: int, total: int
    ) -> None:
        if self.in_runs and request.method == "GET":
            nested = bool(self.operation.parents)
            reader.run.gave(key, offset, count, total, nested=nested)


class SingleView(ReadingView):
    """One record by its sourcedId, which may contain slashes."""

    def get(self, request: Request, sourced_id: str) -> HttpResponse:
        operation = self.operation
        asked = parameters.read(request.query_params, operation)
        reader = self.reader(request)
        sourced_id = sourced_id.removesuffix("/")
        if not self.in_runs:
            return self._of_gradebook(request, reader, sourced_id, asked)
        mark = self.mark(request, reader)
        if self.known(request, mark):
            return self.not_modified(etags.tag(mark))
        where = None
        if operation.subset:
            where = Where(operation.version, operation.collection, operation.subset)
        document = reading.single(reader, operation.collection, sourced_id, where)
        if document is None:
            raise NotHere(operation.envelope, sourced_id)
        content = selecting.only([document], asked.fields)[0]
        return self.body(request, content, 1, asked, etags.tag(mark))

    def _of_gradebook(
        self, request: Request, reader: Reader, sourced_id: str, asked: Asked
    ) -> HttpResponse:
        """Return a record with a tag of its own, which a write can be tied to by `If-Match`."""
        document = reading.single(reader, self.operation.collection, sourced_id, None)
        if document is None:
            raise NotHere(self.operation.envelope, sourced_id)
        query = urlencode(sorted(request.query_params.lists()), doseq=True)
        mark = etags.mark_of_text(document, origin_of(request), query)
        if self.known(request, mark):
            return self.not_modified(etags.tag(mark))
        content = selecting.only([document], asked.fields)[0]
        return self.body(request, content, 1, asked, etags.tag(mark))


def parents_of(operation: Operation, reader: Reader, ids: dict[str, str]) -> tuple[str, ...]:
    """Return the ids in a nested list's path; `NotHere` for the first that names nothing.

    Each must belong to the one before it: a class of another school isn't in this one.
    """
    found: list[str] = []
    for parent in operation.parents:
        sourced_id = ids[parent.name]
        tied = Sql(f"{parent.tied_by} = %s", (found[-1],)) if parent.tied_by else ALWAYS
        if not reading.exists(
            reader, parent.collection, sourced_id, subset=parent.subset, tied=tied
        ):
            raise NotHere(parent.subset or COLLECTIONS[parent.collection].singular, sourced_id)
        found.append(sourced_id)
    return tuple(found)


class NothingHere(OneRosterView):
    """Any other path below the services' bases: 404 in the version's words."""

    def endpoint(self) -> str:
        """Return words for any of them: a path that we don't know may hold anything."""
        return "(no such endpoint)"

    def get(self, request: Request, **kwargs: str) -> HttpResponse:
        words = [
            "There is no such endpoint.",
            elsewhere(request.path),
            "The reference is at /docs/.",
        ]
        raise NotFound(" ".join(filter(None, words)))

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Nothing is here for any method."""
        return self.get(request)


def not_published(reader: Reader) -> NotReady:
    """Return the refusal before the first publication, which names the next refresh."""
    organization = Organization.objects.get(pk=reader.organization)
    due = organization.next_refresh()
    local = due.astimezone(ZoneInfo(organization.time_zone))
    return NotReady(
        f"The district has not published its roster yet. Its next refresh is at {stamp(due)} "
        f"({local:%H:%M}, {organization.time_zone}); ask again after it.",
        # Somebody may refresh by hand before, so nobody is sent away for a day.
        wait=max(1, min(int((due - clock()).total_seconds()), LONGEST_WAIT)),
    )
