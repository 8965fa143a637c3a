"""Pages of a publication's lists, what narrows and orders them, and what acts leave of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db.models import F

from roster import reading
from roster.dialects.paths import resolve
from roster.models import Document, Organization, Publication
from roster.publishing.lists import Swept
from roster.reading import Order, Where, nesting
from roster.reading.query import parse
from tests.roster.reading.riverside import FIRST, Desk, enrollment, removed, user

pytestmark = pytest.mark.django_db

ANN = user("ann", "Ann", email="ann@x", family="Weiss")
BOB = user("bob", "Bob", email="bob@x", family="Aho")
CAM = user("cam", "Cam", family="Meyer")
TEA = user("tea", "Tea", role="teacher", email="tea@x", family="Zorn")
GIL = removed(user("gil", "Gil"), at=FIRST - 5000)

PEOPLE = [ANN, BOB, CAM, TEA]
LESSONS = [
    enrollment("e-ann", "ann", "art"),
    enrollment("e-bob", "bob", "art"),
    enrollment("e-tea", "tea", "art", role="teacher"),
    enrollment("e-cam", "cam", "lab"),
]


@pytest.fixture
def desk() -> Desk:
    reading.forget()
    return Desk()


def asked(
    desk: Desk,
    publication: Publication | None = None,
    *,
    by: str = "",
    order: str = "",
    of: str = "users",
    begun: int | None = None,
    **further: Any,
) -> list[dict[str, Any]]:
    path = resolve("1.2", of, order.removeprefix("-"))
    where = Where(
        "1.2",
        of,
        filter=parse(by) if by else None,
        order=Order(path, order.startswith("-")) if path else None,
        **further,
    )
    whole = reading.page(desk.reader(publication), of, where, 0, 5000, begun)
    pages = [
        reading.page(desk.reader(publication), of, where, at, 2, begun) for at in range(0, 9, 2)
    ]
    assert [text for page in pages for text in page.documents] == whole.documents
    assert {page.total for page in pages} == {whole.total} == {len(whole.documents)}
    return [json.loads(text) for text in whole.documents]


def ids(documents: list[dict[str, Any]]) -> list[str]:
    return [each["sourcedId"] for each in documents]


def test_a_page_is_a_slice_of_the_list_with_its_stamps(desk: Desk) -> None:
    desk.publish(users=[*PEOPLE[:3], {**TEA, "at": FIRST - 1000}, GIL])
    found = asked(desk)
    assert ids(found) == ["ann", "bob", "cam", "tea"]
    assert [each["dateLastModified"][-13:] for each in found] == [
        "16:00:00.000Z", "16:00:00.000Z", "16:00:00.000Z", "15:59:59.000Z",
    ]  # fmt: skip
    assert {**found[0], "dateLastModified": ""} == {
        **ANN, "status": "active", "dateLastModified": "",
    }  # fmt: skip


def test_without_a_publication_there_is_nothing(desk: Desk) -> None:
    assert asked(desk) == []
    assert reading.single(desk.reader(), "users", "ann", None) is None


@pytest.mark.parametrize(
    ("by", "chosen"),
    [
        ("familyName='aho'", "bob"),
        ("familyName~'e'", "ann cam"),
        ("role='teacher'", "tea"),
        ("email!='bob@x'", "ann cam tea"),
        ("role='student' AND familyName='zorn' OR email='tea@x'", "tea"),
        ("role='student' OR email='tea@x' AND familyName='zorn'", "tea"),
        ("status='active'", "ann bob cam tea"),
        ("status='tobedeleted'", "gil"),
        ("status!='active' OR givenName='cam'", "cam gil"),
        ("status~'TOBE'", "gil"),
        ("dateLastModified>'2025-11-24T15:59:59Z'", "ann bob cam tea"),
        ("dateLastModified<'2025-11-24T16:00:00.000Z'", "gil"),
        ("dateLastModified~'15:59:55'", "gil"),
        ("dateLastModified='2025-11-24T16:00:00.0001Z'", ""),
        ("dateLastModified>'2025-11-24T15:59:59.9999Z' AND role='teacher'", "tea"),
        ("sourcedId>='cam' AND status='active'", "cam tea"),
    ],
)
def test_filters(desk: Desk, by: str, chosen: str) -> None:
    desk.publish(users=[*PEOPLE, GIL])
    for _ in range(2):
        assert ids(asked(desk, by=by)) == chosen.split()


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("familyName", "bob cam ann tea"),
        ("-familyName", "tea ann cam bob"),
        ("email", "cam ann bob tea"),
        ("-email", "tea bob ann cam"),
        ("dateLastModified", "ann cam tea bob"),
        ("-dateLastModified", "bob ann cam tea"),
        ("middleName", "ann bob cam tea"),
    ],
)
def test_orders(desk: Desk, order: str, found: str) -> None:
    desk.publish(users=[ANN, {**BOB, "at": FIRST + 1000}, CAM, TEA, GIL])
    assert ids(asked(desk, order=order)) == found.split()


def test_tombstones_are_ordered_among_the_living(desk: Desk) -> None:
    desk.publish(users=[*PEOPLE, GIL])
    everybody = "status='active' OR status='tobedeleted'"
    assert ids(asked(desk, by=everybody)) == ["ann", "bob", "cam", "tea", "gil"]
    assert ids(asked(desk, by=everybody, order="sourcedId")) == ["ann", "bob", "cam", "gil", "tea"]
    assert ids(asked(desk, by=everybody, order="-dateLastModified")) == [
        "ann", "bob", "cam", "tea", "gil",
    ]  # fmt: skip


def test_a_new_publication_is_asked_of_its_own_documents(desk: Desk) -> None:
    old = desk.publish(users=PEOPLE)
    assert ids(asked(desk, by="familyName='aho'")) == ["bob"]
    desk.publish(FIRST + 1000, users=[{**ANN, "familyName": "Aho"}, BOB, CAM])
    assert ids(asked(desk, by="familyName='aho'")) == ["ann", "bob"]
    assert ids(asked(desk, old, by="familyName='aho'")) == ["bob"]


def test_a_document_that_no_list_had_yet_is_asked_when_one_has_it(desk: Desk) -> None:
    desk.document("users", BOB)
    desk.publish(users=[ANN])
    assert ids(asked(desk, by="familyName='aho'")) == []
    desk.publish(FIRST + 1000, users=[ANN, BOB])
    assert ids(asked(desk, by="familyName='aho'")) == ["bob"]


def test_students_of_a_class_are_named_by_enrollments(desk: Desk) -> None:
    students = nesting.by_naming("enrollments", "person", "klass", "student")
    desk.publish(users=[*PEOPLE, GIL], enrollments=LESSONS)
    nested: dict[str, Any] = {"nesting": students, "parents": ("art",)}
    assert ids(asked(desk, **nested)) == ["ann", "bob"]
    assert ids(asked(desk, by="familyName='aho' OR familyName='zorn'", **nested)) == ["bob"]
    desk.publish(
        FIRST + 1000,
        users=[ANN, removed(BOB), CAM, GIL],
        enrollments=[LESSONS[0], removed(LESSONS[1]), enrollment("e-gil", "gil", "art")],
    )
    assert ids(asked(desk, **nested)) == ["ann"]
    everybody = "status='active' OR status='tobedeleted'"
    assert ids(asked(desk, by=everybody, **nested)) == ["ann", "bob", "gil"]


def test_a_living_person_is_not_brought_in_by_a_tombstone(desk: Desk) -> None:
    students = nesting.by_naming("enrollments", "person", "klass", "student")
    desk.publish(users=PEOPLE, enrollments=[LESSONS[0], removed(LESSONS[1])])
    everybody = "status='active' OR status='tobedeleted'"
    found = asked(desk, by=everybody, nesting=students, parents=("art",))
    assert ids(found) == ["ann"]


def test_students_of_a_school_have_the_role_there(desk: Desk) -> None:
    desk.publish(users=PEOPLE)
    assert ids(asked(desk, nesting=nesting.by_place("student"), parents=("north",))) == [
        "ann", "bob", "cam",
    ]  # fmt: skip


def test_singles_are_found_live_or_as_tombstones(desk: Desk) -> None:
    desk.publish(users=[*PEOPLE, GIL])
    reader = desk.reader()
    assert json.loads(reading.single(reader, "users", "ann", None) or "")["familyName"] == "Weiss"
    assert json.loads(reading.single(reader, "users", "gil", None) or "")["status"] == "tobedeleted"
    teachers = Where("1.2", "users", "teacher")
    assert reading.single(reader, "users", "ann", teachers) is None
    assert reading.exists(reader, "users", "tea", subset="teacher")
    assert not reading.exists(reader, "users", "nobody")


def test_the_same_person_of_another_reader_is_not_found(desk: Desk) -> None:
    desk.publish(users=[BOB])
    desk.document("users", ANN)
    assert reading.single(desk.reader(), "users", "ann", None) is None
    assert ids(asked(desk, by="familyName~''")) == ["bob"]


# Acts.

LATER = FIRST + 60_000
GONE = removed(BOB)


def test_lists_begun_before_an_act_keep_length_and_order(desk: Desk) -> None:
    questions: list[dict[str, Any]] = [
        {"by": "familyName='aho' OR familyName='weiss'"},
        {"by": "email!='ann@x'"},
        {"by": "status='active'"},
        {"by": "dateLastModified>='2025-11-24T16:00:00.000Z' AND role='student'"},
        {"order": "familyName"},
        {"order": "-email"},
        {"order": "dateLastModified"},
        {
            "nesting": nesting.by_naming("enrollments", "person", "klass", "student"),
            "parents": ("art",),
        },
        {},
    ]
    for question in questions:
        old = desk.publish(users=PEOPLE, enrollments=LESSONS)
        before = ids(asked(desk, old, **question))
        desk.act(old, LATER, "users", GONE)
        desk.act(old, LATER + 1, "enrollments", removed(LESSONS[1]))
        after = asked(desk, old, begun=FIRST, **question)
        assert ids(after) == before, question
        bob = next(each for each in after if each["sourcedId"] == "bob")
        assert (bob["status"], bob["familyName"]) == ("tobedeleted", "Removed")
        assert bob["dateLastModified"] == "2025-11-24T16:01:00.000Z"
        old.delete()


@pytest.mark.parametrize(
    ("by", "chosen"),
    [
        ("familyName='aho'", ""),
        ("familyName~'a'", ""),
        ("email='bob@x'", ""),
        ("familyName='removed'", "bob"),
        ("status='active'", "ann cam tea"),
        ("status='tobedeleted'", "bob"),
        ("dateLastModified>'2025-11-24T16:00:00.000Z'", "bob"),
    ],
)
@pytest.mark.parametrize("begun", [None, LATER])
def test_lists_begun_after_it_ask_what_is_there_now(
    desk: Desk, by: str, chosen: str, begun: int | None
) -> None:
    old = desk.publish(users=PEOPLE)
    assert asked(desk, old, by="familyName='aho'")
    desk.act(old, LATER, "users", GONE)
    assert ids(asked(desk, old, by=by, begun=begun)) == chosen.split()


def test_between_two_acts_a_list_asks_what_was_there_then(desk: Desk) -> None:
    old = desk.publish(users=PEOPLE)
    desk.act(old, LATER, "users", {**BOB, "familyName": "Second"})
    desk.act(old, LATER + 10, "users", GONE)
    for begun, name in ((FIRST, "aho"), (LATER, "second"), (LATER + 10, "removed")):
        for asked_for in ("aho", "second", "removed"):
            found = ids(asked(desk, old, by=f"familyName='{asked_for}'", begun=begun))
            assert (found == ["bob"]) is (asked_for == name)


def withhold(publication: Publication, act: int, *fields: str) -> None:
    publication.cut = {"users": dict.fromkeys(fields, act)}
    publication.save()
    policy = [f"users.{field}" for field in fields]
    Organization.objects.update(field_policy=policy, acts=F("acts") + 1)


@pytest.mark.parametrize("by", ["email~'@'", "email!='x'", "email>=''"])
def test_a_field_that_is_cut_finds_nothing_any_more(desk: Desk, by: str) -> None:
    made = desk.publish(users=PEOPLE)
    before = ids(asked(desk, by=by))
    assert before
    withhold(made, LATER, "email")
    assert asked(desk, by=by) == []
    assert asked(desk, by=by, begun=LATER) == []
    after = asked(desk, by=by, begun=FIRST)
    assert ids(after) == before
    assert all("email" not in each for each in after)


def test_an_order_by_it_tells_nothing_any_more(desk: Desk) -> None:
    made = desk.publish(users=PEOPLE)
    before = ids(asked(desk, order="-email"))
    withhold(made, LATER, "email")
    assert ids(asked(desk, order="-email")) == ["ann", "bob", "cam", "tea"]
    assert ids(asked(desk, order="-email", begun=FIRST)) == before


def test_a_field_withheld_from_the_connection_meanwhile_finds_nothing(desk: Desk) -> None:
    old = desk.publish(users=PEOPLE)
    desk.rules = {**desk.rules, "withheld": ["users.email"]}
    desk.feed.rules = desk.rules
    desk.feed.save()
    desk.publish(LATER, users=PEOPLE)
    for begun in (None, LATER):
        assert asked(desk, old, by="email!='x'", begun=begun) == []
    assert asked(desk, old, by="email!='x'", begun=FIRST)


# What is gone.


def test_a_document_swept_meanwhile_is_asked_for_once_more(desk: Desk) -> None:
    made = desk.publish(users=PEOPLE)
    asked(desk)
    new = desk.document("users", {**ANN, "familyName": "New"})
    entries = desk.entries("users", [{**ANN, "familyName": "New"}, BOB], FIRST)
    old = Document.objects.filter(sourced_id="ann").exclude(pk=new)
    made.lists["users"]["live"] = desk.store(entries)
    made.save()
    old.delete()
    assert [each["familyName"] for each in asked(desk)] == ["New", "Aho"]


@pytest.mark.parametrize("by", ["", "familyName='aho'"])
def test_a_publication_whose_lists_are_gone_is_not_an_empty_one(desk: Desk, by: str) -> None:
    made = desk.publish(users=PEOPLE)
    made.listed, made.lists = False, {}
    made.save()
    with pytest.raises(Swept):
        asked(desk, by=by)
