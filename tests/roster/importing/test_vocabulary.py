"""Each word that other systems write for OneRoster's is understood, whatever its letters.

The lists here are the test's own; that they leave no word of the product's tables out is asked too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import pytest

from roster.importing import cleaning, vocabulary
from roster.importing.files import FILES
from roster.importing.vocabulary import plain
from roster.models import Enrollment, Finding, User
from tests.roster.importing.bundles import EVERYTHING
from tests.roster.importing.cases import add, cell, changed
from tests.roster.importing.conftest import Bundler

YES = ("true", "T", "Yes", "y", "1", "X", "On", "checked")
NO = ("false", "F", "No", "n", "0", "OFF", "Unchecked")
GRADES = {
    "K": "KG", "Kinder": "KG", "kindergarten": "KG", "Grade K": "KG", "kg": "KG", "KG": "KG",
    "PreK": "PK", "Pre-K": "PK", "pre-kindergarten": "PK", "PreKinder": "PK", "pk": "PK",
    "Preschool": "PR", "Transitional Kindergarten": "TK", "tk": "TK", "Infant": "IT",
    "Toddler": "IT", "Ungraded": "UG", "Post-Secondary": "PS",
    "1": "01", "01": "01", "1st": "01", "Grade 1": "01", "2nd": "02", "gr. 2": "02", "3rd": "03",
    "G3": "03", "4th Grade": "04", "5 gr": "05", "Grade 06": "06", "GRADE-7": "07", "8th": "08",
    "9": "09", "10": "10", "Gr 11": "11", "12th": "12", "13": "13", "14": "14", "0": "0",
    "AS": "AS", "ba": "BA", "PB": "PB", "MD": "MD", "PM": "PM", "DO": "DO", "PD": "PD", "AE": "AE",
    "PT": "PT", "OT": "OT", "other": "Other", "IT": "IT", "PR": "PR", "PS": "PS", "UG": "UG",
    "Upper School": "Upper School",
}  # fmt: skip


class Words(NamedTuple):
    """What a column's words are stored as: in rows like one that there is; and the product's table.

    What is stored as a blank isn't understood.
    """

    file: str
    like: str
    column: str
    field: str
    meant: Mapping[str, Any]
    table: Mapping[str, Any] = {}


TABLES = [
    Words("demographics", "ann", "sex", "sex", {
        "male": "male", "M": "male", "Female": "female", "f": "female",
        "U": "unspecified", "Unknown": "unspecified", "not specified": "unspecified",
        "Not-Specified": "unspecified", "Unspecified": "unspecified",
        "X": "other", "Non-Binary": "other", "nonbinary": "other", "OTHER": "other", "lady": "",
    }, vocabulary.SEX_WORDS),
    Words("demographics", "ann", "white", "white",
          dict.fromkeys(YES, True) | dict.fromkeys(NO, False) | {"perhaps": None},
          vocabulary.TRUTH),
    Words("academicSessions", "t1", "type", "type", {
        "Year": "schoolYear", "Academic Year": "schoolYear", "full-year": "schoolYear",
        "School Year": "schoolYear", "term": "term", "Terms": "term", "Trimester": "term",
        "Quarter": "term", "Quarters": "term", "quadmester": "term", "Semester": "semester",
        "Marking Period": "gradingPeriod", "grading_term": "gradingPeriod",
        "Grading Periods": "gradingPeriod",
    }, vocabulary.SESSION_WORDS),
    Words("orgs", "s1", "type", "type", {
        "School": "school", "High School": "school", "MIDDLE SCHOOL": "school",
        "Elementary School": "school", "primary-school": "school", "secondary_school": "school",
        "Elementary": "school", "Campus": "school", "schools": "school",
        "District": "district", "School District": "district", "LEA": "district",
        "Local Education Agency": "district", "State": "state", "SEA": "state",
        "local": "local", "National": "national", "departments": "department",
        "Dept.": "department",
    }, vocabulary.ORG_WORDS),
    Words("classes", "k1", "classType", "class_type", {
        "Homeroom": "homeroom", "HR": "homeroom", "Scheduled": "scheduled",
        "Section": "scheduled", "regular": "scheduled", "club": "",
    }, vocabulary.CLASS_WORDS),
    Words("results", "x1", "scoreStatus", "score_status", {
        "Fully Graded": "fully graded", "fully_graded": "fully graded", "Graded": "fully graded",
        "PartiallyGraded": "partially graded", "partial": "partially graded",
        "Not-Submitted": "not submitted", "Submitted": "submitted", "EXEMPT": "exempt",
    }, vocabulary.SCORE_WORDS),
    Words("users", "ann", "grades", "grades",
          {word: [code] for word, code in GRADES.items()}, vocabulary.GRADE_WORDS),
    Words("academicSessions", "t1", "schoolYear", "school_year", {
        "2027": "2027", "2026-2027": "2027", "2026/27": "2027", "2026–2027": "2027",
        "2026 - 27": "2027", "2026-28": "", "next": "",
    }),
    Words("roles", "r1", "role", "role", {
        "Student": "student", "TEACHERS": "teacher",
        "District Administrator": "districtAdministrator",
        "site_administrator": "siteAdministrator", "Parent": "parent", "ext:coach": "ext:coach",
    }),
    Words("enrollments", "e1", "role", "role", {
        "Student": "student", "TEACHERS": "teacher", "Proctor": "proctor",
        "administrators": "administrator", "ext:helper": "ext:helper",
    }),
]  # fmt: skip


@pytest.mark.parametrize("words", TABLES, ids=lambda each: f"{each.file} {each.column}")
def test_each_word_is_understood(words: Words, load: Bundler) -> None:
    rows = {f"w{number}": word for number, word in enumerate(words.meant)}
    load(changed(EVERYTHING, [
        add(words.file, each, words.like, **{words.column: word}) for each, word in rows.items()
    ]))  # fmt: skip
    stored = FILES[words.file].model.objects.filter(sourced_id__in=rows)
    found = {rows[each]: value for each, value in stored.values_list("sourced_id", words.field)}
    assert found == words.meant


@pytest.mark.parametrize("words", TABLES, ids=lambda each: f"{each.file} {each.column}")
def test_no_word_of_the_tables_is_left_out(words: Words) -> None:
    assert set(words.table) <= {plain(word) for word in words.meant}


def test_every_grade_is_asked_for() -> None:
    assert set(GRADES.values()) >= vocabulary.GRADES


STATUSES = {
    "active": "active", "A": "active", "": "active", "ACTIVE ": "active",
    "tobedeleted": "tobedeleted", "To Be Deleted": "tobedeleted", "inactive": "tobedeleted",
    "Deleted": "tobedeleted",
}  # fmt: skip


def test_each_word_for_a_status_is_understood(load: Bundler) -> None:
    rows = {f"w{number}": word for number, word in enumerate(STATUSES)}
    load(changed(EVERYTHING, [add("users", each, "ann") for each in rows]))
    load(changed(EVERYTHING, [add("users", each, "ann", status=word)
                              for each, word in rows.items()]))  # fmt: skip
    stored = User.objects.filter(sourced_id__in=rows).values_list("sourced_id", "status")
    assert {rows[each]: status for each, status in stored} == STATUSES
    assert set(vocabulary.STATUSES) <= {plain(word) for word in STATUSES}


NOTHING = (
    "NULL", "null", "(null)", "(NULL)", "<null>", "<NULL>", "N/A", "n/a", "#N/A", r"\N", "#NULL!",
    "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", " NULL ", "\u00a0#REF!",
)  # fmt: skip


def test_each_word_for_nothing_is_blank_and_told(load: Bundler) -> None:
    """In ids that others are named by, too."""
    rows = {f"w{number}": word for number, word in enumerate(NOTHING)}
    done = load(changed(EVERYTHING, [
        add("users", each, "ann", email=word, primaryOrgSourcedId=word, grades=word)
        for each, word in rows.items()
    ]))  # fmt: skip
    stored = User.objects.filter(sourced_id__in=rows)
    assert {*stored.values_list("email", "primary_org")} == {("", "")}
    assert [each.grades for each in stored] == [[]] * len(NOTHING)
    told = done.findings.filter(code="cell-nothing", file="users.csv")
    assert {*told.values_list("severity", "column", "occurrences")} == {
        (Finding.Severity.NOTICE, column, len(NOTHING))
        for column in ("email", "primaryOrgSourcedId", "grades")
    }
    assert {word.strip() for word in NOTHING} >= cleaning.NOTHING


CELLS = {
    ' "Ann"': ("Ann", {"cell-blanks", "cell-quotes"}), '"Ann" x': ('"Ann" x', set()),
    "Ann\u202f": ("Ann", {"cell-blanks"}), "Ann\u2007May": ("Ann May", {"cell-invisible"}),
    "\u200dAnn\ufeff": ("Ann", {"cell-blanks"}), "An\u00adn": ("Ann", {"cell-invisible"}),
    "Ann\u2028May": ("Ann May", {"cell-control"}), "Ann\x07May": ("Ann May", {"cell-control"}),
    "क्‍ष": ("क्‍ष", set()), "O’Hara": ("O’Hara", set()), "null and void": ("null and void", set()),
    "Zoâ€™": ("Zoâ€™", {"cell-decoded-twice"}), "\ufffdnn": ("\ufffdnn", {"cell-lost"}),
}  # fmt: skip
"""What is written as a name; what it is stored as, and what is told of it."""


def test_each_cell_is_cleaned(load: Bundler) -> None:
    rows = {f"w{number}": written for number, written in enumerate(CELLS)}
    done = load(changed(EVERYTHING, [add("users", each, "ann", middleName=written)
                                     for each, written in rows.items()]))  # fmt: skip
    told: dict[str, set[str]] = {each: set() for each in rows}
    for each in done.findings.filter(column="middleName"):
        told[each.sourced_id].add(each.code)
    stored = User.objects.filter(sourced_id__in=rows).values_list("sourced_id", "middle_name")
    assert {rows[each]: (name, told[each]) for each, name in stored} == CELLS


IN_WORDS = ("20-Aug-2026", "20 August 2026", "20. Aug. 2026", "Aug 20 2026", "AUGUST 20, 2026")
FIRST = (
    "8/20/2026", "08/20/2026", "8-20-2026", "20.08.2026", "20/8/2026", "2026/08/20", "2026/8/20",
    "2026.08.20", "20260820", "46254", "46254.0", "8/20/2026 12:00:00 AM", *IN_WORDS,
)  # fmt: skip


@pytest.mark.parametrize("written", FIRST)
def test_each_form_of_a_date_is_read_where_it_fits_the_column(written: str, load: Bundler) -> None:
    done = load(changed(EVERYTHING, [cell("enrollments", "e1", "beginDate", written)]))
    assert Enrollment.objects.get(sourced_id="e1").begin_date == date(2026, 8, 20)
    told = done.findings.get(code="dates-form")
    assert (told.file, told.column) == ("enrollments.csv", "beginDate")


@pytest.mark.parametrize("written", ["8/20/26", "20268020", "Aug 2026", "20 Aouť 2026", "19999"])
def test_what_has_no_form_of_a_date_costs_the_row(written: str, load: Bundler) -> None:
    done = load(changed(EVERYTHING, [cell("enrollments", "e1", "beginDate", written)]))
    assert {"dates-mixed", "unreadable-row"} <= {*done.findings.values_list("code", flat=True)}
    assert not Enrollment.objects.filter(sourced_id="e1").exists()
