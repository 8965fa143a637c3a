"""The day of a year rollover, and the year that begins with it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms.widgets import Day


class RolloverForm(forms.Form):
    """Which school year becomes the active one, and when."""

    year = forms.RegexField(
        r"^\d{4}$",
        label=_("School year"),
        help_text=_("The year in which it ends: 2027 for 2026–27."),
        error_messages={"invalid": _("Enter four digits, such as 2027.")},
    )
    day = forms.DateField(
        label=_("Day"),
        help_text=_("Vendors read the new year from this day's first refresh on."),
        widget=Day,
    )
