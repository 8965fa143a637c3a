"""Where somebody is signed in, and the way out of each."""

from __future__ import annotations

import zoneinfo

from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.access import SignedIn, signed_in
from portal.models import Staff
from portal.signing_in import sessions
from portal.signing_in.devices import device
from portal.signing_in.history import note


@signed_in()
def index(request: SignedIn) -> HttpResponse:
    """The person's sessions, with times in the zone of an organization that they serve."""
    rows = [
        {"session": session, "device": device(session.user_agent)}
        for session in sessions.sessions_of(request.user)
    ]
    with timezone.override(zone_of(request.user)):
        page = TemplateResponse(request, "account/sessions.html", {"rows": rows})
        return page.render()


@signed_in(methods=("POST",))
def end(request: SignedIn, pk: int) -> HttpResponse:
    """End one of the person's sessions; their present one leads to the sign-in."""
    session = UserSession.objects.filter(user=request.user, pk=pk).first()
    if session is None:
        raise Http404
    staff, words = request.user, device(session.user_agent)
    end_sessions(request, [session])
    note("session.ended", staff, staff, old={"device": words})
    messages.success(request, _("Signed out: %(device)s.") % {"device": words})
    return redirect("sessions")


@signed_in(methods=("POST",))
def end_all(request: SignedIn) -> HttpResponse:
    """Sign the person out everywhere, here too."""
    staff = request.user
    ended = UserSession.objects.filter(user=staff)
    count = len(ended)
    end_sessions(request, ended)
    note("sessions.ended", staff, staff, old={"sessions": count})
    return redirect("account_login")


def zone_of(staff: Staff) -> zoneinfo.ZoneInfo:
    served = staff.memberships.order_by("organization__name")
    name = served.values_list("organization__time_zone", flat=True).first()
    return zoneinfo.ZoneInfo(name or "UTC")
