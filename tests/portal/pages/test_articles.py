"""The handbooks: links lead somewhere, pages of the desk have their articles, and code runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern
from pytest_django.live_server_helper import LiveServer

from connections import credentials, partners
from connections.information import information
from connections.models import Connection
from portal import articles, examples, urls
from portal.models import Staff
from roster.dialects.fields import FIELDS
from roster.dialects.references import base_path
from roster.models import AcademicSession, Organization
from tests.cast import ask_token, connected, signed_in

EVERY = [(book, name) for book, names in articles.BOOKS.items() for name in names]
PAGES = [
    "/docs/",
    *(f"/docs/oneroster-{version}" for version in FIELDS),
    *(articles.address_of(book, name) for book, name in EVERY),
]
OUTSIDE = {
    "https://app.1edtech.org/itorc_1p2/login",
    "https://standards.1edtech.org/oneroster/",
    *(
        f"https://www.imsglobal.org/{path}"
        for path in (
            "spec/oneroster/v1p2",
            "spec/oneroster/v1p2/rostering/info",
            "spec/oneroster/v1p2/impl",
            "spec/oneroster/v1p2/cert",
            "oneroster-v11-final-specification",
            "oneroster-v11-final-best-practice-and-implementation-guide",
            "oneroster-conformance-testing",
        )
    ),
}
"""Every address that the documentation leads to and that isn't ours."""


def links_of(client: Client, address: str) -> set[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "{{" not in page
    return {unescape(link) for link in re.findall(r'<a [^>]*href="([^"]+)"', page)}


def test_every_link_of_the_documentation_leads_somewhere(client: Client, db: None):
    seen = {address: links_of(client, address) for address in PAGES}
    pages: dict[str, str] = {}
    outside = set()
    for address, links in seen.items():
        for link in links:
            path, _, anchor = link.removeprefix("http://testserver").partition("#")
            if "://" in path:
                outside.add(path)
                continue
            path = path or address
            if path not in pages:
                answer = client.get(path, follow=True)
                assert answer.status_code == 200, (address, link)
                pages[path] = answer.content.decode()
            assert not anchor or f'id="{anchor}"' in pages[path], (address, link)
    assert outside == OUTSIDE


def test_every_file_is_in_a_handbook():
    files = {(each.parent.name, each.stem) for each in articles.FOLDER.glob("*/*.md")}
    assert files == set(EVERY)


def test_every_page_of_the_desk_has_an_article():
    named = [each.name or "" for each in urls.desk if isinstance(each, URLPattern)]
    assert [name for name in named if articles.help_for(name) is None] == []
    assert {name for name in articles.HELP if not any(one.startswith(name) for one in named)} == (
        set()
    )


def test_every_test_that_the_threats_name_is_there():
    """The article promises them to whoever asks what protects the data."""
    article = (articles.FOLDER / "operators" / "threats.md").read_text()
    named = set(re.findall(r"`(test_\w+)`", article))
    files = Path(__file__).parents[2].rglob("test_*.py")
    known = {name for file in files for name in re.findall(r"\ndef (test_\w+)", file.read_text())}
    assert len(named) > 40
    assert named <= known, named - known


@pytest.mark.parametrize(
    ("words", "first"),
    {
        "postman": "/docs/oneroster-1.2#postman",
        "openapi": "/docs/oneroster-1.2#documents",
        "bundle": "/docs/oneroster-1.2#bundle",
        "unknownobject": "/docs/oneroster-1.2#errors",
        "gradebook.createput": "/docs/oneroster-1.2#scopes",
        "X-Total-Count": "/docs/paging#pages",
        "grades": "/docs/paging#grades",
        "send grades back": "/docs/#what",
        "sandbox": "/docs/guidelines#before-the-first-district",
    }.items(),
)
def test_a_search_finds_what_vendors_look_for_in_guides_and_reference(
    words: str, first: str, client: Client
):
    """This test has no database, so a page that asked for one would fail here."""
    page = client.get("/docs/search", {"q": words}).content.decode().split("<main")[1]
    (found, *_) = re.findall(r'<h2><a href="([^"]+)"', page)
    assert found == first
    assert words.split()[0].casefold() in unescape(page).casefold()


def test_an_unknown_article_is_not_there(client: Client, db: None):
    for path in ("/docs/nothing", "/docs/district/nothing", "/docs/nothing/guide"):
        assert client.get(path).status_code == 404


def test_a_search_finds_sections_by_all_of_their_words(client: Client):
    page = client.get("/docs/search?q=TOMBSTONE+kept").content.decode()
    assert 'href="/docs/sync#removed-records"' in page
    assert "Nothing is said" in client.get("/docs/search?q=zebra").content.decode()
    # What is asked for is shown as it is, and as text.
    assert "<b>" not in client.get("/docs/search?q=<b>").content.decode()
    found = client.get("/docs/search?q=unencoded+encode+sixteen").content.decode()
    assert "&gt;, &lt;" in found
    assert "&amp;gt;" not in found


# Snippets ------------------------------------------------------------------------------------

PROGRAMS = {"sh": ["bash"], "python": [sys.executable], "js": ["node", "--input-type=module"]}


def bring_in(folder: Path, students: int) -> None:
    bundle = folder / "roster.zip"
    call_command("make_bundle", str(bundle), "--students", str(students), verbosity=0)
    call_command("import_roster", "riverside", str(bundle), verbosity=0)


def sent_by(server: LiveServer, connection: Connection, by: Staff) -> dict[str, str]:
    """Return what the district sends a vendor, as the handbook's lines read it."""
    told = information(connection, server.url)
    return {
        "TOKEN_URL": told["token_url"],
        "BASE_URL": told["base_url"],
        "GRADEBOOK_URL": told.get("gradebook_url", ""),
        "CLIENT_ID": told["client_id"],
        "CLIENT_SECRET": credentials.rotate(connection, by=by),
    }


@pytest.mark.django_db(transaction=True)
def test_snippets_run_as_they_stand(
    live_server: LiveServer,
    riverside: Organization,
    dana: Staff,
    tmp_path: Path,
):
    bring_in(tmp_path, 110)
    given = sent_by(live_server, connected(riverside, dana), dana)
    call_command("refresh_cache", "riverside", verbosity=0)
    text = (articles.FOLDER / "developers" / "snippets.md").read_text()
    code = dict(re.findall(r"```(\w+) [^\n]*\n(.*?)```", text, re.DOTALL))
    assert set(code) == set(PROGRAMS)
    said = set()
    for language, program in PROGRAMS.items():
        done = subprocess.run(
            program, input=code[language], env=os.environ | given, cwd=tmp_path,
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), language
        said.add(done.stdout)
    (only,) = said
    users, changed = (int(line.split()[0]) for line in only.splitlines())
    assert users == changed > 100  # More than a page has by itself.
    for name in ("sync", "queries"):
        asked_in_a_shell(name, given, users)
    text = (articles.FOLDER / "developers" / "sync.md").read_text()
    (client,) = re.findall(r"```python [^\n]*\n(.*?)```", text, re.DOTALL)

    def synced() -> dict[str, Any]:
        command = [sys.executable, "-c", client]
        subprocess.run(command, env=os.environ | given, cwd=tmp_path, check=True)
        kept: dict[str, Any] = json.loads((tmp_path / "roster.json").read_text())["lists"]["users"]
        return kept

    read = synced()
    assert len(read) == users
    student = next(key for key, user in read.items() if user["roles"][0]["role"] == "student")
    call_command("exclude", "riverside", "person", student, reason="asked", verbosity=0)
    assert synced().keys() == read.keys() - {student}


def asked_in_a_shell(name: str, given: dict[str, str], users: int) -> None:
    """Run an article's lines for a shell after those that get a token."""
    text = (articles.FOLDER / "developers" / f"{name}.md").read_text()
    lines = re.findall(r"```sh [^\n]*\n(.*?)```", text, re.DOTALL)
    assert lines
    for line in lines:
        done = subprocess.run(
            ["bash"], input=f"{examples.CURL['token']}\n{line}", env=os.environ | given,
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.stderr == ""
        assert 0 < len(json.loads(done.stdout)["users"]) <= users


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_filters_of_the_guide_are_understood(version: str, riverside: Organization, dana: Staff):
    connection = connected(riverside, dana, oneroster=version)
    secret = credentials.rotate(connection, by=dana)
    token = ask_token(connection.client.client_id, secret).json()["access_token"]
    call_command("refresh_cache", "riverside", verbosity=0)
    text = (articles.FOLDER / "developers" / "queries.md").read_text()
    table = text.split("| filter | finds |")[1].split("\n\n")[0]
    filters = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    assert len(filters) > 5
    base = base_path(version, "rostering")
    for asked in filters:
        where = "classes" if asked.startswith("school.") else "users"
        answer = Client(headers={"Authorization": f"Bearer {token}"}).get(
            f"{base}/{where}", {"filter": asked}
        )
        assert (asked, answer.status_code) == (asked, 200)


CYCLE = """\
201 categories/homework
201 lineItems/quiz-1
201 results/quiz-1-first
score 80.5
{again} results/quiz-1-first
score 92.5
204 deleted
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_writes_run_as_they_stand_and_are_seen_at_the_desk(
    live_server: LiveServer, riverside: Organization, dana: Staff, tmp_path: Path, version: str
):
    bring_in(tmp_path, 30)
    partner = partners.create_partner("Gradeful", versions=[version], types=["grade_book"], by=dana)
    connection = connected(
        riverside, dana, partner=partner, oneroster=version, types=["grade_book"]
    )
    given = sent_by(live_server, connection, dana)
    call_command("refresh_cache", "riverside", verbosity=0)
    text = (articles.FOLDER / "developers" / "grades.md").read_text()
    cycle, many = re.findall(r"```sh [^\n]*\n(.*?)```", text, re.DOTALL)
    lines = cycle + (many if version == "1.2" else "")
    # The reference's own lines, with ids and a day of this year in place of its words.
    day = AcademicSession.objects.filter(type="gradingPeriod").earliest("start_date").start_date
    reference = examples.write(given["GRADEBOOK_URL"])
    for words, value in (
        ("'a class of yours'", '"$CLASS"'),
        ("'a category'", "homework"),
        ("'a student of the class'", '"$STUDENT"'),
        ("2026-02-20T", f"{day}T"),
    ):
        assert words in reference
        reference = reference.replace(words, value)
    done = subprocess.run(
        ["bash"], input=f"{lines}\n{reference}", env=os.environ | given, cwd=tmp_path,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
    again = "200" if version == "1.1" else "201"
    more = ["score 7.5"] if version == "1.2" else []
    assert done.stdout.splitlines() == [
        *CYCLE.format(again=again).splitlines(), *more, again, "201", "204"
    ]  # fmt: skip
    browser = signed_in(dana)
    index = browser.get("/o/riverside/grades/").content.decode()
    (klass,) = set(re.findall(r'href="(\?id=[^"]+)"', index))
    page = browser.get(f"/o/riverside/grades/{klass}").content.decode()
    assert {words for words in ("Quiz 1", "Gradeful", "deleted") if words not in page} == set()
    assert ("Quiz 2" in page) == ("7.5" in page) == (version == "1.2")
