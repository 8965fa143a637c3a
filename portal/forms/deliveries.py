"""Where grades are delivered by SFTP, as an administrator fills it in."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms.settings import Clock
from portal.forms.widgets import Secret, Tiles
from portal.words import DELIVERED
from roster.fetching import addresses
from roster.fetching.sources import Settings
from roster.models import Destination
from roster.refusal import Refused


class SecretForm(forms.Form):
    """What Rosterdesk signs in with; for a server that is there already, a new one."""

    credential = forms.ChoiceField(
        label=_("Signs in with"),
        choices=[
            (Destination.Credential.PASSWORD, _("a password")),
            (Destination.Credential.PRIVATE_KEY, _("a private key")),
        ],
        widget=Tiles,
        initial=Destination.Credential.PASSWORD,
    )
    secret = forms.CharField(
        label=_("Password or private key"),
        help_text=_("Kept encrypted, and never shown again. A key is one without a passphrase."),
        widget=Secret,
    )

    def settings(self) -> Settings:
        """Return what the verb is given."""
        return Settings(**self.cleaned_data)


class DestinationForm(SecretForm):
    """One SFTP server; a folder of this machine is the operator's to set, by command."""

    field_order = ("address", "user")

    address = forms.CharField(
        label=_("Address"),
        help_text=_("sftp://, the server's name, and the folder: sftp://files.example.org/grades"),
        max_length=1000,
    )
    user = forms.CharField(label=_("User"), max_length=200)
    daily_at = forms.TimeField(
        label=_("Every day at"), widget=Clock, input_formats=["%H:%M"], initial=time(3)
    )
    form = forms.ChoiceField(
        label=_("What is delivered"),
        choices=list(DELIVERED.items()),
        widget=Tiles,
        initial=Destination.Form.BUNDLE,
    )

    def clean_address(self) -> str:
        """Return an address on a server elsewhere."""
        address: str = self.cleaned_data["address"].strip()
        if not address.startswith("sftp://"):
            raise forms.ValidationError(_("An address begins with sftp://."))
        try:
            addresses.require_elsewhere(addresses.parse_folder(address))
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused
        return address

    def settings(self) -> Settings:
        """Return what the verb is given."""
        given: dict[str, Any] = dict(self.cleaned_data)
        return Settings(schedule={"daily_at": given.pop("daily_at")}, **given)
