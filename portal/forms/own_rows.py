"""A row of the district's own, as an administrator fills it in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms.widgets import Day, Tiles
from roster import local
from roster.importing.files import FILES


class OwnRowForm(forms.Form):
    """One row: in which file, which one, which cells, why and until when."""

    how = forms.ChoiceField(
        label=_("What is it?"),
        choices=[
            (local.CHANGE, _("Change a row that your system sends")),
            (local.ADD, _("Add a row that it doesn't send")),
        ],
        widget=Tiles,
        initial=local.CHANGE,
    )
    file = forms.ChoiceField(
        label=_("File"),
        choices=[(file.name, file.filename) for file in FILES.values() if not file.fills],
        initial="users",
    )
    sourced_id = forms.CharField(
        label=_("ID of the row"),
        help_text=_("Its sourcedId, as the record's page in the roster shows it."),
        max_length=255,
    )
    cells = forms.CharField(
        label=_("Values"),
        help_text=_("One in each line, as in the file: email=ann@riverside.example"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    until = forms.DateField(
        label=_("Holds until"),
        help_text=_("The last day. After it, what your system sends counts again."),
        widget=Day,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Somebody will ask for it in a year. Everybody at this desk can read it."),
        max_length=500,
    )

    def clean_cells(self) -> dict[str, str]:
        """Return the cells by column."""
        found: dict[str, str] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["cells"].splitlines())):
            column, equals, value = line.partition("=")
            if not equals or not column.strip():
                wrong = _("“%(line)s” can't be understood. Write column=value.") % {"line": line}
                raise forms.ValidationError(wrong)
            found[column.strip()] = value.strip()
        return found
