"""Second factors: encrypted where they lie, confirmed before they change, and written down."""

from __future__ import annotations

import importlib
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from portal.models import Staff
from portal.signing_in import factors
from roster.models import AuditEntry
from tests.cast import PASSWORD

SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def uncounted(db: None) -> None:
    cache.clear()


PAGES = {
    "2fa/": "Two-factor authentication",
    "2fa/confirm/": "Is it you?",
    "2fa/totp/deactivate/": "Stop using the app",
    "2fa/recovery-codes/": "Recovery codes",
    "2fa/recovery-codes/generate/": "New recovery codes",
}
"""What somebody with an app sees, by address below the account's."""


def code(secret: str = SECRET) -> str:
    """Return what the app shows."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def sign_in(staff: Staff) -> Client:
    browser = Client()
    browser.post("/sign-in/", {"login": staff.email, "password": PASSWORD})
    return browser


def with_app(staff: Staff) -> None:
    TOTP.activate(staff, SECRET)
    RecoveryCodes.activate(staff)


def test_nothing_lies_in_clear_and_codes_work(dana: Staff):
    with_app(dana)
    assert SECRET not in repr(list(Authenticator.objects.values_list("data", flat=True)))
    browser = sign_in(dana)
    assert browser.get("/o/riverside/")["Location"].startswith("/sign-in/")
    assert browser.post("/account/2fa/authenticate/", {"code": code()}).status_code == 302
    assert browser.get("/o/riverside/").status_code == 200
    means = AuditEntry.objects.values_list("new__with", flat=True).get(action="sign_in.done")
    assert means == "password, totp"


def test_a_recovery_code_works_once(dana: Staff):
    with_app(dana)
    kept = Authenticator.objects.get(type="recovery_codes")
    spare = kept.wrap().get_unused_codes()[0]
    for works in (True, False):
        browser = sign_in(dana)
        browser.post("/account/2fa/authenticate/", {"code": spare})
        assert (browser.get("/o/riverside/").status_code == 200) is works
    assert AuditEntry.objects.filter(action="sign_in.failed").exists()


def test_a_change_asks_for_the_password_and_is_written_down(
    dana: Staff, django_capture_on_commit_callbacks: Any
):
    browser = sign_in(dana)
    asked = browser.get("/account/2fa/totp/activate/")
    assert asked["Location"].startswith("/account/confirm/")
    browser.post("/account/confirm/", {"password": PASSWORD})
    secret = browser.get("/account/2fa/totp/activate/").context["form"].secret
    form = {"code": code(secret)}
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post("/account/2fa/totp/activate/", form).status_code == 302
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post("/account/2fa/totp/deactivate/").status_code == 302
    changes = AuditEntry.objects.filter(action__startswith="factor.")
    assert sorted((each.action, repr(each.new or each.old)) for each in changes) == [
        ("factor.added", "{'factor': 'recovery_codes'}"),
        ("factor.added", "{'factor': 'totp'}"),
        ("factor.removed", "{'factor': 'recovery_codes'}"),
        ("factor.removed", "{'factor': 'totp'}"),
    ]


def test_each_page_of_second_factors_is_in_our_words(dana: Staff):
    browser = sign_in(dana)
    browser.post("/account/confirm/", {"password": PASSWORD})

    def heading(path: str) -> str:
        page = browser.get(f"/account/{path}")
        assert 'class="brand"' in page.content.decode()
        return page.content.decode().partition("<h1>")[2].partition("</h1>")[0]

    assert heading("2fa/totp/activate/") == "Use an app"
    assert heading("password/change/") == "Change your password"
    assert heading("confirm/") == "Is it you?"
    with_app(dana)
    assert {path: heading(path) for path in PAGES} == PAGES
    spare = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    assert spare in browser.get("/account/2fa/recovery-codes/").content.decode()
    passkey = Authenticator.objects.create(
        user=dana, type="webauthn", data={"name": "Laptop", "credential": {}}
    )
    assert heading(f"2fa/passkeys/{passkey.pk}/remove/") == "Remove the passkey"
    assert heading(f"2fa/passkeys/{passkey.pk}/name/") == "Rename the passkey"
    passkey.delete()
    browser = sign_in(dana)
    assert heading("2fa/authenticate/") == "One more step"


def test_a_new_key_takes_over_and_a_lost_one_lets_nobody_in(dana: Staff, settings: Any):
    settings.SECRET_KEY = "former " * 8
    with_app(dana)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "newer " * 8
    call_command("renew_key")
    settings.SECRET_KEY_FALLBACKS = []
    assert TOTP(Authenticator.objects.get(type="totp")).validate_code(code())
    settings.SECRET_KEY = "another " * 8
    assert factors.renew() == (0, 2)
    browser = sign_in(dana)
    assert (
        "Incorrect code"
        in browser.post("/account/2fa/authenticate/", {"code": code()}).content.decode()
    )


def test_what_lay_in_clear_is_encrypted_by_the_upgrade(dana: Staff):
    Authenticator.objects.create(user=dana, type="totp", data={"secret": SECRET})
    importlib.import_module("portal.migrations.0004_encrypt_factors").encrypt(apps, None)
    kept = Authenticator.objects.get()
    assert SECRET not in repr(kept.data)
    assert TOTP(kept).validate_code(code())
