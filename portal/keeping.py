"""What somebody had filled in when their session ended, kept until they have signed in again.

A cookie says, signed, whose desk a browser was. Only such a browser's form is kept, in its new
session, and only the same account gets it back: others would fill the database, or read what
the colleague before them wrote.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from roster.clock import clock

COOKIE, SALT = "desk", "whose desk"
KNOWN_FOR = timedelta(days=30)
KEPT_FOR = timedelta(hours=1)
LARGEST = 64 * 1024
"""Characters of a form; none of ours comes near it but by a list of thousands of ids."""

NOT_KEPT = ("csrfmiddlewaretoken",)
SECRETS = ("secret",)
"""A form with one of these is not kept at all: sessions lie in the database as they are."""


class Kept(NamedTuple):
    """A form as it was sent: where to, and its names and values."""

    path: str
    fields: list[tuple[str, str]]


def remember(request: HttpRequest, response: HttpResponseBase) -> None:
    """Let the browser know whose desk it is."""
    account = request.user.pk
    if account is not None and _known(request) != account:
        response.set_signed_cookie(
            COOKIE,
            str(account),
            salt=SALT,
            max_age=KNOWN_FOR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def keep(request: HttpRequest) -> bool:
    """Keep a form that came without a session; return whether it is kept."""
    if any(name in request.POST for name in SECRETS):
        return False
    account = _known(request)
    fields = [
        (name, str(value))
        for name, values in request.POST.lists()
        for value in values
        if name not in NOT_KEPT
    ]
    if account is None or sum(len(name) + len(value) for name, value in fields) > LARGEST:
        return False
    request.session["kept"] = {
        "account": account,
        "path": request.get_full_path(),
        "fields": fields,
        "until": (clock() + KEPT_FOR).isoformat(),
    }
    return True


def take(request: HttpRequest) -> Kept | None:
    """Return the form that was kept for who has signed in, once; None if there is none."""
    kept: dict[str, Any] | None = request.session.pop("kept", None)
    if kept is None or kept["account"] != request.user.pk:
        return None
    if datetime.fromisoformat(kept["until"]) < clock():
        return None
    return Kept(kept["path"], [(name, value) for name, value in kept["fields"]])


def _known(request: HttpRequest) -> int | None:
    value = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=KNOWN_FOR)
    return int(value) if value else None
