"""`list_organizations`, `list_partners`, `list_connections`; `change_connection`, `list_audit`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from connections import lifecycle
from connections.models import Connection
from roster.clock import clock
from tests.cast import brightpath, dana, riverside  # noqa: F401


def told(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_what_there_is_is_listed(brightpath: Connection):  # noqa: F811
    assert [each["slug"] for each in told("list_organizations")["organizations"]] == ["riverside"]
    assert [each["name"] for each in told("list_partners")["partners"]] == ["Brightpath"]
    (found,) = told("list_connections", "riverside")["connections"]
    assert (found["vendor"], found["sharing"]["schools"]) == ("Brightpath", "all")
    for command in (["list_organizations"], ["list_partners"], ["list_connections", "riverside"]):
        assert "iver" in said(*command) or "Brightpath" in said(*command)
    lifecycle.close(brightpath, by="test")
    assert told("list_connections", "riverside")["connections"] == []
    assert len(told("list_connections", "riverside", "--closed")["connections"]) == 1


def test_what_a_vendor_enters_is_told_without_the_secret(brightpath: Connection):  # noqa: F811
    (found,) = told("list_connections", "riverside")["connections"]
    assert found["information"]["client_id"] == brightpath.client.client_id
    assert "secret" not in json.dumps(found)


def test_what_a_vendor_asked_for_is_listed(brightpath: Connection):  # noqa: F811
    listing = ("list_requests", "riverside", str(brightpath.pk))
    assert "hasn't asked" in said(*listing)
    for status, reason in ((200, ""), (404, "There is no user here.")):
        brightpath.requests.create(
            at=clock(), method="GET", endpoint="users", query="limit=2", status=status,
            records=2 if status == 200 else None, milliseconds=3.4, reason=reason,
        )  # fmt: skip
    found = told(*listing)
    assert [each["status"] for each in found["requests"]] == [404, 200]
    assert found["days"][-1] | {"day": ""} == {"day": "", "requests": 2, "errors": 1, "records": 2}
    assert [each["number"] for each in found["failures"]] == [1]
    assert (found["last_full"], found["last_differential"]) == (None, None)
    assert [each["status"] for each in told(*listing, "--errors")["requests"]] == [404]
    assert "users?limit=2, 2 records" in said(*listing)


def test_imports_and_refreshes_are_listed(brightpath: Connection):  # noqa: F811
    organization = brightpath.organization
    assert "Nothing has been imported" in said("list_imports", "riverside")
    assert "never refreshed" in said("list_refreshes", "riverside")
    organization.imports.create(name="night.zip", state="held", holds=[{"reason": "Many go."}])
    organization.refreshes.create(state="published", added=1200, by_name="schedule")
    (held,) = told("list_imports", "riverside")["imports"]
    assert (held["name"], held["held_because"]) == ("night.zip", ["Many go."])
    assert "night.zip" in said("list_imports", "riverside")
    (refresh,) = told("list_refreshes", "riverside")["refreshes"]
    assert (refresh["state"], refresh["added"]) == ("published", 1200)
    assert "+1,200" in said("list_refreshes", "riverside")


def test_an_agreement_is_changed_and_the_log_tells(brightpath: Connection, tmp_path: Path):  # noqa: F811
    change = ("change_connection", "riverside", str(brightpath.pk))
    done = told(*change, "--agreement", "DPA-9", "--expires", "2099-06-30", "--reason", "Renewed")
    assert done["changed"] == {
        "agreement": {"old": "", "new": "DPA-9"},
        "expires": {"old": None, "new": "2099-06-30"},
    }
    assert "2099-06-30 → –" in said(*change, "--no-end")
    assert "Nothing differs" in said(*change)
    entries = told("list_audit", "riverside", "--action", "connection.changed")["entries"]
    assert [entry["reason"] for entry in entries] == ["", "Renewed"]
    assert "connection.changed" in said("list_audit", "riverside", "--last", "1")
    path = tmp_path / "audit.csv"
    told("list_audit", "riverside", "--csv", str(path))
    assert "DPA-9" in path.read_text(encoding="utf-8-sig")


def test_who_is_staff_is_listed_and_ended(brightpath: Connection):  # noqa: F811
    (found,) = told("list_staff", "riverside")["staff"]
    assert (found["role"], found["password_set"]) == ("admin", True)
    with pytest.raises(CommandError, match="last administrator"):
        said("end_staff", "riverside", "dana@riverside.example")
    told("create_admin", "nora@riverside.example", "--organization", "riverside")
    told("end_staff", "riverside", "DANA@riverside.example", "--reason", "Retired")
    (left,) = told("list_staff", "riverside")["staff"]
    assert (left["email"], left["password_set"]) == ("nora@riverside.example", False)
    with pytest.raises(CommandError, match="There is no account"):
        said("end_staff", "riverside", "x@y.example")
