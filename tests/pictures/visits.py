"""The pages of which pictures are made, and how each is reached from the demo's desk."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Page

Way = Callable[[Page], None]


DANA, OLGA, NOBODY = "dana@riverside.example", "olga@operator.example", "nobody"
MAY, JO, NEL = "may@lakeside.example", "jo@hillside.example", "nel@newtown.example"
PASSWORD = "correct horse battery"
"""That of Olga, who runs the installation, of May, who has a second factor, of Jo and Nel."""


class Visit(NamedTuple):
    """A page: its address, below the organization's unless it begins with a slash, what is done
    there first, and who looks.
    """

    name: str
    path: str
    way: Way | None = None
    who: str = DANA


def open_first(page: Page) -> None:
    """Follow the first row of a list to its own page, and wait for what it loads."""
    page.get_by_role("rowheader").first.get_by_role("link").click()
    page.wait_for_load_state("networkidle")


def confirm(page: Page) -> None:
    """Give a reason, so that the page with the numbers comes."""
    page.get_by_label("Reason").fill("The family asked for it in writing.")
    page.get_by_role("button", name="Show what goes").click()
    page.wait_for_selector("table.effect")


def follow(link: str) -> Way:
    def way(page: Page) -> None:
        page.get_by_role("link", name=link).first.click()
        page.wait_for_load_state("networkidle")

    return way


def exclude(page: Page) -> None:
    open_first(page)
    follow("Exclude")(page)


def exclude_and_confirm(page: Page) -> None:
    exclude(page)
    confirm(page)


def include(page: Page) -> None:
    page.get_by_role("rowheader").last.get_by_role("link").click()
    follow("Include again")(page)


def open_last(page: Page) -> None:
    page.get_by_role("rowheader").last.get_by_role("link").click()
    page.wait_for_load_state("networkidle")


def preview(page: Page) -> None:
    """Share one grade only, so that the page with the difference comes."""
    page.locator("input[name=grades_are][value=some]").check()
    page.locator("input[name=grades]").nth(1).check()
    page.get_by_role("button", name="Show what changes").click()
    page.wait_for_load_state("networkidle")


def go_on(number: int) -> Way:
    """Come to that step of a new connection."""

    def way(page: Page) -> None:
        for at in range(1, number):
            if at <= 2:
                page.locator("main input[type=radio]").first.check()
            page.get_by_role("button", name="Next").click()
            page.wait_for_load_state("networkidle")

    return way


def why(page: Page) -> None:
    """Open the reasons of the first vendor by themselves."""
    open_last(page)
    address = page.url.replace("/record/", "/record/connections/1/")
    page.goto(address)


def open_changes(page: Page) -> None:
    for each in page.locator("main details summary").all():
        each.click()


def confirm_it_is_you(page: Page) -> None:
    """Go on to a page that asks for the password first, if it was not given lately."""
    if not page.get_by_label("Password", exact=True).is_visible():
        return
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_load_state("networkidle")


def sign_in(page: Page) -> None:
    """Give May's password, so that the page comes that asks for her code."""
    page.get_by_label("E-mail address").fill(MAY)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state("networkidle")


def decide_about_all(page: Page) -> None:
    """Pause all connections, or resume them where they are paused, and see it done."""
    if page.get_by_role("heading", name="Nothing to change").is_visible():
        page.goto(page.url.replace("/pause/", "/resume/"))
    page.get_by_role("main").locator("button[type=submit]").click()
    page.wait_for_url("**/several/**")
    page.wait_for_timeout(4000)


def look_ahead(page: Page) -> None:
    """Ask for the preview, if nobody has, and wait for it."""
    if (button := page.get_by_role("button", name="Look ahead")).is_visible():
        button.click()
    page.get_by_role("button", name="Look again").wait_for()


def who_gets_what(page: Page) -> None:
    """Switch the public page on, and look at it."""
    page.get_by_label("Publish who gets what").select_option("yes")
    page.get_by_role("button", name="Save the settings").click()
    page.wait_for_load_state("networkidle")
    page.goto(page.url.replace("/o/lakeside/settings/", "/who-gets-what/lakeside/"))


def hand_over(page: Page) -> None:
    """Make a one-time link, and open it without revealing what it shows."""
    page.get_by_role("button", name=re.compile("^Make a (one-time|new) link")).click()
    page.goto(page.locator("#hand-over-link").inner_text())


def exclude_one(page: Page) -> None:
    """Exclude the first person that isn't, and see it done."""
    page.get_by_role("row").filter(has_not_text="Excluded").nth(1).get_by_role("link").first.click()
    follow("Exclude")(page)
    confirm(page)
    page.get_by_role("main").get_by_role("button", name="Exclude").click()
    page.get_by_text("No vendor reads it any longer.").wait_for()


def approve(page: Page) -> None:
    follow("Look at what it would change")(page)
    follow("Approve")(page)


def new_secret(page: Page) -> None:
    """Make a secret, after the older one has ended where there are two."""
    if (older := page.get_by_role("link", name="End the older secret")).is_visible():
        address = page.url
        older.click()
        page.get_by_role("button", name="End the older secret").click()
        page.goto(address)
    page.get_by_role("button", name="Make a new secret").click()
    page.wait_for_load_state("networkidle")


def lose_the_session(page: Page) -> None:
    """Fill a form in, and send it when the session has ended; then sign in again."""
    follow("Reading App")(page)
    page.goto(f"{page.url}agreement/")
    page.get_by_label("Purpose").fill("Reading practice")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("E-mail address").fill(JO)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/kept/")


VISITS = (
    Visit("home", ""),
    Visit("roster", "roster/"),
    Visit("search", "roster/?q=ann"),
    Visit("people", "roster/person/?q=al"),
    Visit("excluded", "roster/person/?excluded=1"),
    Visit("inherited", "roster/school_enrollment/?q=tesfaye"),
    Visit("record", "roster/section/", open_last),
    Visit("record-excluded", "roster/person/?excluded=1", open_last),
    Visit("record-school", "roster/school/", open_first),
    Visit("why", "roster/person/?excluded=1", why),
    Visit("exclude", "roster/school/", exclude),
    Visit("exclude-confirm", "roster/school/", exclude_and_confirm),
    Visit("include", "roster/person/?excluded=1", include),
    Visit("tree", "roster/tree/", follow("Open")),
    Visit("undo", "audit/?action=record.excluded", follow("Undo…")),
    Visit("connections", "connections/"),
    Visit("pause-several", "connections/status/pause/?id=1&id=2"),
    Visit("partners", "connections/partners/"),
    Visit("calendar", "connections/calendar/"),
    Visit("connection-new", "connections/new/"),
    *(
        Visit(f"connection-new-{number}", "connections/new/", go_on(number))
        for number in range(2, 6)
    ),
    Visit("connection", "connections/1/"),
    Visit("information", "connections/1/information/"),
    Visit("requests", "connections/1/requests/"),
    Visit("requests-errors", "connections/1/requests/?errors=1"),
    Visit("view", "connections/1/view/"),
    Visit("documents", "connections/1/view/users/"),
    Visit("document", "connections/1/view/users/?id=stu-000003"),
    Visit("pause", "connections/1/status/pause/"),
    Visit("sharing", "connections/1/sharing/"),
    Visit("sharing-preview", "connections/1/sharing/", preview),
    Visit("agreement", "connections/1/agreement/"),
    Visit("kept-out", "connections/1/kept-out/"),
    Visit("keep-out", "connections/1/kept-out/person/?id=stu-000003"),
    Visit("imports", "imports/"),
    Visit("import", "imports/", open_first),
    Visit("own-rows", "imports/rows/"),
    Visit("prerequisites", "prerequisites/"),
    Visit("cache", "cache/"),
    Visit("audit", "audit/"),
    Visit("staff", "staff/"),
    Visit("settings", "settings/"),
    Visit("act-close", "connections/1/status/close/"),
    Visit("act-suspend", "connections/1/status/suspend/"),
    Visit("secret-day", "connections/1/secrets/older/day/"),
    Visit("letter", "connections/1/letters/pause/"),
    Visit("rollover", "rollover/"),
    Visit("rollover-preview", "rollover/to/2028/", look_ahead),
    Visit("grades", "grades/"),
    Visit("class-grades", "grades/", open_first),
    Visit("secret-made", "connections/2/", new_secret),
    Visit("grade-windows", "grades/windows/"),
    Visit("sessions", "/account/sessions/"),
    Visit("factors", "/account/2fa/"),
    Visit("passkeys", "/account/2fa/passkeys/"),
    Visit("password", "/account/password/change/"),
    Visit("is-it-you", "/account/2fa/totp/activate/"),
    Visit("app", "/account/2fa/totp/activate/", confirm_it_is_you, who=OLGA),
    Visit("sign-out", "/sign-out/"),
    Visit("not-found", "nothing/"),
    Visit("held", "/o/lakeside/cache/held/", who=MAY),
    Visit("home-empty", "/o/newtown/", who=NEL),
    Visit("imports-empty", "/o/newtown/imports/", who=NEL),
    Visit("connections-empty", "/o/newtown/connections/", who=NEL),
    Visit("home-late", "/o/hillside/", who=JO),
    Visit("act-late", "/o/hillside/", follow("Something that was confirmed"), who=JO),
    Visit("act-done", "/o/hillside/roster/person/", exclude_one, who=JO),
    Visit("imports-held", "/o/hillside/imports/", who=JO),
    Visit("import-held", "/o/hillside/imports/", follow("Look at what it would change"), who=JO),
    Visit("import-decide", "/o/hillside/imports/", approve, who=JO),
    Visit("kept", "/o/hillside/connections/", lose_the_session, who=JO),
    Visit("delivery", "/o/lakeside/grades/deliveries/1/", who=MAY),
    Visit(
        "several-job",
        "/o/lakeside/connections/status/pause/?" + "&".join(f"id={each}" for each in range(1, 9)),
        decide_about_all,
        who=MAY,
    ),
    Visit("who-gets-what", "/o/lakeside/settings/", who_gets_what, who=MAY),
    Visit("hand-over", "/o/lakeside/connections/4/information/", hand_over, who=MAY),
    Visit("grades-refused", "/o/lakeside/grades/refused/", who=MAY),
    Visit("source", "/o/lakeside/imports/sources/2/", who=MAY),
    Visit("sources", "/o/lakeside/imports/sources/", who=MAY),
    Visit("source-new", "/o/lakeside/imports/sources/new/", who=MAY),
    Visit("deliveries", "/o/lakeside/grades/deliveries/", who=MAY),
    Visit("imports-fetched", "/o/lakeside/imports/", who=MAY),
    Visit("audit-changes", "/o/lakeside/audit/", open_changes, who=MAY),
    Visit("recovery-codes", "/account/2fa/recovery-codes/", confirm_it_is_you, who=MAY),
    Visit(
        "recovery-codes-new", "/account/2fa/recovery-codes/generate/", confirm_it_is_you, who=MAY
    ),
    Visit("docs", "/docs"),
    Visit("docs-search", "/docs/search?q=delta"),
    Visit("docs-guide", "/docs/district/guide"),
    Visit("docs-developers", "/docs/developers/sync"),
    Visit("docs-reference", "/docs/oneroster-1.2"),
    Visit("organizations", "/organizations/", who=OLGA),
    Visit("sandbox", "/organizations/sandbox/sandbox/", who=OLGA),
    Visit("jobs", "/jobs/", who=OLGA),
    Visit("directory", "/partners/", who=OLGA),
    Visit("directory-new", "/partners/new/", who=OLGA),
    Visit("directory-edit", "/partners/1/", who=OLGA),
    Visit("interests", "/partners/interests/", who=OLGA),
    Visit("sign-in", "/sign-in/", who=NOBODY),
    Visit("one-more-step", "/sign-in/", sign_in, who=NOBODY),
    Visit("sign-up", "/account/signup/", who=NOBODY),
    Visit("password-reset", "/account/password/reset/", who=NOBODY),
    Visit("password-reset-done", "/account/password/reset/done/", who=NOBODY),
    Visit("password-key", "/account/password/reset/key/1-guessed/", who=NOBODY),
    Visit("password-saved", "/account/password/reset/key/done/", who=NOBODY),
    Visit("inactive", "/account/inactive/", who=NOBODY),
    Visit("interest", "/partners/interest/", who=NOBODY),
    Visit("hand-over-gone", "/hand-over/guessed/", who=NOBODY),
)

README = ("record-excluded", "exclude-confirm", "requests")
"""Those that the README shows."""
