"""A throw-away connection of a sandbox, as the operator hands it out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connections import partners, sandbox, terms
from connections.models import Partner
from portal import words
from portal.forms.widgets import Ticks


class ThrowAwayForm(forms.Form):
    """Who tries, what, and for how long."""

    vendor = forms.CharField(label=_("Name of the application"), max_length=200)
    partner = forms.ModelChoiceField(
        label=_("Partner"),
        queryset=Partner.objects.by_name(),
        required=False,
        empty_label=_("none: a vendor outside the directory"),
        to_field_name="name",
    )
    oneroster = forms.ChoiceField(
        label=_("OneRoster version"), choices=[(each, each) for each in ("1.2", "1.1")]
    )
    types = forms.MultipleChoiceField(
        label=_("Beside Roster Sync"),
        choices=[(name, words.TYPE_NAMES[name]) for name in partners.ADDED_TYPES],
        help_text=_("For partners that are certified for it."),
        widget=Ticks,
        required=False,
    )
    contact_email = forms.EmailField(label=_("E-mail of its engineers"), required=False)
    days = forms.IntegerField(
        label=_("Days"), min_value=1, max_value=terms.MOST_DAYS, initial=sandbox.DAYS
    )

    def asked(self) -> dict[str, Any]:
        """Return what the verb is called with."""
        return dict(self.cleaned_data)
