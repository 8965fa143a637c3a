"""External LMS Exclude, level by level: what goes, what stays, why, and that it comes back.

Issue A, done when 3, for every kind of product.md's table. What each mark takes with it was
worked out by hand from the rules ("What is visible") over Riverside (`riverside.py`); both
versions are read over HTTP after each refresh, and compared whole with what was there before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from roster.models import Publication
from tests.acceptance import riverside
from tests.acceptance.desk import Connected, Desk
from tests.acceptance.vendor import distinct_references

Records = dict[str, dict[str, dict[str, Any]]]

SLUG = "riverside"
REASON = "The parents asked for it"

KINDS = (
    "school", "org", "calendar", "schedule_structure", "grade_level", "school_enrollment",
    "district_assignment", "course_master", "course", "section", "grading_task", "person",
    "enrollment", "guardian_link", "demographics", "line_item", "result",
)  # fmt: skip
"""The markable kinds of product.md's table."""

VISIBLE = {
    "orgs": "dist area dep north south east",
    "academicSessions": "y26 fall spring summer q1 q2 q3",
    "courses": "c-dist c-dist-idle c-north-art c-south-art c-north-mus c-north-idle c-east-lit",
    "classes": "k-phy-n k-phy-s k-art-n k-art-s k-mus-n k-lit-e k-lit-night",
    "users": ("ann bob cam dee eve fay nat  tia tom tea ted pat con sub dan ali dot  gus gil rel"),
    "enrollments": (
        "e-ann-phy e-tia-phy  e-bob-phy e-cam-phy e-tom-phy e-tea-phy  e-ann-art e-eve-art"
        " e-tia-art  e-cam-art e-tea-art e-sub-art  e-ann-mus e-bob-mus e-tom-mus e-pat-mus"
        " e-dee-lit e-eve-lit e-ted-lit  e-nat-lit e-ted-nit"
    ),
    "demographics": "ann bob cam dee tia",
    "resources": "res-phy res-art res-cam",
    "categories": "cat-hw cat-std",
    "lineItems": "li-phy-n li-phy-s li-art-s",
    "results": "r-ann r-cam r-bob r-cam-art",
    "scoreScales": "ss-phy-n ss-art-s",
}
"""What everybody sees before any mark. 1.1 has no score scales and no result without a score."""

NOT_IN_V11 = {"results": {"r-bob"}, "scoreScales": {"ss-phy-n", "ss-art-s"}}

ART_N = "e-ann-art e-eve-art e-tia-art"
ART_S = "e-cam-art e-tea-art e-sub-art"
LIT_E = "e-dee-lit e-eve-lit e-ted-lit"
NIGHT = "e-nat-lit e-ted-nit"
MUSIC = "e-ann-mus e-bob-mus e-tom-mus e-pat-mus"
PHY_N = "e-ann-phy e-tia-phy"
PHY_S = "e-bob-phy e-cam-phy e-tom-phy e-tea-phy"


@dataclass
class Case:
    """A mark, the records that go with it, and what changes in those that stay.

    `leaves`: people and the orgs at which they are seen no longer; `instead`: the role and org
    supplied to who would have none; `parted`: people who no longer name each other as agents;
    `in_v11`: another single role.
    """

    kind: str
    id: str
    gone: dict[str, str] = field(default_factory=dict)
    leaves: dict[str, str] = field(default_factory=dict)
    instead: dict[str, tuple[str, str]] = field(default_factory=dict)
    parted: tuple[str, str] | None = None
    in_v11: dict[str, str] = field(default_factory=dict)


NORTH = {
    "courses": "c-north-art c-north-mus c-north-idle",
    "classes": "k-phy-n k-art-n k-mus-n",
    "enrollments": f"{PHY_N} {ART_N} {MUSIC}",
    "lineItems": "li-phy-n",
    "results": "r-ann",
    "scoreScales": "ss-phy-n",
}
NORTH_SCHOOL = NORTH | {"users": "ann tia pat gus", "demographics": "ann tia", "orgs": "north"}
NORTH_LEAVES = {"bob": "north", "eve": "north", "tom": "north"}

SOUTH = {
    "courses": "c-south-art",
    "classes": "k-phy-s k-art-s",
    "enrollments": f"{PHY_S} {ART_S}",
    "lineItems": "li-phy-s li-art-s",
    "results": "r-cam r-bob r-cam-art",
    "scoreScales": "ss-art-s",
}
SOUTH_STUDENTS = {"users": "cam fay", "demographics": "cam"}

PHYSICS = {
    "courses": "c-dist",
    "classes": "k-phy-n k-phy-s",
    "enrollments": f"{PHY_N} {PHY_S}",
    "lineItems": "li-phy-n li-phy-s",
    "results": "r-ann r-cam r-bob",
    "scoreScales": "ss-phy-n",
}
PHYSICS_N = {
    "classes": "k-phy-n", "enrollments": PHY_N, "lineItems": "li-phy-n", "results": "r-ann",
    "scoreScales": "ss-phy-n",
}  # fmt: skip
ART_SOUTH = {
    "classes": "k-art-s", "enrollments": ART_S, "lineItems": "li-art-s", "results": "r-cam-art",
    "scoreScales": "ss-art-s",
}  # fmt: skip
MUSIC_CLASS = {"classes": "k-mus-n", "enrollments": MUSIC}
NO_TEACHER = {"pat": "administrator"}
"""In 1.1 a principal is a teacher while a visible class is taught (rule 7)."""

CASES = [
    # A school takes its calendars, people, classes; its courses; not who is elsewhere too.
    Case("school", "north", NORTH_SCHOOL, NORTH_LEAVES),
    Case(
        "school",
        "south",
        {
            **SOUTH, "users": "cam fay tea con", "demographics": "cam", "orgs": "south",
        },
        {"bob": "south", "tom": "south", "sub": "south", "gil": "south"},
        {"gil": ("parent", "north")},
    ),
    Case(
        "school",
        "east",
        {
            "orgs": "east", "courses": "c-east-lit", "classes": "k-lit-e k-lit-night",
            "users": "dee nat ted rel", "enrollments": f"{LIT_E} {NIGHT}", "demographics": "dee",
        },
        {"eve": "east"},
    ),
    # An org's mark holds for the orgs below it and the assignments there.
    Case(
        "org",
        "area",
        NORTH_SCHOOL | {"orgs": "area north", "users": "ann tia pat gus ali"},
        NORTH_LEAVES,
    ),
    Case("org", "dep", {"orgs": "dep", "users": "dot"}),
    # A calendar takes classes and students, and leaves school and staff.
    Case(
        "calendar",
        "east~2026",
        {
            "classes": "k-lit-e", "users": "dee rel", "enrollments": LIT_E, "demographics": "dee",
        },
        {"eve": "east"},
    ),
    Case(
        "calendar",
        "east~night",
        {"classes": "k-lit-night", "users": "nat", "enrollments": NIGHT},
    ),
    Case(
        "calendar",
        "south~2026",
        SOUTH | SOUTH_STUDENTS,
        {"bob": "south", "gil": "south"},
        {"gil": ("parent", "north")},
    ),
    Case(
        "calendar",
        "north~2026",
        NORTH | {"users": "ann gus", "demographics": "ann"},
        {"bob": "north", "eve": "north"},
        in_v11=NO_TEACHER,
    ),
    # A class all of whose students go by one structure or grade goes with them.
    Case(
        "schedule_structure",
        "east~night~evening",
        {"users": "nat", "classes": "k-lit-night", "enrollments": NIGHT},
    ),
    Case(
        "schedule_structure",
        "east~2026~structure",
        {"users": "dee rel", "classes": "k-lit-e", "enrollments": LIT_E, "demographics": "dee"},
        {"eve": "east"},
    ),
    Case(
        "grade_level",
        "north~2026~structure~09",
        {
            "users": "ann gus", "classes": "k-phy-n", "lineItems": "li-phy-n",
            "enrollments": f"e-ann-phy e-ann-art e-ann-mus {PHY_N}", "scoreScales": "ss-phy-n",
            "demographics": "ann", "results": "r-ann",
        },
    ),
    Case("grade_level", "south~2026~structure~none", {"users": "fay"}),
    Case(
        "grade_level",
        "east~night~evening~10",
        {"users": "nat", "classes": "k-lit-night", "enrollments": NIGHT},
    ),
    # Any one grade level keeps a student of two.
    Case("grade_level", "north~2026~structure~11"),
    Case(
        "school_enrollment",
        "cam~south",
        {
            "users": "cam", "enrollments": "e-cam-phy e-cam-art", "demographics": "cam",
            "results": "r-cam r-cam-art",
        },
    ),
    Case("school_enrollment", "bob~north", {"enrollments": "e-bob-mus"}, {"bob": "north"}),
    Case("school_enrollment", "eve~east", {"enrollments": "e-eve-lit"}, {"eve": "east"}),
    Case("school_enrollment", "fay~south", {"users": "fay"}),
    Case(
        "school_enrollment",
        "dee~east",
        {"users": "dee rel", "enrollments": "e-dee-lit", "demographics": "dee"},
    ),
    Case(
        "district_assignment",
        "tia~north",
        {"users": "tia", "enrollments": "e-tia-phy e-tia-art", "demographics": "tia"},
    ),
    Case("district_assignment", "tom~south", {"enrollments": "e-tom-phy"}, {"tom": "south"}),
    Case("district_assignment", "sub~south", {"enrollments": "e-sub-art"}, {"sub": "south"}),
    Case("district_assignment", "sub~dist", leaves={"sub": "dist"}),
    Case("district_assignment", "con~south", {"users": "con"}),
    Case("district_assignment", "dan~dist", {"users": "dan"}),
    Case("district_assignment", "ali~area", {"users": "ali"}),
    # Course masters: of the district's own course, and of the same course of two schools.
    Case("course_master", "c-dist", PHYSICS),
    Case("course_master", "c-dist-idle", {"courses": "c-dist-idle"}),
    Case(
        "course_master",
        "ART1~Art",
        {
            **ART_SOUTH, "courses": "c-north-art c-south-art", "classes": "k-art-n k-art-s",
            "enrollments": f"{ART_N} {ART_S}",
        },
    ),
    # A course by calendar; the bare id means all of a row's.
    Case("course", "c-dist~north~2026", PHYSICS_N),
    Case("course", "c-dist", PHYSICS),
    Case("course", "c-dist-idle", {"courses": "c-dist-idle"}),
    Case("course", "c-north-idle", {"courses": "c-north-idle"}),
    Case("course", "c-north-idle~north~2026", {"courses": "c-north-idle"}),
    Case("course", "c-south-art~south~2026", ART_SOUTH | {"courses": "c-south-art"}),
    Case(
        "course",
        "c-east-lit~east~2026",
        {"classes": "k-lit-e", "enrollments": LIT_E},
        {"eve": "east"},
    ),
    Case("course", "c-east-lit~east~night", {"classes": "k-lit-night", "enrollments": NIGHT}),
    Case("course", "c-north-mus", MUSIC_CLASS | {"courses": "c-north-mus"}, in_v11=NO_TEACHER),
    Case("section", "k-mus-n", MUSIC_CLASS, in_v11=NO_TEACHER),
    Case("section", "k-phy-n", PHYSICS_N),
    Case(
        "grading_task",
        "cat-hw",
        {"categories": "cat-hw", "lineItems": "li-phy-n li-phy-s", "results": "r-ann r-cam r-bob"},
    ),
    Case(
        "grading_task",
        "cat-std",
        {"categories": "cat-std", "lineItems": "li-art-s", "results": "r-cam-art"},
    ),
    # A person goes with all that names them as required.
    Case(
        "person",
        "ann",
        {
            "users": "ann gus",
            "enrollments": "e-ann-phy e-ann-art e-ann-mus",
            "demographics": "ann", "results": "r-ann",
        },
    ),
    Case(
        "person",
        "cam",
        {
            "users": "cam", "enrollments": "e-cam-phy e-cam-art", "demographics": "cam",
            "results": "r-cam r-cam-art",
        },
    ),
    Case(
        "person",
        "tia",
        {"users": "tia", "enrollments": "e-tia-phy e-tia-art", "demographics": "tia"},
    ),
    Case("person", "gil", {"users": "gil"}),
    Case("enrollment", "e-tea-phy", {"enrollments": "e-tea-phy"}),
    Case("enrollment", "e-dee-lit", {"enrollments": "e-dee-lit"}),
    Case("enrollment", "e-pat-mus", {"enrollments": "e-pat-mus"}, in_v11=NO_TEACHER),
    Case("guardian_link", "bob~gil", parted=("bob", "gil")),
    Case("guardian_link", "ann~gus", {"users": "gus"}),
    Case("demographics", "bob", {"demographics": "bob"}),
    Case("line_item", "li-phy-s", {"lineItems": "li-phy-s", "results": "r-cam r-bob"}),
    Case("result", "r-cam-art", {"results": "r-cam-art"}),
]  # fmt: skip


@dataclass
class Riverside:
    """The district with nothing marked, as its two vendors read it."""

    desk: Desk
    vendors: tuple[Connected, ...]
    before: dict[str, Records]
    clean: bool = True

    def read(self) -> dict[str, Records]:
        return {vendor.version: vendor.everything(limit=1000) for vendor in self.vendors}


@pytest.fixture(scope="module")
def untouched(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Riverside:
    desk.partner()
    desk.organization(SLUG, school_year=riverside.SCHOOL_YEAR)
    desk.run("import_roster", SLUG, riverside.bundle(tmp_path_factory.mktemp("bundle")))
    vendors = tuple(desk.connect(SLUG, version, gradebook=True) for version in ("1.1", "1.2"))
    desk.refresh(SLUG)
    found = Riverside(desk, vendors, {})
    found.before = found.read()
    return found


@pytest.fixture
def district(untouched: Riverside) -> Iterator[Riverside]:
    """Riverside without marks, whatever a failing test leaves behind."""
    untouched.clean = False
    yield untouched
    # An act rewrites what runs may still read: the readers of one case are done before the next.
    Publication.objects.filter(superseded__isnull=False).update(
        superseded=datetime.fromtimestamp(0, UTC), read_until=None
    )
    if untouched.clean:
        return
    for kind in KINDS:
        rows = untouched.desk.run("list_kind", SLUG, kind)["rows"]
        if left := [row["id"] for row in rows if row["excluded"]]:
            untouched.desk.run("include", SLUG, kind, *left)
    untouched.desk.refresh(SLUG)
    untouched.before = untouched.read()


def test_every_kind_of_the_table_has_a_case():
    assert {case.kind for case in CASES} == set(KINDS)


def test_before_any_mark_everything_of_the_year_is_seen(untouched):
    for version, records in untouched.before.items():
        assert ids(records) == seen(version)


def test_what_is_never_seen_is_of_another_year(untouched):
    vendor = untouched.vendors[0].connection
    kinds = {"academicSessions": "session", "classes": "section", "enrollments": "enrollment"}
    for collection, hidden in riverside.NEVER_SEEN.items():
        for sourced_id in hidden:
            told = untouched.desk.run("explain", SLUG, vendor, kinds[collection], sourced_id)
            assert told["visible"] is False
            assert told["chain"][-1]["code"] == "other_year", told["chain"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind} {case.id}")
def test_a_mark_takes_what_stands_on_it_and_gives_it_back(district, case):
    desk = district.desk
    marked = desk.run("exclude", SLUG, case.kind, case.id, "--reason", REASON)["excluded"]
    assert marked
    listed = desk.run("list_kind", SLUG, case.kind)["rows"]
    assert {row["id"] for row in listed if row["excluded"]} == set(marked)
    at_once = district.read()
    desk.refresh(SLUG)
    now = district.read()
    for version, before in district.before.items():
        gone = gone_in(version, case)
        assert ids(now[version]) == without(ids(before), gone), version
        expected = left_of(before, gone, case, version)
        same(now[version], expected)
        assert resolvable(now[version]), version
        for collection, records in expected.items():
            for sourced_id, record in records.items():
                # What the act had to take for a while comes back with a stamp that says so.
                stood = at_once[version].get(collection, {}).get(sourced_id)
                if record == before[collection][sourced_id] == stood:
                    stamp = now[version][collection][sourced_id]["dateLastModified"]
                    assert stamp == record["dateLastModified"], f"{collection} {sourced_id}"
    older, newer = district.vendors
    the_mark_is_named(desk, older, case, marked, {})
    the_mark_is_named(desk, newer, case, marked, gone_in(newer.version, case))
    desk.run("include", SLUG, case.kind, case.id)
    desk.refresh(SLUG)
    again = district.read()
    for version, before in district.before.items():
        same(again[version], before)
        told = desk.run("explain", SLUG, district.vendors[0].connection, case.kind, case.id)
        assert told["visible"] is True
        assert told["chain"] == []
    district.before, district.clean = again, True


NAMED = {
    "courses": "course", "classes": "section", "users": "person", "enrollments": "enrollment",
    "demographics": "demographics", "categories": "grading_task", "lineItems": "line_item",
    "results": "result", "scoreScales": "score_scale", "resources": "resource",
}  # fmt: skip


def the_mark_is_named(desk, vendor, case, marked, gone):
    """`explain` says of each thing gone, and of the marked row, that this mark is the reason."""
    asked = [(case.kind, sourced_id) for sourced_id in marked]
    for collection, names in gone.items():
        if collection == "orgs":
            asked += [("org" if one in ("area", "dep") else "school", one) for one in names]
        else:
            asked += [(NAMED[collection], one) for one in sorted(names)]
    for kind, sourced_id in asked:
        told = desk.run("explain", SLUG, vendor.connection, kind, sourced_id)
        assert told["visible"] is False, f"{kind} {sourced_id}"
        last = told["chain"][-1]
        assert last["code"] == "marked", f"{kind} {sourced_id}: {told['chain']}"
        assert last["kind"] == case.kind
        assert last["id"] in marked
        assert [mark["reason"] for mark in last["marks"]] == [REASON]


def test_a_course_row_is_seen_while_one_of_its_courses_is(district):
    """The bare id stands for all of a row's: `explain` calls the row visible while one is."""
    district.desk.run("exclude", SLUG, "course", "c-dist~north~2026", "--reason", REASON)
    district.desk.refresh(SLUG)
    for vendor in district.vendors:
        assert vendor.one("courses", "c-dist").body["course"]["status"] == "active"
        told = district.desk.run("explain", SLUG, vendor.connection, "course", "c-dist")
        assert told["visible"] is True


def test_a_mark_is_refused_for_what_does_not_exist_and_then_marks_nothing(district):
    desk = district.desk
    words = desk.refusal("exclude", SLUG, "person", "ann", "nobody", "--reason", REASON)
    assert "nobody" in words
    assert "ann" not in words.replace("nobody", "")
    assert not [row for row in desk.run("list_kind", SLUG, "person")["rows"] if row["excluded"]]
    assert "planet" in desk.refusal("exclude", SLUG, "planet", "mars", "--reason", REASON)


def test_many_marks_of_a_kind_are_one_act(district):
    desk = district.desk
    done = desk.run("exclude", SLUG, "person", "ann", "bob", "ann", "--reason", REASON)
    assert sorted(done["excluded"]) == ["ann", "bob"]
    again = desk.run("exclude", SLUG, "person", "bob", "cam", "--reason", "Another reason")
    assert again["excluded"] == ["cam"]
    rows = {row["id"]: row for row in desk.run("list_kind", SLUG, "person")["rows"]}
    assert [mark["reason"] for mark in rows["bob"]["marks"]] == [REASON]
    assert sorted(desk.run("include", SLUG, "person", "ann", "bob", "cam")["included"]) == [
        "ann",
        "bob",
        "cam",
    ]


def seen(version: str) -> dict[str, set[str]]:
    hidden = NOT_IN_V11 if version == "1.1" else {}
    return {
        collection: set(names.split()) - hidden.get(collection, set())
        for collection, names in VISIBLE.items()
        if version == "1.2" or collection != "scoreScales"
    }


def gone_in(version: str, case: Case) -> dict[str, set[str]]:
    found = {
        collection: set(names.split()) & seen(version).get(collection, set())
        for collection, names in case.gone.items()
    }
    for collection, parent, resource in LINKED:
        if parent in found.get(collection, set()):
            found["resources"] = found.get("resources", set()) | {resource}
    return {collection: names for collection, names in found.items() if names}


LINKED = (("classes", "k-art-s", "res-art"), ("courses", "c-dist", "res-phy"))
"""A resource that is linked to one class or course alone goes with it."""


def ids(records: Records) -> dict[str, set[str]]:
    return {collection: set(found) for collection, found in records.items()}


def without(all_ids: dict[str, set[str]], gone: dict[str, set[str]]) -> dict[str, set[str]]:
    return {
        collection: found - gone.get(collection, set()) for collection, found in all_ids.items()
    }


def unstamped(records: Records) -> Records:
    """Return records without stamps, and with those lists sorted whose order means nothing."""
    return {
        collection: {
            sourced_id: {
                key: sorted(value, key=repr) if isinstance(value, list) else value
                for key, value in record.items()
                if key != "dateLastModified"
            }
            for sourced_id, record in found.items()
        }
        for collection, found in records.items()
    }


def same(records: Records, expected: Records) -> None:
    """Compare whole documents, one by one, so that a difference is told where it is."""
    found, wanted = unstamped(records), unstamped(expected)
    assert ids(found) == ids(wanted)
    for collection, documents in wanted.items():
        for sourced_id, document in documents.items():
            assert found[collection][sourced_id] == document, f"{collection} {sourced_id}"


COLLECTION = {
    "academicSession": "academicSessions", "org": "orgs", "course": "courses",
    "class": "classes", "user": "users", "resource": "resources", "category": "categories",
    "lineItem": "lineItems", "scoreScale": "scoreScales",
}  # fmt: skip


def resolvable(records: Records) -> bool:
    """Whether no document names what isn't among the records."""
    for reference in distinct_references(records).values():
        assert reference["sourcedId"] in records[COLLECTION[reference["type"]]], reference
    return True


def left_of(before: Records, gone: dict[str, set[str]], case: Case, version: str) -> Records:
    """Return the records that stay: references to what is gone left out, people moved."""
    left: Records = {}
    for collection, records in before.items():
        left[collection] = {
            sourced_id: pruned(record, gone)
            for sourced_id, record in records.items()
            if sourced_id not in gone.get(collection, set())
        }
    users = left["users"]
    for user, org in case.leaves.items():
        move_out(users[user], org)
    for user, (role, org) in case.instead.items():
        move_in(users[user], role, left["orgs"][org], version, before)
    if case.parted:
        for one, other in (case.parted, case.parted[::-1]):
            drop(users[one], "agents", other)
    if version == "1.1":
        for user, role in case.in_v11.items():
            users[user]["role"] = role
    return left


def pruned(value: Any, gone: dict[str, set[str]]) -> Any:
    """Return a value without references to what is gone, and without what they leave empty."""
    if isinstance(value, list):
        return [part for part in (pruned(part, gone) for part in value) if part is not None]
    if not isinstance(value, dict):
        return value
    if "href" in value:
        target = gone.get(COLLECTION[value["type"]], set())
        return None if value["sourcedId"] in target else value
    parts = {key: pruned(part, gone) for key, part in value.items()}
    if "roleType" in value and parts["org"] is None:
        return None
    return {key: part for key, part in parts.items() if part not in (None, [])}


def move_out(user: dict[str, Any], org: str) -> None:
    """A person isn't seen at an org any longer: no role there."""
    if "role" in user:
        drop(user, "orgs", org)
    else:
        user["roles"] = [role for role in user.get("roles", []) if role["org"]["sourcedId"] != org]


def move_in(
    user: dict[str, Any], role: str, org: dict[str, Any], version: str, before: Records
) -> None:
    reference = next(
        reference
        for reference in distinct_references(before).values()
        if reference["type"] == "org" and reference["sourcedId"] == org["sourcedId"]
    )
    if version == "1.1":
        user["orgs"] = [*user.get("orgs", []), reference]
        assert user["role"] == role
    else:
        user["roles"] = [
            *user.get("roles", []), {"roleType": "primary", "role": role, "org": reference}
        ]  # fmt: skip


def drop(user: dict[str, Any], name: str, sourced_id: str) -> None:
    user[name] = [one for one in user.get(name, []) if one["sourcedId"] != sourced_id]
    if not user[name]:
        del user[name]
