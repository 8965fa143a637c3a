"""1.1 from 1.2 data, 1.2 from 1.1 data, and what neither can say."""

from __future__ import annotations

import pytest

from roster.models import Role
from tests.roster.exporting.conftest import Desk, rows_of
from tests.roster.importing.bundles import EVERYTHING, V1P1, edited


def test_a_1_1_role_becomes_one_row_for_each_org(desk: Desk) -> None:
    out, _ = desk.exported(desk.loaded(V1P1, "1.1"), "1.2")
    roles = rows_of(out, "roles.csv")
    told = [(r["userSourcedId"], r["roleType"], r["role"], r["orgSourcedId"]) for r in roles]
    assert told == [
        ("ann", "primary", "student", "s1"),
        ("lea", "primary", "districtAdministrator", "d"),
        ("pat", "primary", "parent", "s1"),
        ("tom", "primary", "teacher", "s1"),
        ("tom", "primary", "teacher", "s2"),
    ]
    assert all("~" not in row["sourcedId"] for row in roles)
    desk.comes_back(out, "1.2")


def test_roles_stand_in_the_order_of_the_words_that_are_written(desk: Desk) -> None:
    more = "r3,,,tom,primary,administrator,,,s2,\nr5,,,tom,secondary,guardian,,,s2,\n"
    files = edited(EVERYTHING, "roles.csv", "r3,,,tom,primary,teacher,,,s2,\n", more)
    out, _ = desk.exported(desk.loaded(files, "1.2"), "1.2")
    told = [(row["sourcedId"], row["role"]) for row in rows_of(out, "roles.csv")]
    assert told[-2:] == [("r5", "guardian"), ("r3", "siteAdministrator")]
    desk.comes_back(out, "1.2")


def test_a_1_2_user_gets_one_word_and_its_orgs_in_1_1(desk: Desk) -> None:
    files = edited(EVERYTHING, "roles.csv", "r4,,,pat,primary,parent", "r4,,,pat,primary,counselor")
    out, exported = desk.exported(desk.loaded(files, "1.2"), "1.1")
    users = rows_of(out, "users.csv")
    assert {row["sourcedId"]: (row["role"], row["orgSourcedIds"]) for row in users} == {
        "ann": ("student", "s1"),
        "pat": ("aide", "s1"),
        "tom": ("teacher", "s1,s2"),
    }
    # Its line item is in a term, and 1.1 knows none outside of grading periods.
    assert exported.left_out == {
        "lineItems.csv": {"gradingPeriodSourcedId": 1},
        "results.csv": {"lineItemSourcedId": 1},
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "left"),
    [
        ("roles.csv", "pat,primary,parent", "pat,primary,ext:friend", ("users.csv", "role")),
        ("roles.csv", "parent,,,s1", "parent,,2020-01-01,s1", ("users.csv", "orgSourcedIds")),
        ("users.csv", "tom@", "tom2@", None),
        ("results.csv", "fully graded,92.5", "fully graded,", ("results.csv", "score")),
        ("orgs.csv", "South School,school", "South School,ext:x", ("orgs.csv", "type")),
    ],
)
def test_what_1_1_has_no_form_for_is_left_out_and_counted(
    desk: Desk, file: str, old: str, new: str, left: tuple[str, str] | None
) -> None:
    files = edited(EVERYTHING, "academicSessions.csv", "Fall,term", "Fall,gradingPeriod")
    out, exported = desk.exported(desk.loaded(edited(files, file, old, new), "1.2"), "1.1")
    assert exported.left_out == ({left[0]: {left[1]: 1}} if left else {})
    desk.comes_back(out, "1.1")


def test_what_the_binding_requires_is_supplied(desk: Desk) -> None:
    files = edited(EVERYTHING, "users.csv", "true,tom,", "true,,")
    files = edited(files, "classes.csv", "A1,scheduled", "A1,")
    files = edited(files, "enrollments.csv", "e1,,,k1,s1", "e1,,,k1,")
    files = edited(files, "courses.csv", '"09,10",s1', '"09,10",')
    files = edited(files, "lineItems.csv", "cat,t1,0,100,s1", "cat,,0,100,")
    files = edited(files, "scoreScales.csv", "letter,s1,c1", "letter,,")
    files = edited(files, "academicSessions.csv", "y,2027\n", "y,\n")
    out, exported = desk.exported(desk.loaded(files, "1.2"), "1.2")
    assert exported.left_out == {}
    assert exported.supplied == {
        "classes.csv": {"classType": 1},
        "courses.csv": {"orgSourcedId": 1},
        "enrollments.csv": {"schoolSourcedId": 1},
        "lineItems.csv": {"academicSessionSourcedId": 1, "schoolSourcedId": 1},
        "scoreScales.csv": {"courseSourcedId": 1, "orgSourcedId": 1},
        "users.csv": {"username": 1},
    }
    assert [row["username"] for row in rows_of(out, "users.csv")] == ["ann", "pat", "tom"]
    assert rows_of(out, "courses.csv")[0]["orgSourcedId"] == "d"
    desk.comes_back(out, "1.2")


def test_nothing_dangles(desk: Desk) -> None:
    files = edited(EVERYTHING, "users.csv", ",,,pat,09", ',,,"pat,gone",09')
    files = edited(files, "classes.csv", 's1,"t1"', 's1,"gone,t1"')
    files = edited(files, "enrollments.csv", "s1,tom,", "s1,gone,")
    files = edited(files, "orgs.csv", "S,d\n", "S,gone\n")
    out, exported = desk.exported(desk.loaded(files, "1.2"), "1.2")
    assert exported.left_out == {"enrollments.csv": {"userSourcedId": 1}}
    assert [row["parentSourcedId"] for row in rows_of(out, "orgs.csv")] == ["", "d", ""]
    desk.comes_back(out, "1.2")


def test_codes_that_are_not_one_for_each_subject_are_left_out(desk: Desk) -> None:
    files = edited(EVERYTHING, "courses.csv", ",Math,MA", ',Math,"MA,AR"')
    out, _ = desk.exported(desk.loaded(files, "1.2"), "1.2")
    [course] = rows_of(out, "courses.csv")
    assert (course["subjects"], course["subjectCodes"]) == ("Math", "")
    desk.comes_back(out, "1.2")


def test_a_classs_school_has_the_type_school(desk: Desk) -> None:
    files = edited(EVERYTHING, "orgs.csv", "North School,school", "North School,department")
    out, _ = desk.exported(desk.loaded(files, "1.2"), "1.2")
    assert [row["type"] for row in rows_of(out, "orgs.csv")] == ["district", "school", "school"]
    desk.comes_back(out, "1.2")


def test_where_nobody_has_a_role_1_2_has_no_form_for_people(desk: Desk) -> None:
    nobody = {name: text for name, text in EVERYTHING.items() if name != "roles.csv"}
    organization = desk.loaded(nobody, "1.2")
    Role.objects.filter(organization=organization).delete()
    out, exported = desk.exported(organization, "1.2")
    assert exported.left_out["users.csv"] == {"roles.csv": 3}
    assert "users.csv" not in exported.files
    assert "enrollments.csv" not in exported.files
    desk.comes_back(out, "1.2")


def test_enrollments_keep_to_their_class(desk: Desk) -> None:
    primary = "e8,,,k1,s1,pat,teacher,true,2020-01-01,2040-01-01\n"
    files = EVERYTHING | {"enrollments.csv": EVERYTHING["enrollments.csv"] + primary}
    for version in ("1.1", "1.2"):
        out, _ = desk.exported(desk.loaded(files, "1.2"), version)
        told = {row["sourcedId"]: row for row in rows_of(out, "enrollments.csv")}
        assert [told[each]["primary"] for each in ("e2", "e8")] == ["true", "false"]
        assert told["e8"]["beginDate"] > "2026"
        assert told["e8"]["endDate"] < "2028"
        desk.comes_back(out, version)
