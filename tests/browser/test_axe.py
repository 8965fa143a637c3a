"""Every page of the table of doors, light and dark, as each who may open it: nobody is kept out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from connections.models import Connection
from portal.models import Staff
from roster.models import Import
from tests.axe import violations
from tests.cast import EVERYBODY, lakeside, liz, olga, signed_in
from tests.portal.pages.conftest import published, roster
from tests.portal.pages.test_doors import DOORS, IMPORT, IN, address_of

__all__ = ["lakeside", "liz", "olga", "published", "roster"]

pytestmark = pytest.mark.django_db(transaction=True)

FILES = {"connection_postman", "docs_postman"}
ONCE = ("docs", "account_", "mfa_", "session", "hand_over")
"""Pages that are alike for all who have signed in: one of them looks."""


def pages(who: str) -> list[str]:
    """Return the doors of the table that open onto a page for that person."""
    at = EVERYBODY.index(who)
    return [
        name
        for (name, method), answers in DOORS.items()
        if method == "get" and answers[at] == IN
        and name not in FILES and not name.endswith(("_csv", "_findings"))
        and (who in ("dana", "anonymous") or not name.startswith(ONCE))
        and (who != "anonymous" or name.startswith("account_"))
    ]  # fmt: skip


def test_what_keeps_people_out_is_noticed(page: Page):
    page.set_content('<main><img src="x"><p style="color:#ccc">Pale</p></main>')
    found = violations(page)
    assert {each.partition(":")[0] for each in found} >= {"image-alt", "color-contrast"}
    assert [each.partition(":")[0] for each in violations(page, "image-alt")] == ["image-alt"]


@pytest.mark.parametrize("who", ["anonymous", "dana", "victor", "olga"])
def test_no_page_keeps_anybody_out(
    who: str, browser: Browser, live_server: LiveServer, published: Connection,
    dana: Staff, victor: Staff, olga: Staff,
):  # fmt: skip
    Import.objects.create(pk=IMPORT, organization=published.organization, name="roster.zip")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, found = context.new_page(), []
    if staff := {"dana": dana, "victor": victor, "olga": olga}.get(who):
        cookie = signed_in(staff).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    for name in pages(who):
        page.emulate_media(color_scheme="light")
        page.goto(live_server.url + address_of(name, "riverside", published.pk))
        found += [f"{name}: {each}" for each in violations(page)]
        page.emulate_media(color_scheme="dark")
        found += [f"{name}, dark: {each}" for each in violations(page, "color-contrast")]
    context.close()
    assert found == []
