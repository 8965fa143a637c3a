"""What was filled in when the session ended, to be sent again after the sign-in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from portal import keeping
from portal.access import SignedIn, signed_in


@signed_in()
def show(request: SignedIn) -> HttpResponse:
    """The form as it was, with a button that sends it; home where none is kept."""
    kept = keeping.take(request)
    if kept is None:
        return redirect("home")
    return TemplateResponse(request, "kept.html", {"kept": kept})
