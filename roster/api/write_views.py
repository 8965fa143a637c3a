"""The views through which vendors write: single records by PUT and DELETE, many by POST.

They stand at the paths of reading; the method chooses the operation, and with it the scope.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from roster import grading
from roster.api import errors, etags
from roster.api.addresses import origin_of
from roster.api.base import OneRosterView
from roster.api.errors import Refused
from roster.api.reader import Reader
from roster.api.tracing import trace_of
from roster.api.views import CollectionView, SingleView, parents_of
from roster.dialects.fields import V11
from roster.models.fields import LONGEST_ID

MOST_AT_ONCE = 1_000
"""Records of one POST."""

STATUS = {
    grading.Invalid: 422,
    grading.NotYours: 403,
    grading.Unwritten: 404,
    grading.Stale: 412,
}

PAUSED = "This connection is paused by the district: it may read, but not write."


class WritingView(OneRosterView):
    """What writes share: who may, and what is sent."""

    def writer(self, request: Request) -> Reader:
        """Return who writes; a paused connection doesn't."""
        reader = self.reader(request)
        if reader.paused:
            raise PermissionDenied(PAUSED)
        if not reader.vendor:
            raise PermissionDenied("Only vendors in the partner directory may write.")
        return reader

    def content(self, request: Request) -> Any:
        """Return what the envelope of the request's body holds."""
        try:
            body = orjson.loads(request._request.body)
            orjson.dumps(body)  # More can be read than be written again.
        except orjson.JSONEncodeError:
            raise Refused(422, "The body is nested too deeply.") from None
        except orjson.JSONDecodeError:
            raise Refused(422, "The body can't be read as JSON.") from None
        except RequestDataTooBig:
            raise Refused(422, "The body is too large; send fewer records at once.") from None
        envelope = self.operation.envelope
        if not isinstance(body, dict) or envelope not in body:
            raise Refused(422, f'{envelope}: the body must be {{"{envelope}": …}}.')
        return body[envelope]

    def note(self, request: Request, records: int) -> None:
        if traced := trace_of(request):
            traced.records = records


def storable(sourced_id: str) -> str:
    """Return the id of a path; a refusal where no database can hold it, not even as refused."""
    if "\0" in sourced_id:
        raise Refused(422, "sourcedId: no id holds a NUL character.")
    if len(sourced_id) > LONGEST_ID:
        raise Refused(422, f"sourcedId: no id is longer than {LONGEST_ID} characters.")
    return sourced_id.removesuffix("/")


class SingleWritingView(WritingView, SingleView):
    """One record of the vendor's: read, created, replaced, deleted."""

    def put(self, request: Request, sourced_id: str) -> HttpResponse:
        writer, sourced_id = self.writer(request), storable(sourced_id)
        collection, body = self.operation.collection, self.content(request)
        entry = written(
            lambda: grading.put(writer, collection, sourced_id, body, condition(request))
        )
        self.note(request, 1)
        # Clients of 1.2 take 201 alone, those of 1.1 both (consumers).
        status = 201 if entry.creates or writer.version != V11 else 200
        if not entry.overlooked:
            return HttpResponse(status=status)
        words = f"Fields that OneRoster 1.1 doesn't have were not kept: {len(entry.overlooked)}."
        warning = errors.warning(errors.SUCCESS, words, operation=self.operation.id)
        return HttpResponse(
            orjson.dumps({"statusInfoSet": [warning]}),
            status=status,
            content_type="application/json",
        )

    def delete(self, request: Request, sourced_id: str) -> HttpResponse:
        writer, sourced_id = self.writer(request), storable(sourced_id)
        collection = self.operation.collection
        written(lambda: grading.delete(writer, collection, sourced_id, condition(request)))
        self.note(request, 1)
        return HttpResponse(status=204)


class PostingView(WritingView):
    """Many records, under ids of ours: all of them, or none."""

    def post(self, request: Request, **ids: str) -> HttpResponse:
        operation, writer = self.operation, self.writer(request)
        parents_of(operation, writer, ids)
        bodies = self.content(request)
        if not isinstance(bodies, list) or not 0 < len(bodies) <= MOST_AT_ONCE:
            raise Refused(
                422, f"{operation.envelope}: must be a list of 1 to {MOST_AT_ONCE:,} records."
            )
        fixed = {column: ids[name] for name, column in operation.fixed}
        pairs = written(
            lambda: grading.post(writer, operation.collection, bodies, operation.envelope, fixed)
        )
        self.note(request, len(pairs))
        created = [
            {"suppliedSourcedId": each.supplied, "allocatedSourcedId": each.allocated}
            for each in pairs
        ]
        return HttpResponse(
            orjson.dumps({"sourcedIdPairs": created}), status=201, content_type="application/json"
        )


class CollectionPostingView(PostingView, CollectionView):
    """A list that is read, and posted to."""


def written(act: Callable[[], Any]) -> Any:
    """Do a write; a refusal becomes the error that the API answers."""
    try:
        return act()
    except grading.Refusal as refused:
        raise Refused(
            STATUS[type(refused)], str(refused), getattr(refused, "logged", "")
        ) from refused


def condition(request: Request) -> Callable[[bytes], bool] | None:
    """Return the client's condition on what stands there (RFC 9110, 13.1.1); None without one."""
    header = request.headers.get("If-Match", "")
    if not header:
        return None
    origin = origin_of(request)

    def is_met(text: bytes) -> bool:
        mark = etags.mark_of_text(text.decode(), origin)
        return header.strip() == "*" or etags.known(header, mark) is not None

    return is_met
