"""What else Dana does in a real browser: a link for the vendor, a time, a colleague."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from connections.models import Connection
from portal.models import Staff
from roster.clock import clock
from roster.jobs import refreshes, working
from roster.models import Import, Organization
from tests.browser.steps import sign_in
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_link_is_opened_once_and_refused_twice(
    page: Page, browser: Browser, live_server: LiveServer, dana: Staff, brightpath: Connection
):
    sign_in(page, live_server.url, dana.email)
    page.goto(f"{live_server.url}/o/riverside/connections/{brightpath.pk}/information/")
    page.get_by_role("button", name="Make a one-time link").click()
    link = page.locator("#hand-over-link").inner_text()
    vendor = browser.new_context().new_page()
    vendor.goto(link)
    vendor.get_by_role("button", name="Show it now, once").click()
    expect(vendor.get_by_text("This page is shown only once")).to_be_visible()
    assert brightpath.client.client_id in vendor.content()
    for _ in range(2):
        vendor.goto(link)
        expect(vendor.get_by_text("This link has been opened already")).to_be_visible()
        assert brightpath.client.client_id not in vendor.content()
    vendor.context.close()


def test_another_refresh_time_is_kept_and_acts(
    page: Page, live_server: LiveServer, dana: Staff, riverside: Organization
):
    now = clock()
    local = now.astimezone(ZoneInfo(riverside.time_zone))
    riverside.created, riverside.refresh_at = (
        now - timedelta(minutes=9),
        (local + timedelta(hours=2)).time(),
    )
    riverside.save()
    Import.objects.create(organization=riverside, name="night.zip", state=Import.State.APPLIED)
    assert refreshes.enqueue_due() == []

    sign_in(page, live_server.url, dana.email)
    page.goto(f"{live_server.url}/o/riverside/settings/")
    at = f"{local - timedelta(minutes=2):%H:%M}"
    page.get_by_label("Refresh the cache every day at").fill(at)
    page.get_by_role("button", name="Save the settings").click()
    [job] = refreshes.enqueue_due()
    working.work(job.pk, "test")
    page.goto(f"{live_server.url}/o/riverside/cache/")
    expect(page.get_by_text("Published", exact=True).first).to_be_visible()
    expect(page.get_by_text(at).first).to_be_visible()
    page.get_by_role("link", name="Audit log", exact=True).click()
    expect(page.get_by_role("cell", name="Settings changed").first).to_be_visible()


def test_a_colleague_is_invited_who_looks_and_doesnt_touch(
    page: Page, browser: Browser, live_server: LiveServer, dana: Staff, brightpath: Connection
):
    sign_in(page, live_server.url, dana.email)
    page.get_by_role("link", name="Staff", exact=True).click()
    page.get_by_label("E-mail address").fill("vera@riverside.example")
    page.get_by_role("button", name="Invite").click()
    link = page.locator("#link-text").inner_text()

    vera = browser.new_context().new_page()
    vera.goto(link)
    vera.get_by_label("New password", exact=True).fill(PASSWORD)
    vera.get_by_label("New password, once more").fill(PASSWORD)
    vera.get_by_role("button", name="Save the password").click()
    sign_in(vera, live_server.url, "vera@riverside.example")
    vera.get_by_role("link", name="Connections", exact=True).first.click()
    expect(vera.get_by_role("link", name="Brightpath").first).to_be_visible()
    expect(vera.get_by_role("link", name="New connection")).to_have_count(0)
    expect(vera.get_by_text("but not change it")).to_be_visible()
    vera.goto(f"{live_server.url}/o/riverside/connections/new/")
    expect(vera.get_by_text("Administrators only")).to_be_visible()
    vera.context.close()
