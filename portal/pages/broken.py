"""What people see when a page fails: the database is away for a moment, or a mistake is ours."""

from __future__ import annotations

import sys

from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from roster.api.errors import RETRY_AFTER, answer, service_of, version_of


def refuse(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what can't be taken for a request to us; Django's `handler400`.

    Most often its host isn't ours: vendors are told so in their version's words.
    """
    words = "This can't be answered as it was asked."
    if isinstance(exception, DisallowedHost):
        words = "Nobody here answers for this host. Use the addresses that the district gave you."
    if request.path.startswith("/ims/"):
        return answer(version_of(request.path), 400, words, service=service_of(request.path))
    if request.path.startswith("/oauth2/"):
        said = {"error": "invalid_request", "error_description": words}
        return JsonResponse(said, status=400)
    return HttpResponse(f"{words}\n", status=400, content_type="text/plain")


def show(request: HttpRequest) -> HttpResponse:
    """Answer a failure without asking the database for anything; Django's `handler500`."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        headers = {"Retry-After": str(RETRY_AFTER)}
        return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
    return HttpResponse(render_to_string("500.html"), status=500)
