"""Entries of the partner directory, and the interest form that vendors send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connections.logos import LARGEST, picture_of
from connections.models import Partner
from connections.partners import ADDED_TYPES, CHANGED
from portal import words
from portal.forms.widgets import Ticks
from roster.refusal import Refused


class CertifiedFields(forms.Form):
    """What a vendor is certified for."""

    versions = forms.MultipleChoiceField(
        label=_("OneRoster versions"),
        choices=[(name, name) for name in words.VERSIONS],
        widget=Ticks,
        error_messages={"required": _("Choose at least one version.")},
    )
    types = forms.MultipleChoiceField(
        label=_("Beside Roster Sync"),
        choices=[(name, words.TYPE_NAMES[name]) for name in ADDED_TYPES],
        widget=Ticks,
        required=False,
    )
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    certification = forms.CharField(
        label=_("Certification"),
        max_length=200,
        required=False,
        help_text=_("Where it can be seen, as in the directory of 1EdTech, and until when."),
    )


class PartnerForm(CertifiedFields):
    """An entry of the directory, as the operator edits it."""

    name = forms.CharField(label=_("Name"), max_length=200)
    contact = forms.CharField(
        label=_("Contact"), max_length=200, required=False, help_text=_("Whom districts can ask.")
    )
    support = forms.CharField(
        label=_("Support"),
        max_length=200,
        required=False,
        help_text=_("Who helps when something fails, and when."),
    )
    shares = forms.MultipleChoiceField(
        label=_("What it asks districts to share beyond the plain roster"),
        choices=[*words.SHARE_NAMES.items()],
        widget=Ticks,
        required=False,
    )
    needs = forms.MultipleChoiceField(
        label=_("What it asks of their data"),
        choices=[*words.NEED_NAMES.items()],
        widget=Ticks,
        required=False,
    )

    logo = forms.FileField(
        label=_("Logo"),
        help_text=_("A PNG, square if possible, up to 100 KB. Without one, initials stand in."),
        widget=forms.FileInput(attrs={"accept": "image/png,.png"}),
        required=False,
    )
    without_logo = forms.BooleanField(label=_("Show initials instead"), required=False)

    def clean_logo(self) -> bytes | None:
        """Return the file that was chosen."""
        chosen = self.cleaned_data["logo"]
        content: bytes | None = chosen and chosen.read(LARGEST + 1)
        if content is None:
            return None
        try:
            picture_of(content)
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused
        return content

    def entry(self) -> dict[str, Any]:
        """Return what the verb is called with."""
        return {name: self.cleaned_data[name] for name in CHANGED}

    @classmethod
    def of(cls, partner: Partner | None, given: Any = None, files: Any = None) -> PartnerForm:
        """Return the form for an entry, or for a new one."""
        known = {name: getattr(partner, name) for name in CHANGED} if partner else {}
        form = cls(given, files, initial=known)
        if partner is None or partner.logo_id is None:
            del form.fields["without_logo"]
        return form


class InterestForm(CertifiedFields):
    """What a vendor tells of itself. `fax` is for programs that fill in whatever they find."""

    vendor = forms.CharField(label=_("Name of the product"), max_length=200)
    contact_name = forms.CharField(label=_("Your name"), max_length=200)
    contact_email = forms.EmailField(label=_("Your e-mail address"))
    words = forms.CharField(
        label=_("What the product does with rosters"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    fax = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def is_trap_sprung(self) -> bool:
        return bool(self.cleaned_data["fax"])

    def asked(self) -> dict[str, Any]:
        """Return what the verb is called with."""
        return {name: value for name, value in self.cleaned_data.items() if name != "fax"}
