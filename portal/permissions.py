"""Which of a browser's powers pages may use: none that watches, locates or pays."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

NEVER = "browsing-topics camera display-capture geolocation microphone payment serial usb".split()
POLICY = ", ".join(f"{power}=()" for power in NEVER)


class PermissionsPolicy:
    """Middleware: says so in each answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = POLICY
        return response
