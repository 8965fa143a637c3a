"""What programs ask is answered at once: without sessions, languages, and what browsers are told.

Vendors' requests are most of all, and take a fifth longer if all that pages need is done for them.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve

BELOW = ("/ims/", "/oauth2/")
"""Where programs ask. None of the middleware behind this one sees a request to there."""


class Programs:
    """Middleware: has the view of a program's request answer it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(BELOW):
            return self.get_response(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        request.resolver_match = match
        answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return answer
