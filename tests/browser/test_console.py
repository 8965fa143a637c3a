"""A vendor's engineer asks the API from its reference page, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from connections import credentials
from connections.models import Connection
from portal.models import Staff

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_engineer_asks_from_the_reference_page_and_nothing_is_kept(
    page: Page, live_server: LiveServer, tmp_path: Path, dana: Staff, brightpath: Connection
):
    bundle = tmp_path / "roster.zip"
    call_command("make_bundle", str(bundle), "--students", "30", verbosity=0)
    call_command("import_roster", "riverside", str(bundle), verbosity=0)
    secret = credentials.rotate(brightpath, by=dana)
    call_command("refresh_cache", "riverside", verbosity=0)
    troubles: list[str] = []
    page.on("console", lambda told: troubles.append(told.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))

    page.goto(f"{live_server.url}/docs/oneroster-1.2#try")
    page.get_by_label("Client ID").fill(brightpath.client.client_id)
    page.get_by_label("Client Secret").fill(secret)
    page.get_by_label("Operation").select_option(label="/students")
    page.get_by_label("filter").fill("status='active' AND givenName!='O''Brien'")
    page.get_by_label("limit").fill("2")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#console-said")).to_contain_text("200")
    expect(page.locator("#console-said")).to_contain_text("more pages")
    expect(page.locator("#console-answer")).to_contain_text('"users"')
    shell = page.locator("#code-try").inner_text()
    assert "filter=status='\\''active'\\''" in shell
    assert secret not in shell

    page.get_by_label("Operation").select_option(label="/schools/{sourcedId}")
    expect(page.get_by_label("filter")).to_be_hidden()
    page.get_by_label("sourcedId", exact=True).fill("no/such school")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#console-said")).to_contain_text("404")
    expect(page.locator("#console-answer")).to_contain_text("unknownobject")
    assert "/schools/no%2Fsuch%20school'" in page.locator("#code-try").inner_text()

    kept = "JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])"
    assert brightpath.client.client_id not in page.evaluate(kept)
    assert secret not in page.evaluate(kept)
    page.goto(f"{live_server.url}/docs/")
    page.go_back()
    expect(page.get_by_label("Client Secret")).to_have_value("")
    expect(page.locator("#console-answer")).to_be_hidden()
    page.get_by_label("Client ID").fill(brightpath.client.client_id)
    page.get_by_label("Client Secret").fill("wrong")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#console-said")).to_contain_text("invalid_client")
    assert not [each for each in troubles if "401" not in each and "404" not in each]


def test_without_script_there_is_the_line_for_a_shell(browser: Browser, live_server: LiveServer):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/docs/oneroster-1.1#try")
    expect(page.locator("#code-try")).to_contain_text("curl")
    expect(page.get_by_label("Client Secret")).to_be_hidden()
    page.context.close()
