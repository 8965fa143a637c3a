"""Runs: where each request of a vendor is read, and what a vendor gets who asks for changes.

Which requests are one run is the table of `test_belonging.py`.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection as database
from django.test import Client as Browser
from oauth2_provider.models import AccessToken
from pytest_django import DjangoAssertNumQueries

from connections import lifecycle, progress, request_log, runs, sync_history
from connections.authentication import find
from connections.models import Connection, Request, Run
from roster.clock import clock, stamp
from roster.models import Feed, Org, Organization, Publication
from roster.organizations import create_organization
from roster.publishing import refresh
from tests.connections.conftest import DANA, Vendor, connected

BASE = "/ims/oneroster/rostering/v1p2/"
NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)
SCHOOLS = [f"school-{number:02}" for number in range(12)]
GRADEBOOK = "/ims/oneroster/gradebook/v1p2/categories"


@pytest.fixture
def district(db: None) -> Organization:
    """Riverside with twelve schools, published at half past eight."""
    return opened()


@pytest.fixture
def vendor(district: Organization) -> Vendor:
    return joined(district)


def opened() -> Organization:
    with time_machine.travel(NINE - timedelta(minutes=40), tick=False):
        organization = create_organization("riverside", "Riverside", by="operator")
        for sourced_id in SCHOOLS:
            Org.objects.create(
                organization=organization, sourced_id=sourced_id, name="Old", type="school"
            )
    return organization


def joined(organization: Organization, **terms: Any) -> Vendor:
    with time_machine.travel(NINE - timedelta(minutes=30), tick=False):
        vendor = connected(organization, **terms)
        Organization.objects.filter(pk=organization.pk).touch()
        refresh(organization, by="schedule")
    return vendor


def minutes(after_nine: float) -> Any:
    return time_machine.travel(NINE + timedelta(minutes=after_nine), tick=False)


def get(vendor: Vendor, path: str, **query: Any) -> Any:
    """Ask as a vendor does, with a token that lasts through the test."""
    address = path if path.startswith("/") else BASE + path
    address += f"?{urlencode(query)}" if query else ""
    return Browser().get(address, headers={"Authorization": f"Bearer {lasting(vendor)}"})


def lasting(vendor: Vendor) -> str:
    """Return the vendor's one token: taking one is slow by design, and ends after an hour."""
    if not hasattr(vendor, "lasting"):
        vendor.lasting = vendor.token()  # type: ignore[attr-defined]
        AccessToken.objects.update(expires=NINE + timedelta(days=900))
    return str(vendor.lasting)  # type: ignore[attr-defined]


def names(answer: Any, envelope: str = "orgs") -> dict[str, str]:
    assert answer.status_code == 200, answer.content
    said = json.loads(answer.content)[envelope]
    return {org["sourcedId"]: org["name"] for org in (said if envelope == "orgs" else [said])}


def head(vendor: Vendor) -> int:
    feed = Feed.objects.select_related("publication").get(connection=vendor.connection)
    assert feed.publication is not None
    return feed.publication.number


def change(organization: Organization, *sourced_ids: str, name: str = "New") -> None:
    """Have some schools renamed in a new publication, now."""
    Org.objects.filter(organization=organization, sourced_id__in=sourced_ids).update(
        name=name, last_modified=clock()
    )
    Organization.objects.filter(pk=organization.pk).touch()
    refresh(organization, by="schedule")


PAGE = "orgs?limit=5"
NEXT = "orgs?limit=5&offset=5"
ALL = "orgs"
DELTA = "orgs?filter=dateLastModified>'2027-02-{:02}T00:00:00.000Z'"

KEYS: dict[str, list[tuple[float, str, int]]] = {
    "a subset is a list of its own": [(0, ALL, 1), (1, "schools", 1), (2, ALL, 2)],
    "a filter makes another list": [(0, ALL, 1), (1, "orgs?filter=status='active'", 1)],
    "the same filter, spaced": [
        (0, "orgs?filter=status='active'", 1),
        (1, "orgs?filter=status = 'active'", 2),
    ],
    "dates don't make another list": [(0, DELTA.format(1), 1), (1, DELTA.format(2), 2)],
    "but values do": [
        (0, "orgs?filter=status='active' AND type='school'", 1),
        (1, "orgs?filter=status='active' AND type='district'", 1),
    ],
    "limit and fields don't": [
        (0, ALL, 1),
        (1, "orgs?limit=50", 2),
        (2, "orgs?fields=name", 3),
    ],
    "pages of a list": [(0, PAGE, 1), (1, NEXT, 1), (2, "orgs?limit=5&offset=10", 1)],
    "a page beyond the end": [(0, PAGE, 1), (1, "orgs?limit=5&offset=50", 1), (2, PAGE, 2)],
    "a single begins a run": [(0, "orgs/school-01", 1), (1, ALL, 1), (2, "orgs/school-01", 1)],
    "a single belongs to the run": [(0, PAGE, 1), (14, "orgs/school-01", 1), (28, NEXT, 1)],
    "one that isn't found belongs to it too": [(0, PAGE, 1), (14, "orgs/x", 1), (28, NEXT, 1)],
    "a nested list does too": [
        (0, PAGE, 1),
        (14, "schools/school-01/classes", 1),
        (28, NEXT, 1),
    ],
    "the gradebook doesn't begin one": [(0, GRADEBOOK, 0), (1, PAGE, 1)],
    "nor end one": [(0, PAGE, 1), (1, GRADEBOOK, 1), (2, GRADEBOOK, 1), (3, NEXT, 1)],
    "nor keep one going": [(0, PAGE, 1), (10, GRADEBOOK, 1), (16, NEXT, 2)],
    "a wrong request does nothing": [(0, "orgs?limit=0", 0), (1, "orgs?filter=x", 0), (2, ALL, 1)],
}


@pytest.mark.parametrize("steps", KEYS.values(), ids=KEYS.keys())
def test_which_lists_are_the_same(steps: list[tuple[float, str, int]], vendor: Vendor) -> None:
    vendor.move(types=["grade_book"])
    for after, asked, run in steps:
        path, _, query = asked.partition("?")
        parts = (part.split("=", 1) for part in query.split("&")) if query else ()
        with minutes(after):
            get(vendor, path, **dict(parts))  # type: ignore[arg-type]
        assert Run.objects.count() == run, asked


def test_a_run_knows_when_it_began_and_was_last_heard_of(vendor: Vendor) -> None:
    for after in (3, 7, 11):
        with minutes(after):
            get(vendor, "orgs", limit=5, offset=after)
    run = Run.objects.get()
    assert (run.began, run.last) == (NINE + timedelta(minutes=3), NINE + timedelta(minutes=11))
    assert run.number == head(vendor)
    assert run.publication is not None
    assert run.publication.read_until == run.last + timedelta(minutes=17)
    assert run.tokens == [progress.mark(lasting(vendor))]


def test_a_run_whose_lists_are_gone_is_over(district: Organization, vendor: Vendor) -> None:
    with minutes(0):
        get(vendor, "orgs", limit=5)
        change(district, "school-07")
        Publication.objects.filter(superseded__isnull=False).update(listed=False, lists={})
    with minutes(1):
        assert names(get(vendor, "orgs", limit=5, offset=5))["school-07"] == "New"
    assert Run.objects.count() == 2


def test_who_has_lost_all_that_it_could_read_is_told_to_come_again(
    district: Organization, vendor: Vendor
) -> None:
    with minutes(0):
        get(vendor, "orgs", limit=5)
        Publication.objects.update(listed=False, lists={})
        answer = get(vendor, "orgs", limit=5, offset=5)
    assert (answer.status_code, answer["Retry-After"]) == (503, "3600")


def test_what_lands_between_pages_is_not_seen_before_the_next_run(
    district: Organization, vendor: Vendor
) -> None:
    seen: list[str] = []
    for page in range(3):
        with minutes(page):
            answer = get(vendor, "orgs", limit=5, offset=page * 5)
            assert answer["X-Total-Count"] == "12"
            assert set(names(answer).values()) <= {"Old"}
            seen += names(answer)
            Org.objects.filter(sourced_id=SCHOOLS[page]).update(
                status="tobedeleted", last_modified=clock()
            )
            Org.objects.create(
                organization=district, sourced_id=f"new-{page}a", name="Old", type="school"
            )
            Org.objects.create(
                organization=district, sourced_id=f"new-{page}b", name="Old", type="school"
            )
            change(district, *SCHOOLS[6:])
    assert sorted(seen) == SCHOOLS
    with minutes(4):
        assert names(get(vendor, "orgs/school-00"), "org") == {"school-00": "Old"}
        after = get(vendor, "orgs")
    assert after["X-Total-Count"] == "15"
    assert names(after)["school-06"] == "New"


def test_a_single_is_read_where_the_run_stands(district: Organization, vendor: Vendor) -> None:
    def name() -> str:
        return str(json.loads(get(vendor, "orgs/school-03").content)["org"]["name"])

    with minutes(0):
        get(vendor, "orgs")
        change(district, "school-03")
    with minutes(14):
        assert name() == "Old"
    with minutes(30):
        assert name() == "New"


def test_a_run_goes_on_through_a_pause_and_the_next_reads_what_is_held(
    district: Organization, vendor: Vendor
) -> None:
    with minutes(0):
        assert names(get(vendor, "orgs", limit=5))["school-00"] == "Old"
    with minutes(1):
        change(district, "school-00", "school-06", name="Second")
        lifecycle.pause(vendor.connection, by=DANA)
        held = head(vendor)
        change(district, "school-00", "school-06", name="Third")
    with minutes(2):
        assert names(get(vendor, "orgs", limit=5, offset=5))["school-06"] == "Old"
    with minutes(3):
        assert names(get(vendor, "orgs", limit=5))["school-00"] == "Second"
    assert Run.objects.latest("began").number == held


# Two programs on one connection.


@pytest.mark.parametrize("tokens", [1, 2])
def test_a_second_programs_first_request_does_not_move_the_first(
    tokens: int, district: Organization, vendor: Vendor
) -> None:
    first, second = vendor, other_program(vendor) if tokens == 2 else vendor
    seen: list[str] = []
    with minutes(0):
        seen += names(get(first, "orgs", limit=3))
        seen += names(get(first, "orgs", limit=3, offset=3))
    with minutes(1):
        leave(district, *SCHOOLS[:3])
        theirs = list(names(get(second, "orgs", limit=3)))
    for page, after in ((6, 2), (9, 3)):
        with minutes(after):
            seen += names(get(first, "orgs", limit=3, offset=page))
            theirs += names(get(second, "orgs", limit=3, offset=page - 3))
    assert seen == SCHOOLS
    assert theirs == SCHOOLS[3:]


def test_lists_read_some_minutes_after_another_name_nobody_who_is_not_in_it(
    tmp_path: Path, district: Organization, vendor: Vendor
) -> None:
    with minutes(0):
        assert len(names(get(vendor, "orgs"))) == 12
    with minutes(1):
        Org.objects.create(organization=district, sourced_id="school-99", name="Old", type="school")
        Org.objects.filter(sourced_id="school-00").update(parent="school-99", last_modified=clock())
        change(district)
    with minutes(4):
        schools = json.loads(get(vendor, "schools").content)["orgs"]
    with minutes(5):
        orgs = names(get(vendor, "orgs"))
    named = {school["parent"]["sourcedId"] for school in schools if "parent" in school}
    assert named == {"school-99"}
    assert named <= orgs.keys()


def test_a_small_list_asked_again_does_not_move_another_in_the_middle(
    district: Organization, vendor: Vendor
) -> None:
    seen: list[str] = []
    with minutes(0):
        get(vendor, "academicSessions")
        seen += names(get(vendor, "orgs", limit=5))
        seen += names(get(vendor, "orgs", limit=5, offset=5))
    with minutes(1):
        leave(district, "school-00")
        get(vendor, "academicSessions")
        seen += names(get(vendor, "orgs", limit=5, offset=10))
    assert seen == SCHOOLS


def other_program(vendor: Vendor) -> Vendor:
    """Return another program on the same connection, with a token of its own."""
    lasting(vendor)
    return Vendor(vendor.connection, vendor.secret)


def leave(organization: Organization, *sourced_ids: str) -> None:
    """Have some schools go in a new publication, now."""
    Org.objects.filter(sourced_id__in=sourced_ids).update(
        status="tobedeleted", last_modified=clock()
    )
    change(organization)


@pytest.mark.parametrize(("status", "code"), [("suspended", 403), ("closed", 401)])
def test_a_status_holds_within_a_run(status: str, code: int, vendor: Vendor) -> None:
    with minutes(0):
        token = vendor.token()
        get(vendor, "orgs", limit=5)
        lifecycle.set_status(vendor.connection, status, by=DANA)
        answer = Browser().get(BASE + "orgs?offset=5", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == code


def test_before_the_first_publication_no_run_begins(district: Organization) -> None:
    with minutes(0):
        vendor = connected(district)
        assert get(vendor, "orgs").status_code == 503
        refresh(district, by="schedule")
        assert len(names(get(vendor, "orgs"))) == 12
    assert Run.objects.get().number == head(vendor)


def reader(token: str) -> Any:
    found = find(token)
    assert found is not None
    return found.reader(token)


def test_two_that_begin_a_run_at_once_are_in_one(district: Organization, vendor: Vendor) -> None:
    first, second = reader(lasting(vendor)), reader(lasting(vendor))
    with minutes(0):
        mine = first.run.enter(first, "orgs", 0)
        change(district, "school-00")
        yours = second.run.enter(second, "users", 0)
    assert (mine.publication, mine.number) == (yours.publication, yours.number)
    assert mine.run.id == yours.run.id == Run.objects.get().pk


def test_a_run_begins_at_what_is_published_when_it_does(
    district: Organization, vendor: Vendor
) -> None:
    late = reader(lasting(vendor))
    with minutes(0):
        change(district, "school-00")
        Publication.objects.filter(pk=late.publication).update(listed=False)
        moved = late.run.enter(late, "orgs", 0)
    assert moved.number == Run.objects.get().number == head(vendor)


def test_a_run_that_began_before_its_connection_was_closed_is_none(
    district: Organization, vendor: Vendor
) -> None:
    late = reader(vendor.token())
    lifecycle.close(vendor.connection, by=DANA)
    assert late.run.enter(late, "orgs", 0).publication == 0
    assert not Run.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_that_begin_at_once_are_in_one_run() -> None:
    district = opened()
    vendor = joined(district)
    token = vendor.token()
    ready = threading.Barrier(6)
    entered: list[Any] = []

    def ask() -> None:
        asking = reader(token)
        try:
            ready.wait(10)
            entered.append(asking.run.enter(asking, "orgs", 0))
        finally:
            database.close()

    beside(*[ask] * 6)
    assert {reader.run.id for reader in entered} == {Run.objects.get().pk}
    assert len(entered) == 6


@pytest.mark.django_db(transaction=True)
def test_pages_given_side_by_side_are_all_remembered() -> None:
    vendor = joined(opened())
    token = vendor.token()
    first = reader(token)
    first.run.enter(first, "orgs", 0)
    asking = [reader(token) for _ in range(4)]
    entered = [each.run.enter(each, "orgs", 5) for each in asking]

    def given(number: int) -> Any:
        def give() -> None:
            entered[number].run.gave(f"list-{number % 3}", number * 5, 5, 15)
            database.close()

        return give

    beside(*[given(number) for number in range(4)])
    lists = Run.objects.get().lists
    assert sorted(lists) == sorted(progress.mark(f"list-{n}") for n in range(3))
    assert lists[progress.mark("list-0")]["upto"] == 20
    assert lists[progress.mark("list-0")]["whole"]
    assert not lists[progress.mark("list-1")]["whole"]


def beside(*calls: Any) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_list_is_remembered_with_what_was_last_done_when_it_began(vendor: Vendor) -> None:
    key = progress.mark(BASE + "orgs")
    with minutes(0):
        get(vendor, "orgs", limit=5)
    begun = Organization.objects.get().last_number
    Organization.objects.update(last_number=begun + 5)
    with minutes(1):
        get(vendor, "orgs", limit=5, offset=5)
    given = {"begun": begun, "upto": 10, "beyond": True, "whole": False}
    assert Run.objects.get().lists == {key: given}
    entered = reader(lasting(vendor))
    with minutes(2):
        entered = reader(lasting(vendor))
        entered = entered.run.enter(entered, BASE + "orgs", 10)
    assert entered.run.begun(BASE + "orgs", 10) == begun
    assert entered.run.begun(BASE + "orgs", 0) is None


def test_a_run_remembers_so_many_lists_and_no_names(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MOST_LISTS", 3)
    with minutes(0):
        for kind in ("school", "district", "local", "state", "national"):
            get(vendor, "orgs", filter=f"type='{kind}'")
    lists = Run.objects.get().lists
    assert len(lists) == 3
    assert all(len(name) == 12 and "school" not in name for name in lists)


# Deltas.


def read_whole(district: Organization, vendor: Vendor) -> dict[str, datetime]:
    """Read all pages from 10:00 to 10:04 while a change lands; return the times one may keep."""
    stamps: list[str] = []
    for page in range(3):
        with minutes(60 + page * 2):
            answer = get(vendor, "orgs", limit=5, offset=page * 5)
            orgs = json.loads(answer.content)["orgs"]
            stamps += [org["dateLastModified"] for org in orgs]
        if page == 1:
            with minutes(63):
                change(district, "school-00", "school-11")
    start, end = NINE + timedelta(minutes=60), NINE + timedelta(minutes=64)
    slow, fast = -timedelta(minutes=5), timedelta(minutes=5)
    return {
        "largest stamp": datetime.fromisoformat(max(stamps)),
        "start": start,
        "start, clock slow": start + slow,
        "start, clock fast": start + fast,
        "end": end,
        "end, clock slow": end + slow,
        "end, clock fast": end + fast,
    }


TIMES = (
    "largest stamp", "start", "start, clock slow", "start, clock fast",
    "end", "end, clock slow", "end, clock fast",
)  # fmt: skip


def changed(vendor: Vendor, since: datetime, predicate: str = ">", **more: Any) -> dict[str, str]:
    return names(get(vendor, "orgs", filter=f"dateLastModified{predicate}'{stamp(since)}'", **more))


@pytest.mark.parametrize("predicate", [">", ">="])
@pytest.mark.parametrize("kept", TIMES)
def test_a_delta_misses_nothing_that_landed_while_the_last_was_read(
    kept: str, predicate: str, district: Organization, vendor: Vendor
) -> None:
    since = read_whole(district, vendor)[kept]
    with minutes(600):
        change(district, "school-05", name="Later")
        found = changed(vendor, since, predicate)
    assert found.items() >= {"school-00": "New", "school-11": "New", "school-05": "Later"}.items()
    if predicate == ">":
        assert set(found) == {"school-00", "school-05", "school-11"}


def test_a_delta_by_largest_stamp_repeats_nothing_however_soon_the_reading_began(
    district: Organization, vendor: Vendor
) -> None:
    with minutes(-29):  # One minute after the refresh.
        orgs = json.loads(get(vendor, "orgs").content)["orgs"]
        largest = datetime.fromisoformat(max(org["dateLastModified"] for org in orgs))
        assert changed(vendor, largest) == {}
    with minutes(100):
        assert changed(vendor, largest) == {}


def test_what_a_newer_run_has_read_is_told_to_one_who_kept_the_older_ones_time(
    district: Organization, vendor: Vendor
) -> None:
    read_whole(district, vendor)
    with minutes(65):
        assert names(get(vendor, "orgs", limit=5))["school-00"] == "New"
    with minutes(100):
        found = changed(vendor, NINE + timedelta(minutes=66))
    assert set(found) == {"school-00", "school-11"}


def test_a_date_outside_of_every_reading_stays(district: Organization, vendor: Vendor) -> None:
    read_whole(district, vendor)
    with minutes(600):
        assert changed(vendor, NINE + timedelta(minutes=84.1)) == {}
        assert set(changed(vendor, NINE + timedelta(minutes=83.9))) == {"school-00", "school-11"}


@pytest.mark.parametrize(
    ("minute", "within"),
    [(-5.01, False), (-5, True), (0, True), (64, True), (80, True), (80.01, False)],
)
def test_the_span_of_a_reading_reaches_before_and_after_it(
    minute: float, within: bool, vendor: Vendor
) -> None:
    for number, began, last in ((9, 0, 60), (12, 10, 20), (3, -500, -400)):
        Run.objects.create(
            connection=vendor.connection,
            number=number,
            after=-number,
            began=NINE + timedelta(minutes=began),
            last=NINE + timedelta(minutes=last),
        )
    moment = NINE + timedelta(minutes=minute)
    found = sync_history.oldest_read(vendor.connection.pk, moment)
    assert found == (9 if within else None)


def test_a_delta_tells_what_a_pause_hid(district: Organization, vendor: Vendor) -> None:
    with minutes(59):
        lifecycle.pause(vendor.connection, by=DANA)
        change(district, "school-00")
    with minutes(60):
        get(vendor, "orgs", limit=5)
    with minutes(61):
        lifecycle.resume(vendor.connection, by=DANA)
    with minutes(62):
        get(vendor, "orgs", limit=5, offset=5)
        get(vendor, "orgs", limit=5, offset=10)
    for kept in (60, 62, 67):
        with minutes(600):
            assert set(changed(vendor, NINE + timedelta(minutes=kept))) == {"school-00"}


def test_only_its_own_readings_widen_a_vendors_delta(
    district: Organization, vendor: Vendor
) -> None:
    other = joined(district, vendor="Other")
    read_whole(district, vendor)
    with minutes(600):
        assert changed(other, NINE + timedelta(minutes=64)) == {}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("dateLastModified>'{}' AND status='active'", 2),
        ("status='active' AND dateLastModified>='{}'", 2),
        ("dateLastModified>'{}' AND dateLastModified<='2027-03-01T10:03:30.000Z'", 2),
        ("dateLastModified>'{}' OR status='tobedeleted'", 0),
        ("dateLastModified='{}'", 0),
        ("dateLastModified<'{}'", 12),
    ],
)
def test_which_filters_are_widened(
    words: str, found: int, district: Organization, vendor: Vendor
) -> None:
    read_whole(district, vendor)
    with minutes(600):
        answer = get(vendor, "orgs", filter=words.format("2027-03-01T10:03:20.000Z"), limit=1)
    assert answer["X-Total-Count"] == str(found)
    assert "10%3A03%3A20" in answer["Link"]


def test_a_delta_begun_keeps_its_pages(district: Organization, vendor: Vendor) -> None:
    since = read_whole(district, vendor)["end"]
    with minutes(600):
        first = changed(vendor, since, limit=1)
        change(district, *SCHOOLS, name="Last")
        second = changed(vendor, since, limit=1, offset=1)
    assert (first | second) == {"school-00": "New", "school-11": "New"}


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2027-03-01"])
def test_no_date_is_too_strange(date: str, vendor: Vendor) -> None:
    with minutes(0):
        answer = get(vendor, "orgs", filter=f"dateLastModified>'{date}'")
    assert answer.status_code == 200


# What it costs, what is kept, what is told.


@pytest.fixture
def unlogged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log writes behind the answer's back; here it would be counted with it."""
    monkeypatch.setattr(request_log.queue, "put", lambda entry: None)


def test_what_a_request_costs(
    vendor: Vendor,
    unlogged: None,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    token = vendor.token()
    browser = Browser(headers={"Authorization": f"Bearer {token}"})
    browser.get(BASE + "orgs")  # The lists are in the cache from here on.
    Run.objects.all().delete()
    table = [
        # Token, documents; a run begins by two statements, and the list is noted as begun.
        ("orgs?limit=5", 2 + 2 + 1),
        ("orgs?limit=5", 2),
        ("orgs?limit=5&offset=5", 2 + 1),  # Beyond its first page: noted once.
        ("orgs?limit=1&offset=7", 2),
        ("orgs?limit=5&offset=10", 2 + 1),  # Given to its end.
        ("orgs/school-01", 2),  # Token, the document of that id.
    ]
    for path, queries in table:
        with django_assert_num_queries(queries):
            assert browser.get(BASE + path).status_code == 200


def test_each_page_is_noted_at_once_while_two_runs_are_in_the_same_list(
    vendor: Vendor, unlogged: None
) -> None:
    def upto() -> list[int]:
        return [next(iter(run.lists.values()))["upto"] for run in Run.objects.order_by("pk")]

    with minutes(0):
        get(vendor, "orgs", limit=2)
        get(vendor, "orgs", limit=2, offset=2)
        get(vendor, "orgs", limit=2, offset=4)
        assert upto() == [4]
        get(vendor, "orgs", limit=2)
        get(vendor, "orgs", limit=2, offset=6)
        assert upto() == [8, 2]


def test_asking_for_the_head_only_gives_nothing(vendor: Vendor) -> None:
    with minutes(0):
        address, headers = BASE + "orgs", {"Authorization": f"Bearer {vendor.token()}"}
        assert Browser().head(address, headers=headers).status_code == 200
    assert Run.objects.get().lists == {}


def test_old_runs_are_pruned_as_tombstones_are(district: Organization, vendor: Vendor) -> None:
    district.tombstone_days = 30
    district.save(update_fields=["tombstone_days"])
    now = clock()
    for days in (0, 29, 31, 200):
        at = now - timedelta(days=days)
        Run.objects.create(
            connection=vendor.connection, number=days + 1, after=-days, began=at, last=at
        )
    assert sync_history.prune() == 2
    assert sorted(Run.objects.values_list("number", flat=True)) == [1, 30]
    assert sync_history.prune() == 0


def test_when_a_list_was_last_read(vendor: Vendor) -> None:
    assert sync_history.last_read(vendor.connection, "orgs") is None
    with minutes(1):
        get(vendor, "orgs", limit=5)
    with minutes(2):
        get(vendor, "schools")
    with minutes(3):
        get(vendor, "orgs/school-01")
        get(vendor, "orgs", limit=0)
        get(vendor, "users")
    assert sync_history.last_read(vendor.connection, "orgs") == NINE + timedelta(minutes=2)
    assert sync_history.last_read(vendor.connection, "users") == NINE + timedelta(minutes=3)
    assert sync_history.last_read(vendor.connection, "courses") is None


def test_a_connection_goes_with_its_runs(vendor: Vendor) -> None:
    get(vendor, "orgs")
    Connection.objects.filter(pk=vendor.connection.pk).delete()
    assert not Run.objects.exists()
    assert not Request.objects.exists()


def test_the_logs_batches_move_a_run_forward_only(vendor: Vendor) -> None:
    get(vendor, "orgs")
    run = Run.objects.get()
    now = run.last

    def entry(seconds: float) -> request_log.Entry:
        at = now + timedelta(seconds=seconds)
        return request_log.Entry(
            vendor.connection.pk, at, "GET", "orgs", "", 200, 1, 0, 1.0, "", run.pk
        )

    for batch, expected in (([5, 9, 7], 9), ([3], 9), ([12], 12)):
        request_log.write([entry(seconds) for seconds in batch])
        run.refresh_from_db()
        assert run.last == now + timedelta(seconds=expected)
