"""What people see when a page fails: the database is away for a moment, or a mistake is ours."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from roster.api.errors import RETRY_AFTER


def show(request: HttpRequest) -> HttpResponse:
    """Answer a failure without asking the database for anything; Django's `handler500`."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        headers = {"Retry-After": str(RETRY_AFTER)}
        return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
    return HttpResponse(render_to_string("500.html"), status=500)
