"""A server that bundles are fetched from, set in a real browser without script."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from portal.models import Staff
from roster.fetching import addresses
from tests.browser.steps import sign_in
from tests.roster.fetching import servers
from tests.roster.fetching.servers import PASSWORD, USER

pytestmark = pytest.mark.django_db(transaction=True)


def test_dana_adds_a_server_trusts_its_key_and_tries_it(
    browser: Browser, live_server: LiveServer, dana: Staff, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setattr(addresses, "require_elsewhere", lambda _: None)  # Ours is on loopback.
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, live_server.url, dana.email)
    page.get_by_role("link", name="Imports", exact=True).first.click()
    page.get_by_role("link", name="Set up fetching").click()
    page.get_by_role("link", name="Add a server").click()
    with servers.sftp(tmp_path, servers.new_key()) as port:
        page.get_by_label("Address").fill(f"sftp://127.0.0.1:{port}/out/*.zip")
        page.get_by_label("a user and a password").check()
        page.get_by_label("User", exact=True).fill(USER)
        page.get_by_label("Password, private key or token").fill(PASSWORD)
        page.get_by_role("button", name="Add the server").click()
        page.get_by_role("button", name="Show the server's key").click()
        expect(page.get_by_text("SHA256:")).to_be_visible()
        page.get_by_role("button", name="It is right: trust this key").click()
        page.get_by_role("button", name="Look now").click()
        expect(page.get_by_text("It is looked at in a moment.")).to_be_visible()
    expect(page.get_by_text("Running", exact=True)).to_be_visible()
    page.get_by_role("link", name="Change").click()
    expect(page.get_by_label("Password, private key or token")).to_have_value("")
    page.context.close()
