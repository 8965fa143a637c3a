"""From the sign-in to a vendor that reads students, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from portal.models import Staff
from roster.jobs import working
from roster.models import Job, Organization, User
from tests.browser.steps import create_connection, go_on, line, read, sign_in, token

pytestmark = pytest.mark.django_db(transaction=True)


def make_bundle(folder: Path) -> Path:
    bundle = folder / "roster.zip"
    call_command("make_bundle", str(bundle), "--students", "40", verbosity=0)
    return bundle


def bring_in_the_roster(folder: Path) -> None:
    call_command("import_roster", "riverside", str(make_bundle(folder)), verbosity=0)


def do_background_work() -> None:
    """Do what a worker would do now."""
    for job in Job.objects.filter(state="queued").order_by("pk"):
        working.work(job.pk, "test")


def test_dana_connects_a_vendor_and_the_vendor_reads_students(
    page: Page, live_server: LiveServer, dana: Staff, riverside: Organization, tmp_path: Path
):
    """From an empty organization on: upload, connect, publish, read."""
    bundle = make_bundle(tmp_path)
    sign_in(page, live_server.url, dana.email)
    page.get_by_role("link", name="Imports", exact=True).first.click()
    page.get_by_label("Bundle", exact=True).set_input_files(bundle)
    page.get_by_role("button", name="Bring it in").click()
    expect(page.get_by_text("its import begins in a moment")).to_be_visible()
    do_background_work()
    create_connection(page, live_server.url, vendor="Brightpath", version="1.2")
    keys = ("client_id", "client_secret", "token_url", "base_url")
    given = {key: line(page, key) for key in keys}

    granted = token(given["token_url"], given["client_id"], given["client_secret"])
    assert granted["token_type"] == "Bearer"
    do_background_work()
    students = read(f"{given['base_url']}/students?limit=100", granted["access_token"])["users"]
    assert len(students) == 40
    assert all("phone" not in student for student in students)

    page.reload()
    expect(page.locator("#client_secret")).to_have_count(0)
    expect(page.get_by_text("Shown once, when it was made")).to_be_visible()
    page.goto(f"{live_server.url}/o/riverside/connections/")
    page.go_back()
    assert given["client_secret"] not in page.content()


def test_copy_buttons_copy_what_stands_beside_them(
    browser: Browser, live_server: LiveServer, dana: Staff
):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    sign_in(page, live_server.url, dana.email)
    create_connection(page, live_server.url, vendor="Brightpath", version="1.1")

    def copied(name: str) -> str:
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
        return str(page.evaluate("navigator.clipboard.readText()"))

    secret = line(page, "client_secret")
    assert copied("Copy Client Secret") == secret
    scopes = copied("Copy Scopes").split(" ")
    assert all(scope.startswith("https://purl.imsglobal.org/") for scope in scopes)
    everything = copied("Copy all but the secret").splitlines()
    assert f"Client ID: {line(page, 'client_id')}" in everything
    assert secret not in "\n".join(everything)
    context.close()


def test_without_script_the_same_works(browser: Browser, live_server: LiveServer, dana: Staff):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server.url, dana.email)
    create_connection(page, live_server.url, vendor="Brightpath", version="1.1")
    assert token(line(page, "token_url"), line(page, "client_id"), line(page, "client_secret"))[
        "access_token"
    ]
    assert page.get_by_role("button", name="Copy all but the secret").count() == 0
    context.close()


def test_a_step_that_failed_says_where_and_loses_nothing(
    page: Page, live_server: LiveServer, dana: Staff, riverside: Organization, tmp_path: Path
):
    bring_in_the_roster(tmp_path)
    call_command("create_partner", "Old Library", "--oneroster", "1.1", verbosity=0)
    sign_in(page, live_server.url, dana.email)
    page.goto(f"{live_server.url}/o/riverside/connections/new/")
    page.get_by_label("Old Library").check()
    go_on(page, "What does it read?")
    expect(page.get_by_label("OneRoster 1.2")).to_have_count(0)
    expect(page.get_by_label("OneRoster 1.1")).to_be_checked()
    go_on(page, "What may it see?")
    expect(page.locator("#reach")).to_contain_text("Users")
    page.get_by_label("Some schools").check()
    expect(page.locator("#reach")).to_contain_text("Counted once the choices")
    page.get_by_label("Demographics").check()
    page.get_by_role("button", name="Next").click()
    problems = page.get_by_role("alert")
    expect(problems).to_be_focused()
    problems.get_by_role("link", name="Which schools").click()
    page.get_by_role("group", name="Which schools").get_by_role("checkbox").first.check()
    expect(page.locator("#reach")).to_contain_text("Orgs")
    go_on(page, "What in your data would give this vendor trouble?")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("Demographics")).to_be_checked()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_one_person_is_kept_out_of_a_new_connection(
    script: bool, browser: Browser, live_server: LiveServer, dana: Staff, riverside: Organization,
    tmp_path: Path,
):  # fmt: skip
    bring_in_the_roster(tmp_path)
    person = User.objects.order_by("sourced_id")[0]
    name = f"{person.given_name} {person.family_name}"
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    sign_in(page, live_server.url, dana.email)
    page.goto(f"{live_server.url}/o/riverside/connections/new/")
    page.get_by_label("Connect to other application").check()
    page.get_by_label("Name of the application").fill("Busy Bus")
    page.get_by_label("I understand").check()
    go_on(page, "What does it read?")
    page.get_by_label("OneRoster 1.2").check()
    go_on(page, "What may it see?")
    page.get_by_label("Demographics").check()
    kept = page.locator("#kept-out")
    kept.get_by_label("Name or ID").fill(person.sourced_id)
    kept.get_by_label("Name or ID").press("Enter")
    kept.get_by_role("button", name=re.compile(f"Keep out.*{name}")).click()
    expect(kept.get_by_text("Say why")).to_be_visible()
    kept.get_by_label("Reason").fill("Custody")
    kept.get_by_role("button", name=re.compile(f"Keep out.*{name}")).click()
    expect(kept.get_by_role("button", name=re.compile(f"Remove.*{name}"))).to_be_visible()
    if script:
        expect(page.locator("#reach")).to_contain_text(name)
    expect(page.get_by_label("Demographics")).to_be_checked()
    go_on(page, "What in your data would give this vendor trouble?")
    go_on(page, "Why, and with whom?")
    expect(page.get_by_text("Custody")).to_be_visible()
    page.get_by_role("button", name="Create the connection").click()
    expect(page.locator("#client_id")).to_be_visible()
    assert riverside.connections.get().kept_out == {person.sourced_id: "Custody"}  # type: ignore[attr-defined]
    context.close()


def test_refresh_now_shows_its_progress_until_it_is_done(
    page: Page, live_server: LiveServer, dana: Staff, riverside: Organization, tmp_path: Path
):
    bring_in_the_roster(tmp_path)
    sign_in(page, live_server.url, dana.email)
    page.get_by_role("link", name="OneRoster cache").first.click()
    page.get_by_role("button", name="Refresh now").click()
    expect(page.get_by_text("Waiting", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Refresh now")).to_be_disabled()
    do_background_work()
    expect(page.get_by_role("cell", name="Published")).to_be_visible()
    expect(page.get_by_role("button", name="Refresh now")).to_be_enabled()


def test_the_desk_is_reached_by_keyboard_on_a_phone(
    browser: Browser, live_server: LiveServer, dana: Staff
):
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    sign_in(page, live_server.url, dana.email)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Menu")).to_be_focused()
    page.keyboard.press("Enter")
    places = page.get_by_role("navigation", name="Pages")
    places.get_by_role("link", name="Connections").press("Enter")
    page.wait_for_url("**/connections/")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    context.close()
