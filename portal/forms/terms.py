"""What was agreed with a vendor, edited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from portal.forms.widgets import Day

TERMS = (
    "vendor",
    "purpose",
    "contact_name",
    "contact_email",
    "agreement",
    "agreement_ends",
    "expires",
)


class AgreementFields(forms.Form):
    """What is agreed with a vendor: for a new connection and for one that is."""

    purpose = forms.CharField(
        label=_("Purpose"),
        help_text=_("What the vendor does with the data, for whoever asks later."),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    contact_name = forms.CharField(label=_("Contact at the vendor"), max_length=200, required=False)
    contact_email = forms.EmailField(label=_("Their e-mail address"), required=False)
    agreement = forms.CharField(
        label=_("Agreement"),
        help_text=_("The number or name of the data privacy agreement."),
        max_length=200,
        required=False,
    )
    agreement_ends = forms.DateField(
        label=_("Last day of the agreement"),
        help_text=_("After it the vendor is refused until you put the day off. Empty: no end."),
        widget=Day,
        required=False,
    )
    expires = forms.DateField(
        label=_("Last day"),
        help_text=_("The last day on which the vendor may read. Empty: no end."),
        widget=Day,
        required=False,
    )


class TermsForm(AgreementFields):
    """The agreement of a connection, as it is when the form is opened."""

    vendor = forms.CharField(
        label=_("Name"),
        help_text=_("What this connection is called here: several of one vendor are normal."),
        max_length=200,
    )
    reason = forms.CharField(
        label=_("Reason for the change"),
        help_text=_("Kept in the history of this connection."),
        max_length=500,
        required=False,
    )

    field_order = (*TERMS, "reason")

    def __init__(self, data: Any = None, *, connection: Connection) -> None:
        super().__init__(data, initial={name: getattr(connection, name) for name in TERMS})
