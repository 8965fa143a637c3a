"""What hides a person is never read as open: marks, dates, status, accounts, slipped rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.roster.importing.cases import (
    HIDDEN,
    MARK,
    VERSIONS,
    Change,
    add,
    case,
    cell,
    check,
    codes,
    column,
    every,
    renamed,
    row,
    table,
    text,
    without,
    without_column,
    without_row,
)
from tests.roster.importing.conftest import Bundler

BOB = "users/bob enrollments/e-bob"
CY = "enrollments/e-cy"
DEE = "enrollments/e-dee"
ALL = " ".join(sorted(HIDDEN))
NEW = ("1.2",)

YES = ("TRUE", "True", "t", "T", "yes", "Yes", "Y", "y", "1", "X", "on", "checked", " true ",
       "true\t", "\u00a0true", "tr\u200bue")  # fmt: skip
NO = ("false", "False", "f", "no", "No", "N", "n", "0", "off", "unchecked", "", "  ", "NULL", "N/A")
UNCLEAR = ("Exclude", "2", "-1", "maybe", "tru", "falsch", "???", "1.0", "nope", "not")


def us(day: str) -> str:
    year, month, of_month = day.split("-")
    return f"{int(month)}/{int(of_month)}/{year}"


def lost(at: int) -> Callable[[list[str]], list[str]]:
    """Return what a row becomes that has lost a blank cell and has as many as ever."""
    return lambda cells: [*cells[:at], *cells[at:][1:], ""]


def turned(table: str, kept: int) -> str:
    """Return a file whose rows follow another header, of which so many columns are as before."""
    lines = [line.split(",") for line in table.splitlines()]
    again = [[*cells[:kept], *reversed(cells[kept:])] for cells in lines]
    return "\n".join(",".join(cells) for cells in [lines[0], *again]) + "\n"


MARK_WORDS = [
    *(
        case(f"mark {word!r} on night one", cell("users", "ann", MARK, word),
             hides="users/ann enrollments/e-ann demographics/ann")
        for word in YES
    ),
    *(case(f"mark {word!r} keeps out", then=(cell("users", "bob", MARK, word),), hides=BOB)
      for word in YES[:6]),
    *(
        case(f"mark {word!r} isn't one", cell("users", "eve", MARK, "true"),
             then=(cell("users", "bob", MARK, word),),
             findings="mark-gone", never="mark-unreadable", sees="users/bob")
        for word in NO
    ),
    *(
        case(f"mark {word!r} is unclear", cell("users", "ann", MARK, word),
             findings="mark-unreadable", hides="users/ann")
        for word in UNCLEAR
    ),
]  # fmt: skip

ANOTHER_MARK = cell("users", "eve", MARK, "true")
"""Beside bob's: where a file loses its last mark, it is held for that."""

MARK_SLIPS = [
    case("a mark has slipped into the cell before it", ANOTHER_MARK, row("users", "bob", lost(-2)),
         findings="mark-elsewhere", hides="users/bob"),
    case("a mark has slipped from the first cells on", ANOTHER_MARK, row("users", "bob", lost(4)),
         findings="mark-elsewhere", hides="users/bob"),
    case("a mark slips overnight", ANOTHER_MARK, then=(row("users", "bob", lost(-2)),),
         findings="mark-elsewhere", hides=BOB, stored={"users/bob email": "bob@example.org"}),
    case("a mark in other letters slips overnight",
         cell("users", "ann", MARK, "Yes"), cell("users", "bob", MARK, "Yes"),
         then=(row("users", "bob", lost(-2)),), findings="mark-elsewhere", hides=BOB),
    case("a mark has changed places with the e-mail address", ANOTHER_MARK,
         then=(cell("users", "bob", MARK, ""), cell("users", "bob", "email", "true")),
         findings="mark-elsewhere", hides=BOB),
    case("a mark of an org slips overnight", cell("orgs", "north", MARK, "true"),
         cell("orgs", "south", MARK, "true"), then=(row("orgs", "south", lost(5)),),
         findings="mark-elsewhere", hides="orgs/south classes/k2 users/eve"),
    case("a mark slips overnight where blank cells are NULL", ANOTHER_MARK,
         then=(row("users", "bob", lambda cells: [*lost(-2)(cells)[:-1], "NULL"]),),
         findings="mark-elsewhere", hides=BOB),
    case("a mark slips overnight with blanks around it", ANOTHER_MARK,
         then=(row("users", "bob", lambda cells: [*cells[:-2], " true ", " "]),),
         findings="mark-elsewhere", hides=BOB),
    case("a status slips into the next cell", cell("users", "ann", "status", "inactive"),
         then=(cell("users", "ann", "status", ""),
               cell("users", "ann", "dateLastModified", "inactive")),
         findings="status-elsewhere", hides="users/ann"),
    case("a status has changed places with a blank name",
         cell("users", "bob", MARK, ""), cell("users", "bob", "status", "tobedeleted"),
         cell("users", "eve", MARK, "true"),
         then=(cell("users", "bob", "status", ""),
               cell("users", "bob", "middleName", "tobedeleted")),
         findings="status-elsewhere", hides="users/bob"),
    case("an enrollment's status has slipped on the first night",
         cell("enrollments", "e-ann", "dateLastModified", "tobedeleted"),
         findings="status-elsewhere", hides="enrollments/e-ann"),
    case("a mark stands where it belongs, and its word elsewhere too", ANOTHER_MARK,
         then=(cell("users", "bob", "middleName", "true"),),
         never="mark-elsewhere", hides=BOB, stored={"users/bob middle_name": "true"}),
    case("the word of a mark is a value of the row's own columns",
         column("users", "metadata.bus", "true"),
         never="mark-elsewhere", sees="users/ann"),
]  # fmt: skip

MARK_NAMES = [
    *(
        case(f"the mark is called {name}", renamed("users", MARK, name),
             then=(), findings="column-of-marks", hides=BOB)
        for name in (
            "metadata.externallmsexclude", "metadata.ExternalLMSExclude",
            "Metadata.externalLmsExclude", "metadata.external_lms_exclude",
            "metadata.External LMS Exclude", "externalLmsExclude", "external-lms-exclude",
            "METADATA.EXTERNALLMSEXCLUDE", "\ufeffmetadata.externalLMSExclude",
            "metadata.externalLmsExcluded", "metadata.lmsExclude", "lms_exclusion",
        )
    ),
    case("the mark gets another name overnight",
         then=(renamed("users", MARK, "External_LMS_Exclude"),), hides=BOB),
    case("the mark stands there twice", column("users", "external_lms_exclude", "", "", "true"),
         hides="users/bob users/cy"),
    case("marks of orgs", cell("orgs", "south", MARK, "Yes"),
         hides="orgs/south classes/k2 users/eve enrollments/e-eve"),
    case("marks of courses", cell("courses", "art", MARK, "Y"),
         hides="classes/k2 enrollments/e-eve"),
    case("marks of classes", cell("classes", "k2", MARK, "X"),
         hides="classes/k2 enrollments/e-eve"),
    case("marks of roles", cell("roles", "r-eve", MARK, "on"),
         hides="users/eve enrollments/e-eve", versions=NEW),
    case("marks of enrollments aren't read", column("enrollments", MARK, "true"),
         findings="mark-not-read", sees="enrollments/e-ann"),
    case("blank marks of enrollments are nothing", column("enrollments", MARK, "", "false"),
         never="mark-not-read", sees="enrollments/e-ann"),
    case("marks of sessions aren't read", column("academicSessions", MARK, "Y"),
         findings="mark-not-read", sees="academicSessions/fall"),
    case("the mark's column is missing tonight", then=(without_column("users", MARK),),
         state="held", hides=BOB),
    case("the mark's column is blank tonight", then=(column("users", MARK, ""),),
         state="held", hides=BOB),
    case("the mark's column is called something else", then=(renamed("users", MARK, "hide"),),
         state="held", hides=BOB),
]  # fmt: skip

UNREADABLE = ("soon", "2026-13-01", "2026-02-30", "0000-00-00", "10/1/2026", "46296", "99", "-",
              "01-Okt-2026", "2026-10-01 26:00", "1 Oct 26", "2026-10", "#####")  # fmt: skip
DATES = [
    *(
        case(f"an end {word!r}", then=(cell("enrollments", "e-cy", "endDate", word),),
             findings="unreadable-row", hides=CY)
        for word in UNREADABLE
    ),
    *(
        case(f"a begin {word!r}", then=(cell("enrollments", "e-dee", "beginDate", word),),
             findings="unreadable-row", hides=DEE)
        for word in UNREADABLE[:5]
    ),
    *(
        case(f"a role's end {word!r}", then=(cell("roles", "r-sue", "endDate", word),),
             findings="unreadable-row", hides="users/sue", versions=NEW)
        for word in UNREADABLE[:5]
    ),
    case("an end that can't be read on the first night",
         cell("enrollments", "e-cy", "endDate", "soon"), findings="unreadable-row", hides=CY),
    case("ends as in the US", every("enrollments", "endDate", us), findings="dates-form",
         hides=CY, sees="enrollments/e-ann",
         stored={"enrollments/e-cy end_date": date(2026, 10, 1)}),
    case("ends as in the US tonight", then=(every("enrollments", "endDate", us),),
         findings="dates-form", state="held", hides=CY),
    case("ends as in the US, one of them no date",
         then=(every("enrollments", "endDate", us), cell("enrollments", "e-eve", "endDate", "?")),
         findings="dates-mixed unreadable-row", hides=CY, sees="enrollments/e-ann"),
    case("ends that can be days or months", every("enrollments", "endDate", lambda d: "10/1/2026"),
         findings="dates-ambiguous unreadable-row", hides=f"{CY} enrollments/e-ann"),
    case("days first", every("enrollments", "endDate", lambda d: "/".join(d.split("-")[::-1])),
         findings="dates-form", hides=CY, sees="enrollments/e-ann"),
    case("without separators", every("enrollments", "endDate", lambda d: d.replace("-", "")),
         findings="dates-form", hides=CY, stored={"enrollments/e-cy end_date": date(2026, 10, 1)}),
    case("with slashes", every("enrollments", "endDate", lambda d: d.replace("-", "/")),
         findings="dates-form", hides=CY, sees="enrollments/e-ann"),
    case("with the month's name", every("enrollments", "beginDate", lambda d: "01-Mar-2027"),
         findings="dates-form", hides=DEE,
         stored={"enrollments/e-dee begin_date": date(2027, 3, 1)}),
    case("as a spreadsheet counts", every("enrollments", "endDate", lambda d: "46296"),
         findings="dates-form", stored={"enrollments/e-cy end_date": date(2026, 10, 1)}, hides=CY),
    case("with a time", every("enrollments", "endDate", lambda d: f"{d}T00:00:00Z"),
         findings="date-with-time", hides=CY, sees="enrollments/e-ann"),
    case("with blanks around", every("enrollments", "endDate", lambda d: f" {d}\u00a0"),
         findings="cell-blanks", hides=CY, sees="enrollments/e-ann"),
    case("begin after end", cell("enrollments", "e-ann", "beginDate", "2027-06-11"),
         findings="dates-reversed", hides="enrollments/e-ann"),
    case("the column of ends is missing", then=(without_column("enrollments", "endDate"),),
         findings="column-missing-narrowing", state="held", hides=CY),
    case("the column of begins is missing", then=(without_column("enrollments", "beginDate"),),
         findings="column-missing-narrowing", state="held", hides=DEE),
    case("the column of ends is blank", then=(every("enrollments", "endDate", lambda d: ""),),
         state="held", hides=CY),
    case("the column of ends has another name", then=(renamed("enrollments", "endDate", "end"),),
         state="held", hides=CY),
    case("the column of ends in other letters",
         then=(renamed("enrollments", "endDate", "End Date"),),
         findings="column-letter-case", hides=CY, sees="enrollments/e-ann"),
    case("ends stand there twice, one blank",
         then=(renamed("enrollments", "schoolSourcedId", "enddate"),),
         findings="column-twice column-twice-differs", hides=CY),
    case("an end is taken back in words", then=(cell("enrollments", "e-cy", "endDate", ""),),
         sees=CY),
    case("an end moves", then=(cell("enrollments", "e-cy", "endDate", "2027-05-30"),), sees=CY),
]  # fmt: skip

ACCOUNTS = [
    *(case(f"enabledUser {word!r} is off", then=(cell("users", "fay", "enabledUser", word),),
           hides="users/fay") for word in ("False", "F", "no", "N", "0", "off")),
    *(case(f"enabledUser {word!r} is on", cell("users", "ann", "enabledUser", word),
           sees="users/ann") for word in ("TRUE", "Y", "T", "yes", "1")),
    *(case(f"enabledUser {word!r} can't be read",
           then=(cell("users", "fay", "enabledUser", word),),
           findings="unreadable-row", hides="users/fay")
      for word in ("maybe", "2", "disabled", "-")),
    case("status with letters and blanks", then=(cell("users", "eve", "status", " In-Active "),),
         findings="status-retired", hides="users/eve"),
    case("status A is active", cell("users", "ann", "status", "A"), sees="users/ann"),
    case("status deleted retires", then=(cell("users", "eve", "status", "deleted"),),
         findings="status-retired", hides="users/eve"),
    case("an unknown status keeps what was retired",
         cell("users", "eve", "status", "inactive"),
         then=(cell("users", "eve", "status", "D"),),
         findings="status-unknown", hides="users/eve"),
    case("a status NULL counts as blank", cell("users", "ann", "status", "NULL"),
         findings="cell-nothing", sees="users/ann"),
    case("the column status is blank", cell("users", "eve", "status", "inactive"),
         then=(column("users", "status", ""),), state="held", hides="users/eve"),
    case("the column status is missing", cell("users", "eve", "status", "inactive"),
         then=(without_column("users", "status"),), state="held", hides="users/eve"),
]  # fmt: skip


def lose(at: int) -> Any:
    return lambda cells: [*cells[:at], *cells[at:][1:]]


def gain(at: int, word: str = "") -> Any:
    return lambda cells: [*cells[:at], word, *cells[at:]]


def last(file: str, sourced_id: str) -> Change:
    """Let a row stand at the end of its file."""

    def move(text: str) -> str:
        head, *lines = text.splitlines(keepends=True)
        lines.sort(key=lambda line: line.startswith(f"{sourced_id},"))
        return head + "".join(lines)

    return text(file, move)


SLIPPED = [
    *(case(f"Bob's row loses cell {at}", then=(row("users", "bob", lose(at)),),
           findings="row-too-short", hides=BOB, sees="users/ann") for at in (1, 4, 9, -1)),
    *(case(f"Bob's row gets a cell {word!r} at {at}", then=(row("users", "bob", gain(at, word)),),
           findings="row-too-long", hides=BOB, sees="users/ann")
      for at, word in ((1, ""), (7, "Jr"), (12, ""), (99, ""), (99, "x"))),
    *(case(f"Cy's enrollment loses cell {at}", then=(row("enrollments", "e-cy", lose(at)),),
           findings="row-too-short", hides=CY) for at in (1, 4, -1)),
    *(case(f"Cy's enrollment gets a cell at {at}", then=(row("enrollments", "e-cy", gain(at)),),
           findings="row-too-long", hides=CY) for at in (1, 8, 9, 99)),
    case("Cy's dates slip to the left, and a blank cell follows them",
         then=(row("enrollments", "e-cy", lambda cells: [*cells[:7], *cells[8:], ""]),),
         findings="unreadable-row", hides=CY, sees="enrollments/e-ann"),
    case("so they do, written as in the US", every("enrollments", "beginDate", us),
         every("enrollments", "endDate", us),
         then=(row("enrollments", "e-cy", lambda cells: [*cells[:7], *cells[8:], ""]),),
         findings="unreadable-row", hides=CY, sees="enrollments/e-ann"),
    case("stray quotes make one row of two",
         then=(text("enrollments", lambda t: t.replace("dee,student,,", 'dee,student,",', 1)
                    .replace("eve,student,,", 'eve,student,",', 1)),),
         refused="a value holds whole rows", hides=DEE),
    case("an unquoted comma on the first night", row("users", "ann", gain(6, "Jr")),
         findings="row-too-long", hides="users/ann", sees="users/cy"),
    case("a slipped row isn't retired", then=(row("users", "ann", gain(6, "Jr")),),
         findings="row-too-long", sees="users/ann enrollments/e-ann"),
    case("every row ends with a comma",
         text("enrollments", lambda t: t.replace("\n", ",\n").replace(",\n", "\n", 1)),
         findings="rows-wide", sees="enrollments/e-ann", hides=CY),
    case("every line ends with a comma", text("enrollments", lambda t: t.replace("\n", ",\n")),
         findings="column-nameless", sees="enrollments/e-ann", hides=CY),
    case("a header again", text("users", lambda t: t + t.split("\n")[0] + "\n"),
         findings="row-header-again", never="dates-mixed", sees="users/ann", hides=BOB),
    case("a header again among dates",
         text("enrollments", lambda t: t + t.split("\n")[0] + "\n"), then=(),
         findings="row-header-again", never="dates-mixed", sees="enrollments/e-ann", hides=CY),
    case("another header, whose columns are in another order",
         then=(text("enrollments", lambda t: turned(t, 1)),),
         refused="is a header that has other columns", hides=CY, sees="enrollments/e-ann"),
    case("another header, which doesn't begin with the ids",
         then=(text("enrollments", lambda t: turned(t, 0)),),
         refused="is a header that has other columns", hides=CY, sees="enrollments/e-ann"),
    case("a line of dashes", text("orgs", lambda t: t + "--,-,-,-,-,-,-,-\n"),
         findings="row-of-dashes", sees="orgs/north", hides="orgs/--"),
    case("the file is cut off before an end date", last("enrollments", "e-cy"),
         then=(text("enrollments", lambda t: t.removesuffix("2026-10-01\n")),),
         findings="row-too-short", hides=CY, sees="enrollments/e-tess"),
    case("the file is cut off before a mark", last("users", "bob"),
         then=(text("users", lambda t: t.removesuffix("true\n")),),
         findings="row-too-short", hides=BOB, sees="users/ann"),
    case("the last line lacks its end, not its end date", last("enrollments", "e-cy"),
         then=(text("enrollments", lambda t: t.removesuffix("\n")),),
         never="row-too-short", hides=CY),
    case("the last line lacks its end on the first night",
         text("enrollments", lambda t: t.removesuffix("\n")),
         never="row-too-short", sees="enrollments/e-tess"),
    case("a footer", text("orgs", lambda t: t + "(3 rows affected)\n"),
         findings="row-footer", never="row-too-short", sees="orgs/north"),
    case("a footer below rows that end with a comma",
         text("enrollments", lambda t: t.replace("\n", ",\n").replace(",\n", "\n", 1)
              + "\n8 rows selected.\n"),
         findings="row-footer rows-wide", sees="enrollments/e-ann", hides=CY),
]  # fmt: skip

DOUBLES = [
    case("the mark is on the second row",
         add("users", "ann", "ann", metadata__externalLmsExclude="1"),
         findings="id-joined", hides="users/ann"),
    case("the mark is on the first row",
         then=(add("users", "bob", "bob", metadata__externalLmsExclude=""),),
         findings="id-joined", hides=BOB),
    case("the second row has no end", then=(add("enrollments", "e-cy", "e-cy", endDate=""),),
         findings="id-joined", hides=CY),
    case("the second row ends later",
         then=(add("enrollments", "e-cy", "e-cy", endDate="2027-06-01"),),
         findings="id-joined", hides=CY),
    case("the second row has no begin", then=(add("enrollments", "e-dee", "e-dee", beginDate=""),),
         findings="id-joined", hides=DEE),
    case("the second row is enabled", then=(add("users", "fay", "fay", enabledUser="true"),),
         findings="id-joined", hides="users/fay"),
    case("the second row's end can't be read",
         then=(add("enrollments", "e-cy", "e-cy", endDate="soon"),),
         findings="id-twice unreadable-row", hides=CY),
    case("the second row is retired", then=(add("users", "eve", "eve", status="tobedeleted"),),
         findings="id-joined", hides="users/eve"),
    case("rows that say two things",
         then=(add("users", "ann", "ann", givenName="Anna"),),
         findings="id-twice", sees="users/ann", stored={"users/ann given_name": "Ann"}),
    case("rows of two people", add("users", "ann", "cy"), findings="id-twice", hides="users/ann"),
    case("equal rows", add("users", "ann", "ann"), findings="id-repeated", sees="users/ann"),
    case("an ended enrollment's row for another class",
         then=(add("enrollments", "e-cy", "e-cy", classSourcedId="k2", endDate=""),),
         findings="id-twice", hides=CY),
    case("padded ids are the same", then=(add("enrollments", "e-cy ", "e-eve", endDate=""),),
         findings="id-twice cell-blanks", hides=CY),
    case("a row per school", add("users", "tess", "tess", orgSourcedIds="north"),
         findings="id-joined", sees="users/tess", versions=("1.1",)),
    case("a row per school, one with the mark",
         add("users", "eve", "eve", orgSourcedIds="north", metadata__externalLmsExclude="true"),
         findings="id-joined", hides="users/eve", versions=("1.1",)),
    case("a whole file twice", text("enrollments", lambda t: t + t.split("\n", 1)[1]), then=(),
         findings="id-repeated", sees="enrollments/e-ann", hides=CY),
]  # fmt: skip

FILES = [
    *(case(f"{name} is absent tonight", then=(without(name),), hides=ALL)
      for name in ("orgs", "classes", "courses", "enrollments", "academicSessions")),
    *(case(f"{name} is a header alone", then=(text(name, lambda t: t.split("\n")[0]),),
           findings="file-without-rows", hides=ALL) for name in ("enrollments", "classes")),
    *(case(f"{name} lacks its last cell everywhere",
           then=(text(name, lambda t: "\n".join(
               [t.split("\n")[0], *(r.rsplit(",", 1)[0] for r in t.split("\n")[1:] if r), ""])),),
           hides=ALL) for name in ("users", "classes", "enrollments")),
    case("rows of hidden classes vanish", then=(without_row("classes", "k3"),),
         hides="classes/k3 enrollments/e-gil"),
]  # fmt: skip

TABLE = [*MARK_WORDS, *MARK_SLIPS, *MARK_NAMES, *DATES, *ACCOUNTS, *SLIPPED, *DOUBLES, *FILES]


@table(TABLE)
def test_what_is_hidden_stays_hidden(case: Any, version: str, load: Bundler) -> None:
    check(replace(case, options={"approved": False}), version, load)


def test_the_table_is_long_enough() -> None:
    assert len({case.title for case in TABLE}) == len(TABLE) >= 110
    assert sum(case.then is not None for case in TABLE) >= 35


@pytest.mark.parametrize("version", VERSIONS)
def test_errors_are_errors(load: Bundler, version: str) -> None:
    done = check(case("e", cell("users", "ann", MARK, "?")), version, load)
    assert done is not None
    assert codes(done)["mark-unreadable"] == "error"
