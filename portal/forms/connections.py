"""The agreement with a vendor, as an administrator fills it in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connections import partners, sharing
from connections.models import TYPES, Partner
from portal import words
from portal.forms.sharing import SharingFields
from portal.forms.terms import AgreementFields
from portal.forms.widgets import Day, Ticks, Tiles
from roster.models import Organization
from roster.refusal import Refused

OTHER = "other"
VERSIONS = ("1.2", "1.1")
CONTACT = ("contact_name", "contact_email")
DAYS = ("active_on", "agreement_ends", "expires")
NON_PARTNER: dict[str, Any] = {
    "label": _("Connect to other application"),
    "help": _("A vendor outside the partner directory: Roster Sync only, unsupported."),
}


class ConnectionForm(SharingFields, AgreementFields):
    """A new connection of one organization. `verdict` is what the verb is called with."""

    vendor_is = forms.ChoiceField(
        label=_("Vendor"),
        widget=Tiles,
        error_messages={"required": _("Choose the vendor.")},
    )
    vendor = forms.CharField(
        label=_("Name of the application"),
        help_text=_("What you call this connection. Empty: the name of the partner."),
        max_length=200,
        required=False,
    )
    acknowledged = forms.BooleanField(
        label=_("I understand that this connection is unsupported and gets Roster Sync only."),
        required=False,
    )
    oneroster = forms.ChoiceField(
        label=_("OneRoster version"),
        choices=[(name, f"OneRoster {name}") for name in VERSIONS],
        widget=Tiles,
        error_messages={"required": _("Choose the version that the vendor reads.")},
    )
    types = forms.MultipleChoiceField(
        label=_("Beside Roster Sync"),
        choices=[(name, TYPES[name]) for name in partners.ADDED_TYPES],
        widget=Ticks,
        required=False,
    )
    enabled = forms.ChoiceField(
        label=_("When it begins"),
        choices=[("now", _("Enable it now")), ("later", _("Keep it disabled"))],
        widget=Tiles,
    )
    active_on = forms.DateField(
        label=_("Day of the launch"),
        help_text=_("A connection kept disabled is enabled on it. Empty: when you enable it."),
        widget=Day,
        required=False,
    )

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"enabled": "now"})
        super().__init__(*args, **kwargs)
        self.organization = organization
        self.directory = {str(partner.pk): partner for partner in Partner.objects.by_name()}
        self._offer_vendors()
        self.offer(organization)
        self._explain()

    def _offer_vendors(self) -> None:
        offered: list[tuple[str, Any]] = [
            (key, partner.name) for key, partner in self.directory.items()
        ]
        self.fields["vendor_is"].choices = [*offered, (OTHER, NON_PARTNER["label"])]  # type: ignore[attr-defined]
        self.fields["vendor_is"].widget.extra = {  # type: ignore[attr-defined]
            **{
                key: {
                    "versions": [name for name in VERSIONS if name in partner.versions],
                    "types": [name for name in partners.ADDED_TYPES if name in partner.types],
                    "lozenges": [str(TYPES[name]) for name in ("roster", *partner.types)],
                }
                for key, partner in self.directory.items()
            },
            OTHER: {"versions": list(VERSIONS), "types": [], "help": NON_PARTNER["help"]},
        }
        if not self.directory:
            self.initial["vendor_is"] = OTHER

    def _explain(self) -> None:
        explained: dict[str, dict[str, str | Promise]] = {
            "oneroster": words.VERSIONS,
            "types": words.TYPES,
            "enabled": {
                "now": _("The vendor can read as soon as it has the client ID and secret."),
                "later": _("Share the information today; the vendor is refused until you enable."),
            },
        }
        for name, meanings in explained.items():
            self.fields[name].widget.explained = meanings  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        self._clean_vendor(given)
        self._clean_choices(given)
        self._clean_dates(given)
        return given

    def _clean_dates(self, given: dict[str, Any]) -> None:
        today = self.organization.today()
        for name in ("expires", "agreement_ends"):
            if (day := given.get(name)) and day < today:
                self.add_error(name, _("This day is past."))
        if launch := given.get("active_on"):
            if given.get("enabled") != "later":
                self.add_error("active_on", _("Keep it disabled until then, or leave this empty."))
            elif launch <= today:
                self.add_error("active_on", _("Choose a day in the future."))

    def _clean_vendor(self, given: dict[str, Any]) -> None:
        if given.get("vendor_is") != OTHER:
            return
        if not given.get("vendor"):
            self.add_error("vendor", _("Name the application."))
        if not given.get("acknowledged"):
            self.add_error("acknowledged", _("Confirm this to connect a non-partner."))

    def _clean_choices(self, given: dict[str, Any]) -> None:
        """Ask the rules of the product about each choice, so that a refusal is shown with it."""
        version, types = given.get("oneroster"), given.get("types", [])
        partner = self.directory.get(given.get("vendor_is", ""))
        if not version or "vendor_is" not in given:
            return
        self._ask("oneroster", partners.require_certified, partner, version, [])
        if partner is None or version in partner.versions:
            self._ask("types", partners.require_certified, partner, version, types)
        if "assessment" in types and version != "1.2":
            self.add_error("types", _("Assessment Sync exists in OneRoster 1.2 only."))
        self._ask("withheld", sharing.known_withheld, given.get("withheld", []), version)

    def _ask(self, field: str, rule: Any, *asked: Any) -> None:
        if asked[:1] == (None,) and field == "oneroster":
            return
        try:
            rule(*asked)
        except Refused as refused:
            self.add_error(field, str(refused))

    def verdict(self) -> dict[str, Any]:
        """Return what `lifecycle.connect` is asked for."""
        given = self.cleaned_data
        partner = self.directory.get(given["vendor_is"])
        plain = ("oneroster", "types", "purpose", "agreement")
        return {
            **self.asked(),
            **{name: given[name] for name in (*plain, *CONTACT, *DAYS)},
            "vendor": given["vendor"] or (partner.name if partner else ""),
            "partner": partner,
            "acknowledge_unsupported": partner is None and given["acknowledged"],
            "enabled": given["enabled"] == "now",
        }
