"""Who may open a page: the decorators above every view of the portal.

A page of an organization is opened through a membership and in no other way: whoever has none
gets 404, as if the organization didn't exist, and so does an operator, whose role shows no
student data. A viewer who asks for what only administrators may do gets 403. The order of the
questions matters: nobody learns from a 403 or a 405 that something is there.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from connections.models import Connection
from connections.models.connection import ConnectionQuerySet
from portal import keeping, warming
from portal.models import Membership, Staff
from portal.signing_in import sessions
from roster.models import Organization

P = ParamSpec("P")
Opened = Callable[..., HttpResponseBase]
VIEWER, ADMIN = Membership.Role.VIEWER, Membership.Role.ADMIN
SAFE = {"GET": ("GET", "HEAD")}


class SignedIn(HttpRequest):
    """A request of somebody who has signed in."""

    user: Staff  # type: ignore[assignment]
    htmx: HtmxDetails


class AtDesk(SignedIn):
    """A request of a member: the organization that the page is about, and whether as its admin."""

    organization: Organization
    may_change: bool


def page(
    role: str = VIEWER, *, methods: Sequence[str] = ("GET",)
) -> Callable[[Callable[Concatenate[AtDesk, P], HttpResponseBase]], Opened]:
    """Open a view to members of the organization named by the address, in its time zone.

    The view gets the request as `AtDesk`, without the slug.
    """

    def decorate(view: Callable[Concatenate[AtDesk, P], HttpResponseBase]) -> Opened:
        @wraps(view)
        def opened(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            membership = membership_of(request.user, slug)
            if membership is None:
                raise Http404
            if lacks_factor(membership):
                return elsewhere(request, reverse("mfa_index"))
            if role == ADMIN and membership.role != ADMIN:
                raise PermissionDenied
            desk = at_desk(request, membership)
            warming.warm(desk.organization)
            return answered(cast(Opened, view), desk, methods, kwargs)

        return opened

    return decorate


def signed_in(
    *, operator: bool = False, methods: Sequence[str] = ("GET",)
) -> Callable[[Callable[Concatenate[SignedIn, P], HttpResponseBase]], Opened]:
    """Open a view to everybody with an account; with `operator`, to operators only."""

    def decorate(view: Callable[Concatenate[SignedIn, P], HttpResponseBase]) -> Opened:
        @wraps(view)
        def opened(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if operator and not request.user.is_operator:
                raise Http404
            return answered(cast(Opened, view), request, methods, kwargs)

        return opened

    return decorate


def membership_of(staff: Staff, slug: str) -> Membership | None:
    """Return the account's membership in that organization, both fetched by one query."""
    memberships = staff.memberships.select_related("organization")
    return memberships.filter(organization__slug=slug).first()


def connections_of(organization: Organization) -> ConnectionQuerySet:
    """Return the organization's connections, with what every page says about them."""
    return Connection.objects.filter(organization=organization).select_related(
        "organization", "partner", "feed", "client"
    )


def connection_of(organization: Organization, pk: int) -> Connection:
    """Return that connection of that organization, or 404."""
    connection = connections_of(organization).filter(pk=pk).first()
    if connection is None:
        raise Http404
    return connection


def at_desk(request: HttpRequest, membership: Membership) -> AtDesk:
    """Return the same request, knowing whose desk it came to."""
    desk = cast(AtDesk, request)
    desk.organization = membership.organization
    desk.may_change = membership.role == ADMIN
    return desk


def answered(
    view: Opened, request: HttpRequest, methods: Sequence[str], kwargs: dict[str, Any]
) -> HttpResponseBase:
    """Call the view if it takes the method; the page is written while the time zone holds."""
    allowed = [name for method in methods for name in SAFE.get(method, (method,))]
    if request.method not in allowed:
        return HttpResponseNotAllowed(allowed)
    sessions.see(request)
    with zone_of(request):
        response = view(request, **kwargs)
        if callable(render := getattr(response, "render", None)):
            render()
    keeping.remember(request, response)
    # After signing out, the back button must not show what was read before.
    add_never_cache_headers(response)
    return response


def zone_of(request: HttpRequest) -> AbstractContextManager[Any]:
    organization = getattr(request, "organization", None)
    if organization is None:
        return nullcontext()
    return timezone.override(zoneinfo.ZoneInfo(organization.time_zone))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page and from there back, to what was asked for or to the kept form."""
    asked = request.method in ("GET", "HEAD") and request.headers.get("HX-Request") != "true"
    back = request.get_full_path() if asked else ""
    if request.method == "POST" and keeping.keep(request):
        back = reverse("kept_form")
    query = f"?{urlencode({'next': back})}" if back else ""
    return elsewhere(request, settings.LOGIN_URL + (query if request.path != "/" else ""))


def elsewhere(request: HttpRequest, address: str) -> HttpResponse:
    """Send the whole page there: a fragment of one is no place for a form to sign in."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address)


def lacks_factor(membership: Membership) -> bool:
    """Return whether the organization requires a second factor that the account doesn't have.

    Recovery codes alone are none.
    """
    if not membership.organization.second_factor_required:
        return False
    codes = Authenticator.Type.RECOVERY_CODES
    return not Authenticator.objects.filter(user=membership.staff_id).exclude(type=codes).exists()


def shut(request: HttpRequest) -> HttpResponse:
    """Keep a door of an app of others shut for everybody."""
    raise Http404
