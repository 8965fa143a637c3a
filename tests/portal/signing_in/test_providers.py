"""Signing in with an account elsewhere, against a real provider on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from jwcrypto import jwk

from portal import issuers
from portal.issuers import Issuer
from portal.models import Staff
from roster.models import AuditEntry
from tests.identity import CLIENT, NAME, SECRET, Validator, provider

BEGIN = "/account/with/district/"
DANA = {"sub": "d-1", "email": "Dana@riverside.example", "email_verified": True}


@pytest.fixture
def district(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Validator]:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    with provider() as served:
        served.callback = f"{settings.PUBLIC_URL}{BEGIN}back/"
        served.person = dict(DANA)
        named = Issuer(NAME, served.issuer, CLIENT, SECRET, verified=False)
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [named.app]}}
        yield served


def from_there(browser: Client, begin: str = BEGIN) -> str:
    """Go to the provider, and return the path by which it leads back."""
    there = browser.get(begin)["Location"]
    back = requests.get(there, allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def signed_in_with(browser: Client) -> Any:
    return browser.get(from_there(browser))


def told(browser: Client) -> str:
    """Try to sign in; return the words of the refusal."""
    answer = signed_in_with(browser)
    assert answer.status_code == 403
    assert browser.get("/")["Location"] == "/sign-in/"
    return answer.content.decode()


def test_who_was_invited_comes_in_and_where_they_wanted(dana: Staff, district: Validator):
    browser = Client()
    page = browser.get("/sign-in/?next=/o/riverside/audit/").content.decode()
    assert f'href="{BEGIN}?next=' in page
    answer = browser.get(from_there(browser, f"{BEGIN}?next=/o/riverside/audit/"))
    assert answer["Location"] == "/o/riverside/audit/"
    assert browser.get(answer["Location"]).status_code == 200
    dana.refresh_from_db()
    assert dana.has_usable_password()
    bound, entry = SocialAccount.objects.get(), AuditEntry.objects.get(action="sign_in.done")
    assert "dana" not in repr([bound.uid, bound.extra_data]).lower()
    assert entry.new == {"with": "district", "device": "unknown device", "address": "127.0.0.1"}
    assert AuditEntry.objects.get(action="provider.bound").new == {"provider": NAME}
    district.person["email"] = "dana.new-name@riverside.example"
    assert signed_in_with(Client()).status_code == 302


def test_nobody_else_gets_in_and_no_account_is_opened(dana: Staff, district: Validator):
    for person in (
        {"email": "stranger@riverside.example"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": ""},
    ):
        district.person = {**DANA, **person}
        assert "No account here has the e-mail address" in told(Client())
    assert Staff.objects.count() == 1
    assert not SocialAccount.objects.exists()


def test_a_provider_is_believed_of_its_own_domains_only(
    dana: Staff, district: Validator, settings: Any
):
    address = district.issuer.replace("//", f"//{CLIENT}:{quote(SECRET)}@")
    for domains, status in (
        ("lakeside.example", 403),
        ("example", 403),
        ("evil-riverside.example", 403),
        ("lakeside.example,Riverside.example", 302),
    ):
        (named,) = issuers.read(f"{address}?name={NAME}&domain={domains}")
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [named.app]}}
        assert signed_in_with(Client()).status_code == status
    dana.refresh_from_db()
    assert not dana.proven  # Others may have set the password that is there.


def test_who_comes_by_a_provider_before_there_is_a_password_is_known(
    dana: Staff, district: Validator
):
    dana.set_unusable_password()
    dana.save()
    assert signed_in_with(Client()).status_code == 302
    dana.refresh_from_db()
    assert dana.proven


def test_another_account_of_the_provider_with_the_same_address_is_not_dana(
    dana: Staff, district: Validator
):
    assert signed_in_with(Client()).status_code == 302
    district.person["sub"] = "d-2"
    assert "belongs to another account at District" in told(Client())


def test_an_account_that_has_ended_stays_out(dana: Staff, district: Validator):
    Staff.objects.filter(pk=dana.pk).update(is_active=False)
    browser = Client()
    assert signed_in_with(browser)["Location"] == "/account/inactive/"
    assert browser.get("/")["Location"] == "/sign-in/"


@pytest.mark.parametrize(
    "claims", [{"nonce": "of another sign-in"}, {"iss": "https://evil.example"}, {"aud": "x"},
               {"exp": 1}, {"sub": "d-2"}]
)  # fmt: skip
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    claims: dict[str, Any], dana: Staff, district: Validator
):
    district.token_claims = claims
    assert "District didn&#x27;t say who you are" in told(Client())


def test_a_token_signed_by_others_is_refused(dana: Staff, district: Validator):
    district.signing_key = jwk.JWK.generate(kty="RSA", size=2048, kid="1", alg="RS256")
    assert "didn&#x27;t say who you are" in told(Client())


def test_a_way_back_is_good_once_and_in_one_browser(dana: Staff, district: Validator):
    browser, other = Client(), Client()
    back = from_there(browser)
    assert other.get(back).status_code == 403
    assert browser.get(back).status_code == 302
    assert browser.get(back).status_code == 403


def test_what_is_asked_is_ours_alone(dana: Staff, district: Validator):
    more = "?scope=admin&auth_params=prompt%3Dnone&process=connect"
    asked = parse_qs(urlsplit(Client().get(BEGIN + more)["Location"]).query)
    assert sorted(asked["scope"][0].split()) == ["email", "openid", "profile"]
    assert "prompt" not in asked
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["nonce"][0]) > 20


def test_a_provider_that_is_down_is_said(dana: Staff, district: Validator, settings: Any):
    nobody = Issuer(NAME, "http://127.0.0.1:9", CLIENT, SECRET, verified=False)
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [nobody.app]}}
    answer = Client().get(BEGIN)
    assert answer.status_code == 403
    assert "didn&#x27;t say who you are" in answer.content.decode()
