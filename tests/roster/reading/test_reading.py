"""What a list can be asked by while it is read, and no longer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from roster.where import Order, Where
from roster.withdrawing import announce, withdraw

from roster import exclusion, reading
from roster.dialects.paths import resolve
from roster.models import Line, Organization, Record
from roster.reading.query import parse
from tests.roster.districts import demo_district, published, reader_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """The line of Riverside, published; the cache is empty."""
    reading.forget()
    (line,) = published(demo_district(tmp_path), "1.2")
    return line


def asked(
    line: Line, number: int, *, by: str = "", order: str = "", of: str = "users"
) -> list[dict[str, Any]]:
    path = resolve("1.2", of, order)
    where = Where(
        "1.2",
        of,
        filter=parse(by) if by else None,
        order=Order(path) if path else None,
    )
    found = reading.page(reader_of(line, number), of, where, 0, 5000)
    assert found.total == len(found.documents)
    return [json.loads(document) for document in found.documents]


def withhold(line: Line, *fields: str) -> None:
    Organization.objects.filter(pk=line.organization_id).update(field_policy=sorted(fields))
    Organization.objects.filter(pk=line.organization_id).touch()
    organization = Organization.objects.get(pk=line.organization_id)
    announce(organization)
    withdraw(organization)


@pytest.mark.parametrize("by", ["email~'@'", "email!='x'", "email>=''"])
def test_a_field_withheld_meanwhile_finds_nothing_any_more(line: Line, by: str) -> None:
    old = line.head
    assert asked(line, old, by=by)
    withhold(line, "users.email")
    assert asked(line, old, by=by) == []
    assert asked(line, line.head, by=by) == []


def test_an_order_by_it_tells_nothing_any_more(line: Line) -> None:
    old = line.head
    before = [user["sourcedId"] for user in asked(line, old, order="email")]
    assert before != sorted(before)
    withhold(line, "users.email")
    for number in (old, line.head):
        assert [user["sourcedId"] for user in asked(line, number, order="email")] == sorted(before)


def exclude(line: Line, person: str) -> None:
    organization = Organization.objects.get(pk=line.organization_id)
    exclusion.exclude(organization, "person", [person], reason="Opt-out", by="dana")
    withdraw(organization)


def exclude_somebody(line: Line) -> dict[str, Any]:
    """Exclude a student, and return the document that was published."""
    student = Record.objects.filter(line=line, kind="users", role="student").order_by("pk")[4]
    exclude(line, student.sourced_id)
    return json.loads(student.document)  # type: ignore[no-any-return]


@pytest.mark.parametrize("field", ["familyName", "givenName", "username", "identifier", "email"])
def test_nobody_withdrawn_is_found_by_what_was_told_before(line: Line, field: str) -> None:
    old = line.head
    told = exclude_somebody(line)
    for by in (f"{field}='{told[field]}'", f"{field}~'{told[field][:3]}'"):
        for number in (old, line.head):
            found = [user["sourcedId"] for user in asked(line, number, by=by)]
            assert told["sourcedId"] not in found


@pytest.mark.parametrize("by", ["status='active'", "role='student'", "roles.org.sourcedId~''"])
def test_lists_by_what_a_tombstone_tells_keep_their_length(line: Line, by: str) -> None:
    old = line.head
    before = [user["sourcedId"] for user in asked(line, old, by=by)]
    told = exclude_somebody(line)
    after = {user["sourcedId"]: user for user in asked(line, old, by=by)}
    assert list(after) == before
    gone = after[told["sourcedId"]]
    assert (gone["status"], gone["familyName"]) == ("tobedeleted", "Removed")


def test_enrollments_withdrawn_stay_in_lists_by_their_dates(line: Line) -> None:
    enrollments = Record.objects.filter(line=line, kind="enrollments", role="student")
    dated = next(row for row in enrollments.order_by("pk") if "beginDate" in row.facts)
    old, by = line.head, f"beginDate>='{dated.facts['beginDate']}'"
    before = [each["sourcedId"] for each in asked(line, old, by=by, of="enrollments")]
    assert dated.sourced_id in before
    exclude(line, dated.person)
    after = {each["sourcedId"]: each for each in asked(line, old, by=by, of="enrollments")}
    assert list(after) == before
    assert after[dated.sourced_id]["status"] == "tobedeleted"
    assert "beginDate" not in after[dated.sourced_id]
