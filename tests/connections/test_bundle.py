"""`GET …/bundle`: what a vendor reads, as one strict bulk bundle, with its token."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser

from connections import request_log
from connections.exporting import export_connection
from connections.models import Connection, Request, Run
from connections.partners import create_partner
from connections.sync_history import last_read
from roster import excluding
from roster.clock import clock
from roster.importing import import_bundle
from roster.models import AuditEntry, Mark, Organization, User
from roster.publishing import refresh
from tests.connections.conftest import Vendor, connected
from tests.roster.districts import demo_district
from tests.roster.exporting.conftest import Desk, rows_of

PATHS = {
    "1.1": "/ims/oneroster/v1p1/bundle",
    "1.2": "/ims/oneroster/rostering/v1p2/bundle",
}
EVERYTHING = {
    "types": ["grade_book"],
    "shares": ["demographics", "guardians", "metadata", "resources", "users.userProfiles"],
}
versions = pytest.mark.parametrize("version", ["1.1", "1.2"])


@pytest.fixture
def desk(db: None, tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def riverside(db: None, tmp_path: Path) -> Organization:
    cache.clear()
    return demo_district(tmp_path)


def vendor(organization: Organization, version: str, **terms: Any) -> Vendor:
    partner = create_partner(f"Brightpath {version}", ["1.1", "1.2"], ["grade_book"], by="operator")
    terms = {**EVERYTHING, "partner": partner, **terms}
    made = connected(organization, oneroster=version, **{"acknowledge_unsupported": False, **terms})
    refresh(organization, by="Dana")
    return made


def fetched(made: Vendor, token: str = "", **headers: str) -> Any:
    token = token or made.token()
    path = PATHS[made.connection.oneroster]
    return Browser().get(path, headers={"Authorization": f"Bearer {token}", **headers})


def kept(answer: Any, folder: Path) -> Path:
    assert answer.status_code == 200, answer.getvalue()
    path = folder / "fetched.zip"
    path.write_bytes(answer.getvalue())
    return path


@versions
def test_a_bundle_is_what_the_lists_give_and_comes_back(
    riverside: Organization, desk: Desk, tmp_path: Path, version: str
) -> None:
    made = vendor(riverside, version)
    path = kept(fetched(made), tmp_path)
    token = made.token()
    for name in ("users", "classes", "enrollments", "demographics", "orgs"):
        base = PATHS[version].removesuffix("bundle")
        listed = Browser().get(
            f"{base}{name}?limit=5000", headers={"Authorization": f"Bearer {token}"}
        )
        ids = [each["sourcedId"] for each in listed.json()[name]]
        assert [row["sourcedId"] for row in rows_of(path, f"{name}.csv")] == ids
    for name in ("categories", "lineItems", "results"):
        assert rows_of(path, f"{name}.csv"), name
    assert "externalLmsExclude" not in "".join(map(str, rows_of(path, "users.csv")))
    desk.comes_back(path, version)


@versions
def test_the_command_writes_the_same_bundle(
    riverside: Organization, tmp_path: Path, version: str
) -> None:
    made = vendor(riverside, version)
    out = tmp_path / "out.zip"
    made.connection.refresh_from_db()
    exported = export_connection(made.connection, out, by="Dana")
    assert kept(fetched(made), tmp_path).read_bytes() == out.read_bytes()
    entry = AuditEntry.objects.filter(action="roster.exported").get()
    assert (entry.kind, entry.object_id) == ("connection", str(made.connection.pk))
    assert entry.new == {"oneroster": version, "files": exported.files}


def test_withheld_fields_are_blank(riverside: Organization, tmp_path: Path) -> None:
    made = vendor(riverside, "1.2", shares=[], types=[], withheld=["users.email", "users.username"])
    path = kept(fetched(made), tmp_path)
    users = rows_of(path, "users.csv")
    assert {row["email"] for row in users} == {""}
    # The binding requires a username: the id, which the vendor has anyhow, stands in.
    assert all(row["username"] == row["sourcedId"] for row in users)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    assert not names & {"demographics.csv", "resources.csv", "results.csv", "userProfiles.csv"}


def test_a_token_of_fewer_scopes_gets_fewer_files(riverside: Organization, tmp_path: Path) -> None:
    made = vendor(riverside, "1.2")
    scope = "https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly"
    fewer = fetched(made, made.token(scope=scope))
    zipped = BytesIO(fewer.getvalue())
    whole = fetched(made)
    assert fewer["ETag"] != whole["ETag"]
    with zipfile.ZipFile(zipped) as archive:
        assert not set(archive.namelist()) & {"demographics.csv", "resources.csv", "results.csv"}
    whole.getvalue()


def test_a_token_without_a_roster_scope_is_refused(riverside: Organization) -> None:
    made = vendor(riverside, "1.2")
    scope = "https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.readonly"
    assert fetched(made, made.token(scope=scope)).status_code == 403


def test_an_unchanged_bundle_is_304_and_a_changed_one_is_not(
    riverside: Organization, tmp_path: Path
) -> None:
    made = vendor(riverside, "1.2")
    first = fetched(made)
    path, tag = kept(first, tmp_path), first["ETag"]
    assert tag.startswith('"')
    assert first["Cache-Control"] == "private, no-cache"
    assert first["Content-Type"] == "application/zip"
    refresh(riverside, by="Dana")
    again = fetched(made, **{"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert "Content-Type" not in again
    ann = rows_of(path, "users.csv")[0]["sourcedId"]
    User.objects.filter(sourced_id=ann).update(given_name="Anne", last_modified=clock())
    Organization.objects.filter(pk=riverside.pk).touch()
    refresh(riverside, by="Dana")
    changed = fetched(made, **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed["ETag"] != tag
    changed.getvalue()


def test_whom_an_act_withdraws_is_in_no_bundle_at_once(
    riverside: Organization, tmp_path: Path
) -> None:
    made = vendor(riverside, "1.2")
    first = fetched(made)
    tag, path = first["ETag"], kept(first, tmp_path)
    ann = next(
        row["userSourcedId"] for row in rows_of(path, "enrollments.csv") if row["role"] == "student"
    )
    excluding.exclude(riverside, "person", [ann], reason="asked", by="Dana")
    answer = fetched(made, **{"If-None-Match": tag})
    path = kept(answer, tmp_path)
    assert ann not in [row["sourcedId"] for row in rows_of(path, "users.csv")]
    assert ann not in [row["userSourcedId"] for row in rows_of(path, "enrollments.csv")]
    assert Mark.objects.filter(sourced_id=ann).exists()


def test_each_bundle_is_a_run_of_its_own_and_logged(riverside: Organization) -> None:
    made = vendor(riverside, "1.2")
    for _ in range(2):
        answer = fetched(made)
        size = len(answer.getvalue())
    request_log.queue.flush()
    assert Run.objects.filter(connection=made.connection).count() == 2
    row = Request.objects.latest("pk")
    assert (row.endpoint, row.status, row.size) == (PATHS["1.2"][1:], 200, size)
    assert row.records
    assert row.records > 500
    made.connection.refresh_from_db()
    assert made.connection.last_seen is not None
    assert last_read(made.connection, "users") == row.at
    assert last_read(made.connection, "demographics") is None


def test_one_bundle_at_a_time(riverside: Organization) -> None:
    made = vendor(riverside, "1.2")
    first = fetched(made)
    second = fetched(made)
    assert (second.status_code, second["Retry-After"]) == (429, "30")
    first.getvalue()
    third = fetched(made)
    assert third.status_code == 200
    third.getvalue()


def test_head_says_the_tag_and_makes_nothing(riverside: Organization) -> None:
    made = vendor(riverside, "1.2")
    headers = {"Authorization": f"Bearer {made.token()}"}
    told = Browser().head(PATHS["1.2"], headers=headers)
    answer = fetched(made)
    assert (told.status_code, told["ETag"]) == (200, answer["ETag"])
    answer.getvalue()


@pytest.mark.parametrize("status", ["suspended", "disabled"])
def test_a_connection_that_may_not_read_gets_none(riverside: Organization, status: str) -> None:
    made = vendor(riverside, "1.2")
    token = made.token()
    Connection.objects.filter(pk=made.connection.pk).update(status=status)
    assert fetched(made, token).status_code == 403


def test_the_other_version_is_refused_in_words(riverside: Organization) -> None:
    made = vendor(riverside, "1.2")
    headers = {"Authorization": f"Bearer {made.token()}"}
    answer = Browser().get(PATHS["1.1"], headers=headers)
    assert answer.status_code == 403
    assert "OneRoster 1.2" in answer.json()["statusInfoSet"][0]["imsx_description"]


def test_before_the_first_publication_it_is_not_ready(riverside: Organization) -> None:
    made = connected(riverside, oneroster="1.2")
    made.connection.refresh_from_db()
    answer = fetched(made)
    assert answer.status_code in (200, 503)
    answer.getvalue()


def test_imported_by_somebody_else_nothing_of_it_is_marked(
    riverside: Organization, desk: Desk, tmp_path: Path
) -> None:
    made = vendor(riverside, "1.2")
    elsewhere = desk.organization()
    import_bundle(elsewhere, kept(fetched(made), tmp_path), by="Liz", strict=True)
    assert not Mark.objects.filter(organization=elsewhere).exists()
