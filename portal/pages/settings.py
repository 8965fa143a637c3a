"""Settings of the organization: what holds for all of its connections."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from portal.access import ADMIN, AtDesk, page
from portal.forms.settings import FieldsForm, SettingsForm
from roster.organizations import set_field_policy, set_organization
from roster.refusal import Refused


@page()
def show(request: AtDesk) -> HttpResponse:
    """The settings as they are."""
    form = SettingsForm(organization=request.organization)
    return answer(request, form, FieldsForm(organization=request.organization))


@page(ADMIN, methods=("POST",))
def change(request: AtDesk) -> HttpResponse:
    """Save what was changed of them."""
    form = SettingsForm(request.POST, organization=request.organization)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            done = set_organization(
                request.organization, form.given(), by=request.user, reason=reason
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, said(done["changed"]))
            return redirect("settings", request.organization.slug)
    return answer(request, form, FieldsForm(organization=request.organization), 422)


@page(ADMIN, methods=("POST",))
def fields(request: AtDesk) -> HttpResponse:
    """Withhold the ticked fields, and no others, from every vendor."""
    form = FieldsForm(request.POST, organization=request.organization)
    if form.is_valid():
        given = form.cleaned_data
        try:
            done = set_field_policy(
                request.organization, given["fields_kept"], by=request.user, reason=given["reason"]
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            for warning in done["warnings"]:
                messages.warning(request, warning)
            changed = _("Saved. No vendor gets these fields any more; what is free again shows "
                        "after the next refresh.")  # fmt: skip
            messages.success(request, changed if done["changed"] else _("Nothing was changed."))
            return redirect("settings", request.organization.slug)
    return answer(request, SettingsForm(organization=request.organization), form, 422)


def said(changed: dict[str, Any]) -> str:
    if not changed:
        return _("Nothing was changed.")
    return _("Saved. What changes the data that vendors read holds from the next refresh on.")


def answer(
    request: AtDesk, form: SettingsForm, kept: FieldsForm, status: int = 200
) -> HttpResponse:
    return TemplateResponse(
        request,
        "settings/show.html",
        {
            "organization": request.organization,
            "may_change": request.may_change,
            "form": form,
            "kept": kept,
            "failed": form if form.errors else kept,
        },
        status=status,
    )
