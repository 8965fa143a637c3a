"""Columns and values: what real systems send is taken with a finding, the rest left out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from roster.importing.findings import shorten
from roster.importing.report import summary
from roster.models import (
    AcademicSession,
    Course,
    Demographics,
    Enrollment,
    Import,
    Klass,
    LineItem,
    Org,
    User,
)
from tests.roster.importing.bundles import EVERYTHING, V1P1, V1P2, Files, edited
from tests.roster.importing.conftest import Bundler

Codes = Callable[[Import], set[str]]


def rewritten(files: Files, write: Callable[[list[list[str]]], str]) -> Files:
    """Return the files with each one's rows written in another way."""
    return {name: write(list(csv.reader(io.StringIO(text)))) for name, text in files.items()}


def quoted(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def reversed_columns(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(row[::-1] for row in rows)
    return out.getvalue()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda files: rewritten(files, quoted), set()),
        (lambda files: rewritten(files, reversed_columns), {"column-order"}),
        (lambda files: {name: "\ufeff" + text for name, text in files.items()}, set()),
        (lambda files: {n: t.encode("utf-16") for n, t in files.items()}, {"file-utf-16"}),
        (lambda files: {n: t + "\n\n,,,,\n" for n, t in files.items()}, set()),
        (lambda files: {n: t.rstrip("\n") for n, t in files.items()}, {"row-too-short"}),
        (lambda files: edited(files, "users.csv", "givenName", "GIVENNAME"),
         {"column-letter-case"}),
        (lambda files: edited(files, "users.csv", ",pronouns\n", ",pronouns,\n"),
         {"column-nameless"}),
    ],
    ids=["quoted", "order", "BOM", "UTF-16", "blank rows", "no last end", "letters", "nameless"],
)  # fmt: skip
def test_the_same_data_written_otherwise_is_the_same(
    load: Bundler, codes: Codes, change: Callable[[Files], Files], expected: set[str]
) -> None:
    load(V1P2)
    done = load(change(V1P2))
    assert codes(done) - {"file-without-rows"} == expected
    for name, counts in done.counts.items():
        assert counts["created"] == counts["updated"] == counts["retired"] == 0, name


def test_unknown_columns_are_ignored_and_own_columns_kept(load: Bundler, codes: Codes) -> None:
    orgs = (
        "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId,ext_id,"
        "metadata.boarding,Metadata.Gender\n"
        "d,,,Riverside,district,,,7,,\ns1,,,North,school,,d,8,true,mixed\n"
        "s2,,,South,school,,d,9,,\n"
    )
    done = load(V1P2 | {"orgs.csv": orgs})
    assert codes(done) == {"column-unknown"}
    assert done.findings.get().column == "ext_id"
    assert Org.objects.get(sourced_id="s1").metadata == {"boarding": "true", "Gender": "mixed"}
    assert Org.objects.get(sourced_id="d").metadata == {}


def test_a_file_of_a_header_alone_counts_as_absent(load: Bundler, codes: Codes) -> None:
    load(V1P2)
    head = V1P2["demographics.csv"].splitlines()[0]
    for text in (head, head + "\n", "", "\n"):
        done = load(V1P2 | {"demographics.csv": text})
        assert codes(done) == {"file-without-rows"}
        assert done.counts["demographics.csv"]["read"] == 0
        assert Demographics.objects.get().status == "active"


def test_missing_columns_are_told_once_each(load: Bundler) -> None:
    orgs = "sourcedId,name,type\nd,Riverside,district\ns1,North,school\ns2,South,school\n"
    done = load(V1P2 | {"orgs.csv": orgs})
    assert list(done.findings.values_list("code", "column", "occurrences")) == [
        ("column-missing", "status", 1),
        ("column-missing", "dateLastModified", 1),
        ("column-missing", "identifier", 1),
        ("column-missing", "parentSourcedId", 1),
    ]


def test_a_column_twice_is_read_once(load: Bundler, codes: Codes) -> None:
    done = load(edited(V1P2, "courses.csv", "subjects,subjectCodes", "title,subjectCodes"))
    assert codes(done) == {"column-twice", "column-missing", "subjects-uneven"}
    assert Course.objects.get().title == "Algebra"


def test_a_row_whose_cells_slipped_is_left_out(load: Bundler, codes: Codes) -> None:
    load(V1P2)
    files = edited(V1P2, "orgs.csv", "North School,school,N,d", "North School,school,N,d,x,y")
    files = edited(files, "orgs.csv", "South School,school,S,d", "South School,school")
    done = load(files)
    assert codes(done) == {"row-too-long", "row-too-short"}
    assert done.findings.get(code="row-too-long").row == 3
    assert {name: n for name, n in done.counts["orgs.csv"].items() if n} == {
        "read": 3, "unchanged": 1, "left_out": 2,
    }  # fmt: skip
    assert set(Org.objects.values_list("parent", "status")) == {("", "active"), ("d", "active")}


# file, what to replace, by what, the code of the finding, the row left out
VALUES = [
    # Understood, with a notice.
    ("users.csv", "ann,,,true", "ann,,,TRUE", "letter-case", False),
    ("users.csv", "ann,,,true", "ann,,,1", "word-understood", False),
    ("classes.csv", "scheduled", "Scheduled", "letter-case", False),
    ("orgs.csv", "North School,school", "North School,School", "letter-case", False),
    ("roles.csv", "ann,primary,student", "ann,Primary,student", "letter-case", False),
    ("demographics.csv", "2012-03-04", "2012-03-04T00:00:00.000Z", "date-with-time", False),
    ("demographics.csv", "2012-03-04", "2012-03-04 08:01:05", "date-with-time", False),
    ("roles.csv", "teacher,,,s2", "administrator,,,s2", "other-version", False),
    ("orgs.csv", "\ns2,,,South", "\ns 2,,,South", "id-characters", False),
    # The value is left out.
    ("demographics.csv", "2012-03-04", "3/4/2012", "unreadable", False),
    ("demographics.csv", "2012-03-04", "2012-02-30", "unreadable", False),
    ("demographics.csv", "female", "lady", "unreadable", False),
    ("demographics.csv", ",true,", ",maybe,", "unreadable", False),
    ("classes.csv", "scheduled", "sometimes", "unreadable", False),
    ("academicSessions.csv", "y,2027\n", "y,2026-28\n", "unreadable", False),
    ("results.csv", "92.5", "A+", "unreadable", False),
    ("results.csv", "92.5", "nan", "unreadable", False),
    ("users.csv", "{LDAP:12}", '"{LDAP:12},12"', "list-part", False),
    ("scoreScales.csv", "{B:80}", "B is 80", "list-part", False),
    ("resources.csv", "student,teacher", "student,wizard", "list-part", False),
    ("classes.csv", '"t1"', f'"t1,{"x" * 256}"', "list-part", False),
    ("classes.csv", "09,c1", "09," + "x" * 256, "unreadable", False),
    # Required, but the row is worth more.
    ("users.csv", "true,ann,", "true,,", "missing", False),
    ("users.csv", "Ann,O'Hara", ",O'Hara", "missing", False),
    ("users.csv", "Ann,O'Hara", "   ,O'Hara", "missing", False),
    ("users.csv", "ann,,,true", "ann,,,", "missing", False),
    ("classes.csv", "09,c1", "09,", "missing", False),
    ("academicSessions.csv", "y,2027\n", "y,\n", "missing", False),
    # The row is left out.
    ("orgs.csv", "North School,school", ",school", "missing-row", True),
    ("orgs.csv", "North School,school", "North School,", "missing-row", True),
    ("orgs.csv", "South School,school", "South School,building", "unreadable-row", True),
    ("enrollments.csv", "2026-08-20", "soon", "unreadable-row", True),
    ("roles.csv", "ann,primary,student", "ann,primary,pupil", "unreadable-row", True),
    ("roles.csv", "ann,primary,student", "ann,main,student", "unreadable-row", True),
    ("enrollments.csv", "ann,student", "ann,", "missing-row", True),
    ("academicSessions.csv", "2026-08-20", "8/20/2026", "unreadable-row", True),
    ("lineItems.csv", "2026-09-05", "", "missing-row", True),
    ("results.csv", "fully graded", "done", "unreadable-row", True),
    ("users.csv", "ann,,,true", "ann,,,maybe", "unreadable-row", True),
    ("orgs.csv", "s1,,,North", ",,,North", "id-missing", True),
    ("orgs.csv", "s1,,,North", "x" * 256 + ",,,North", "id-too-long", True),
    ("orgs.csv", "s2,,,South", "s1,,,South", "id-twice", 2),
    ("orgs.csv", "s2,,,South", "s2,removed,,South", "status-unknown", True),
]


@pytest.mark.parametrize(("name", "old", "new", "code", "left_out"), VALUES, ids=str)
def test_a_faulty_value_is_told_and_costs_no_more_than_it_must(
    load: Bundler, name: str, old: str, new: str, code: str, left_out: int
) -> None:
    done = load(edited(EVERYTHING, name, old, new))
    assert done.state == Import.State.APPLIED
    assert code in set(done.findings.filter(file=name).values_list("code", flat=True))
    assert done.counts[name]["left_out"] == int(left_out)


def test_values_in_other_letters_are_stored_in_the_right_ones(load: Bundler) -> None:
    load(edited(edited(V1P2, "users.csv", "ann,,,true", "ann,,,FALSE"), "classes.csv",
                "scheduled", "Homeroom"))  # fmt: skip
    assert User.objects.get(sourced_id="ann").enabled is False
    assert Klass.objects.get().class_type == "homeroom"


def test_a_user_without_the_enabled_column_is_enabled(load: Bundler) -> None:
    load(edited(V1P2, "users.csv", "ann,,,true", "ann,,,"))
    assert User.objects.get(sourced_id="ann").enabled is True


def test_extensions_are_1_2_s_and_noticed_in_1_1(load: Bundler, codes: Codes) -> None:
    done = load(edited(V1P2, "enrollments.csv", "ann,student", "ann,ext:guest"))
    assert codes(done) == {"enrollment-role"}
    assert Enrollment.objects.get(sourced_id="e1").role == "ext:guest"
    done = load(edited(V1P1, "users.csv", "s1,parent", "s1,ext:friend"), "1.1")
    assert codes(done) == {"other-version"}


def test_a_status_in_bulk_retires_its_row(load: Bundler, codes: Codes) -> None:
    load(V1P2)
    for word in ("tobedeleted", "inactive", "toBeDeleted"):
        load(V1P2)
        done = load(edited(V1P2, "demographics.csv", "ann,,,", f"ann,{word},2026-05-01,"))
        assert codes(done) == {"status-retired", "stamps-filled"}
        assert done.counts["demographics.csv"]["retired"] == 1
        assert Demographics.objects.get().status == "tobedeleted"


def test_a_line_item_s_date_may_have_a_time(load: Bundler) -> None:
    load(edited(EVERYTHING, "lineItems.csv", "2026-09-05", "2026-09-05T17:30:00-07:00"))
    assert LineItem.objects.get().due_date == datetime(2026, 9, 6, 0, 30, tzinfo=UTC)


def test_1_1_line_items_name_a_grading_period(load: Bundler) -> None:
    text = EVERYTHING["lineItems.csv"].replace("academicSessionSourcedId", "gradingPeriodSourcedId")
    load(V1P1 | {"categories.csv": "sourcedId,title\ncat,Tests\n", "lineItems.csv": text}, "1.1")
    assert LineItem.objects.get().grading_period == "t1"
    assert LineItem.objects.get().academic_session == ""


def test_ids_are_kept_byte_for_byte(load: Bundler) -> None:
    for sourced_id in ("S1", "s1+", "ä/@1", "=cmd()"):
        load(V1P2 | {"orgs.csv": V1P2["orgs.csv"] + f"{sourced_id},,,East,school,,d\n"})
        assert Org.objects.get(sourced_id=sourced_id).name == "East"
    assert Org.objects.get(sourced_id="s1").name == "North School"


def test_findings_say_where_and_how_often(load: Bundler) -> None:
    rows = "".join(f"x{n},,,Room {n},building,,\n" for n in range(25))
    done = load(V1P2 | {"orgs.csv": V1P2["orgs.csv"] + rows})
    found = summary(done)
    assert (found["errors"], found["warnings"], found["notices"]) == (25, 0, 0)
    assert len(found["list"]) == 20
    first = found["list"][0]
    assert first | {"message": ""} == {
        "code": "unreadable-row",
        "severity": "error",
        "file": "orgs.csv",
        "row": 5,
        "column": "type",
        "value": "building",
        "sourcedId": "x0",
        "message": "",
        "cure": "Correct it at the source.",
        "occurrences": 25,
    }
    assert "department, school, district" in first["message"]


def test_values_are_shortened() -> None:
    assert shorten("a\n b") == "a b"
    assert shorten("\x1b[31mred\x7f") == "␛[31mred␡"
    assert len(shorten("x" * 500)) == 120


def test_sessions_keep_their_dates(load: Bundler) -> None:
    load(V1P2)
    term = AcademicSession.objects.get(sourced_id="t1")
    assert (term.start_date, term.end_date) == (date(2026, 8, 20), date(2027, 1, 10))
