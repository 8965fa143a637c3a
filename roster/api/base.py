"""What all views of the API share: who may call, for which operation, and at which publication.

DRF decides who may call (authentication, permission, throttle) and answers errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from roster.api.addresses import elsewhere
from roster.api.errors import NotReady
from roster.api.operations import NOWHERE, Operation
from roster.api.reader import Reader
from roster.api.throttling import ConnectionThrottle
from roster.api.tracing import trace_of
from roster.clock import clock, stamp
from roster.kinds import COLLECTIONS
from roster.models import Organization

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
        if response.status_code == 204:
            del response.headers["Content-Type"]  # Some clients parse what they are told is there.
        if traced := trace_of(request):
            traced.endpoint = self.endpoint()
        return response


def at_head(reader: Reader) -> Reader:
    """Return the reader with what vendors have written until now, where it may read any of it."""
    if not reader.vendor:
        return reader
    return reader.as_of(reader.last_write)


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
