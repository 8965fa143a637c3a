"""A new connection, as an administrator fills it in: a path of steps with a way back.

What was filled in travels with the form, from step to step, in hidden fields: nothing is kept
on the server before the connection is made, and every step works without script.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connections import partners, sharing
from connections.models import Connection, Partner
from portal import words
from portal.forms.sharing import SharingFields, initial_of
from portal.forms.terms import TERMS, AgreementFields
from portal.forms.widgets import Day, Ticks, Tiles
from portal.words import Words
from roster.models import Organization
from roster.refusal import Refused

OTHER = "other"
VERSIONS = ("1.2", "1.1")
NON_PARTNER: dict[str, Any] = {
    "label": _("Connect to other application"),
    "help": _("A vendor outside the partner directory: Roster Sync only, unsupported."),
}


class KeptOut(forms.Field):
    """People kept out, with the reason of each: a hidden value `["id", "reason"]` for each."""

    widget = forms.MultipleHiddenInput

    @staticmethod
    def as_lines(kept_out: dict[str, str]) -> list[str]:
        return [json.dumps(each) for each in kept_out.items()]

    def to_python(self, values: list[str] | None) -> dict[str, str]:
        try:
            pairs = [(str(person), str(why)) for person, why in map(json.loads, values or ())]
            if "\0" in "".join(map("".join, pairs)).encode().decode():
                raise ValueError
        except (ValueError, TypeError) as wrong:
            raise forms.ValidationError(_("Choose again who is kept out.")) from wrong
        return dict(pairs)


class Step(NamedTuple):
    """A step of the path: its name, its title, and the fields that it shows."""

    name: str
    title: Words
    fields: tuple[str, ...]


STEPS = (
    Step("vendor", _("Vendor"), ("vendor_is", "vendor", "acknowledged")),
    Step("reads", _("Version and type"), ("oneroster", "types")),
    Step(
        "sharing",
        _("Sharing"),
        (*SharingFields.base_fields, "like", "kept_out", "person", "why", NON_FIELD_ERRORS),
    ),
    Step("data", _("Prerequisites"), ()),
    Step(
        "agreement",
        _("Agreement"),
        ("vendor", *AgreementFields.base_fields, "enabled", "active_on"),
    ),
)


class ConnectionForm(SharingFields, AgreementFields):
    """A new connection of one organization. `verdict` is what the verb is called with."""

    data: QueryDict  # type: ignore[assignment]

    vendor_is = forms.ChoiceField(
        label=_("Vendor"),
        widget=Tiles,
        error_messages={"required": _("Choose the vendor.")},
    )
    vendor = forms.CharField(
        label=_("Name of the application"),
        help_text=_(
            "What your staff call it. A partner's needs none: it is called as in the directory."
        ),
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
        choices=[(name, words.TYPE_NAMES[name]) for name in partners.ADDED_TYPES],
        widget=Ticks,
        required=False,
    )
    like = forms.ChoiceField(label=_("Share the same as"), required=False)
    kept_out = KeptOut(label=_("People kept out"), required=False)
    person = forms.CharField(label=_("Name or ID"), max_length=200, required=False)
    why = forms.CharField(
        label=_("Reason"),
        help_text=_("Somebody will ask for it in a year. Everybody at this desk can read it."),
        max_length=500,
        required=False,
    )
    enabled = forms.ChoiceField(
        label=_("When it begins"),
        choices=[("now", _("Enable it now")), ("later", _("Keep it disabled"))],
        widget=Tiles,
    )
    active_on = forms.DateField(
        label=_("Day of the launch"),
        help_text=_(
            "On this day a connection that is kept disabled is enabled. Empty: when you enable it."
        ),
        widget=Day,
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, Any] | None = None,
        *,
        organization: Organization,
    ) -> None:
        super().__init__(data, files, initial={"enabled": "now"})
        self.organization = organization
        self.directory = {str(partner.pk): partner for partner in Partner.objects.by_name()}
        mine = Connection.objects.filter(organization=organization).select_related("partner")
        self.examples = {str(each.pk): each for each in mine.open().by_name()}
        self._offer_vendors()
        self._offer_certified()
        self.offer(organization)
        self.offer_lists(self._unshared())
        known = [("", "—"), *((key, each.title) for key, each in self.examples.items())]
        self.fields["like"].choices = known  # type: ignore[attr-defined]
        self.fields["enabled"].widget.explained = {  # type: ignore[attr-defined]
            "now": _("The vendor can read as soon as it has the client ID and secret."),
            "later": _("Share the information today; the vendor is refused until you enable it."),
        }

    @property
    def partner(self) -> Partner | None:
        """The partner whose tile is chosen."""
        return self.directory.get(self.data.get("vendor_is", ""))

    def _offer_vendors(self) -> None:
        offered = [(key, partner.name) for key, partner in self.directory.items()]
        self.fields["vendor_is"].choices = [*offered, (OTHER, NON_PARTNER["label"])]  # type: ignore[attr-defined]
        self.fields["vendor_is"].widget.extra = {  # type: ignore[attr-defined]
            **{
                key: {
                    "versions": [name for name in VERSIONS if name in partner.versions],
                    "lozenges": [
                        str(words.TYPE_NAMES[name]) for name in ("roster", *partner.types)
                    ],
                }
                for key, partner in self.directory.items()
            },
            OTHER: {"help": NON_PARTNER["help"]},
        }
        if not self.directory:
            self.initial["vendor_is"] = OTHER

    def _offer_certified(self) -> None:
        """Show the versions and types that the vendor can have; `clean` refuses any other."""
        partner = self.partner
        versions = [name for name in VERSIONS if partner is None or name in partner.versions]
        types = [name for name in partners.ADDED_TYPES if partner and name in partner.types]
        explained: dict[str, tuple[list[str], dict[str, str | Promise]]] = {
            "oneroster": (versions, words.VERSIONS),
            "types": (types, words.TYPES),
        }
        for name, (offered, meanings) in explained.items():
            field: Any = self.fields[name]
            field.widget.choices = [each for each in field.choices if each[0] in offered]
            field.widget.explained = meanings
        if self.is_bound and len(versions) == 1 and "oneroster" not in self.data:
            self.data = self.data.copy()
            self.data["oneroster"] = versions[0]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        self._clean_vendor(given)
        self._clean_choices(given)
        self._clean_dates(given)
        if given.get("person"):
            # Who goes on with a name typed in believes that this person is kept out.
            self.add_error("person", _("Choose who is meant, or empty this field."))
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
        partner = self.partner
        if not version or "vendor_is" not in given:
            return
        if partner is not None:
            self._ask("oneroster", partners.require_certified, partner, version, [])
        if partner is None or version in partner.versions:
            self._ask("types", partners.require_certified, partner, version, types)
        if "assessment" in types and version != "1.2":
            self.add_error("types", _("Assessment Sync exists in OneRoster 1.2 only."))
        self._ask("withheld", sharing.known_withheld, given.get("withheld", []), version)
        if not self.errors.keys() & {*STEPS[1].fields, *STEPS[2].fields}:
            self._ask(None, sharing.decide, self._unshared(), self.asked())

    def _ask(self, field: str | None, rule: Any, *asked: Any) -> None:
        try:
            rule(*asked)
        except Refused as refused:
            self.add_error(field, str(refused))

    def first_wrong(self, until: int) -> int | None:
        """Return the first of so many steps in which something is wrong."""
        for number, step in enumerate(STEPS[:until]):
            if self.errors.keys() & set(step.fields):
                return number
        return None

    def show_errors_of(self, step: Step | None) -> None:
        """Forget what is wrong in other steps: they weren't reached, or come later."""
        for name in list(self.errors):
            if name != NON_FIELD_ERRORS and (step is None or name not in step.fields):
                del self.errors[name]

    def carried(self, step: Step) -> Iterator[tuple[str, Any]]:
        """Yield names and values of the fields that another step shows."""
        for name, field in self.fields.items():
            if name in step.fields:
                continue
            given = (
                self.data.getlist(name)
                if self.is_bound
                else self.get_initial_for_field(field, name)
            )
            for value in given if isinstance(given, list) else [given]:
                if value not in ("", None, False):
                    yield name, value

    def like_another(self) -> ConnectionForm:
        """Return the form with the sharing of the connection that is to be copied."""
        example = self.examples.get(self.data.get("like", ""))
        if example is None:
            return self
        data = self.data.copy()
        for name, value in initial_of(example).items():
            if name in SharingFields.base_fields:
                data.setlist(name, value if isinstance(value, list) else [value])
        data.setlist("kept_out", KeptOut.as_lines(example.kept_out))
        return ConnectionForm(data, self.files, organization=self.organization)

    def as_the_partner_asks(self) -> ConnectionForm:
        """Return the form with what the partner's profile of needs asks to be shared ticked."""
        data = self.data.copy()
        if self.partner:
            data.setlist("shares", [*{*data.getlist("shares"), *self.partner.shares}])
        return ConnectionForm(data, self.files, organization=self.organization)

    def keeping_out(self, person: str) -> ConnectionForm:
        """Return the form with one more person kept out, for the reason that is filled in."""
        return self._with_kept_out(self.kept | {person: self.data.get("why", "").strip()})

    def letting_in(self, person: str) -> ConnectionForm:
        """Return the form without a person among those kept out."""
        kept = {each: why for each, why in self.kept.items() if each != person}
        return self._with_kept_out(kept)

    def _with_kept_out(self, kept: dict[str, str]) -> ConnectionForm:
        data = self.data.copy()
        data.setlist("kept_out", KeptOut.as_lines(kept))
        data["person"] = data["why"] = ""
        return ConnectionForm(data, self.files, organization=self.organization)

    @property
    def kept(self) -> dict[str, str]:
        """Who is kept out, by id, and why; what can't be understood is refused by `clean`."""
        try:
            found: dict[str, str] = self.fields["kept_out"].clean(self.data.getlist("kept_out"))
        except forms.ValidationError:
            found = {}
        return found

    def draft(self) -> Connection:
        """Return the connection as it would be, unsaved; call it where the sharing is good."""
        draft = self._unshared()
        sharing.give(draft, self.asked())
        return draft

    def _unshared(self) -> Connection:
        version = self.data.get("oneroster")
        return Connection(
            organization=self.organization,
            oneroster=version if version in VERSIONS else "",
            types=self.data.getlist("types"),
        )

    def asked(self) -> Any:
        return {**super().asked(), "kept_out": self.kept}

    def verdict(self) -> dict[str, Any]:
        """Return what `lifecycle.connect` is asked for."""
        given = self.cleaned_data
        partner = self.partner
        plain = ("oneroster", "types", "active_on", *TERMS)
        return {
            **self.asked(),
            **{name: given[name] for name in plain},
            "vendor": given["vendor"] or (partner.name if partner else ""),
            "partner": partner,
            "acknowledge_unsupported": partner is None and given["acknowledged"],
            "enabled": given["enabled"] == "now",
        }
