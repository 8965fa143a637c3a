"""The documentation for vendors: open to everybody, whole, and true when typed in."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from html import unescape
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from connections import credentials, oauth
from connections.information import information
from connections.models import Connection
from connections.standing import REFUSALS
from portal import examples
from portal.models import Staff
from portal.pages import docs
from roster import reading
from roster.api.errors import MINOR
from roster.api.faults import FAULTS
from roster.api.openapi.document import path_in
from roster.api.operations import OPERATIONS, WRITES
from roster.dialects.fields import FIELDS
from roster.models import Organization
from tests.cast import ask_token, connected

VERSIONS = sorted(FIELDS)
ADDRESSES = {"start": "/docs/", **{version: f"/docs/oneroster-{version}" for version in VERSIONS}}


def text_of(browser: Client, address: str) -> str:
    return browser.get(address).content.decode()


@pytest.mark.parametrize("address", ADDRESSES.values())
def test_anybody_reads_a_page_without_session_or_query(address: str, client: Client):
    """This test has no database, so a page that asked for one would fail here."""
    for asked in (address, address.rstrip("/"), address.rstrip("/") + "/"):
        answer = client.get(asked)
        assert answer.status_code == 200
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")


def test_a_version_that_is_not_served_has_no_page(client: Client, db: None):
    for version in ("1.0", "2.0", "1.2x", "nonsense"):
        assert client.get(f"/docs/oneroster-{version}").status_code == 404


@pytest.mark.parametrize("version", VERSIONS)
def test_information_to_share_leads_there(
    version: str, client: Client, dana: Staff, riverside: Organization
):
    told = information(connected(riverside, dana, oneroster=version), "http://testserver")
    address = told["documentation"].removeprefix("http://testserver")
    page = text_of(client, address)
    for key in ("token_url", "base_url"):
        assert told[key] in page


@pytest.mark.parametrize("address", ADDRESSES.values())
def test_addresses_are_those_of_the_installation(address: str, client: Client, settings: Any):
    settings.PUBLIC_URL = "https://roster.example.org"
    page = text_of(client, address)
    assert "https://roster.example.org/oauth2/token" in page
    assert "testserver" not in page


@pytest.mark.parametrize("version", VERSIONS)
def test_every_operation_stands_on_its_page_below_its_base(version: str, client: Client):
    page = text_of(client, ADDRESSES[version])
    shown: set[str] = set()
    for base, area in re.findall(r'data-base="([^"]+)">(.*?)</section>', page, re.DOTALL):
        shown |= {base + path for path in re.findall(r'<tr data-path="([^"]+)">', area)}
    assert shown == {"/" + each.path for each in OPERATIONS if each.version == version}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_row_says_what_the_operations_of_its_path_are(version: str):
    rows = {row["base"] + row["path"]: row for _, _, rows in docs.areas(version) for row in rows}
    for operation in OPERATIONS:
        if operation.version == version:
            row = rows["/" + operation.path]
            assert row["gives"]
            assert row["envelope"] == operation.envelope
            assert {scope.rpartition("/")[2] for scope in operation.scopes} == set(row["scopes"])


@pytest.mark.parametrize("version", VERSIONS)
def test_every_write_stands_on_its_page(version: str, client: Client):
    shown = re.findall(r'<tr data-call="([^"]+)">', text_of(client, ADDRESSES[version]))
    written = [each for each in WRITES if each.version == version]
    assert shown == [f"{each.method} {path_in(each)}" for each in written]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_field_of_every_collection_is_explained(version: str, client: Client):
    page = text_of(client, ADDRESSES[version])
    for collection, known in FIELDS[version].items():
        section = page.split(f'<section id="{collection}">')[1].split("</section>")[0]
        names = re.findall(r"<td><code>([^<]+)</code></td>", section)
        assert [name for name in names if "." not in name] == [field.name for field in known]
        words = {word for field in known if field.words for word in field.words.of(version)}
        assert words <= set(re.findall(r"<code>([^<]+)</code>", section))


@pytest.mark.parametrize("address", ADDRESSES.values())
def test_every_anchor_leads_somewhere_and_is_there_once(address: str, client: Client):
    page = text_of(client, address)
    there = re.findall(r'\sid="([^"]+)"', page)
    assert len(there) == len(set(there))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(there)


def test_every_error_the_api_can_give_is_explained():
    # Any Accept and any content type are taken.
    never = {406, 415}
    assert {fault.status for fault in FAULTS} == set(MINOR) - never


# What the pages say is what the product does -------------------------------------------------


@pytest.fixture
def published(riverside: Organization, tmp_path: Path) -> Organization:
    bundle = tmp_path / "roster.zip"
    call_command("make_bundle", str(bundle), "--students", "30", verbosity=0)
    call_command("import_roster", "riverside", str(bundle), verbosity=0)
    return riverside


def vendor(riverside: Organization, dana: Staff, version: str) -> tuple[Connection, str]:
    name = f"Vendor {riverside.connections.count()}"
    connection = connected(riverside, dana, oneroster=version, vendor=name)
    return connection, credentials.rotate(connection, by=dana)


@pytest.fixture
def _emptied() -> Any:
    reading.forget()
    cache.clear()
    yield
    reading.forget()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_emptied")
@pytest.mark.parametrize("name", ADDRESSES)
def test_the_lines_of_a_page_work_when_pasted_one_after_the_other(
    name: str, live_server: LiveServer, published: Organization, dana: Staff, tmp_path: Path
):
    connection, secret = vendor(published, dana, "1.2" if name == "start" else name)
    call_command("refresh_cache", "riverside", verbosity=0)
    page = live_page(live_server, ADDRESSES[name])
    lines = re.findall(r"<pre [^>]*data-shell>(.*?)</pre>", page, re.DOTALL)
    assert len(lines) == (5 if name == "start" else 10)
    pasted = "\n".join(map(unescape, lines))
    pasted = pasted.replace("the client ID", connection.client.client_id)
    pasted = pasted.replace("the client secret", secret)
    pasted = pasted.replace(
        "users?limit=1000", "users?limit=20"
    )  # So that there are pages to follow.
    folder = tmp_path / "shell"
    folder.mkdir()
    shell = subprocess.run(
        ["bash", "-e"], input=pasted, cwd=folder, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert (shell.returncode, shell.stderr) == (0, "")
    bodies = [json.loads(body) for body in split(shell.stdout)]
    if name == "start":
        students, changed = bodies
    else:
        students, there, bundle, ordered, named, changed, again, document = bodies
        assert bundle == 200
        assert zipfile.is_zipfile(folder / "roster.zip")
        assert len(there["users"]) == 5
        assert [set(each) for each in ordered["users"]] == [{"sourcedId", "familyName"}] * 5
        names = [each["familyName"] for each in ordered["users"]]
        assert names == sorted(names, reverse=True)
        assert all("ann" in each["givenName"].lower() for each in named["users"])
        assert again == 304
        assert document["info"]["version"] == name
    assert len(students["users"]) == 5
    everybody = len(changed["users"])
    assert everybody > 30
    if name == "start":
        pages = [json.loads(path.read_text())["users"] for path in folder.glob("users-*.json")]
        assert len(pages) > 1
        assert sum(map(len, pages)) == everybody


def live_page(server: LiveServer, address: str) -> str:
    told = subprocess.run(
        ["curl", "-sSf", server.url + address], capture_output=True, text=True, check=True
    )
    return told.stdout


def split(bodies: str) -> list[str]:
    """Return JSON bodies that came one after the other without anything between."""
    decoder, found = json.JSONDecoder(), []
    while bodies := bodies.strip():
        _, end = decoder.raw_decode(bodies)
        found.append(bodies[:end])
        bodies = bodies[end:]
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_a_status_is_answered_as_the_page_says(version: str, dana: Staff, published: Organization):
    vendors = {status: vendor(published, dana, version) for status, *_ in docs.STATUSES}
    call_command("refresh_cache", "riverside", verbosity=0)
    page = unescape(text_of(Client(), ADDRESSES[version]))
    for status, token, api in docs.STATUSES:
        connection, secret = vendors[status]
        held = ask_token(connection.client.client_id, secret).json()["access_token"]
        bring_to(connection, status)
        asked = ask_token(connection.client.client_id, secret)
        read = ask_api(version, "orgs", held)
        code, _, error = token.partition(" ")
        assert (asked.status_code, asked.json().get("error", "")) == (int(code), error)
        assert (status, read.status_code) == (status, int(api))
        if error:
            words = REFUSALS[status]
            assert words == asked.json()["error_description"]
            assert words in read.content.decode()
            assert words in page


@pytest.mark.parametrize("version", VERSIONS)
def test_filters_to_learn_from_are_understood(
    version: str, dana: Staff, published: Organization, client: Client
):
    connection, secret = vendor(published, dana, version)
    held = ask_token(connection.client.client_id, secret).json()["access_token"]
    call_command("refresh_cache", "riverside", verbosity=0)
    page = unescape(text_of(client, ADDRESSES[version]))
    for name, told, versions in examples.FILTERS:
        if version in versions:
            assert f"<code>{told}</code>" in page
            answer = ask_api(version, f"{name}?{urlencode({'filter': told})}", held)
            assert (told, answer.status_code) == (told, 200)


def test_documents_are_where_the_page_says(client: Client):
    for version, address in ADDRESSES.items():
        if version == "start":
            continue
        found = re.findall(
            r'href="(http://testserver[^"]+/discovery/[^"]+)"', text_of(client, address)
        )
        assert len(found) == (1 if version == "1.1" else 3)
        for url in found:
            assert client.get(url.removeprefix("http://testserver")).json()["openapi"] == "3.0.3"


@pytest.mark.parametrize("version", VERSIONS)
def test_errors_have_the_code_that_the_page_names(
    version: str, dana: Staff, published: Organization
):
    connection, secret = vendor(published, dana, version)
    held = ask_token(connection.client.client_id, secret).json()["access_token"]
    early = ask_api(version, "orgs", held)
    call_command("refresh_cache", "riverside", verbosity=0)
    answers = [
        ask_api(version, "orgs?limit=abc", held),
        ask_api(version, "orgs?filter=shoe%3D'8'", held),
        ask_api(version, "orgs?fields=shoe", held),
        ask_api(version, "orgs?fields=", held),
        ask_api(version, "orgs?sort=shoe", held),
        ask_api(version, "orgs", "nonsense"),
        ask_api(version, "demographics", held),
        ask_api(version, "orgs/nobody", held),
        ask_api(version, "orgs", held, method="post"),
        early,
    ]
    seen = [(answer.status_code, minor_of(version, answer.json())) for answer in answers]
    # Too many requests, a mistake of ours, and writes are brought about elsewhere.
    others = [fault for fault in FAULTS if fault.status not in (412, 422, 429, 500)]
    assert seen == [
        (fault.status_in(version), fault.minor_in(version, "rostering")) for fault in others
    ]
    assert early["Retry-After"]


def test_the_token_url_fails_as_the_page_says(dana: Staff, riverside: Organization):
    connection, secret = vendor(riverside, dana, "1.2")
    suspended, its_secret = vendor(riverside, dana, "1.2")
    bring_to(suspended, "suspended")
    twice = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "c"}
    seen = [
        Client().post("/oauth2/token", twice, headers={"Authorization": "Basic YTpi"}),
        ask_token(connection.client.client_id, "wrong"),
        ask_token(suspended.client.client_id, its_secret),
        ask_token(connection.client.client_id, secret, scope="nonsense"),
        ask_token(connection.client.client_id, secret, grant_type="password"),
        Client().get("/oauth2/token"),
    ]
    with patch.object(oauth, "_live_secrets", side_effect=OperationalError("gone")):
        seen.append(ask_token(connection.client.client_id, secret))
    codes = [(answer.status_code, answer.json()["error"]) for answer in seen]
    assert codes == [(status, error) for status, error, _ in docs.TOKEN_ERRORS]


def ask_api(version: str, path: str, token: str, method: str = "get") -> Any:
    base = docs.base_path(version, "rostering")
    headers = {"Authorization": f"Bearer {token}"}
    return getattr(Client(), method)(f"{base}/{path}", headers=headers)


def minor_of(version: str, body: dict[str, Any]) -> str:
    if version == "1.1":
        return str(body["statusInfoSet"][0]["imsx_codeMinor"])
    return str(body["imsx_CodeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"])


def bring_to(connection: Connection, status: str) -> None:
    changed: dict[str, Any] = {"status": status}
    if status == "expired":
        changed = {"expires": "2020-01-01"}
    Connection.objects.filter(pk=connection.pk).update(**changed)
