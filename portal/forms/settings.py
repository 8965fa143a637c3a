"""What an organization settles for itself, as its administrators change it."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal import words
from portal.forms.widgets import Ticks
from roster.dialects.withholding import REQUIRED
from roster.models import Organization
from roster.models.organization import UsernameStandIn
from roster.organizations.settings import SETTINGS, text_of

YES_OR_NO = [("no", _("no")), ("yes", _("yes"))]

STAND_INS: dict[str, Any] = {
    UsernameStandIn.SOURCED_ID: _("the sourcedId"),
    UsernameStandIn.IDENTIFIER: _("the student or staff number"),
    UsernameStandIn.EMAIL: _("the e-mail address"),
    UsernameStandIn.NOTHING: _("nothing: the person isn't published in 1.1"),
}


GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("The organization"), ("name", "time_zone", "language", "contact_name", "contact_email")),
    (_("School year"), ("school_year", "year_confirmed")),
    (
        _("When vendors get new data"),
        ("refresh_at", "refresh_after_import", "refresh_hours_from", "refresh_hours_until"),
    ),
    (
        _("What vendors get"),
        ("early_access_days", "username_stand_in", "tombstone_days", "vendors_read_each_other"),
    ),
    (_("What waits for your decision"), ("hold_percent", "hold_records", "hold_visible")),
    (
        _("Alerts, sign-in and the public"),
        ("alert_recipients", "second_factor_required", "vendors_listed"),
    ),
    (_("How long things are kept"), ("requests_kept_days", "history_kept_days")),
)
"""The settings as the page has them: a heading, and the fields below it."""


class Clock(forms.TimeInput):
    """A time of day, asked for by the browser's own clock."""

    input_type = "time"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)


class SettingsForm(forms.Form):
    """The settings; each field is one of `SETTINGS`. `given()` is what the verb is given."""

    name = forms.CharField(label=_("Name of the organization"), max_length=200)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Days begin and end by it, and every time in this portal is shown in it."),
    )
    school_year = forms.RegexField(
        r"^\d{4}$",
        label=_("Active school year"),
        help_text=_("By the year in which it ends: 2027 is 2026–27. Only its data is shared."),
        error_messages={"invalid": _("Write the year in which it ends, such as 2027.")},
        required=False,
    )
    year_confirmed = forms.BooleanField(
        label=_(
            "Another school year: from the next refresh on, vendors read that year's data only."
        ),
        help_text=_("Tick this only if you change the school year above."),
        required=False,
    )
    refresh_at = forms.TimeField(
        label=_("Refresh the cache every day at"),
        help_text=_("In your time zone. After the nightly import, and before vendors read."),
        widget=Clock,
    )
    refresh_after_import = forms.ChoiceField(
        label=_("Refresh after each import too"),
        help_text=_("Vendors get new data as soon as it is imported."),
        choices=YES_OR_NO,
    )
    refresh_hours_from = forms.TimeField(
        label=_("Refresh every hour too, from"),
        help_text=_("For data that changes during the day. Empty: once a day."),
        widget=Clock,
        required=False,
    )
    refresh_hours_until = forms.TimeField(label=_("Until"), widget=Clock, required=False)
    early_access_days = forms.IntegerField(
        label=_("Early access, in days"),
        help_text=_("How many days before its first day an enrollment or a role is shared."),
        min_value=0,
        max_value=366,
    )
    username_stand_in = forms.ChoiceField(
        label=_("In place of a missing username"),
        help_text=_(
            "OneRoster 1.1 requires a username. This is what its vendors get for a "
            "person without one."
        ),
        choices=list(STAND_INS.items()),
    )
    tombstone_days = forms.IntegerField(
        label=_("List removed records for, in days"),
        help_text=_("A vendor that stays away longer must read everything anew."),
        min_value=1,
        max_value=3650,
    )
    requests_kept_days = forms.IntegerField(
        label=_("Keep vendors' requests for, in days"),
        help_text=_("The log of what each vendor asked for, and what it got."),
        min_value=7,
        max_value=3650,
    )
    history_kept_days = forms.IntegerField(
        label=_("Keep the history for, in days"),
        help_text=_("Findings of imports, refreshes and jobs. The audit log is kept for good."),
        min_value=7,
        max_value=3650,
    )
    hold_percent = forms.IntegerField(
        label=_("Hold an import or a refresh that removes more than this percentage"),
        help_text=_(
            "Counted for each list. It waits for your decision where this and the next "
            "number are passed."
        ),
        min_value=0,
        max_value=100,
    )
    hold_records = forms.IntegerField(
        label=_("And more than this many records"), min_value=0, max_value=1_000_000
    )
    hold_visible = forms.IntegerField(
        label=_("Hold an import or a refresh that shows more hidden people than this"),
        help_text=_("People whom no vendor could see until then."),
        min_value=0,
        max_value=1_000_000,
    )
    alert_recipients = forms.CharField(
        label=_("Send alerts to"),
        help_text=_(
            "E-mail addresses, one in each line. They get a message when an import or a "
            "refresh is held or fails, when no bundle comes, and before a date that "
            "matters. Empty: every administrator."
        ),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    second_factor_required = forms.ChoiceField(
        label=_("Require a second factor to sign in"),
        help_text=_(
            "It holds for everybody who works for this organization. Whoever has none "
            "yet sets one up at their next click."
        ),
        choices=YES_OR_NO,
    )
    vendors_read_each_other = forms.ChoiceField(
        label=_("Vendors read each other's grades"),
        help_text=_(
            "What one vendor wrote into the gradebook is read by others with Grade Book Sync, if"
            " they see the class and the student. Nobody changes what another wrote."
        ),
        choices=YES_OR_NO,
    )
    vendors_listed = forms.ChoiceField(
        label=_("Publish who gets what"),
        help_text=_(
            "A page that anybody can open: vendors with purpose, data elements, agreement, and"
            " since when. No names of people."
        ),
        choices=YES_OR_NO,
    )
    language = forms.ChoiceField(
        label=_("Language of letters and alerts"),
        help_text=_(
            "Letters to vendors, and e-mails about what needs a person. Each of you chooses the"
            " language of these pages under your own name."
        ),
        choices=settings.LANGUAGES,
    )
    contact_name = forms.CharField(
        label=_("Contact for vendors"),
        help_text=_("Shown in Information to Share."),
        max_length=200,
        required=False,
    )
    contact_email = forms.EmailField(label=_("Their e-mail address"), required=False)
    reason = forms.CharField(
        label=_("Reason for the change"),
        help_text=_("Kept in the audit log."),
        max_length=500,
        required=False,
    )

    def __init__(self, data: Any = None, *, organization: Organization) -> None:
        initial = {name: text_of(getattr(organization, name)) for name in SETTINGS}
        initial["alert_recipients"] = "\n".join(organization.alert_recipients)
        super().__init__(data, initial=initial)
        zones = sorted({*zoneinfo.available_timezones(), organization.time_zone})
        self.fields["time_zone"].choices = [(zone, zone) for zone in zones]  # type: ignore[attr-defined]
        self.year = organization.school_year
        self.fields["school_year"].required = bool(self.year)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        another = self.year and given.get("school_year", self.year) != self.year
        if another and not given["year_confirmed"]:
            self.add_error("year_confirmed", _("Tick this to change the school year."))
        return given

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Return the fields as the page has them, but for the reason."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]

    def given(self) -> dict[str, str]:
        """Return the settings as the texts that the verb reads."""
        return {name: text_of(self.cleaned_data[name]) for name in SETTINGS}


class FieldsForm(forms.Form):
    """The fields that no vendor may have."""

    fields_kept = forms.MultipleChoiceField(
        label=_("No vendor gets"),
        help_text=_("Whatever a connection shares. What you tick is gone from all at once."),
        choices=[(name, label) for name, label in words.FIELDS.items() if name not in REQUIRED],
        widget=Ticks,
        required=False,
    )
    reason = forms.CharField(
        label=_("Reason for the change"),
        help_text=_("Kept in the audit log."),
        max_length=500,
        required=False,
    )

    def __init__(self, data: Any = None, *, organization: Organization) -> None:
        super().__init__(data, initial={"fields_kept": organization.field_policy})
        field = self.fields["fields_kept"]
        known = {name for name, _label in field.choices}  # type: ignore[attr-defined]
        more = [(name, name) for name in organization.field_policy if name not in known]
        field.choices = [*field.choices, *more]  # type: ignore[attr-defined]
