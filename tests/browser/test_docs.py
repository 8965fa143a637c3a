"""The documentation on a phone and on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.portal.pages.test_articles import PAGES

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_documentation_fits_on_a_phone_and_on_paper(browser: Browser, live_server: LiveServer):
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page, wide = context.new_page(), []
    for address in (*PAGES, "/docs/search?q=filter"):
        page.goto(live_server.url + address)
        if page.evaluate("document.documentElement.scrollWidth") != 360:
            wide.append(address)
        page.emulate_media(media="print")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for name in ("Documentation", "Guides"):
            expect(page.get_by_role("navigation", name=name)).to_be_hidden()
        expect(page.get_by_role("search")).to_be_hidden()
        page.emulate_media(media="screen")
    context.close()
    assert wide == []
