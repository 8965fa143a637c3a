"""Makes pictures of the portal's pages with the demo's data: `python -m tests.pictures [FOLDER]`.

With a folder: every page, light, dark and 360 pixels wide, as PNG. Without one: those of the
README, as WebP where the README has them.
"""

from __future__ import annotations

import argparse
import base64
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Browser, Page, sync_playwright

from portal import env
from tests import engines
from tests.pictures.visits import README, VISITS, Visit

BASE = Path(env.__file__).resolve().parent.parent
SHOWN_IN_README = BASE / "portal" / "docs" / "pictures"

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": WIDE, "color_scheme": "light"},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "color_scheme": "light"},
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where the pictures go")
    parser.add_argument("--only", nargs="*", help="names of pages; all of them without it")
    asked = parser.parse_args()
    wanted = asked.only or ([visit.name for visit in VISITS] if asked.folder else README)
    visits = [visit for visit in VISITS if visit.name in wanted]
    folder: Path = asked.folder or SHOWN_IN_README
    folder.mkdir(parents=True, exist_ok=True)
    with desk() as (base, facts), browser() as chromium:
        state = signed_in(chromium, base, facts)
        for look, how in LOOKS.items() if asked.folder else [("light", LOOKS["light"])]:
            context = chromium.new_context(storage_state=state, **how)
            page = context.new_page()
            for visit in visits:
                go(page, f"{base}/o/demo/", visit)
                if asked.folder:
                    whole(page, folder / f"{visit.name}-{look}.png")
                else:
                    small(page, folder / f"{visit.name}.webp")
            context.close()


@contextmanager
def desk() -> Iterator[tuple[str, dict[str, Any]]]:
    """Serve the demo from a folder of its own; yields its address, and how to sign in."""
    from tests.portal.running import embedded, running

    with (
        tempfile.TemporaryDirectory(prefix="rosterdesk-pictures-") as data,
        running(embedded(Path(data)), "demo", "--json") as demo,
    ):
        yield demo.url, demo.told_object()


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=engines.chromium(), args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


def signed_in(chromium: Browser, base: str, facts: dict[str, Any]) -> Any:
    """Sign in as the demo's administrator; returns the cookies."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{base}/")
    page.get_by_label("Email").fill(facts["accounts"][0]["email"])
    page.get_by_label("Password", exact=True).fill(facts["accounts"][0]["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/o/**")
    state = context.storage_state()
    context.close()
    return state


def go(page: Page, organization: str, visit: Visit) -> None:
    page.goto(organization + visit.path)
    if visit.way:
        visit.way(page)
    page.wait_for_load_state("networkidle")


def whole(page: Page, path: Path) -> None:
    """Take the whole page, and say where it is wider than the window."""
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    page.screenshot(path=path, full_page=True)
    print(json.dumps({"picture": path.name, "too wide by": max(over, 0)}))


def small(page: Page, path: Path) -> None:
    """Take what the window shows, as the small picture of a text."""
    session = page.context.new_cdp_session(page)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": 70})
    path.write_bytes(base64.b64decode(cast(str, taken["data"])))
    print(json.dumps({"picture": path.name, "bytes": path.stat().st_size}))


if __name__ == "__main__":
    main()
