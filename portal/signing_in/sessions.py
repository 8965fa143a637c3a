"""Where a person is signed in: rows of allauth's table, kept up to date as pages are opened."""

from __future__ import annotations

import time
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.http import HttpRequest

from portal.models import Staff

SEEN = "seen"
"""Where a session keeps when its row was last written, in seconds since 1970."""
EVERY = timedelta(minutes=5)
"""How old that may be: a page doesn't cost a write."""


def see(request: HttpRequest) -> None:
    """Write down, every few minutes, from where and with what a signed-in session is used."""
    session = request.session
    if session.get(SEEN, 0) < time.time() - EVERY.total_seconds():
        UserSession.objects.create_from_request(request)
        session[SEEN] = int(time.time())


def sessions_of(staff: Staff) -> list[UserSession]:
    """Return the sessions that haven't ended, the one used last first."""
    found: list[UserSession] = UserSession.objects.purge_and_list(staff)
    return sorted(found, key=lambda session: session.last_seen_at, reverse=True)


def end_all(staff: Staff) -> int:
    """Sign a person out everywhere; return how many sessions those were."""
    found = list(UserSession.objects.filter(user=staff))
    for session in found:
        session.end()
    return len(found)
