"""The Postman collections: run from the top against a published district, they find no fault."""

from __future__ import annotations

import json
import re
import shlex
from html import unescape
from pathlib import Path
from string import Template
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from connections import lifecycle, partners
from connections.models import Connection
from portal.models import Staff
from portal.postman.collection import collection
from roster.api.operations import BUNDLES, OPERATIONS, WRITES
from roster.models import Organization
from roster.sandboxes.assessments import assess
from tests import newman
from tests.cast import signed_in

VERSIONS = ("1.1", "1.2")


def requests_in(item: dict[str, Any]) -> list[dict[str, Any]]:
    if "request" in item:
        return [item]
    return [each for inner in item["item"] for each in requests_in(inner)]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_operation_is_in_the_collection(version: str):
    names = {each["name"] for each in requests_in(collection(version))}
    operations = (*OPERATIONS, *WRITES, *BUNDLES)
    assert {each.id for each in operations if each.version == version} <= names


def test_a_connections_environment_has_all_but_the_secret(
    client: Client, as_victor: Client, brightpath: Connection
):
    address = f"/o/riverside/connections/{brightpath.pk}/postman/"
    answer = as_victor.get(address, headers={"host": "127.0.0.1"})
    values = {each["key"]: each["value"] for each in answer.json()["values"]}
    assert values["OneRosterConsumerKey"] == brightpath.client.client_id
    assert values["OneRosterConsumerSecret"] == ""
    assert "gradebook.createput" in values["Scopes"]
    assert values["Oauth2TokenAddress"] == "http://127.0.0.1/oauth2/token"
    # Over an address without TLS nothing is handed out, as on the page.
    assert as_victor.get(address, headers={"host": "testserver"}).status_code == 302


@pytest.mark.parametrize("version", VERSIONS)
def test_a_vendor_downloads_collection_and_environment(version: str, client: Client):
    for what in ("collection", "environment"):
        answer = client.get(f"/docs/oneroster-{version}.postman_{what}.json")
        assert answer.json()
        assert "attachment" in answer["Content-Disposition"]
    assert client.get("/docs/oneroster-1.0.postman_collection.json").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_vendor_runs_the_collection_of_each_version_from_the_top(
    live_server: LiveServer, riverside: Organization, dana: Staff, tmp_path: Path
):
    bundle = tmp_path / "roster.zip"
    call_command(
        "make_bundle", str(bundle), "--students", "40", "--guardians", "--gradebook",
        "--resources", verbosity=0,
    )  # fmt: skip
    call_command("import_roster", "riverside", str(bundle), verbosity=0)
    assess(riverside, riverside.today())
    types = {"1.1": ["grade_book"], "1.2": ["grade_book", "assessment"]}
    partner = partners.create_partner("Examiner", VERSIONS, types["1.2"], by="operator")
    made = {
        version: lifecycle.connect(
            riverside, by=dana, vendor="Examiner", partner=partner, oneroster=version,
            types=types[version], all_schools=True,
            shares=["demographics", "guardians", "resources"],
        )
        for version in VERSIONS
    }  # fmt: skip
    call_command("refresh_cache", "riverside", verbosity=0)
    for connection, secret in made.values():
        assert left_out(connection, secret, signed_in(dana), live_server.url, tmp_path) == set()
        assert_the_docs_line_runs(connection, secret, live_server.url, tmp_path)


def assert_the_docs_line_runs(connection: Connection, secret: str, base: str, folder: Path) -> None:
    """Paste the line of the reference where collection and environment were downloaded to."""
    address = f"/docs/oneroster-{connection.oneroster}"
    for what in ("collection", "environment"):
        name = f"{address}.postman_{what}.json"
        answer = Client(headers={"host": base.removeprefix("http://")}).get(name)
        (folder / Path(name).name).write_bytes(answer.content)
    page = Client().get(address).content.decode()
    found = re.search(r'<pre id="code-newman"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert found
    sent = {"CLIENT_ID": connection.client.client_id, "CLIENT_SECRET": secret}
    line = Template(unescape(found[1])).substitute(sent)
    npx, program, run, *words = shlex.split(line.replace("\\\n", " "))
    assert (npx, program, run) == ("npx", "newman", "run")
    done = newman.run(*words, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr


def left_out(
    connection: Connection, secret: str, browser: Client, base: str, folder: Path
) -> set[str]:
    """Run the collection as downloaded; return the requests that were left out for want of ids."""
    host = base.removeprefix("http://")
    environment = browser.get(
        f"/o/riverside/connections/{connection.pk}/postman/", headers={"host": host}
    ).content
    whole = browser.get(f"/docs/oneroster-{connection.oneroster}.postman_collection.json").content
    (folder / "environment.json").write_bytes(environment)
    (folder / "collection.json").write_bytes(whole)
    done = newman.run(
        folder / "collection.json", "-e", folder / "environment.json",
        "--env-var", f"OneRosterConsumerSecret={secret}",
        "-r", "json", "--reporter-json-export", folder / "report.json",
    )  # fmt: skip
    report = json.loads((folder / "report.json").read_text())["run"]
    failures = [(each["source"]["name"], each["error"]["message"]) for each in report["failures"]]
    assert not failures, failures
    assert done.returncode == 0, done.stdout + done.stderr
    asked = {each["item"]["name"] for each in report["executions"] if "response" in each}
    return {each["name"] for each in requests_in(json.loads(whole))} - asked
