"""How allauth behaves here: staff make accounts for staff, strangers never do."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: an account comes with an organization or the operator's role."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it in our own name; allauth would take the host that was asked for."""
        site = SimpleNamespace(name="Rosterdesk", domain="Rosterdesk")
        super().send_mail(template_prefix, email, {**context, "current_site": site})

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of the e-mail; the host that was asked for has no say in it."""
        address: str = super().get_reset_password_from_key_url(key)
        if not settings.PUBLIC_URL:
            return address
        parts = urlsplit(address)
        return f"{settings.PUBLIC_URL}{parts.path}"
