"""Known browsers: a signed cookie says which accounts have signed in there before.

It opens nothing. It only gives the browser a count of wrong passwords of its own.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

COOKIE = SALT = "known_browser"
KEPT = timedelta(days=365)
ACCOUNTS = 5
"""So many accounts of one browser are remembered, the latest ones."""


def known(request: HttpRequest, email: str) -> str | None:
    """Return the browser's own word, if that account has signed in there before."""
    cookie = _read(request)
    return str(cookie["browser"]) if _digest(email) in cookie["accounts"] else None


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Note that the account has signed in here."""
    cookie, mine = _read(request), _digest(email)
    others = [each for each in cookie["accounts"] if each != mine]
    cookie["accounts"] = [mine, *others][:ACCOUNTS]
    response.set_cookie(
        COOKIE,
        signing.dumps(cookie, salt=SALT),
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        found: dict[str, Any] = signing.loads(request.COOKIES[COOKIE], salt=SALT, max_age=KEPT)
    except (KeyError, signing.BadSignature):
        return {"browser": secrets.token_hex(8), "accounts": []}
    return found


def _digest(email: str) -> str:
    """Return what stands for an address, so that a borrowed computer tells none."""
    return salted_hmac(SALT, email.strip().lower()).hexdigest()[:16]
