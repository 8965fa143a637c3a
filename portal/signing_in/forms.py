"""allauth's forms with the words that the rest of the portal has for their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as factors
from allauth.mfa.totp import forms as totp
from django.utils.translation import gettext_lazy as _

from portal.signing_in import links
from portal.words import Words

NEW = {"password1": _("New password"), "password2": _("New password, once more")}
CODE = {"code": _("Code")}


class Labelled:
    """A form whose fields are called as `labels` says, and have nothing written in them."""

    labels: Mapping[str, Words]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class LoginForm(Labelled, account.LoginForm):  # type: ignore[misc]
    labels = {"login": _("E-mail address"), "password": _("Password")}


class ReauthenticateForm(Labelled, account.ReauthenticateForm):  # type: ignore[misc]
    labels = {"password": _("Password")}


class ChangePasswordForm(Labelled, account.ChangePasswordForm):  # type: ignore[misc]
    labels = {"oldpassword": _("Password until now"), **NEW}


class SetPasswordForm(Labelled, account.SetPasswordForm):  # type: ignore[misc]
    labels = NEW


class LinkForm(account.UserTokenForm):  # type: ignore[misc]
    token_generator = links.either


class ResetPasswordKeyForm(Labelled, account.ResetPasswordKeyForm):  # type: ignore[misc]
    labels = NEW

    def save(self) -> None:
        mailed = links.mailed.check_token(self.user, self.temp_key)
        super().save()
        if mailed:
            links.prove(self.user)


class CodeForm(Labelled, factors.AuthenticateForm):  # type: ignore[misc]
    labels = CODE


class CodeAgainForm(Labelled, factors.ReauthenticateForm):  # type: ignore[misc]
    labels = CODE


class AppForm(Labelled, totp.ActivateTOTPForm):  # type: ignore[misc]
    labels = {"code": _("Code that the app shows")}
