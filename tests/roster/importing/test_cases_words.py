"""What systems write otherwise than OneRoster is understood with a finding, or kept with one."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.roster.importing.cases import (
    add,
    case,
    cell,
    check,
    column,
    every,
    renamed,
    table,
    text,
    without,
    without_column,
)
from tests.roster.importing.conftest import Bundler

NEW, OLD = ("1.2",), ("1.1",)
PAD = "{:<12}".format

CELLS = [
    case("blanks in every cell", *(every(name, column, PAD) for name, column in (
        ("orgs", "sourcedId"), ("orgs", "type"), ("users", "sourcedId"), ("users", "username"),
        ("classes", "sourcedId"), ("classes", "schoolSourcedId"), ("classes", "termSourcedIds"),
        ("academicSessions", "sourcedId"), ("courses", "sourcedId"),
        ("enrollments", "userSourcedId"), ("enrollments", "classSourcedId"))),
        findings="cell-blanks", never="reference-unknown", sees="users/ann enrollments/e-ann"),
    case("blanks of another kind", cell("users", "ann", "email", "\u00a0a@b.org\u3000"),
         findings="cell-blanks", stored={"users/ann email": "a@b.org"}),
    *(case(f"{word!r} is nothing", cell("users", "ann", "email", word), findings="cell-nothing",
           stored={"users/ann email": ""}) for word in ("NULL", "null", "N/A", "#N/A", "(null)")),
    case("Null is a name", cell("users", "ann", "familyName", "Null"), never="cell-nothing",
         stored={"users/ann family_name": "Null"}),
    case("a line break in a name", cell("users", "ann", "givenName", "Ann\r\nMay"),
         findings="cell-control", stored={"users/ann given_name": "Ann May"}),
    case("a tab in a name", cell("users", "ann", "givenName", "Ann\tMay"),
         findings="cell-control", stored={"users/ann given_name": "Ann May"}),
    case("nothing to be seen in a name", cell("users", "ann", "givenName", "An\u200bn"),
         findings="cell-invisible", stored={"users/ann given_name": "Ann"}),
    case("a name in another script", cell("users", "ann", "givenName", "山田　太郎"),
         never="cell-invisible cell-blanks", stored={"users/ann given_name": "山田　太郎"}),
    case("a lost letter", cell("users", "ann", "givenName", "Zo\ufffd"),
         findings="cell-lost", stored={"users/ann given_name": "Zo\ufffd"}),
    case("letters decoded twice", cell("users", "ann", "givenName", "ZoÃ«"),
         findings="cell-decoded-twice", stored={"users/ann given_name": "ZoÃ«"}),
    case("letters beyond ASCII", cell("users", "ann", "givenName", "JOÃO Zoë"),
         never="cell-decoded-twice cell-lost", sees="users/ann"),
]  # fmt: skip

WORDS = [
    *(case(f"status {word!r} is understood", cell("users", "ann", "status", word),
           findings=code, sees="users/ann")
      for word, code in (("Active", "letter-case"), ("A", "word-understood"))),
    *(case(f"grade {word!r} is {code}", cell("users", "ann", "grades", word),
           findings="grade-understood", stored={"users/ann grades": [code]})
      for word, code in (("9", "09"), ("Grade 9", "09"), ("9th", "09"), ("K", "KG"), ("k", "KG"),
                         ("Kinder", "KG"), ("prek", "PK"), ("kg", "KG"), ("12th Grade", "12"))),
    *(case(f"grade {word!r} is kept", cell("users", "ann", "grades", word),
           findings="grade-unknown", stored={"users/ann grades": [word]})
      for word in ("8th Grade/Upper", "-1", "0", "Upper")),
    *(case(f"the list {text!r}", cell("users", "ann", "grades", text),
           findings="list-separators", stored={"users/ann grades": ["09", "10"]})
      for text in ("09;10", "09|10", '["09","10"]', "09; 10", "09\t10")),
    case("a list of references", cell("classes", "k2", "termSourcedIds", "fall;spring"),
         findings="list-separators", sees="classes/k2"),
    case("a JSON list of references", cell("classes", "k2", "termSourcedIds", '["fall","spring"]'),
         findings="list-separators", sees="classes/k2"),
    case("orgs of a user with bars", cell("users", "ann", "orgSourcedIds", "north|south"),
         findings="list-separators", sees="users/ann", versions=OLD),
    *(case(f"a session of type {word}", cell("academicSessions", "fall", "type", word),
           findings="word-understood", sees="academicSessions/fall classes/k2",
           stored={"academicSessions/fall type": "term"}) for word in ("trimester", "Quarter")),
    case("a session of an unknown type that classes name",
         cell("academicSessions", "fall", "type", "hexamester"), findings="type-assumed",
         sees="classes/k2", stored={"academicSessions/fall type": "term"}),
    case("a session of an unknown type that no class names",
         add("academicSessions", "summer", "spring", type="hexamester"),
         findings="unreadable-row", sees="classes/k2"),
    case("an org of the type departments", cell("orgs", "south", "type", "departments"),
         findings="letter-case", sees="classes/k2 users/eve"),
    case("an org of an unknown type that classes name", cell("orgs", "south", "type", "building"),
         findings="type-assumed", sees="classes/k2 users/eve",
         stored={"orgs/south type": "school"}),
    case("an org of another word for school", cell("orgs", "south", "type", "High School"),
         findings="word-understood", stored={"orgs/south type": "school"}),
    *(case(f"sex {word!r}", cell("demographics", "ann", "sex", word), findings=code,
           stored={"demographics/ann sex": "female"})
      for word, code in (("F", "word-understood"), ("Female", "letter-case"))),
    *(case(f"truth {word!r}", cell("demographics", "ann", "white", word),
           findings="word-understood", stored={"demographics/ann white": truth})
      for word, truth in (("Y", True), ("N", False), ("T", True), ("1", True), ("0", False))),
    case("a date of birth in a form of its own", cell("demographics", "ann", "birthDate", "3/4/12"),
         findings="unreadable dates-mixed", sees="users/ann",
         stored={"demographics/ann birth_date": None}),
    case("dates of sessions with months first", *(
        every("academicSessions", name, lambda d: f"{d[5:7]}/{d[8:]}/{d[:4]}")
        for name in ("startDate", "endDate")), findings="dates-form", sees="classes/k2",
        stored={"academicSessions/fall end_date": date(2027, 1, 22)}),
    case("years from to", every("academicSessions", "schoolYear", lambda y: "2026-2027"),
         findings="word-understood", stored={"academicSessions/y school_year": "2027"}),
    case("userIds without braces", cell("users", "ann", "userIds", "local:12"),
         findings="list-part", sees="users/ann", stored={"users/ann user_ids": []}),
]  # fmt: skip

COLUMNS = [
    *(case(f"{name} for {right}", renamed(file, right, name), findings="column-near", sees=sees)
      for file, right, name, sees in (
          ("classes", "termSourcedIds", "termSourcedId", "classes/k1 classes/k2"),
          ("courses", "orgSourcedId", "schoolSourcedId", "courses/alg"),
          ("users", "agentSourcedIds", "agents", "users/pat"),
          ("users", "grades", "grade", "users/ann"))),
    case("orgSourcedId for orgSourcedIds", renamed("users", "orgSourcedIds", "orgSourcedId"),
         findings="column-near", sees="users/ann", versions=OLD),
    *(case(f"{name} in other letters", renamed(file, right, name), findings="column-letter-case",
           sees="users/ann enrollments/e-ann")
      for file, right, name in (("users", "givenName", "given_name"),
                                ("enrollments", "userSourcedId", "User SourcedId"),
                                ("classes", "termSourcedIds", "TERMSOURCEDIDS"))),
    case("a near name beside the right one", column("classes", "termSourcedId", "nowhere"),
         findings="column-unknown", never="column-near", sees="classes/k1"),
    case("roles in users without a file", without("roles"),
         column("users", "orgSourcedIds", "north"), column("users", "role", "student"),
         findings="roles-in-users", sees="users/ann enrollments/e-ann", versions=NEW),
    case("half of the roles in users without a file", without("roles"),
         column("users", "role", "student"), refused="no column orgSourcedIds", versions=NEW),
    case("roles in users beside their file", column("users", "role", "student"),
         findings="column-other-version", never="roles-in-users", sees="users/tom", versions=NEW),
    case("a column that 1.2.1 dropped", column("users", "resourceSourcedIds", "res"),
         findings="column-elsewhere", never="column-unknown", sees="users/ann", versions=NEW),
    case("a thousand columns", text("orgs", lambda t: t.replace("\n", "," * 1000 + "\n")),
         refused="orgs.csv has 1,008 columns; that is no OneRoster file"),
    case("no column of a required reference", without_column("classes", "termSourcedIds"),
         findings="missing", hides="classes/k1"),
    case("a footer of dashes", text("users", lambda t: t + "-" * 9 + "\n"),
         findings="row-of-dashes", never="row-too-short", sees="users/ann"),
]  # fmt: skip


@table([*CELLS, *WORDS, *COLUMNS])
def test_it_is_understood_and_told(case: Any, version: str, load: Bundler) -> None:
    check(case, version, load)
