"""What was agreed with a vendor, edited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connections import networks
from connections.agreements import LARGEST, file_of, require_pdf
from connections.models import Connection
from portal.forms.widgets import Day
from roster.refusal import Refused

TERMS = (
    "vendor",
    "purpose",
    "contact_name",
    "contact_email",
    "agreement",
    "data_elements",
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
    agreement_file = forms.FileField(
        label=_("File of the agreement"),
        help_text=_("A PDF, up to 10 MB. Only your staff can open it here."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
        required=False,
    )
    data_elements = forms.CharField(
        label=_("Data elements"),
        help_text=_("What the agreement says that the vendor gets, in its words."),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    agreement_ends = forms.DateField(
        label=_("Last day of the agreement"),
        help_text=_("After it the vendor is refused until you set a later day. Empty: no end."),
        widget=Day,
        required=False,
    )
    expires = forms.DateField(
        label=_("Last day of the connection"),
        help_text=_("The last day on which the vendor may read. Empty: no end."),
        widget=Day,
        required=False,
    )

    def clean_agreement_file(self) -> tuple[str, bytes] | None:
        """Return name and content of the file that was chosen."""
        chosen = self.cleaned_data["agreement_file"]
        if chosen is None:
            return None
        content = chosen.read(LARGEST + 1)
        try:
            require_pdf(content)
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused
        return chosen.name, content


class TermsForm(AgreementFields):
    """The agreement of a connection, as it is when the form is opened."""

    vendor = forms.CharField(
        label=_("Name"),
        help_text=_("What this connection is called here. A vendor can have several."),
        max_length=200,
    )
    networks = forms.CharField(
        label=_("Addresses"),
        help_text=_(
            "The addresses or networks from which the vendor may ask, one in each line, "
            "as the vendor tells you. All others are refused. Empty: from everywhere."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        required=False,
    )
    reason = forms.CharField(
        label=_("Reason for the change"),
        help_text=_("Kept in the history of this connection."),
        max_length=500,
        required=False,
    )

    without_file = forms.BooleanField(label=_("Remove the file that is there"), required=False)

    def __init__(self, data: Any = None, files: Any = None, *, connection: Connection) -> None:
        initial = {name: getattr(connection, name) for name in TERMS}
        initial["networks"] = "\n".join(connection.networks)
        super().__init__(data, files, initial=initial)
        if file_of(connection) is None:
            del self.fields["without_file"]
        self.order_fields(
            ["vendor", *AgreementFields.base_fields, "without_file", "networks", "reason"]
        )

    def clean_networks(self) -> list[str]:
        try:
            return networks.read(self.cleaned_data["networks"])
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused

    def terms(self) -> dict[str, Any]:
        """Return what `change_terms` is asked for."""
        return {name: self.cleaned_data[name] for name in (*TERMS, "networks", "reason")}
