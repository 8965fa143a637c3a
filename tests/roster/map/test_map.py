"""The map says what the rows say: positions instead of ids, and nothing of any rule."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from roster import map as maps
from roster.clock import clock
from roster.generator.demo import write_demo_bundle
from roster.hierarchy import derive
from roster.importing import import_bundle
from roster.map import Map, content_of
from roster.map.arrays import Ids, Lists, hashes_of, joined
from roster.map.packed import Values
from roster.map.tables import Table, spliced
from roster.models import (
    AcademicSession,
    Course,
    Enrollment,
    Klass,
    Level,
    Org,
    Organization,
    Role,
    StoredMap,
    User,
)
from roster.organizations import create_organization


@pytest.fixture
def district(tmp_path: Path, db: None) -> Organization:
    """The demo's 240 students, with guardians, a gradebook, marks and dirty data."""
    organization = create_organization("riverside", "Riverside", by="test")
    path = tmp_path / "riverside.zip"
    write_demo_bundle(path, date.today())  # noqa: DTZ011 - its year must be the one of today.
    import_bundle(organization, path, by="test")
    maps.forget()
    return organization


@pytest.fixture
def school(db: None) -> Organization:
    """One school, a year of two terms, a class in both, Ann in it."""
    organization = create_organization("oak", "Oak", school_year="2027", by="test")

    def add(model: Any, sourced_id: str, **values: Any) -> None:
        model.objects.create(organization=organization, sourced_id=sourced_id, **values)

    add(Org, "s", name="Oak", type="school")
    add(AcademicSession, "y", title="Y", type="schoolYear", start_date=date(2026, 8, 1),
        end_date=date(2027, 7, 1))  # fmt: skip
    add(AcademicSession, "fall", title="Fall", type="term", parent="y",
        start_date=date(2026, 8, 15), end_date=date(2026, 12, 20))  # fmt: skip
    add(AcademicSession, "spring", title="Spring", type="term", parent="y",
        start_date=date(2027, 1, 5), end_date=date(2027, 6, 10))  # fmt: skip
    add(Course, "c", title="Art", org="s")
    add(Klass, "k", title="Art 1", course="c", school="s", terms=["fall", "spring"])
    add(User, "ann", given_name="Ann", family_name="Lee", grades=["03"])
    add(Role, "r", user="ann", org="s", role="student")
    derive(organization)
    return organization


def current(organization: Organization) -> Map:
    Organization.objects.filter(pk=organization.pk).touch()  # type: ignore[attr-defined]
    return maps.current(organization)[1]


def enroll(
    organization: Organization, sourced_id: str, begin: Any, end: Any, **values: Any
) -> None:
    named = {"user": "ann", "klass": "k", "role": "student"} | values
    Enrollment.objects.create(
        organization=organization, sourced_id=sourced_id, begin_date=begin, end_date=end, **named
    )


def test_every_reference_leads_where_the_row_says(district: Organization) -> None:
    m = current(district)
    rows = Enrollment.objects.filter(organization=district, status="active").order_by("sourced_id")
    e = m.enrollment
    assert [
        (
            m.ids["enrollment"][at],
            m.ids["section"][e.section[at]],
            m.ids["person"][e.person[at]],
            m.roles.words[e.role[at]],
            e.record[at],
        )
        for at in range(len(m.ids["enrollment"]))
    ] == [
        (
            row.sourced_id,
            known(Klass, district, row.klass),
            known(User, district, row.user),
            row.role,
            row.pk,
        )
        for row in rows
    ]


def arrays(m: Map, kind: str) -> dict[str, Any]:
    """Return the arrays of a kind by name; link tables have none of their own."""
    if not hasattr(m, kind):
        return {}
    rows = getattr(m, kind)
    found = {**vars(rows)}
    return {name: getattr(rows, name) for name in {**found, **found.pop("_makers", {})}}


def known(model: Any, organization: Organization, sourced_id: str) -> str:
    """Return the id if there is such a live row, else nothing."""
    live = model.objects.filter(organization=organization, status="active", sourced_id=sourced_id)
    return sourced_id if live.exists() else ""


def test_levels_are_linked_as_they_were_derived(district: Organization) -> None:
    m = current(district)
    levels = Level.objects.filter(organization=district, kind="school_enrollment")
    assert {
        m.ids["school_enrollment"][at]: (
            m.ids["person"][m.school_enrollment.person[at]],
            m.ids["org"][m.school_enrollment.org[at]],
            [m.ids["grade_level"][each] for each in m.school_enrollment.grade_levels[at]],
        )
        for at in range(len(m.ids["school_enrollment"]))
    } == {row.sourced_id: (row.person, row.school, [e for _, e in row.any_of]) for row in levels}


def test_the_last_place_of_every_array_is_for_what_isnt_there(district: Organization) -> None:
    m = current(district)
    for kind in m.ids:
        for name, values in arrays(m, kind).items():
            if isinstance(values, np.ndarray) and values.dtype == np.bool_:
                assert not values[-1], (kind, name)
            if isinstance(values, Lists) and len(values):
                assert values[-1] == [], (kind, name)


@pytest.mark.parametrize(
    ("begin", "end", "since", "until"),
    [
        (None, None, None, None),
        (date(2026, 8, 15), date(2027, 6, 10), None, None),
        (date(2027, 1, 5), None, date(2027, 1, 5), None),
        (None, date(2026, 12, 20), None, date(2026, 12, 20)),
        (date(2026, 9, 1), date(2027, 2, 1), date(2026, 9, 1), date(2027, 2, 1)),
    ],
    ids=["open", "all terms", "second term's begin", "first term's end", "within"],
)
def test_only_the_earliest_begin_and_the_latest_end_count_as_blank(
    school: Organization,
    begin: date | None,
    end: date | None,
    since: date | None,
    until: date | None,
) -> None:
    enroll(school, "e", begin, end)
    e = current(school).enrollment
    assert e.since[0] == (since.toordinal() if since else 0)
    assert e.until[0] == (until.toordinal() if until else 2**30)


def test_an_ended_enrollment_is_past_but_not_there(school: Organization) -> None:
    enroll(school, "e", None, None, status="tobedeleted")
    m = current(school)
    assert list(m.ids["enrollment"]) == []
    assert list(m.ids["past_enrollment"]) == ["e"]


def test_a_stored_map_is_the_map(district: Organization) -> None:
    stored, m = maps.current(district)
    maps.forget()
    again = maps.load(stored)
    for kind in m.ids:
        assert list(again.ids[kind]) == list(m.ids[kind])
        for name, values in arrays(m, kind).items():
            if isinstance(values, np.ndarray):
                assert np.array_equal(values, getattr(getattr(again, kind), name)), (kind, name)


def test_a_later_map_takes_over_what_stands_and_reads_what_changed(school: Organization) -> None:
    first = current(school)
    User.objects.filter(sourced_id="ann").update(given_name="Anna", last_modified=clock())
    later = current(school)
    assert later.tables["section"] is first.tables["section"]
    assert later.person.content[0] != first.person.content[0]
    assert later.section.content[0] == first.section.content[0]


def test_a_row_that_changed_in_the_moment_of_a_map_is_read_by_the_next(
    school: Organization,
) -> None:
    stored, first = maps.current(school)
    last = User.objects.latest("last_modified").last_modified
    StoredMap.objects.filter(pk=stored.pk).update(built=last)
    User.objects.filter(sourced_id="ann").update(digest="1f" * 16, last_modified=last)
    User.objects.create(organization=school, sourced_id="zoe", last_modified=last)
    assert current(school).person.content[0] != first.person.content[0]


def test_contents_say_when_another_rows_value_is_in_the_document(school: Organization) -> None:
    before = current(school)
    Org.objects.filter(sourced_id="s").update(type="department", last_modified=clock())
    after = current(school)
    # A class's href of its school differs; a person's roles are at another kind of place.
    assert before.section.content[0] != after.section.content[0]
    assert before.person.content[0] != after.person.content[0]


def test_a_map_is_built_once_for_a_revision(school: Organization) -> None:
    stored, _ = maps.current(school)
    assert maps.current(school)[0] == stored
    assert StoredMap.objects.count() == 1


def test_a_map_of_an_earlier_release_is_replaced_by_one_of_the_rows(school: Organization) -> None:
    stored, first = maps.current(school)
    StoredMap.objects.update(form=0, content=b"")
    maps.forget()
    assert list(maps.load(stored).ids["person"]) == list(first.ids["person"])
    assert list(maps.current(school)[1].ids["person"]) == list(first.ids["person"])


def test_rows_that_are_read_in_parts_make_the_same_map(
    district: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = maps.build(district)
    monkeypatch.setattr("roster.map.querying.AT_ONCE", 7)
    parts = maps.build(district)
    for kind, table in whole.tables.items():
        for name, values in table.values.items():
            assert np.array_equal(parts.tables[kind].values[name], values), (kind, name)


def test_a_rows_content_is_told_by_its_digest_and_when_it_changed(school: Organization) -> None:
    whole, some = datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 8, 1, 0, 0, 0, 125_000, UTC)
    for sourced_id, digest, moment in (
        ("bo", "ab" * 16, whole), ("cy", "ab" * 16, some), ("di", "", whole), ("ed", "1f", some),
    ):  # fmt: skip
        User.objects.create(
            organization=school, sourced_id=sourced_id, digest=digest, last_modified=moment
        )
    rows = User.objects.order_by("sourced_id")
    assert current(school).tables["person"].values["own"].tolist() == [
        content_of(row.digest, row.last_modified) for row in rows
    ]


def test_ids_are_found_and_missing_ones_are_nowhere() -> None:
    texts = [each.encode() for each in ("a", "b~c", "é")]
    ids = Ids({"text": joined(texts), "hash": hashes_of(texts)})
    assert [*ids] == ["a", "b~c", "é"] == [ids[at] for at in range(3)]
    assert ids.positions(["é", "nobody", "", "a"]).tolist() == [2, -1, -1, 0]
    assert ids.position("b~c") == 1
    assert Ids({"text": joined([]), "hash": np.empty(0, np.uint64)}).position("a") == -1


def test_lists_count_what_a_mask_holds_for() -> None:
    lists = Lists.of([[0, 1], [], [2]])
    mask = np.array([True, False, True, False])
    assert lists.count(mask).tolist() == [1, 0, 1, 0]
    assert lists.any(mask).tolist() == [True, False, True, False]
    assert lists.all(mask).tolist() == [False, True, True, True]
    assert lists[1] == []


@pytest.mark.parametrize("change", ["renamed", "retired", "added", "deleted"])
def test_what_is_spliced_in_makes_the_map_that_is_read_whole(
    district: Organization, change: str
) -> None:
    current(district)
    ann = User.objects.filter(organization=district, status="active")[3]
    if change == "renamed":
        User.objects.filter(pk=ann.pk).update(grades=["05", "06"], last_modified=clock())
    elif change == "retired":
        User.objects.filter(pk=ann.pk).update(status="tobedeleted", last_modified=clock())
    elif change == "added":
        User.objects.create(organization=district, sourced_id="0", given_name="A", family_name="B")
    else:
        ann.delete()
    later = current(district)
    StoredMap.objects.all().delete()
    maps.forget()
    whole = current(district)
    assert list(later.ids["person"]) == list(whole.ids["person"])
    for name, values in arrays(whole, "person").items():
        if isinstance(values, np.ndarray):
            assert np.array_equal(arrays(later, "person")[name], values), name
    assert [later.person.grades[at] for at in range(5)] == [
        [later.grades.code(whole.grades.words[each]) for each in whole.person.grades[at]]
        for at in range(5)
    ]


def table_of(rows: dict[str, int]) -> Table:
    ids = sorted(rows)
    lists = [[rows[each]] * (rows[each] % 3) for each in ids]
    values = {
        "hash": np.array([rows[each] for each in ids], np.uint64),
        "many": np.array([value for some in lists for value in some], np.int64),
        "many#": np.array([len(some) for some in lists], np.int32),
    }
    return Table.of([each.encode() for each in ids], [], Values(values))


@pytest.mark.parametrize(
    "fresh",
    [
        {},
        {"m07": 70},
        {"a": 71},
        {"z é": 72, "m41": 73},
        {f"m{n:02}": 100 + n for n in range(40)},
        {f"{n:02}": n for n in range(40)},
    ],
)
@pytest.mark.parametrize("gone", [set(), {"m00"}, {f"m{n:02}" for n in range(50)}])
def test_a_table_spliced_of_two_is_that_of_all_their_rows(
    fresh: dict[str, int], gone: set[str]
) -> None:
    rows = {f"m{n:02}": n for n in range(50)}
    keep = np.array([each not in fresh.keys() | gone for each in rows])
    found = spliced(table_of(rows), keep, table_of(fresh), [])
    wanted = table_of({each: n for each, n in rows.items() if each not in gone} | fresh)
    assert found.texts == wanted.texts
    assert {name: each.tolist() for name, each in found.values.items()} == {
        name: each.tolist() for name, each in wanted.values.items()
    }
