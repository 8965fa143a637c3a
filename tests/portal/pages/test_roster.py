"""The roster: its levels, their lists, searching, and the marks that lists show."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from roster.excluding import exclude
from roster.kinds import KINDS
from roster.models import Level, Organization, User
from tests.cast import add_schools

ROSTER = "/o/riverside/roster/"


def names(answer) -> list[str]:
    return [row["name"] for row in answer.context["rows"]]


def test_the_first_page_counts_every_level(as_dana: Client, roster: Organization):
    exclude(roster, "person", ["tom"], reason="Left", by="test")
    page = as_dana.get(ROSTER)
    told = {each["kind"].name: each for _, kinds in page.context["groups"] for each in kinds}
    assert set(told) == set(KINDS)
    assert (told["person"]["number"], told["person"]["excluded"]) == (3, 1)
    assert (told["section"]["number"], told["enrollment"]["number"]) == (1, 2)


def test_an_empty_roster_says_where_data_comes_from(as_dana: Client, riverside: Organization):
    page = as_dana.get(f"{ROSTER}person/").content.decode()
    assert "None in your data" in page


def test_a_search_finds_people_classes_schools_and_courses(as_victor: Client, roster: Organization):
    found = as_victor.get(ROSTER, {"q": "algebra"})
    assert [kind.name for kind, _, _ in found.context["hits"]] == ["section", "course"]
    page = as_victor.get(ROSTER, {"q": "O'Hara"}).content.decode()
    assert "Ann O&#x27;Hara" in page
    assert "Nothing was found" in as_victor.get(ROSTER, {"q": "\0<b>"}).content.decode()


def test_every_level_has_a_list(as_dana: Client, roster: Organization):
    for kind in KINDS:
        assert as_dana.get(f"{ROSTER}{kind}/", {"q": "a", "excluded": "1"}).status_code == 200
        assert as_dana.get(f"{ROSTER}{kind}/").status_code == 200


@pytest.mark.parametrize(
    ("kind", "asked", "found"),
    [
        ("person", {}, ["Tom Li", "Ann O'Hara", "Pat O'Hara"]),
        ("person", {"q": "o'hara"}, ["Ann O'Hara", "Pat O'Hara"]),
        ("person", {"school": "s2"}, ["Tom Li"]),
        ("person", {"excluded": "1"}, []),
        ("school_enrollment", {}, ["Ann O'Hara at North School"]),
        ("guardian_link", {}, ["Pat O'Hara for Ann O'Hara"]),
        ("grade_level", {}, ["Grade 9, North School"]),
        ("enrollment", {"person": "ann"}, ["Ann O'Hara in Algebra 1"]),
        ("result", {}, ["Ann O'Hara: Quiz"]),
        ("section", {"school": "nowhere"}, []),
    ],
)
def test_a_list_is_searched_and_narrowed(
    kind: str, asked: dict[str, str], found: list[str], as_dana: Client, roster: Organization
):
    assert names(as_dana.get(f"{ROSTER}{kind}/", asked)) == found


def test_inherited_marks_are_no_ticks_of_their_own(as_victor: Client, roster: Organization):
    exclude(roster, "school", ["s1"], reason="Closing", by="test")
    (school,) = as_victor.get(f"{ROSTER}school/", {"q": "north"}).context["rows"]
    assert (school["excluded"], school["above"]) == (True, None)
    answer = as_victor.get(f"{ROSTER}section/")
    row = answer.context["rows"][0]
    assert (row["excluded"], row["above"]["name"]) == (False, "North School")
    assert "excluded with" in answer.content.decode()


def test_viewers_see_no_demographics_and_can_touch_nothing(
    as_dana: Client, as_victor: Client, roster: Organization
):
    assert as_victor.get(f"{ROSTER}demographics/").status_code == 403
    assert "demographics/" not in as_victor.get(ROSTER).content.decode()
    assert as_dana.get(f"{ROSTER}demographics/").status_code == 200
    for browser, may in ((as_dana, True), (as_victor, False)):
        page = browser.get(f"{ROSTER}person/").content.decode()
        assert ('type="checkbox" name="id"' in page) is may
        assert ("/exclude/" in page and "<button" in page and "Exclude the ticked" in page) is may


def test_long_lists_have_pages(as_dana: Client, riverside: Organization):
    people = [
        User(organization=riverside, sourced_id=f"u{n:03}", given_name="A", family_name=f"B{n:03}")
        for n in range(120)
    ]
    User.objects.bulk_create(people)
    first = as_dana.get(f"{ROSTER}person/", {"q": "u"})
    assert (len(names(first)), names(first)[0]) == (50, "A B000")
    assert "1–50 of 120" in first.content.decode()
    assert first.context["paged"].after == "?q=u&page=2"
    last = as_dana.get(f"{ROSTER}person/", {"page": "3"})
    assert (len(names(last)), last.context["paged"].after) == (20, "")
    for strange in ("99", "0", "-1", "x", "9" * 30, "٣"):
        assert as_dana.get(f"{ROSTER}person/", {"page": strange}).status_code == 200


def test_what_others_have_is_not_found(
    as_dana: Client, roster: Organization, lakeside: Organization
):
    add_schools(lakeside, "Lake School")
    assert "Lake School" not in as_dana.get(f"{ROSTER}school/").content.decode()
    assert as_dana.get(f"{ROSTER}planet/").status_code == 404


@pytest.mark.parametrize("kind", ["person", "school_enrollment"])
def test_a_long_list_asks_the_database_no_more_often(
    kind: str, as_dana: Client, roster: Organization
):
    as_dana.get(f"{ROSTER}{kind}/")  # The map is there from then on.
    counts = []
    for number in (2, 12):
        for n in range(number):
            User.objects.get_or_create(
                organization=roster, sourced_id=f"u{n}", given_name="A", family_name="B"
            )
            Level.objects.get_or_create(
                organization=roster, kind="school_enrollment", sourced_id=f"u{n}~s1",
                person=f"u{n}", school="s1", all_of=[["person", f"u{n}"]],
                any_of=[["grade_level", "s1~2027~structure~09"]],
            )  # fmt: skip
        with CaptureQueriesContext(database) as queries:
            assert as_dana.get(f"{ROSTER}{kind}/", {"q": "u"}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_people_are_narrowed_by_school_grade_and_role(as_dana: Client, roster: Organization):
    page = as_dana.get("/o/riverside/roster/person/", {"role": "teacher"})
    assert [row["id"] for row in page.context["rows"]] == ["tom"]
    assert [(pick.field, pick.chosen) for pick in page.context["picks"]] == [
        ("school", ""),
        ("grade", ""),
        ("role", "teacher"),
    ]
    assert '<option value="teacher" selected>Teachers</option>' in page.content.decode()
    assert as_dana.get("/o/riverside/roster/section/").context["picks"] == []


@pytest.mark.parametrize(
    ("code", "level", "beside", "fact"),
    [
        ("09", "Grade 9, North School", "grade 9", "9"),
        ("KG", "Kindergarten, North School", "Kindergarten", "Kindergarten"),
        ("none", "No grade, North School", "no grade", "no grade"),
        ("7th", "Grade 7th, North School", "grade 7th", "7th"),
    ],
)
def test_a_grade_is_told_as_a_school_office_says_it(
    code: str, level: str, beside: str, fact: str, as_dana: Client, roster: Organization
):
    Level.objects.filter(organization=roster, kind="grade_level").update(name=code)
    User.objects.filter(organization=roster, sourced_id="ann").update(grades=[code])
    assert names(as_dana.get(f"{ROSTER}grade_level/")) == [level]
    people = {
        each["name"]: each["about"] for each in as_dana.get(f"{ROSTER}person/").context["rows"]
    }
    assert beside in people["Ann O'Hara"]
    facts = as_dana.get(f"{ROSTER}person/record/", {"id": "ann"}).context["facts"]
    assert dict(facts)["Grades"] == [fact]
