"""What a list can be asked by while it is read, and no longer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from roster import exclusion, reading
from roster.api.reader import Reader
from roster.dialects.paths import resolve
from roster.models import Line, Organization, Record
from roster.query import parse
from roster.where import Order, Where
from roster.withdrawing import announce, withdraw
from tests.roster.districts import demo_district, published

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """The line of Riverside, published; the cache is empty."""
    reading.forget()
    (line,) = published(demo_district(tmp_path), "1.2")
    return line


def reader_of(line: Line, number: int) -> Reader:
    line.refresh_from_db()
    return Reader(1, line.organization_id, "1.2", line.pk, number, 0, line.withdrawals, frozenset())


def asked(line: Line, number: int, *, by: str = "", order: str = "") -> list[dict[str, Any]]:
    path = resolve("1.2", "users", order)
    where = Where(
        "1.2",
        "users",
        filter=parse(by) if by else None,
        order=Order(path) if path else None,
    )
    found = reading.page(reader_of(line, number), "users", where, 0, 1000)
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


def test_a_list_sorted_by_it_keeps_its_order_while_it_is_read(line: Line) -> None:
    old = line.head
    before = [user["sourcedId"] for user in asked(line, old, order="email")]
    withhold(line, "users.email")
    assert [user["sourcedId"] for user in asked(line, old, order="email")] == before
    assert "@" not in json.dumps([user.get("email", "") for user in asked(line, old)])
    by_id = [user["sourcedId"] for user in asked(line, line.head, order="email")]
    assert by_id == sorted(by_id)  # Nobody has one any more, so nobody comes first.


def test_a_list_begun_keeps_its_length_when_somebody_is_withdrawn(line: Line) -> None:
    student = Record.objects.filter(line=line, kind="users", role="student").order_by("pk")[4]
    family = json.loads(student.document)["familyName"]
    old, by = line.head, f"familyName='{family}'"
    before = [user["sourcedId"] for user in asked(line, old, by=by)]
    assert student.sourced_id in before
    organization = Organization.objects.get(pk=line.organization_id)
    exclusion.exclude(organization, "person", [student.sourced_id], reason="Opt-out", by="dana")
    withdraw(organization)
    after = asked(line, old, by=by)
    assert [user["sourcedId"] for user in after] == before
    gone = next(user for user in after if user["sourcedId"] == student.sourced_id)
    assert (gone["status"], gone["familyName"]) == ("tobedeleted", "Removed")
    assert student.sourced_id not in [user["sourcedId"] for user in asked(line, line.head, by=by)]
