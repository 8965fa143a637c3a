"""Signing in with an account elsewhere, by OpenID Connect: allauth's flow, and what we ask of it.

It opens no account. It lets in whom the provider calls by the verified e-mail address of an
account that is there, and binds the two: from then on that account, and no other of the provider,
is let in. State and PKCE are allauth's; the nonce and the signature are checked here as well.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from requests import RequestException

from portal.issuers import is_believed
from portal.models import Staff
from portal.signing_in import links
from portal.signing_in.history import note
from roster.api.addresses import origin_of

UNTOLD = _("%(provider)s didn't say who you are. Try again, or sign in with your password.")
UNKNOWN = _(
    "No account here has the e-mail address that %(provider)s has verified for you. Accounts are "
    "made by your district's administrators: ask one of them."
)
BOUND = _(
    "Your account here belongs to another account at %(provider)s. The operator can reset its "
    "sign-in."
)


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    def get_provider(self) -> Provider:
        return _provider(self.request, self.provider_id)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return origin_of(request) + reverse("openid_connect_callback", args=[self.provider_id])

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        # Else allauth believes a token that came by TLS, without looking at its signature.
        self.did_fetch_access_token = False
        return super().complete_login(request, app, token, **kwargs)


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    oauth2_adapter_class = Adapter

    def extract_uid(self, data: dict[str, Any]) -> str:
        """Return who it is to that issuer; token and user info have to speak of the same one."""
        token = data.get("id_token")
        if not token or any(each.get("sub") != token["sub"] for each in data.values()):
            raise OAuth2Error("It isn't told who this is.")
        return hashlib.sha256(f"{token['iss']} {token['sub']}".encode()).hexdigest()

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep nothing of the person; the nonce is compared with the one that was sent."""
        return {"nonce": data["id_token"].get("nonce")}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        claims = {**data["id_token"], **data.get("userinfo", {})}
        verified = claims.get("email_verified") is True
        return [EmailAddress(email=claims["email"], verified=verified)] if "email" in claims else []


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the account of whom the provider has told, or end here in words."""
        provider, nonce = sociallogin.provider, sociallogin.state.get("nonce")
        if not nonce or sociallogin.account.extra_data["nonce"] != nonce:
            raise ImmediateHttpResponse(_failed(request, provider))
        if sociallogin.is_existing:
            return
        emails = [
            each.email
            for each in sociallogin.email_addresses
            if each.verified and is_believed(provider.app.settings, each.email)
        ]
        staff = Staff.objects.filter(email__in=[each.lower() for each in emails]).first()
        if staff is None:
            raise ImmediateHttpResponse(_failed(request, provider, UNKNOWN))
        others = SocialAccount.objects.filter(user=staff, provider=provider.sub_id)
        if others.exists():
            raise ImmediateHttpResponse(_failed(request, provider, BOUND))
        sociallogin.account.user = sociallogin.user = staff
        sociallogin.account.save()
        if not staff.has_usable_password():
            links.prove(staff)
        note("provider.bound", staff, staff, new={"provider": provider.name})

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> None:
        raise ImmediateHttpResponse(_failed(request, provider))


@require_safe
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the provider, and from there back to the page that was asked for."""
    provider, nonce = _provider(request, provider_id), secrets.token_urlsafe(24)
    try:
        answer: HttpResponse = provider.redirect(
            request,
            AuthProcess.LOGIN,
            next_url=get_next_redirect_url(request),
            auth_params={"nonce": nonce},
            nonce=nonce,
        )
    except RequestException:
        return _failed(request, provider)
    return answer


@require_safe
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take what the provider tells of whoever comes back from it."""
    answer: HttpResponse = OAuth2CallbackView.adapter_view(Adapter(request, provider_id))(request)
    return answer


def _provider(request: HttpRequest, provider_id: str) -> Provider:
    """Return the provider of that name among those of SIGN_IN_WITH, or 404."""
    try:
        return Provider(request, app=get_adapter().get_app(request, provider=provider_id))
    except SocialApp.DoesNotExist:
        raise Http404 from None


def _failed(request: HttpRequest, provider: Any, words: Any = UNTOLD) -> HttpResponse:
    context = {"provider": provider, "words": words % {"provider": provider.name}}
    return render(request, "account/with_failed.html", context, status=403)
