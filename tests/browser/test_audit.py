"""Who changed what: Victor reads the audit log in a real browser, and Dana takes it home."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from connections import lifecycle
from connections.models import Connection
from portal.models import Staff
from roster.organizations.settings import set_organization
from tests.browser.steps import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_victor_finds_who_changed_what_and_dana_takes_it_home(
    page: Page, browser: Browser, live_server: LiveServer, dana: Staff, victor: Staff,
    brightpath: Connection,
):  # fmt: skip
    riverside = brightpath.organization
    set_organization(riverside, {"refresh_at": "04:45"}, by=dana, reason="After the nightly bundle")
    lifecycle.suspend(brightpath, by="operator", reason="August")

    sign_in(page, live_server.url, victor.email)
    page.get_by_role("link", name="Audit log", exact=True).click()
    log = page.get_by_role("table", name="Audit log")
    expect(log.get_by_text("“August”")).to_be_visible()
    page.get_by_label("What was done").select_option(label="Settings changed")
    page.get_by_label("By whom").fill("dana")
    page.get_by_role("button", name="Show", exact=True).click()
    rows = log.get_by_role("row")
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("“After the nightly bundle”")
    rows.last.locator("summary").press("Enter")
    expect(rows.last.get_by_text("→ 04:45")).to_be_visible()
    expect(page.get_by_role("link", name="Download as CSV")).to_have_count(0)
    page.get_by_label("Until").fill("2020-01-01")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="Nothing of this kind was done")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(log.get_by_text("“August”")).to_be_visible()
    log.get_by_role("link", name="connection").first.click()
    page.wait_for_url(f"**/connections/{brightpath.pk}/")

    # Dana gets what she has narrowed, as a file.
    desk = browser.new_context(java_script_enabled=False).new_page()
    sign_in(desk, live_server.url, dana.email)
    desk.goto(f"{live_server.url}/o/riverside/audit/?action=connection.suspended")
    with desk.expect_download() as taken:
        desk.get_by_role("link", name="Download as CSV").click()
    [heading, *lines] = Path(taken.value.path()).read_text("utf-8-sig").splitlines()
    assert heading.startswith("at,by,action")
    assert lines
    assert all(",connection.suspended," in line for line in lines)
    desk.context.close()
