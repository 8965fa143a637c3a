"""Makes pictures of the portal's pages with the demo's data: `python -m tests.pictures [FOLDER]`.

With a folder: every page, light, dark and 360 pixels wide, as PNG. Without one: those of the
README, as WebP where the README has them.
"""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Browser, Page, sync_playwright

from portal import env
from tests import engines
from tests.pictures.visits import JO, MAY, NEL, NOBODY, OLGA, PASSWORD, README, VISITS, Visit

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
    with desk() as (base, passwords, environ), browser() as chromium:
        states = {
            who: signed_in(chromium, base, who, passwords[who]) if who != NOBODY else None
            for who in {visit.who for visit in visits}
        }
        manage(environ, "shell", "-c", FACTORS)  # Who has signed in needn't show a code.
        for look, how in LOOKS.items() if asked.folder else [("light", LOOKS["light"])]:
            for who, state in states.items():
                context = chromium.new_context(storage_state=state, **how)
                page = context.new_page()
                for visit in (each for each in visits if each.who == who):
                    go(page, base, visit)
                    if asked.folder:
                        whole(page, folder / f"{visit.name}-{look}.png")
                    else:
                        small(page, folder / f"{visit.name}.webp")
                context.close()


@contextmanager
def desk() -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Serve the demo from a folder of its own, with what it has none of beside it; yields its
    address, the passwords by e-mail address, and its environment.
    """
    from tests.portal.running import embedded, running

    with tempfile.TemporaryDirectory(prefix="rosterdesk-pictures-") as data:
        environ = embedded(Path(data))
        with running(environ, "demo", "--json") as demo:
            accounts = demo.told_object()["accounts"]
            furnish(environ, Path(data))
            passwords = {each["email"]: each["password"] for each in accounts}
            yield demo.url, passwords | dict.fromkeys((OLGA, MAY, JO, NEL), PASSWORD), environ


def furnish(environ: dict[str, str], folder: Path) -> None:
    """Make what the demo has none of: an operator, a sandbox; Lakeside, where a refresh is held,
    bundles are fetched and grades delivered; Hillside, where an import is held and an act is late;
    and Newtown, where nothing is."""
    nights = [str(folder / f"n{number}.zip") for number in (0, 1)]
    few = str(folder / "few.zip")
    for words, given in (
        (("create_admin", OLGA, "--operator", "--password-stdin"), PASSWORD),
        (("create_sandbox", "sandbox", "--name", "Sandbox", "--students", "60"), ""),
        (("connect_sandbox", "sandbox", "--vendor", "Reader", "--oneroster", "1.2"), ""),
        (("create_organization", "lakeside", "--name", "Lakeside"), ""),
        (("create_admin", MAY, "--organization", "lakeside", "--password-stdin"), PASSWORD),
        (("make_bundle", nights[0], "--students", "300", "--next-night", nights[1]), ""),
        (("import_roster", "lakeside", nights[0]), ""),
        (("create_connection", "lakeside", "--vendor", "Reading App", *ALL), ""),
        (("create_connection", "lakeside", "--vendor", "Maths App", *ALL), ""),
        (("refresh_cache", "lakeside"), ""),
        (("import_roster", "lakeside", nights[1]), ""),
        (("set_organization", "lakeside", "--hold-percent", "0", "--hold-records", "0"), ""),
        (("refresh_cache", "lakeside"), ""),
        (("set_source", "lakeside", "--address", str(folder), "--daily", "02:15"), ""),
        (("set_destination", "lakeside", "--address", str(folder), "--daily", "03:00"), ""),
        (("create_organization", "hillside", "--name", "Hillside"), ""),
        (("create_admin", JO, "--organization", "hillside", "--password-stdin"), PASSWORD),
        (("import_roster", "hillside", nights[0]), ""),
        (("create_connection", "hillside", "--vendor", "Reading App", *ALL), ""),
        (("refresh_cache", "hillside"), ""),
        (("make_bundle", few, "--students", "100"), ""),
        (("create_organization", "newtown", "--name", "Newtown"), ""),
        (("create_admin", NEL, "--organization", "newtown", "--password-stdin"), PASSWORD),
        (("set_source", "lakeside", *SERVER, "--token-stdin", "--daily", "02:30"), "tok"),
    ):
        manage(environ, *words, given=given)
    manage(environ, "fetch_bundle", "lakeside", succeeds=False)  # Nobody serves the second one.
    manage(environ, "import_roster", "hillside", few, succeeds=False)  # It is held.
    manage(environ, "shell", "-c", LATE)


ALL = ("--oneroster", "1.2", "--acknowledge-unsupported", "--all-schools")
SERVER = ("--address", "https://127.0.0.1:9/oneroster.zip")
FACTORS = f"""
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from portal.models import Staff
may = Staff.objects.get(email="{MAY}")
TOTP.activate(may, generate_totp_secret())
RecoveryCodes.activate(may)
"""


LATE = """
from datetime import timedelta
from connections import acting
from roster.clock import clock
from roster.models import Job, Level, Organization
hillside = Organization.objects.get(slug="hillside")
one = Level.objects.filter(organization=hillside, kind="school_enrollment").first()
acting.SOON = 3600.0
given = {"kind": "person", "ids": [one.person], "reason": "The family asked"}
now = clock()
job = acting.request(hillside, acting.EXCLUDE, by="Jo", **given)
Job.objects.filter(pk=job.pk).update(
    state="queued", created=now - acting.LATE * 5, due=now + timedelta(days=1)
)
"""


def manage(environ: dict[str, str], *words: str, given: str = "", succeeds: bool = True) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=BASE, env=environ, input=given, text=True, check=succeeds, stdout=subprocess.DEVNULL,
    )  # fmt: skip


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=engines.chromium(), args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


def signed_in(chromium: Browser, base: str, email: str, password: str) -> Any:
    """Sign in; returns the cookies."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{base}/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    state = context.storage_state()
    context.close()
    return state


def go(page: Page, base: str, visit: Visit) -> None:
    page.goto(base + (visit.path if visit.path.startswith("/") else f"/o/demo/{visit.path}"))
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
