"""Links to the page on which a password is set: some are shown to whoever invites, some mailed.

Whoever comes by a mailed one reads what is sent to the account's address. The others prove
nothing: an administrator can invite any address, and use the link.
"""

from __future__ import annotations

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator as Tokens
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.urls import reverse

from portal.models import Staff


class Mailed(Tokens):  # type: ignore[misc]
    key_salt = "a mailed link"


class Either(Tokens):  # type: ignore[misc]
    def check_token(self, user: Staff | None, token: str | None) -> bool:
        return any(tokens.check_token(user, token) for tokens in (shown, mailed))


shown, mailed, either = Tokens(), Mailed(), Either()


def path(staff: Staff, tokens: Tokens = shown) -> str:
    """Return the path of the page where the account's password is set, good for one use."""
    parts = {"uidb36": user_pk_to_url_str(staff), "key": tokens.make_token(staff)}
    return reverse("account_reset_password_from_key", kwargs=parts)


def prove(staff: Staff) -> None:
    """Note that somebody has come in by the account's address itself, with a mail or a provider.

    Not while there are second factors: they may be those of whoever made the account before.
    """
    if not Authenticator.objects.filter(user=staff).exists():
        staff.proven = True
        staff.save(update_fields=["proven"])
