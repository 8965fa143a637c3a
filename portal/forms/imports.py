"""What an administrator brings in, and decides about what is held."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from roster.models import Import


class UploadForm(forms.Form):
    """One bundle as a zip file."""

    bundle = forms.FileField(
        label=_("Bundle"),
        help_text=_("The zip file that your student information system exported for OneRoster."),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
        error_messages={
            "required": _("Choose the zip file."),
            "empty": _("This file is empty. Export it again, and upload that."),
        },
    )


class DecisionForm(forms.Form):
    """The confirmation of what is done with a held import: approving asks for its name."""

    name = forms.CharField(label=_("Name of the bundle"))

    def __init__(self, *args: Any, of_import: Import, act: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = of_import.name
        if act != "approve":
            del self.fields["name"]
            return
        self.fields["name"].help_text = _("Type “%(name)s” to confirm.") % {"name": self.wanted}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name.casefold() != self.wanted.strip().casefold():
            raise forms.ValidationError(_("This isn't the name of the bundle."))
        return name
