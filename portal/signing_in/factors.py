"""Second factors: what allauth keeps of them is encrypted with the installation's key."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.db import transaction
from django.utils.translation import gettext as _

from roster.encryption import cipher

PURPOSE = "second factors"
SECRETS = ("secret", "seed")
"""What is encrypted of the data: of an app its secret, of recovery codes their seed."""


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002
        kept = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey") if not kept else _("Passkey %(number)d") % {"number": kept + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Rosterdesk"}

    def encrypt(self, text: str) -> str:
        return cipher(PURPOSE).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises ValidationError, as for a wrong code, where none of the keys can read it."""
        try:
            return cipher(PURPOSE).decrypt(encrypted_text).decode()
        except InvalidToken:
            raise self.validation_error("incorrect_code") from None


def renew() -> tuple[int, int]:
    """Encrypt everything with SECRET_KEY; returns how many were, and how many no key can read."""
    done = unreadable = 0
    kept = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    for pk in list(kept.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = kept.select_for_update().filter(pk=pk).first()
            try:
                data = _rotated(row.data) if row else {}
            except InvalidToken:
                unreadable += 1
                continue
            done += kept.filter(pk=pk).update(data=data) if row else 0
    return done, unreadable


def _rotated(data: dict[str, Any]) -> dict[str, Any]:
    turned = {name: cipher(PURPOSE).rotate(data[name]).decode() for name in SECRETS if name in data}
    return {**data, **turned}
