"""The two views of reading: a collection and a single record.

The documents go from the database's cursor into the body as they are stored.
"""

from __future__ import annotations

from urllib.parse import urlencode

import orjson
from django.http import HttpResponse, HttpResponseNotModified
from rest_framework.request import Request

from roster import reading
from roster.api import errors, etags, list_keys, parameters, selecting
from roster.api.addresses import links, origin_of
from roster.api.base import OneRosterView
from roster.api.compression import compress
from roster.api.errors import NotHere
from roster.api.operations import Operation
from roster.api.parameters import Asked
from roster.api.reader import Reader
from roster.api.shares import share
from roster.api.tracing import trace_of
from roster.dialects.composing import with_origin
from roster.kinds import COLLECTIONS
from roster.reading import Name, Where
from roster.reading.facts_sql import ALWAYS, Sql
from roster.reading.query import Filter


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
        return HttpResponseNotModified(headers={"ETag": tag})

    def body(
        self, request: Request, content: bytes, records: int, asked: Asked, tag: str
    ) -> HttpResponse:
        """Return the answer: the envelope of one document or of several with commas between them,
        and beside it what 1.1 warns of.

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
        extra = f',"statusInfoSet":{orjson.dumps(warnings).decode()}' if warnings else ""
        begin, end = "[]" if self.operation.many else ("", "")
        # Each name is one copy of a page that may have thirty megabytes: none is kept for long.
        content = with_origin(content, origin_of(request))
        response = HttpResponse(
            (f'{{"{self.operation.envelope}":{begin}', content, f"{end}{extra}}}"),
            content_type="application/json",
            headers={"ETag": tag},
        )
        del content
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
        key = list_keys.key_of(operation.address(ids), asked.filter)
        # Nested lists belong to the run in progress; only top-level ones begin one.
        reader = self.reader(request, None if nested else key, asked.offset)
        begun = reader.run.begun(key, asked.offset) if self.in_runs else None
        tree = list_keys.widened(asked.filter, reader)
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
        if link := links(request, here, asked, total):
            response.headers["Link"] = link
        return response

    def _read(
        self, reader: Reader, where: Where, asked: Asked, begun: int | None, key: str
    ) -> tuple[bytes, int, int]:
        """Return the documents of a page with commas between, how many they are, and the total."""
        found = self.page(reader, where, asked, begun, key)
        documents = selecting.only(found.documents, asked.fields)
        return b",".join(documents), len(documents), found.total

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
        mark = self.mark(request, reader)
        if self.in_runs and self.known(request, mark):
            return self.not_modified(etags.tag(mark))
        where = None
        if operation.subset:
            where = Where(operation.version, operation.collection, operation.subset)
        document = reading.single(reader, operation.collection, sourced_id, where)
        if document is None:
            raise NotHere(operation.envelope, sourced_id)
        if not self.in_runs:
            # The gradebook's has a tag of its own, which a write can be tied to by `If-Match`.
            query = urlencode(sorted(request.query_params.lists()), doseq=True)
            mark = etags.mark_of_text(document.decode(), origin_of(request), query)
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
