"""In which language a page is written: as the person has chosen, else as their browser asks.

Vendors' programs get English whatever they ask for: their engineers search for these words. So
do the handbooks, which are written in it and are read while the database is away, commands, logs
and what is kept.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from portal.models import Staff
from portal.signing_in.history import note
from roster import audit

IN_ENGLISH = "/docs"


class Languages:
    """Has everything that answers a person speak their language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(IN_ENGLISH):
            return self.get_response(request)
        language = language_of(request)
        with translation.override(language):
            response = self.get_response(request)
        patch_vary_headers(response, ["Accept-Language"])
        response.headers.setdefault("Content-Language", language)
        return response


def language_of(request: HttpRequest) -> str:
    chosen = getattr(request.user, "language", "")
    return chosen or translation.get_language_from_request(request)


def choose(staff: Staff, language: str, *, by: audit.Actor) -> None:
    """Have the account's pages and e-mails in that language; blank: as each browser asks."""
    if language != staff.language:
        old, new = {"language": staff.language}, {"language": language}
        staff.language = language
        staff.save(update_fields=["language"])
        note("account.language_chosen", staff, by, old=old, new=new)
