"""Why rows are excluded, or included again."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ExcludeForm(forms.Form):
    """The reason that every exclude mark has."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Somebody will ask for it in a year. Everybody at this desk can read it."),
        error_messages={"required": _("Say why: somebody will ask for it in a year.")},
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=500,
    )


class IncludeForm(forms.Form):
    """Why the mark goes, if there is something to say."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Kept in the history."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=500,
        required=False,
    )


class KeepOutForm(ExcludeForm):
    """Why one vendor must not see a person."""
