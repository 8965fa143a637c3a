"""The form that adds a passkey: good for signing in with it alone, unless somebody says no."""

from __future__ import annotations

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class AddForm(AddWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(label=_("Name"), help_text=_("By which you know it again."))
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without the password"), required=False, initial=True
    )
