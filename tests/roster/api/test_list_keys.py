"""Under which key a list is the same, how far back a delta goes, and what an answer's tag says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import pytest

from roster.api import etags, list_keys
from roster.api.reader import Reader, Run
from roster.clock import moment_of
from roster.models import Feed, Organization, Publication
from roster.reading.query import Filter, parse

SECOND = 1000
MONDAY = 1_764_000_000_000
TUESDAY, WEDNESDAY = MONDAY + 60 * SECOND, MONDAY + 120 * SECOND


@dataclass(frozen=True)
class ReadOn(Run):
    """The run of a vendor whose earlier readings read `oldest`, whatever moment is asked."""

    oldest: int | None

    def oldest_read(self, moment: datetime) -> int | None:
        return self.oldest


def reader(number: int, oldest: int | None, feed: Feed | None = None) -> Reader:
    return Reader(
        connection=1,
        organization=1,
        version="1.2",
        feed=feed.pk if feed else None,
        publication=1,
        number=number,
        scopes=frozenset(),
        run=ReadOn(oldest),
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("dateLastModified>'2026-01-01'", "dateLastModified>'2026-01-02T00:00:00Z'", True),
        ("dateLastModified>'2026-01-01'", "dateLastModified<'2026-01-01'", False),
        ("beginDate>'2026-01-01'", "beginDate>'2026-02-01'", True),
        ("familyName='a'", "familyName='b'", False),
        ("role='a' AND role='b'", "role='a' OR role='b'", False),
    ],
)
def test_a_list_is_known_by_path_and_filter_without_dates(one: str, other: str, same: bool) -> None:
    keys = {list_keys.key_of("/users", parse(text)) for text in (one, other)}
    assert (len(keys) == 1) is same
    assert list_keys.key_of("/users", None) not in keys


@pytest.fixture
def feed(db: None) -> Feed:
    """A feed that was published on three days; another one was in between."""
    organization = Organization.objects.create(slug="riverside", name="Riverside")
    made, other = (
        Feed.objects.create(organization=organization, version="1.2", rules={}) for _ in range(2)
    )
    for each, numbers in ((made, (MONDAY, TUESDAY, WEDNESDAY)), (other, (MONDAY + SECOND,))):
        for number in numbers:
            Publication.objects.create(feed=each, number=number, day=date(2025, 11, 24), rules={})
    return made


def asked(since: int, *, predicate: str = ">", more: str = "") -> Filter:
    return parse(f"dateLastModified{predicate}'{moment_of(since).isoformat()}'{more}")


LATE = WEDNESDAY + SECOND


@pytest.mark.parametrize("predicate", [">", ">="])
@pytest.mark.parametrize(
    ("oldest", "read", "since", "widened"),
    [
        # of earlier readings, what is read now, what is asked: what is answered
        (MONDAY, WEDNESDAY, LATE, TUESDAY - 1),
        (TUESDAY, WEDNESDAY, LATE, WEDNESDAY - 1),
        (WEDNESDAY, WEDNESDAY, LATE, LATE),
        (None, WEDNESDAY, LATE, LATE),
        (MONDAY, TUESDAY, LATE, TUESDAY - 1),
        (MONDAY, MONDAY, LATE, LATE),
        (MONDAY, WEDNESDAY, TUESDAY, TUESDAY - 1),
        (MONDAY, WEDNESDAY, TUESDAY - SECOND, TUESDAY - SECOND),
    ],
)
def test_a_delta_goes_back_to_before_what_a_reading_missed(
    feed: Feed, predicate: str, oldest: int | None, read: int, since: int, widened: int
) -> None:
    found = list_keys.widened(asked(since, predicate=predicate), reader(read, oldest, feed))
    assert found is not None
    moment = datetime.fromisoformat(found.clauses[0].value)
    assert (found.clauses[0].predicate, moment) == (predicate, moment_of(widened))


@pytest.mark.parametrize(
    "tree",
    [
        asked(LATE, more=" OR role='student'"),
        asked(LATE, predicate="<"),
        asked(LATE, predicate="="),
        parse("dateLastModified>'nonsense'"),
        parse("role='student'"),
        None,
    ],
)
def test_other_questions_stay_as_they_are(feed: Feed, tree: Filter | None) -> None:
    assert list_keys.widened(tree, reader(WEDNESDAY, MONDAY, feed)) == tree


def test_a_tag_tells_publications_acts_and_lists_begun_before_them() -> None:
    plain = reader(MONDAY, None)

    def mark(reader: Reader, begun: int | None = None) -> str:
        return etags.mark_of(reader, begun, "https://x.example", "/users", "limit=1")

    assert mark(plain) == mark(plain, begun=MONDAY)
    acted = replace(plain, revision=1)
    marks = {
        mark(plain),
        mark(replace(plain, publication=2)),
        mark(acted),
        mark(acted, begun=MONDAY),
        mark(acted, begun=TUESDAY),
    }
    assert len(marks) == 5
