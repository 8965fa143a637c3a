"""The language that somebody has chosen for their pages."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from portal import languages
from portal.access import SignedIn, signed_in


@signed_in(methods=("POST",))
def choose(request: SignedIn) -> HttpResponse:
    """Keep the choice, blank for the browser's, and go back to the page that it was made on."""
    language, back = request.POST.get("language"), request.POST.get("back", "")
    if language is None or language not in ("", *dict(settings.LANGUAGES)):
        raise Http404
    languages.choose(request.user, language, by=request.user)
    inside = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(back if inside else reverse("home"))
