"""Two districts with the very same bundle in one installation never see each other.

Issue A, done when 4. Riverside and Lakeside hold the same sourcedIds, mark different records,
and lose different rows; API, commands and portal are asked whether anything of it shows next
door. Lakeside alone has West School, so that there is something to ask in vain for.
"""

from __future__ import annotations

import io
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import riverside
from tests.acceptance.bundles import table, write
from tests.acceptance.desk import EVERYTHING, Connected, Desk
from tests.acceptance.vendor import ENVELOPES, references

Records = dict[str, dict[str, dict[str, Any]]]

VERSIONS = ("1.1", "1.2")
PASSWORD = "correct horse battery"
WEST = table("""
    sourcedId | name        | type   | identifier | parentSourcedId
    west      | West School | school | RV-W       | dist
""")


@dataclass
class Tenants:
    desk: Desk
    vendors: dict[str, dict[str, Connected]]
    folder: Path

    def read(self, slug: str) -> dict[str, Records]:
        return {version: who.everything(1000) for version, who in self.vendors[slug].items()}

    def restore(self) -> None:
        """Bring both districts back to the whole bundle, with nothing marked."""
        for slug in self.vendors:
            for kind in ("person", "section", "school", "enrollment"):
                rows = self.desk.run("list_kind", slug, kind)["rows"]
                if marked := [row["id"] for row in rows if row["excluded"]]:
                    self.desk.run("include", slug, kind, *marked)
            self.desk.run("import_roster", slug, self.folder / slug)
            self.desk.refresh(slug)


@pytest.fixture(scope="module")
def both(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Tenants:
    folder = tmp_path_factory.mktemp("bundles")
    riverside.bundle(folder / "riverside")
    write(folder / "lakeside", "1.2", {**riverside.FILES, "orgs": riverside.FILES["orgs"] + WEST})
    desk.partner()
    vendors: dict[str, dict[str, Connected]] = {}
    for slug in ("riverside", "lakeside"):
        desk.organization(slug, school_year=riverside.SCHOOL_YEAR)
        desk.run("import_roster", slug, folder / slug)
        vendors[slug] = {
            version: desk.connect(slug, version, gradebook=True) for version in VERSIONS
        }
        desk.refresh(slug)
    return Tenants(desk, vendors, folder)


@pytest.fixture
def tenants(both: Tenants) -> Iterator[Tenants]:
    yield both
    both.restore()


def test_the_same_ids_are_two_records(tenants):
    ours, theirs = tenants.read("riverside"), tenants.read("lakeside")
    for version in VERSIONS:
        assert unstamped(without_west(theirs[version])) == unstamped(ours[version])
        assert "west" in theirs[version]["orgs"]
        assert "west" not in ours[version]["orgs"]
        assert tenants.vendors["riverside"][version].one("orgs", "west").status == 404
        assert tenants.vendors["riverside"][version].one("schools", "west").status == 404


def test_marks_and_refreshes_of_one_leave_the_other_as_it_was(tenants):
    desk = tenants.desk
    before = {slug: tenants.read(slug) for slug in tenants.vendors}
    desk.run("exclude", "riverside", "person", "ann", "--reason", "Asked")
    desk.run("exclude", "riverside", "section", "k-mus-n", "--reason", "Asked")
    published = desk.refresh("riverside")
    assert published["removed"] or published["publication"]
    assert tenants.read("lakeside") == before["lakeside"]
    desk.run("exclude", "lakeside", "school", "south", "--reason", "Closed")
    desk.run("exclude", "lakeside", "enrollment", "e-dee-lit", "--reason", "Asked")
    desk.refresh("lakeside")
    now = {slug: tenants.read(slug) for slug in tenants.vendors}
    for version in VERSIONS:
        lost = {
            slug: {
                collection: set(records) - set(now[slug][version][collection])
                for collection, records in before[slug][version].items()
            }
            for slug in tenants.vendors
        }
        assert lost["riverside"]["users"] == {"ann", "gus"}
        assert lost["riverside"]["classes"] == {"k-mus-n"}
        assert lost["riverside"]["orgs"] == set()
        assert lost["lakeside"]["users"] == {"cam", "fay", "tea", "con"}
        assert lost["lakeside"]["orgs"] == {"south"}
        assert "e-dee-lit" in lost["lakeside"]["enrollments"]
        assert "e-dee-lit" not in lost["riverside"]["enrollments"]
        for slug, vendors in tenants.vendors.items():
            vendor = vendors[version]
            for sourced_id in ("ann", "cam"):
                status = vendor.one("users", sourced_id).body["user"]["status"]
                hidden = sourced_id in lost[slug]["users"]
                assert status == ("tobedeleted" if hidden else "active"), (slug, sourced_id)
            for plural in ("users", "classes", "orgs", "enrollments"):
                removed = vendor.read(plural, filter="status='tobedeleted'")
                assert {record["sourcedId"] for record in removed} == lost[slug][plural]
            for reference in references(now[slug][version]):
                assert reference["sourcedId"] not in lost[slug].get(
                    ENVELOPES[LISTS[reference["type"]]][0], ()
                )


LISTS = {single: plural for plural, (_, single) in ENVELOPES.items()}


def test_marks_are_listed_and_cleared_in_their_own_organization(tenants):
    desk = tenants.desk
    desk.run("exclude", "riverside", "person", "ann", "bob", "--reason", "Asked")
    desk.run("exclude", "lakeside", "person", "bob", "--reason", "Otherwise")
    assert marked(desk, "riverside") == {"ann", "bob"}
    assert marked(desk, "lakeside") == {"bob"}
    assert desk.run("include", "lakeside", "person", "ann", "bob")["included"] == ["bob"]
    assert marked(desk, "riverside") == {"ann", "bob"}
    assert marked(desk, "lakeside") == set()


def test_an_import_of_one_changes_nothing_of_the_other(tenants):
    desk = tenants.desk
    before = tenants.read("lakeside")
    rows = {kind: desk.run("list_kind", "lakeside", kind)["rows"] for kind in ("person", "course")}
    smaller = riverside.bundle(
        tenants.folder / "smaller", left={"users": {"fay"}, "roles": {"r-fay"}}
    )
    done = desk.run("import_roster", "riverside", smaller)
    assert done["files"]["users.csv"]["retired"] == 1
    for slug in tenants.vendors:
        desk.refresh(slug)
    assert tenants.read("lakeside") == before
    assert rows == {kind: desk.run("list_kind", "lakeside", kind)["rows"] for kind in rows}
    for version in VERSIONS:
        assert "fay" not in tenants.read("riverside")[version]["users"]


def test_commands_know_a_connection_only_by_its_own_organization(tenants):
    desk = tenants.desk
    theirs = tenants.vendors["lakeside"]["1.2"]
    before = theirs.everything(1000)
    for words in (
        ("explain", "riverside", theirs.connection, "person", "ann"),
        ("set_status", "riverside", theirs.connection, "closed"),
        ("set_status", "riverside", theirs.connection, "suspended"),
        ("rotate_secret", "riverside", theirs.connection),
        ("rotate_secret", "riverside", theirs.connection, "--end-overlap"),
    ):
        assert str(theirs.connection) in desk.refusal(*words)
    assert theirs.ask_token().status == 200
    assert theirs.everything(1000) == before


def test_commands_know_a_record_only_in_its_own_organization(tenants):
    desk = tenants.desk
    ours = tenants.vendors["riverside"]["1.2"].connection
    for words in (
        ("exclude", "riverside", "school", "west", "--reason", "Asked"),
        ("include", "riverside", "school", "west"),
        ("explain", "riverside", ours, "school", "west"),
        (
            "create_connection", "riverside", "--vendor", "Hub", "--oneroster", "1.2",
            "--acknowledge-unsupported", "--school", "west",
        ),
    ):  # fmt: skip
        assert "west" in desk.refusal(*words)
    assert "nowhere" in desk.refusal("list_kind", "nowhere", "person")


def test_a_connection_suspended_in_one_is_open_in_the_other(tenants):
    desk = tenants.desk
    ours, theirs = tenants.vendors["riverside"]["1.1"], tenants.vendors["lakeside"]["1.1"]
    assert ours.ask("orgs").status == theirs.ask("orgs").status == 200
    desk.run("set_status", "riverside", ours.connection, "suspended")
    assert ours.ask("orgs").status == 403
    assert ours.ask_token().status == 400
    assert theirs.ask("orgs").status == 200
    assert theirs.ask_token().status == 200
    desk.run("set_status", "riverside", ours.connection, "active")
    assert ours.ask("orgs").status == 401, "tokens from before a suspension have ended"
    assert ours.ask_token().status == 200


def test_secrets_and_tokens_of_one_prove_nothing_for_the_other(tenants):
    ours, theirs = tenants.vendors["riverside"]["1.2"], tenants.vendors["lakeside"]["1.2"]
    crossed = Connected(ours.host, "1.2", {
        "client_id": theirs.client_id, "client_secret": ours.client_secret, "id": 0,
    })  # fmt: skip
    answer = crossed.ask_token()
    assert answer.status == 401
    assert answer.body["error"] == "invalid_client"
    for slug in ("lakeside", "riverside"):
        address = f"{ours.url('orgs', 'west')}?organization={slug}&slug={slug}"
        assert ours.get(address).status == 404
    west = theirs.one("orgs", "west")
    assert west.body["org"]["name"] == "West School"


# The portal, as a browser would: cookies, forms, and no redirect followed unseen.


class Visitor:
    """A person with a browser."""

    def __init__(self, desk: Desk) -> None:
        self.base = desk.url
        self.cookies = CookieJar()
        self.browser = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def open(self, path: str, **form: str) -> tuple[int, str]:
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(self.base + path, data, {"Referer": self.base + "/"})
        try:
            with self.browser.open(request) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def sign_in(self, email: str) -> None:
        _, text = self.open("/sign-in/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        assert token
        status, text = self.open(
            "/sign-in/", login=email, password=PASSWORD, csrfmiddlewaretoken=token[1]
        )
        assert status == 200
        assert "csrfmiddlewaretoken" not in text or email in text

    @property
    def csrf(self) -> str:
        return next(str(cookie.value) for cookie in self.cookies if "csrf" in cookie.name)


PAGES = (
    "", "connections/", "connections/new/", "cache/",
    "connections/{connection}/", "connections/{connection}/information/",
)  # fmt: skip
ACTS = (
    "cache/refresh/", "connections/{connection}/secrets/rotate/",
    "connections/{connection}/secrets/end/older/", "connections/new/",
)  # fmt: skip


@pytest.fixture(scope="module")
def people(both: Tenants) -> dict[str, Visitor]:
    """Dana of Riverside and Liz of Lakeside, both administrators, both signed in."""
    visitors = {}
    with pytest.MonkeyPatch.context() as patch:
        for slug, email in (("riverside", "dana@rv.example"), ("lakeside", "liz@ls.example")):
            patch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
            both.desk.run(
                "create_admin", email, "--organization", slug, "--role", "admin", "--password-stdin"
            )
            visitors[slug] = Visitor(both.desk)
            visitors[slug].sign_in(email)
    return visitors


def test_pages_of_one_organization_are_not_there_for_the_other(tenants, people):
    desk = tenants.desk
    secret = desk.connect("riverside", "1.2", *EVERYTHING, vendor="Onlyriver").connection
    theirs = desk.connect("lakeside", "1.2", *EVERYTHING, vendor="Onlylake").connection
    for path in PAGES:
        address = f"/o/riverside/{path}".format(connection=secret)
        assert people["riverside"].open(address)[0] == 200, address
        status, text = people["lakeside"].open(address)
        assert status == 404, address
        assert "Onlyriver" not in text
        crossed = f"/o/lakeside/{path}".format(connection=secret)
        if "{connection}" in path:
            assert people["lakeside"].open(crossed)[0] == 404, crossed
            assert (
                people["riverside"].open(f"/o/riverside/{path}".format(connection=theirs))[0] == 404
            )
    for slug, foreign in (("riverside", "Onlylake"), ("lakeside", "Onlyriver")):
        for address in ("/", f"/o/{slug}/", f"/o/{slug}/connections/", f"/o/{slug}/cache/"):
            status, text = people[slug].open(address)
            assert status == 200
            assert foreign not in text, address


def test_nobody_acts_next_door(tenants, people):
    desk = tenants.desk
    ours = desk.connect("riverside", "1.2", *EVERYTHING)
    smaller = riverside.bundle(tenants.folder / "acts", left={"users": {"fay"}, "roles": {"r-fay"}})
    desk.run("import_roster", "riverside", smaller)
    liz = people["lakeside"]
    liz.open("/o/lakeside/connections/new/")
    for path in ACTS:
        for slug in ("riverside", "lakeside"):
            if slug == "lakeside" and "{connection}" not in path:
                continue
            address = f"/o/{slug}/{path}".format(connection=ours.connection)
            status, _ = liz.open(address, csrfmiddlewaretoken=liz.csrf, vendor="Onlylake")
            assert status == 404, address
    assert ours.ask_token().status == 200
    assert ours.one("users", "fay").body["user"]["status"] == "active", "she refreshed our cache"
    told = desk.run("explain", "riverside", ours.connection, "person", "bob")
    assert (told["visible"], told["status"]) == (True, "active")


def marked(desk: Desk, slug: str) -> set[str]:
    rows = desk.run("list_kind", slug, "person")["rows"]
    return {row["id"] for row in rows if row["excluded"]}


def without_west(records: Records) -> Records:
    """Return Lakeside's records as if it had no West School."""
    orgs = {key: dict(org) for key, org in records["orgs"].items() if key != "west"}
    orgs["dist"]["children"] = [
        child for child in orgs["dist"]["children"] if child["sourcedId"] != "west"
    ]
    return {**records, "orgs": orgs}


def unstamped(records: Records) -> Records:
    return {
        collection: {
            sourced_id: {key: value for key, value in record.items() if key != "dateLastModified"}
            for sourced_id, record in found.items()
        }
        for collection, found in records.items()
    }
