"""How allauth behaves here: staff make accounts for staff, and nobody locks out somebody else.

Attempts with a wrong password are counted by account and by address. Both counts would let a
stranger, or a student behind the school's one address, keep the owner out. So a browser in which
the account has signed in before has a count of its own, which nobody else can fill.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from portal.models import Staff
from portal.signing_in import browsers, history

MEANS = {
    "reauthenticate": _("Enter your password"),
    "mfa_reauthenticate": _("Enter a code of your app"),
    "mfa_reauthenticate:webauthn": _("Use your passkey"),
}
"""How people show that it is still they, in our words."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: an account comes with an organization or the operator's role."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse what was tried too often; what succeeds is taken back from the counts."""
        counts = []
        if browsers.known(request, credentials["email"]) is None:
            of_address = ratelimit.consume(request, app="allauth.account", action="stranger")
            if not of_address:
                raise self.validation_error("too_many_login_attempts")
            counts = of_address.usage
        super().pre_authenticate(request, **credentials)
        self._login_failed_rl_usage.usage.extend(counts)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        email = credentials["email"].lower()
        return f"{email} {browsers.known(request, email) or ''}"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record it where there is such an account; what else was typed is nobody's business."""
        staff = Staff.objects.filter(email__iexact=credentials["email"]).first()
        if staff is not None:
            history.failed(request, staff)

    def post_login(self, request: HttpRequest, user: Staff, **more: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **more)
        browsers.remember(request, response, user.email)
        return response

    def get_reauthentication_methods(self, user: Staff) -> list[dict[str, Any]]:
        methods = super().get_reauthentication_methods(user)
        return [each | {"description": MEANS[each["id"]]} for each in methods]
