"""Interest forms: sent by vendors, who need no account; reviewed by the operator."""

from __future__ import annotations

from allauth.decorators import rate_limit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from connections import interests
from connections.models import Interest
from portal.access import SignedIn, signed_in
from portal.asked import storable
from portal.forms.partners import InterestForm
from portal.paging import paged
from roster.refusal import Refused

SENDING = {"interest": "5/h/ip,50/h/key"}
"""How often forms may be sent: from one address, and in all."""


@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit(action="interest", config=SENDING, key="everybody")
def send(request: HttpRequest) -> HttpResponse:
    """The form; what is answered says nothing of who is known here, nor of what was a program."""
    form = InterestForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            if not form.is_trap_sprung():
                interests.send(**form.asked())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return TemplateResponse(request, "partners/interest_sent.html", {})
    status = 422 if form.errors else 200
    return TemplateResponse(request, "partners/interest.html", {"form": form}, status=status)


@signed_in(operator=True)
def index(request: SignedIn) -> HttpResponse:
    """The forms, the waiting ones first."""
    decided = Interest.objects.exclude(decided=None).order_by("-decided", "-pk")
    cut = paged(request, decided.count())
    waiting = Interest.objects.waiting().order_by("pk")
    context = {"waiting": waiting, "decided": decided[cut.cut], "paged": cut}
    return TemplateResponse(request, "partners/interests.html", context)


@signed_in(operator=True, methods=("POST",))
def decide(request: SignedIn, pk: int, act: str) -> HttpResponse:
    """Accept a form into the directory, or decline it with a reason."""
    interest = Interest.objects.filter(pk=pk).first()
    if interest is None or act not in ("accept", "decline"):
        raise Http404
    try:
        if act == "accept":
            interests.accept(interest, by=request.user)
            said = _("%(vendor)s is in the directory now.")
        else:
            interests.decline(
                interest, by=request.user, reason=storable(request.POST.get("reason", ""))
            )
            said = _("The form of %(vendor)s is declined.")
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said % {"vendor": interest.vendor})
    return redirect("interests")
