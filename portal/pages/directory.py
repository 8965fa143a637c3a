"""The partner directory as the operator keeps it."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from connections.logos import set_logo
from connections.models import Interest, Logo, Partner
from connections.partners import change_partner, create_partner
from portal.access import SignedIn, signed_in
from portal.forms.partners import PartnerForm
from portal.pages.partners import types_of
from roster.refusal import Refused


@signed_in(operator=True)
def index(request: SignedIn) -> HttpResponse:
    """Every entry, and how many forms of vendors wait."""
    context = {
        "partners": [(each, types_of(each)) for each in Partner.objects.by_name()],
        "waiting": Interest.objects.waiting().count(),
    }
    return TemplateResponse(request, "partners/directory.html", context)


@signed_in(operator=True, methods=("GET", "POST"))
def new(request: SignedIn) -> HttpResponse:
    """Enter a partner."""
    return edited(request, None)


@signed_in(operator=True, methods=("GET", "POST"))
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change an entry; connections that are there go on as they were agreed."""
    partner = Partner.objects.filter(pk=pk).first()
    if partner is None:
        raise Http404
    return edited(request, partner)


def edited(request: SignedIn, partner: Partner | None) -> HttpResponse:
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = PartnerForm.of(partner, *given)
    if form.is_bound and form.is_valid():
        try:
            saved(request, partner, form)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, _("%(name)s is in the directory.") % {"name": form.cleaned_data["name"]}
            )
            return redirect("directory")
    context = {"partner": partner, "form": form}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "partners/edit.html", context, status=status)


@transaction.atomic
def saved(request: SignedIn, partner: Partner | None, form: PartnerForm) -> None:
    given = form.cleaned_data
    if partner is None:
        partner = create_partner(given["name"], given["versions"], given["types"], request.user)
    change_partner(partner, by=request.user, **form.entry())
    if given["logo"] or given.get("without_logo"):
        set_logo(partner, given["logo"], by=request.user)


@require_safe
def logo(request: HttpRequest, digest: str) -> HttpResponse:
    """A logo, for whoever has its address: it is the vendor's sign, and no secret."""
    kept = Logo.objects.filter(pk=digest).first()
    if kept is None:
        raise Http404
    answer = HttpResponse(bytes(kept.content), content_type="image/png")
    patch_cache_control(answer, public=True, max_age=31536000, immutable=True)
    return answer
