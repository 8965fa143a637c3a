"""What the request log learns of a request, while it is answered: one value on the request."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

NAME = "trace"
"""The attribute of Django's request that holds it."""

PREFIX = "rosterdesk.prefix"
"""Where the WSGI environment holds the public path by which a request came."""


@dataclass(slots=True)
class Trace:
    """Whose request it is, and what came of it.

    `endpoint` is the operation's path without anybody's id, `run` what it is part of, `records`
    how many were given, `reason` why none were: in words that repeat nothing of what was asked.
    """

    connection: int
    endpoint: str = ""
    run: int | None = None
    records: int | None = None
    reason: str = ""


def trace(request: HttpRequest, connection: int) -> Trace:
    """Begin to trace a request of a connection."""
    begun = Trace(connection)
    setattr(request, NAME, begun)
    return begun


def trace_of(request: HttpRequest) -> Trace | None:
    """Return what is traced of a request; None where nobody knows whose it is."""
    return getattr(request, NAME, None)
