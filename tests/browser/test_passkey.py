"""A passkey in a real browser: added, used to sign in and to confirm, removed."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from portal.models import Staff
from roster.models import AuditEntry
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

FINGER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A device like a phone's: it keeps keys, and knows its owner."""


def test_dana_signs_in_with_her_finger(page: Page, live_server: LiveServer, dana: Staff):
    base = live_server.url
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER})
    call_command("set_organization", "riverside", "--second-factor", "yes", verbosity=0)

    # The organization asks for a second factor: she adds a passkey.
    page.goto(f"{base}/")
    page.get_by_label("E-mail address").fill(dana.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
    page.goto(f"{base}/o/riverside/")
    expect(page.get_by_role("link", name="Roster", exact=True)).to_be_visible()

    # From then on it is all she needs.
    page.context.clear_cookies()
    page.goto(f"{base}/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{base}/o/riverside/")
    done = AuditEntry.objects.filter(action="sign_in.done")
    assert list(done.values_list("new__with", flat=True)) == ["webauthn", "password"]

    # Beside the password it is the second factor, and it confirms its own end.
    page.context.clear_cookies()
    page.goto(f"{base}/")
    page.get_by_label("E-mail address").fill(dana.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url(f"{base}/o/riverside/")
    page.goto(f"{base}/account/2fa/passkeys/")
    page.get_by_role("link", name="Remove").click()
    page.goto(f"{base}/account/2fa/passkeys/confirm/?next=/account/2fa/passkeys/")
    page.get_by_role("button", name="Use your passkey").click()
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="No passkey yet")).to_be_visible()
    assert not Authenticator.objects.exists()
