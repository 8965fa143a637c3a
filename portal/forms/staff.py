"""A colleague, invited to the desk."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms.widgets import Tiles
from portal.models import Membership

ROLES = {
    Membership.Role.VIEWER.value: _("Looks at everything but demographics, and changes nothing."),
    Membership.Role.ADMIN.value: _("Decides who gets what, and invites others."),
}


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("They sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=Membership.Role.choices, widget=Tiles, initial="viewer"
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["role"].widget.explained = ROLES  # type: ignore[attr-defined]
