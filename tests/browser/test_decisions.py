"""What a district decides at its desk in a real browser: a bad night, and who sees which grades."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from connections.models import Connection
from portal.models import Staff
from roster.importing import import_bundle
from roster.jobs import working
from roster.models import Job, Organization
from roster.organizations import set_organization
from tests.browser.steps import sign_in
from tests.cast import connected
from tests.roster.importing.bundles import EVERYTHING
from tests.roster.importing.conftest import Bundler
from tests.year.bundles import write

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_bad_night_is_uploaded_held_and_applied_and_a_sharing_narrowed(
    page: Page, live_server: LiveServer, dana: Staff, riverside: Organization,
    brightpath: Connection, tmp_path: Path,
):  # fmt: skip
    bundler = Bundler(tmp_path, riverside)
    bundler(EVERYTHING)
    call_command("refresh_cache", "riverside", verbosity=0)
    orgs = EVERYTHING["orgs.csv"].splitlines(keepends=True)
    bad = bundler.write(
        EVERYTHING | {"orgs.csv": "".join(line for line in orgs if not line.startswith("s2"))}
    )

    sign_in(page, live_server.url, dana.email)
    page.get_by_role("link", name="Imports", exact=True).first.click()
    page.get_by_label("Bundle", exact=True).set_input_files(bad)
    page.get_by_role("button", name="Bring it in").click()
    expect(page.get_by_text("its import begins in a moment")).to_be_visible()
    work()
    expect(page.get_by_text("An import waits for your decision")).to_be_visible()
    page.get_by_role("link", name="Look at what it would change").click()
    page.get_by_role("link", name="Approve").click()
    page.get_by_label("Name of the bundle").fill(bad.name)
    page.get_by_role("button", name="Apply it").click()
    work()
    expect(page.get_by_text("Applied", exact=True).first).to_be_visible()

    page.goto(f"{live_server.url}/o/riverside/connections/{brightpath.pk}/sharing/")
    expect(page.get_by_label("Teachers")).to_be_hidden()
    page.get_by_label("Some roles").check()
    page.get_by_label("Teachers").check()
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_role("link", name="Ann O'Hara")).to_be_visible()
    page.get_by_role("button", name="Save this").click()
    expect(page.get_by_text("Saved. It holds from the vendor's next request on.")).to_be_visible()
    brightpath.refresh_from_db()
    assert brightpath.roles == ["teacher"]


def test_a_held_refresh_is_discarded_and_another_night_approved(
    page: Page, live_server: LiveServer, dana: Staff, riverside: Organization, tmp_path: Path
):
    """Half of a grade moves: for the vendor of that grade alone it is too much."""
    set_organization(riverside, {"school_year": "2027", "hold_records": "3"}, by="Dana")

    def night(moved: int) -> None:
        path = write(tmp_path / f"{moved}.zip", [2027], moved=moved)
        import_bundle(riverside, path, by="schedule", approved=moved == 0)
        call_command("refresh_cache", "riverside", verbosity=0)

    def pupils() -> int:
        third.refresh_from_db()
        publication = third.feed and third.feed.publication
        return publication.counts["users"]["records"] - 1 if publication else 0

    night(moved=0)
    third = connected(riverside, dana, vendor="Third Grade Reader", grades=["03"])
    call_command("refresh_cache", "riverside", verbosity=0)
    night(moved=6)
    sign_in(page, live_server.url, dana.email)
    page.get_by_role("link", name="A refresh waits for your decision").click()
    page.wait_for_url("**/cache/held/")
    expect(page.get_by_text("6 of 13 users would be removed")).to_be_visible()
    expect(page.get_by_text("Third Grade Reader").first).to_be_visible()
    page.locator("summary", has_text="users").click()
    expect(page.get_by_text("Pat P6").first).to_be_visible()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("until the next import")).to_be_visible()
    assert pupils() == 12

    night(moved=5)
    page.reload()
    page.get_by_role("link", name="Look at what it would change").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved. Vendors read it in a moment.")).to_be_visible()
    work()
    expect(page.get_by_text("Published", exact=True).first).to_be_visible()
    expect(page.get_by_text("A refresh waits for your decision")).to_be_hidden()
    assert pupils() == 7


def work() -> None:
    for job in Job.objects.filter(state="queued"):
        working.work(job.pk, "test")
