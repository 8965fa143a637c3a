"""What an administrator adds to a change of a connection's status."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from portal.forms.widgets import Day


class ReasonForm(forms.Form):
    """Why something is done, if there is something to say."""

    reason = forms.CharField(
        label=_("Reason"), help_text=_("Kept in the audit log."), max_length=500, required=False
    )


class LastDayForm(forms.Form):
    """The last day of a client secret."""

    day = forms.DateField(
        label=_("Last day"),
        help_text=_("After it the vendor gets no token with this secret. Empty: no end."),
        widget=Day,
        required=False,
    )


class SeveralForm(forms.Form):
    """Why connections change their status; `asks` names what the act needs besides the reason."""

    until = forms.DateField(
        label=_("Becomes active on"),
        help_text=_("From this day on the vendor reads what is published. Empty: when you say so."),
        widget=Day,
        required=False,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Kept in the history of the connection."),
        max_length=500,
        required=False,
    )

    def __init__(self, *args: Any, asks: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"until", "name"} & self.fields.keys() - set(asks):
            del self.fields[name]

    def verdict(self) -> dict[str, Any]:
        """Return what the verb is called with, besides the connection."""
        given = self.cleaned_data
        until = {"until": given["until"]} if "until" in given else {}
        return {"reason": given["reason"], **until}


class ActForm(SeveralForm):
    """The same for one connection, whose vendor's name some acts ask for."""

    name = forms.CharField(label=_("Name of the vendor"))

    field_order = ("until", "name", "reason")

    def __init__(self, *args: Any, connection: Connection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = connection
        if "name" in self.fields:
            self.fields["name"].help_text = _("Type “%(vendor)s” to confirm.") % {
                "vendor": connection.vendor
            }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name.casefold() != self.connection.vendor.casefold():
            raise forms.ValidationError(_("This isn't the name of this connection's vendor."))
        return name
