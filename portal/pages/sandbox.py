"""A sandbox, for operators: throw-away connections handed out by one-time links, and ended."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from connections import hand_over, lifecycle, sandbox
from connections.information import may_be_shared
from connections.models import Connection
from portal.access import SignedIn, signed_in
from portal.forms.sandbox import ThrowAwayForm
from portal.pages import once
from roster.api.addresses import origin_of
from roster.models import Organization
from roster.refusal import Refused

LINK = "throw-away"
"""Where the link of a throw-away connection waits for the page that shows it once."""


@signed_in(operator=True, methods=("GET", "POST"))
@sensitive_variables("secret", "link")
def show(request: SignedIn, slug: str) -> HttpResponse:
    """The throw-away connections; a POST makes one, and the link of it is shown this one time."""
    found = sandbox_of(slug)
    base = origin_of(request)
    form = ThrowAwayForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            connection = connected(request, found, form.asked(), base)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(vendor)s can try now.") % {"vendor": connection.vendor})
            return redirect("sandbox", slug)
    open_ones = Connection.objects.filter(organization=found).open().order_by("expires", "pk")
    context = {
        "sandbox": found,
        "connections": list(open_ones.select_related("organization", "partner")),
        "form": form,
        "safe": may_be_shared(base),
        "link": once.take(request.session, LINK) if request.method == "GET" else None,
    }
    return TemplateResponse(
        request, "organizations/sandbox.html", context, status=422 if form.errors else 200
    )


@signed_in(operator=True, methods=("POST",))
def end(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """Close a throw-away connection before its last day."""
    connection = Connection.objects.filter(organization=sandbox_of(slug), pk=pk).first()
    if connection is None:
        raise Http404
    lifecycle.close(connection, by=request.user, reason=_("The test is over."))
    messages.success(
        request, _("The connection of %(vendor)s has ended.") % {"vendor": connection.vendor}
    )
    return redirect("sandbox", slug)


@sensitive_variables("word")
def connected(
    request: SignedIn, found: Organization, asked: dict[str, Any], base: str
) -> Connection:
    """Make a connection, and put its link where the next page shows it."""
    if not may_be_shared(base):
        raise Refused("A secret isn't handed over without TLS.")
    connection, _secret = sandbox.connect(found, by=request.user, **asked)
    lifecycle.publish_at_once(connection, by=request.user)
    _made, word = hand_over.issue(connection, by=request.user)
    address = base.rstrip("/") + reverse("hand_over", kwargs={"word": word})
    once.put(request.session, LINK, address)
    return connection


def sandbox_of(slug: str) -> Organization:
    """Return the sandbox of that name; a real organization is nobody's to see here."""
    found = Organization.objects.filter(slug=slug, sandbox_students__isnull=False).first()
    if found is None:
        raise Http404
    return found
