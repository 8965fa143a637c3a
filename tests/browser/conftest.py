"""The cast, and a browser for it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import engines
from tests.cast import brightpath, dana, riverside, victor  # noqa: F401


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium for this folder: while its loop runs, no other test can run one."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # The loop makes Django believe that its own calls are asynchronous.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = playwright.chromium.launch(
            executable_path=engines.chromium(), args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh profile; an error in its console, or a blocked resource, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "console",
        lambda line: (
            errors.append(line.text)
            if line.type == "error" and "Content Security Policy" in line.text
            else None
        ),
    )
    yield opened
    context.close()
    assert errors == []
