"""Hand-over: the one-time page that a vendor opens, and the making of its link."""

from __future__ import annotations

import zoneinfo
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from connections import hand_over
from connections.information import information, may_be_shared
from connections.models import HandOver
from portal.access import ADMIN, AtDesk, connection_of, page
from portal.pages import once
from portal.pages.information import lines_of, message_of
from roster.api.addresses import origin_of
from roster.refusal import Refused

STATUS = {"waiting": 200, "opened": 410, "expired": 410, "withdrawn": 410, "unknown": 404}


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
def show(request: HttpRequest, word: str) -> HttpResponse:
    """Say what this is; show it once, to whoever presses the button.

    Programs that look at links in mails get the first page only, and use nothing up.
    """
    link = hand_over.find(word)
    state = hand_over.state_of(link) if link else "unknown"
    base = origin_of(request)
    context: dict[str, Any] = {"link": link, "state": state, "safe": may_be_shared(base)}
    if link is None or not context["safe"]:
        return private(request, "hand_over/show.html", context, STATUS[state])
    with timezone.override(zoneinfo.ZoneInfo(link.connection.organization.time_zone)):
        secret = hand_over.open_once(link) if request.method == "POST" else None
        if secret is None:
            context["state"] = state = hand_over.state_of(link)
            return private(request, "hand_over/show.html", context, STATUS[state])
        return revealed(request, link, base, secret)


@sensitive_variables()
def revealed(request: HttpRequest, link: HandOver, base: str, secret: str) -> HttpResponse:
    """Show what the vendor enters, to be copied line by line, whole, or kept as a file."""
    lines = lines_of(information(link.connection, base), secret)
    text = "\n".join(f"{line['label']}: {line['value']}" for line in lines if line["value"])
    context = {
        "link": link,
        "lines": lines,
        "message": message_of(lines),
        "file": "data:text/plain;charset=utf-8," + quote(text),
    }
    return private(request, "hand_over/opened.html", context, 200)


def private(
    request: HttpRequest, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    """Answer with a page that no cache keeps and no search engine lists."""
    response = TemplateResponse(request, template, context, status=status)
    response.render()
    add_never_cache_headers(response)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@page(ADMIN, methods=("POST",))
@sensitive_variables("word", "address")
def issue(request: AtDesk, pk: int) -> HttpResponse:
    """Make a link, or shut the one that waits; leads to Information to Share, which shows it."""
    connection = connection_of(request.organization, pk)
    base = origin_of(request)
    there = redirect("connection_information", request.organization.slug, pk)
    if "withdraw" in request.POST:
        if hand_over.withdraw(connection, by=request.user):
            messages.success(request, _("The link is closed, and its secret has ended."))
        return there
    if not may_be_shared(base):
        messages.error(request, _("A secret isn't handed over without TLS."))
        return there
    try:
        _made, word = hand_over.issue(connection, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return there
    address = base.rstrip("/") + reverse("hand_over", kwargs={"word": word})
    once.put(request.session, once.link_of(connection), address)
    return there
