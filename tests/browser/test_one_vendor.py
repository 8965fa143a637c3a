"""What a district does about one vendor: a child kept out of it, a secret exchanged."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.error import HTTPError

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from connections.models import Connection
from portal.models import Staff
from tests.browser.steps import Vendor, line, read, sign_in, token
from tests.cast import connected

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = "The family asked for it in writing."


@pytest.fixture
def bus(brightpath: Connection, dana: Staff, tmp_path: Path) -> Connection:
    """A second vendor beside Brightpath, both of which can read thirty students."""
    bundle = tmp_path / "roster.zip"
    call_command("make_bundle", str(bundle), "--students", "30", verbosity=0)
    call_command("import_roster", "riverside", str(bundle), verbosity=0)
    bus = connected(brightpath.organization, dana, vendor="Busy Bus")
    call_command("refresh_cache", "riverside", verbosity=0)
    return bus


def test_a_child_is_kept_out_of_one_vendor_and_the_page_says_why(
    page: Page, live_server: LiveServer, dana: Staff, brightpath: Connection, bus: Connection
):
    base = live_server.url
    reading, driving = Vendor(brightpath, base), Vendor(bus, base)
    child = driving.students()[0]["sourcedId"]
    sign_in(page, base, dana.email)
    page.goto(f"{base}/o/riverside/roster/person/record/?id={child}")
    page.get_by_role("link", name=re.compile("Keep out.*Busy Bus")).click()
    page.get_by_label("Reason").fill(ASKED)
    page.get_by_role("button", name="Keep out").click()
    expect(page.get_by_text("no longer reads this person")).to_be_visible()
    assert child not in {each["sourcedId"] for each in driving.students()}
    assert child in {each["sourcedId"] for each in reading.students()}
    page.goto(f"{base}/o/riverside/roster/person/record/?id={child}")
    expect(page.locator("#readers-list").get_by_text(ASKED)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Let in again.*Busy Bus"))).to_be_visible()


def test_a_newer_secret_is_valid_beside_the_older_and_discarded(
    page: Page, live_server: LiveServer, dana: Staff, brightpath: Connection
):
    base = live_server.url
    desk = f"{base}/o/riverside/connections/{brightpath.pk}/"
    sign_in(page, base, dana.email)

    def rotate() -> tuple[str, str, str]:
        page.goto(desk)
        page.get_by_role("button", name="Make a new secret").click()
        page.wait_for_url("**/information/")
        return line(page, "token_url"), line(page, "client_id"), line(page, "client_secret")

    older = rotate()
    page.goto(desk)
    page.get_by_role("link", name="End the older secret").click()
    page.get_by_role("button", name="End the older secret").click()
    newer = rotate()
    assert token(*older)["access_token"]
    lost = token(*newer)["access_token"]
    page.goto(desk)
    page.get_by_role("link", name="Discard the newer secret").click()
    page.get_by_role("button", name="Discard the newer secret").click()
    expect(page.get_by_role("button", name="Make a new secret")).to_be_visible()
    with pytest.raises(HTTPError, match="401"):
        token(*newer)
    told = f"{base}/ims/oneroster/rostering/v1p2/orgs"
    with pytest.raises(HTTPError, match="401"):
        read(told, lost)
    assert token(*older)["access_token"]
