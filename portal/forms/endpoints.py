"""Where bundles are fetched from and grades are delivered, as an administrator fills it in."""

from __future__ import annotations

from datetime import time
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms.settings import Clock
from portal.forms.widgets import Secret, Tiles
from portal.words import DELIVERED
from roster.fetching import addresses
from roster.fetching.addresses import Place
from roster.fetching.sources import Settings
from roster.models import Endpoint, Source
from roster.refusal import Refused

CREDENTIALS = {
    Endpoint.Credential.NONE: _("nothing"),
    Endpoint.Credential.PASSWORD: _("a user and a password"),
    Endpoint.Credential.PRIVATE_KEY: _("a user and a private key"),
    Endpoint.Credential.TOKEN: _("a token"),
}
ON_A_SERVER = ("address", "user", "credential", "secret", "certificate")
"""What a folder of Rosterdesk's own machine has none of; its path is the operator's to set."""


class EndpointForm(forms.Form):
    """What both have: where it is, what Rosterdesk signs in with, and when it goes there."""

    credentials: ClassVar[tuple[str, ...]]

    address = forms.CharField(label=_("Address"), max_length=1000)
    credential = forms.ChoiceField(label=_("Rosterdesk signs in with"), widget=Tiles)
    user = forms.CharField(label=_("User"), max_length=200, required=False)
    secret = forms.CharField(
        label=_("Password, private key or token"),
        help_text=_(
            "Kept encrypted, and never shown again. A private key is taken only if no passphrase"
            " protects it."
        ),
        widget=Secret,
        required=False,
    )
    daily_at = forms.TimeField(
        label=_("Every day at"),
        help_text=_("In your time zone."),
        widget=Clock,
        input_formats=["%H:%M"],
        required=False,
    )
    every_minutes = forms.IntegerField(
        label=_("Every so many minutes"),
        help_text=_("Instead of once a day, or besides."),
        min_value=1,
        max_value=1440,
        required=False,
    )

    def __init__(self, data: Any = None, *, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        known = {name: getattr(endpoint, name, None) for name in self.base_fields}
        new = {"credential": Endpoint.Credential.PASSWORD, "daily_at": time(3)}
        super().__init__(data, initial=known if endpoint.pk else known | new)
        chosen = [(name, words) for name, words in CREDENTIALS.items() if name in self.credentials]
        self.fields["credential"].choices = chosen  # type: ignore[attr-defined]
        if endpoint.secret:
            self.fields["secret"].help_text = _(
                "Leave it empty to keep the present one, which is never shown. A private key is"
                " taken only if no passphrase protects it."
            )
        if endpoint.kind == Endpoint.Kind.FOLDER:
            for name in ON_A_SERVER:
                self.fields.pop(name, None)

    def parsed(self, address: str) -> Place:
        """Take an address apart; raises Refused."""
        raise NotImplementedError

    def clean_address(self) -> str:
        """Return an address on a server elsewhere."""
        address: str = self.cleaned_data["address"].strip()
        try:
            place = self.parsed(address)
            if place.kind == Endpoint.Kind.FOLDER:
                raise Refused(
                    "A folder of the machine that Rosterdesk runs on is set by whoever runs it."
                    " Write the address of a server."
                )
            if address != self.endpoint.address:
                addresses.require_elsewhere(place)
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused
        return address

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not (given["daily_at"] or given["every_minutes"]):
            self.add_error("daily_at", _("Say when: once a day, every so many minutes, or both."))
        open_to_all = given.get("credential") == Endpoint.Credential.NONE
        if self._renews() and not open_to_all and not given.get("secret"):
            self.add_error("secret", _("Fill this in."))
        return given

    def settings(self) -> Settings:
        """Return what the verb is given."""
        given = dict(self.cleaned_data)
        schedule = {name: given.pop(name) for name in ("daily_at", "every_minutes")}
        if given.get("credential") == Endpoint.Credential.TOKEN:
            given["user"] = ""
        if not self._renews():
            given.pop("credential", None)
            given.pop("secret", None)
        return Settings(schedule=schedule, **given)

    def _renews(self) -> bool:
        """Return whether another secret is given, or another kind of it is chosen."""
        credential = self.cleaned_data.get("credential")
        kept = self.endpoint.pk and credential == self.endpoint.credential
        return bool(credential) and not (kept and not self.cleaned_data.get("secret"))


class SourceForm(EndpointForm):
    """A server from which bundles are fetched."""

    credentials = tuple(Endpoint.Credential)
    field_order = ("address", "credential", "user", "secret", "daily_at", "every_minutes")

    answer = forms.ChoiceField(
        label=_("A bundle without a manifest"),
        help_text=_(
            "manifest.csv says whether a file holds all records or changes only. Where it is"
            " missing and both could be, Rosterdesk doesn't guess."
        ),
        choices=[
            ("", _("is refused")),
            (Source.Answer.BULK, _("holds all records")),
            (Source.Answer.DELTA, _("holds changes only")),
        ],
        widget=Tiles,
        required=False,
    )
    certificate = forms.CharField(
        label=_("Certificate of your own authority"),
        help_text=_(
            "Only for an https:// server whose certificate no public authority has signed: the"
            " authority's own certificate, from -----BEGIN CERTIFICATE----- on."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        required=False,
    )

    def __init__(self, data: Any = None, *, endpoint: Endpoint) -> None:
        super().__init__(data, endpoint=endpoint)
        if "address" in self.fields:
            self.fields["address"].help_text = _(
                "sftp://files.example.org/out/*.zip, or https://sis.example.org/oneroster.zip. On"
                " an SFTP server the name may hold *, and a path that ends in / is a folder."
            )

    def parsed(self, address: str) -> Place:
        return addresses.parse(address)


class DestinationForm(EndpointForm):
    """A server to which grades are delivered."""

    credentials = (Endpoint.Credential.PASSWORD, Endpoint.Credential.PRIVATE_KEY)
    field_order = ("address", "credential", "user", "secret", "daily_at", "every_minutes")

    form = forms.ChoiceField(
        label=_("What is delivered"), choices=list(DELIVERED.items()), widget=Tiles
    )

    def __init__(self, data: Any = None, *, endpoint: Endpoint) -> None:
        super().__init__(data, endpoint=endpoint)
        if "address" in self.fields:
            self.fields["address"].help_text = _(
                "sftp://, the server's name, and the folder: sftp://files.example.org/grades"
            )

    def parsed(self, address: str) -> Place:
        return addresses.parse_folder(address)
