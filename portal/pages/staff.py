"""Staff: who may sign in for the organization, as what; invited by a link, and ended."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from portal import staff as accounts
from portal.access import ADMIN, AtDesk, page
from portal.forms.acts import ReasonForm
from portal.forms.staff import InviteForm
from portal.models import Membership
from portal.pages import once
from portal.signing_in import links
from roster.api.addresses import origin_of
from roster.refusal import Refused

LINK = "invitation"
"""Where the link of an invitation waits for the page that shows it once."""


@page(ADMIN)
def index(request: AtDesk) -> HttpResponse:
    """Who serves the organization; the link of an invitation is shown this one time."""
    link = once.take(request.session, LINK) if request.method == "GET" else None
    return answer(request, InviteForm(), link=link)


@page(ADMIN, methods=("POST",))
def invite(request: AtDesk) -> HttpResponse:
    """Give somebody a role here; who is new gets a link to set a password with."""
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            appoint(request, form.cleaned_data["email"], form.cleaned_data["role"])
        except Refused as refused:
            form.add_error("email", str(refused))
        else:
            return redirect("staff", request.organization.slug)
    return answer(request, form, status=422)


@page(ADMIN, methods=("POST",))
def role(request: AtDesk, pk: int) -> HttpResponse:
    """Give a member the other role."""
    member = member_of(request, pk)
    other = (
        Membership.Role.VIEWER if member.role == Membership.Role.ADMIN else Membership.Role.ADMIN
    )
    try:
        accounts.appoint(member.staff.email, request.organization, other.value, request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        said = _("%(who)s is now: %(role)s.") % {"who": member.staff.email, "role": other.label}
        messages.success(request, said)
    if member.staff_id == request.user.pk:
        return redirect("organization", request.organization.slug)
    return redirect("staff", request.organization.slug)


@page(ADMIN, methods=("GET", "POST"))
def end(request: AtDesk, pk: int) -> HttpResponse:
    """Say what ends for a member, and end it when that is confirmed."""
    member = member_of(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            accounts.end_membership(member.staff, request.organization, request.user, reason)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(who)s can't sign in here any more.") % {
                "who": member.staff.email
            })  # fmt: skip
            if member.staff_id == request.user.pk:
                return redirect("home")
            return redirect("staff", request.organization.slug)
    context = {"organization": request.organization, "may_change": True}
    context |= {"member": member, "form": form}
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "staff/end.html", context, status=status)


@sensitive_variables("link")
def appoint(request: AtDesk, email: str, role: str) -> None:
    """Appoint, and keep the link for the next page where there is to be one."""
    staff = accounts.appoint(email, request.organization, role, request.user)
    if accounts.may_be_set_up(staff, request.organization):
        link = origin_of(request) + links.path(staff)
        once.put(request.session, LINK, link)
        messages.success(request, _("%(who)s is invited. Send them the link.") % {"who": email})
    elif staff.has_usable_password():
        said = _("%(who)s has an account already, and signs in with the password they have.")
        messages.success(request, said % {"who": email})
    else:
        said = _("%(who)s was invited by others too; they sign in with the link of those.")
        messages.success(request, said % {"who": email})


def member_of(request: AtDesk, pk: int) -> Membership:
    """Return that account's membership in this organization, or 404."""
    members = request.organization.memberships.select_related("staff", "organization")
    found = members.filter(staff=pk).first()
    if found is None:
        raise Http404
    return found


def answer(
    request: AtDesk, form: InviteForm, *, link: str | None = None, status: int = 200
) -> HttpResponse:
    members: Any = request.organization.memberships.select_related("staff")
    return TemplateResponse(
        request,
        "staff/list.html",
        {
            "organization": request.organization,
            "may_change": True,
            "members": members.order_by("staff__email"),
            "form": form,
            "link": link,
        },
        status=status,
    )
