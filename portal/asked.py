"""What the address of a page asks, without what no database takes."""

from __future__ import annotations

from django.http import HttpRequest


def asked(request: HttpRequest, name: str) -> str:
    """Return a parameter of the query as a text that can be looked for; blank if it is absent."""
    return storable(request.GET.get(name, ""))


def storable(text: str) -> str:
    """Return a text without NUL, which no row holds and PostgreSQL refuses."""
    return text.replace("\0", "")
