"""Excluding a student in a real browser, and the help desk that is asked why she is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from connections.models import Connection
from portal.models import Staff
from roster.jobs import working
from roster.models import Job
from tests.browser.steps import Vendor, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = "The family asked for it in writing."


def test_dana_excludes_a_student_and_victor_can_tell_why(
    page: Page, browser: Browser, live_server: LiveServer, tmp_path: Path,
    dana: Staff, victor: Staff, brightpath: Connection,
):  # fmt: skip
    base, desk = live_server.url, f"{live_server.url}/o/riverside"
    bundle = tmp_path / "roster.zip"
    call_command("make_bundle", str(bundle), "--students", "30", verbosity=0)
    call_command("import_roster", "riverside", str(bundle), verbosity=0)
    call_command("refresh_cache", "riverside", verbosity=0)
    vendor = Vendor(brightpath, base)
    ann = vendor.students()[0]["sourcedId"]
    name = f"{vendor.students()[0]['givenName']} {vendor.students()[0]['familyName']}"

    # Dana finds her, reads in numbers what will go, and excludes her.
    sign_in(page, base, dana.email)
    page.get_by_role("link", name="Roster", exact=True).click()
    page.get_by_label("Search people, classes").fill(ann)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_text("May read it", exact=True)).to_be_visible()
    page.get_by_role("link", name="Exclude").click()
    page.get_by_role("button", name="Show what goes").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Reason").fill(ASKED)
    page.get_by_role("button", name="Show what goes").click()
    expect(page.get_by_role("row", name="Users")).to_contain_text("1")
    page.get_by_role("button", name="Exclude").click()
    expect(page.get_by_text("No vendor reads it any longer.")).to_be_visible()
    assert ann not in {student["sourcedId"] for student in vendor.students()}

    # The refresh goes on while she looks at something else.
    page.goto(f"{desk}/cache/")
    page.get_by_role("button", name="Refresh now").click()
    expect(page.get_by_text("Waiting", exact=True)).to_be_visible()
    page.goto(f"{desk}/connections/{brightpath.pk}/view/users/?id={ann}")
    for job in Job.objects.filter(state="queued"):
        working.work(job.pk, "test")
    page.goto(f"{desk}/cache/")
    expect(page.get_by_role("button", name="Refresh now")).to_be_enabled()
    page.goto(f"{desk}/connections/{brightpath.pk}/view/users/?id={ann}")
    expect(page.get_by_text('"givenName": "Removed"')).to_be_visible()
    assert ann not in {student["sourcedId"] for student in vendor.students()}

    # Victor is called: he sees why, and can touch nothing.
    context = browser.new_context()
    phone = context.new_page()
    sign_in(phone, base, victor.email)
    phone.goto(f"{desk}/roster/person/record/?id={ann}")
    reasons = phone.locator("#readers-list")
    expect(reasons.get_by_text(ASKED)).to_be_visible()
    expect(reasons.get_by_text(dana.email)).to_be_visible()
    expect(reasons.get_by_text("It was told that it is gone")).to_be_visible()
    assert phone.get_by_role("link", name="Include again").count() == 0
    phone.goto(f"{desk}/roster/person/")
    expect(phone.get_by_role("row", name=name)).to_contain_text("Excluded")
    assert phone.locator("main input[type=checkbox][name=id]").count() == 0
    refused = phone.goto(f"{desk}/roster/person/include/?id={ann}")
    assert refused is not None
    assert refused.status == 403
    context.close()
