"""The year rollover in a real browser: what it would do, done by a refresh, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from portal.models import Staff
from roster.importing import import_bundle
from roster.jobs import working
from roster.models import Job, Organization
from roster.organizations import set_organization
from roster.publishing import refresh
from tests.browser.steps import sign_in
from tests.cast import connected
from tests.roster.districts import shown
from tests.year.bundles import write

pytestmark = pytest.mark.django_db(transaction=True)


def test_dana_looks_at_the_next_year_rolls_over_and_goes_back(
    page: Page, live_server: LiveServer, dana: Staff, riverside: Organization, tmp_path: Path
):
    set_organization(riverside, {"school_year": "2027"}, by="Dana")
    import_bundle(riverside, write(tmp_path / "both.zip", [2027, 2028]), by="schedule")
    feed = connected(riverside, dana, vendor="Brightpath").feed
    assert feed
    refresh(riverside, by="schedule")

    def classes() -> set[str]:
        feed.refresh_from_db()
        return {each for collection, each in shown(feed) if collection == "classes"}

    def refreshed() -> set[str]:
        page.goto(f"{live_server.url}/o/riverside/cache/")
        page.get_by_role("button", name="Refresh now").click()
        expect(page.get_by_text("Waiting", exact=True)).to_be_visible()
        for job in Job.objects.filter(state="queued"):
            working.work(job.pk, "test")
        return classes()

    old, new = {"k03-2027", "k05-2027"}, {"k03-2028", "k05-2028"}
    assert classes() == old
    sign_in(page, live_server.url, dana.email)
    page.get_by_role("link", name="Connections", exact=True).first.click()
    page.get_by_role("link", name="Calendar", exact=True).click()
    page.get_by_role("link", name="Year rollover").click()
    page.get_by_role("link", name="What 2027–28 would do now").click()
    page.get_by_role("button", name="Look ahead").click()
    expect(page.get_by_text("You can leave this page")).to_be_visible()
    working.work(Job.objects.get(kind="foresee").pk, "test")
    vendor = page.get_by_role("region", name="Brightpath")
    vendor.locator("summary", has_text="Added: Classes").click()
    expect(vendor.get_by_text("k05-2028")).to_be_visible()
    vendor.locator("summary", has_text="Removed: Classes").click()
    expect(vendor.get_by_text("k05-2027")).to_be_visible()
    page.get_by_role("link", name="Year rollover").click()

    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_text("From 2026–27 to 2027–28")).to_be_visible()
    assert classes() == old
    assert refreshed() == new
    page.goto(f"{live_server.url}/o/riverside/rollover/")
    page.get_by_role("button", name="Back to 2026–27").click()
    expect(page.get_by_text("2026–27 is the active school year again.")).to_be_visible()
    assert refreshed() == old
