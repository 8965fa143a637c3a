"""Grading windows: on which days vendors may write into which grading period."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from portal.access import ADMIN, AtDesk, page
from portal.forms.widgets import Day
from roster import grading
from roster.refusal import Refused


class WindowForm(forms.Form):
    """The window of one period."""

    session = forms.CharField(widget=forms.HiddenInput)
    opens = forms.DateField(label=_l("First day"), widget=Day, required=False)
    closes = forms.DateField(label=_l("Last day"), widget=Day, required=False)
    reason = forms.CharField(label=_l("Reason for the change"), max_length=500, required=False)


@page()
def show(request: AtDesk) -> HttpResponse:
    """The grading periods with their windows."""
    return answer(request)


@page(ADMIN, methods=("POST",))
def change(request: AtDesk) -> HttpResponse:
    """Set the window of one period."""
    form = WindowForm(request.POST, prefix=request.POST.get("at", ""))
    if form.is_valid():
        given = form.cleaned_data
        try:
            changed = grading.set_window(
                request.organization,
                given["session"],
                given["opens"],
                given["closes"],
                by=request.user,
                reason=given["reason"],
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
            return redirect("grade_windows", request.organization.slug)
    return answer(request, form, 422)


def answer(request: AtDesk, failed: WindowForm | None = None, status: int = 200) -> HttpResponse:
    periods = []
    for at, each in enumerate(grading.periods_of(request.organization)):
        name = f"w{at}"
        form = WindowForm(
            initial={
                "session": each.session.sourced_id,
                "opens": each.opens,
                "closes": each.closes,
            },
            prefix=name,
        )
        periods.append((each, failed if failed and failed.prefix == name else form))
    context = {
        "organization": request.organization,
        "may_change": request.may_change,
        "periods": periods,
        "failed": failed,
    }
    return TemplateResponse(request, "grades/windows.html", context, status=status)
