"""The handbooks: links lead somewhere, pages of the desk have their articles, and code runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern
from pytest_django.live_server_helper import LiveServer

from connections import credentials
from connections.information import information
from portal import articles, urls
from portal.models import Staff
from roster.models import Organization
from tests.cast import connected

EVERY = [(book, name) for book, names in articles.BOOKS.items() for name in names]
OUTSIDE = {"https://www.imsglobal.org"}


def page_of(browser: Client, book: str, name: str) -> str:
    answer = browser.get(articles.address_of(book, name))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(("book", "name"), EVERY)
def test_every_link_of_an_article_leads_somewhere(book: str, name: str, client: Client):
    """This test has no database, so a page that asked for one would fail here."""
    page = page_of(client, book, name)
    assert "{{" not in page
    for link in re.findall(r'<a href="([^"]+)"', page.split("<main")[1]):
        path, _, anchor = unescape(link).partition("#")
        if "://" in path:
            assert path.startswith(tuple(OUTSIDE))
            continue
        there = client.get(path, follow=True).content.decode() if path else page
        assert there, link
        assert not anchor or f'id="{anchor}"' in there, link


def test_every_file_is_in_a_handbook():
    files = {(each.parent.name, each.stem) for each in articles.FOLDER.glob("*/*.md")}
    assert files == set(EVERY)


def test_every_page_of_the_desk_has_an_article():
    named = [each.name or "" for each in urls.desk if isinstance(each, URLPattern)]
    assert [name for name in named if articles.beside(name) is None] == []
    assert {name for name in articles.BESIDE if not any(one.startswith(name) for one in named)} == (
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


def test_an_unknown_article_is_not_there(client: Client, db: None):
    for path in ("/docs/nothing", "/docs/district/nothing", "/docs/nothing/guide"):
        assert client.get(path).status_code == 404


def test_a_search_finds_sections_by_all_of_their_words(client: Client):
    page = client.get("/docs/search?q=TOMBSTONE+kept").content.decode()
    assert 'href="/docs/sync#removed-records"' in page
    assert "Nothing is said" in client.get("/docs/search?q=zebra").content.decode()
    # What is asked for is shown as it is, and as text.
    assert "<b>" not in client.get("/docs/search?q=<b>").content.decode()


# Snippets ------------------------------------------------------------------------------------

PROGRAMS = {"sh": ["bash"], "python": [sys.executable], "js": ["node", "--input-type=module"]}


@pytest.mark.django_db(transaction=True)
def test_snippets_run_as_they_stand(
    live_server: LiveServer,
    riverside: Organization,
    dana: Staff,
    tmp_path: Path,
):
    bundle = tmp_path / "roster.zip"
    call_command("make_bundle", str(bundle), "--students", "30", verbosity=0)
    call_command("import_roster", "riverside", str(bundle), verbosity=0)
    connection = connected(riverside, dana)
    told = information(connection, live_server.url)
    given = {
        "TOKEN_URL": told["token_url"],
        "BASE_URL": told["base_url"],
        "CLIENT_ID": told["client_id"],
        "CLIENT_SECRET": credentials.rotate(connection, by=dana),
    }
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
    assert users == changed > 30
