"""What lists can be asked by while a vendor reads on and something is withdrawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from roster import excluding, reading
from roster.dialects.paths import resolve
from roster.models import Feed, Organization, Publication
from roster.organizations import set_field_policy
from roster.reading import Order, Where
from roster.reading.query import parse
from tests.roster.districts import demo_district, published, reader_of

pytestmark = pytest.mark.django_db(transaction=True)


class Vendor:
    """Reads one feed, at its head or on at what it began with."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        feed.refresh_from_db()
        assert feed.publication
        self.old: Publication = feed.publication
        self.begun = self.old.number

    def ask(
        self,
        by: str = "",
        *,
        order: str = "",
        of: str = "users",
        where: str = "head",
    ) -> list[dict[str, Any]]:
        """Ask at the `head`, in a list `begun` before the act, or in one that is `new` after it."""
        path = resolve("1.2", of, order)
        wanted = Where(
            "1.2", of, filter=parse(by) if by else None, order=Order(path) if path else None
        )
        reader = reader_of(self.feed, None if where == "head" else self.old)
        begun = self.begun if where == "begun" else None
        found = reading.page(reader, of, wanted, 0, 5000, begun)
        assert found.total == len(found.documents)
        return [json.loads(document) for document in found.documents]


@pytest.fixture
def vendor(tmp_path: Path) -> Vendor:
    """A vendor of Riverside, with everything published; the cache is empty."""
    reading.forget()
    (feed,) = published(demo_district(tmp_path), "1.2")
    return Vendor(feed)


def withhold(vendor: Vendor, *fields: str) -> None:
    organization = Organization.objects.get(pk=vendor.feed.organization_id)
    set_field_policy(organization, list(fields), by="dana")


def exclude_somebody(vendor: Vendor, sourced_id: str = "") -> dict[str, Any]:
    """Exclude a student, and return the document that was published."""
    students = vendor.ask("role='student'")
    chosen = next((each for each in students if each["sourcedId"] == sourced_id), students[4])
    organization = Organization.objects.get(pk=vendor.feed.organization_id)
    excluding.exclude(organization, "person", [chosen["sourcedId"]], reason="Opt-out", by="dana")
    return chosen


def ids(documents: list[dict[str, Any]]) -> list[str]:
    return [each["sourcedId"] for each in documents]


@pytest.mark.parametrize("by", ["email~'@'", "email!='x'", "email>=''"])
def test_a_field_withheld_meanwhile_finds_nothing_in_new_lists(vendor: Vendor, by: str) -> None:
    before = ids(vendor.ask(by))
    assert before
    withhold(vendor, "users.email")
    assert vendor.ask(by) == []
    assert vendor.ask(by, where="new") == []
    after = vendor.ask(by, where="begun")
    assert ids(after) == before
    assert not [each for each in after if "email" in each]


def test_an_order_by_it_tells_nothing_any_more(vendor: Vendor) -> None:
    before = ids(vendor.ask(order="email"))
    assert before != sorted(before)
    withhold(vendor, "users.email")
    assert ids(vendor.ask(order="email")) == sorted(before)
    assert ids(vendor.ask(order="email", where="new")) == sorted(before)
    assert ids(vendor.ask(order="email", where="begun")) == before


@pytest.mark.parametrize("field", ["familyName", "givenName", "username", "identifier", "email"])
def test_nobody_withdrawn_is_found_by_what_was_shown_before(vendor: Vendor, field: str) -> None:
    gone = exclude_somebody(vendor)
    for by in (f"{field}='{gone[field]}'", f"{field}~'{gone[field][:3]}'"):
        for where in ("head", "new"):
            assert gone["sourcedId"] not in ids(vendor.ask(by, where=where))
        assert gone["sourcedId"] in ids(vendor.ask(by, where="begun"))


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("status='active'", ""),
        ("role='student'", "familyName"),
        ("roles.org.sourcedId~''", "dateLastModified"),
        ("familyName!='Removed'", ""),
        ("email~'@' AND dateLastModified>'2020-01-01'", "email"),
        ("", "givenName"),
        ("", ""),
    ],
)
def test_lists_begun_before_keep_length_and_order(vendor: Vendor, by: str, order: str) -> None:
    before = ids(vendor.ask(by, order=order))
    gone = exclude_somebody(vendor)
    after = vendor.ask(by, order=order, where="begun")
    assert ids(after) == before
    left = next(each for each in after if each["sourcedId"] == gone["sourcedId"])
    assert (left["status"], left["familyName"]) == ("tobedeleted", "Removed")
    assert gone["familyName"] not in json.dumps(left)


def test_enrollments_withdrawn_stay_in_lists_by_their_dates(vendor: Vendor) -> None:
    lessons = vendor.ask("role='student' AND beginDate>'2000-01-01'", of="enrollments")
    by = f"beginDate>='{lessons[0]['beginDate']}'"
    before = ids(vendor.ask(by, of="enrollments"))
    gone = exclude_somebody(vendor, lessons[0]["user"]["sourcedId"])
    after = vendor.ask(by, of="enrollments", where="begun")
    assert ids(after) == before
    theirs = [each for each in after if each["user"]["sourcedId"] == gone["sourcedId"]]
    assert theirs
    assert {each["status"] for each in theirs} == {"tobedeleted"}
    assert not [each for each in theirs if "beginDate" in each]


def test_a_delta_at_the_head_tells_who_was_withdrawn(vendor: Vendor) -> None:
    last = max(each["dateLastModified"] for each in vendor.ask())
    gone = exclude_somebody(vendor)
    changed = {each["sourcedId"]: each for each in vendor.ask(f"dateLastModified>'{last}'")}
    assert changed[gone["sourcedId"]]["status"] == "tobedeleted"
    # Beside the student, no more than those who are there for their sake.
    roles = {each["roles"][0]["role"] for each in changed.values()}
    assert roles <= {"student", "guardian", "parent", "relative"}
    assert [each["roles"][0]["role"] for each in changed.values()].count("student") == 1
