"""Lines that were read last night are skipped tonight, and nothing else comes of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from roster.clock import clock
from roster.importing.known import NOTHING, STAMPED, Kept, KnownLines, marked
from roster.models import Agent, Enrollment, Import, Organization, ReadFile, Role, User
from roster.refusal import Refused
from tests.roster.importing.bundles import V1P1, V1P2, Files, edited
from tests.roster.importing.conftest import Bundler

PIECE = 400
"""Characters that are read at once; by the first of them no line is known."""

NAMES = [f"p{number:02}" for number in range(40)]


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roster.importing.decoding.PIECE", PIECE)
    monkeypatch.setattr("roster.importing.remembering.PIECE", PIECE)


def district(files: Files) -> Files:
    """Return the files with forty students in Ann's class beside her."""
    users, enrollments = files["users.csv"], files["enrollments.csv"]
    [ann] = [line for line in users.splitlines() if line.startswith("ann,")]
    for name in NAMES:
        said = ann.replace("ann", name).replace("pat", "").replace("A1", f"A{name}")
        users += f"{said}\n"
        enrollments += f"e{name},,,k1,s1,{name},student,,2026-08-20,2027-01-10\n"
    return files | {"users.csv": users, "enrollments.csv": enrollments}


FIRST = district(V1P2)

OLD = district(V1P1)
"""The same in 1.1, where a line of users makes roles too."""


def enrollments(old: str, new: str) -> Files:
    return edited(FIRST, "enrollments.csv", old, new)


LINE = "ep30,,,k1,s1,p30,student,,2026-08-20,2027-01-10\n"

SECOND: dict[str, Files] = {
    "a value": enrollments(LINE, LINE.replace("2027-01-10", "2026-12-01")),
    "a line less": enrollments(LINE, ""),
    "a line more": enrollments(LINE, LINE + LINE.replace("ep30", "new")),
    "a line twice": enrollments(LINE, LINE + LINE),
    "a line twice, one of them changed": enrollments(LINE, LINE + LINE.replace("2027", "2026")),
    "an id twice, in other blanks": enrollments(LINE, LINE + LINE.replace("ep30", " ep30 ")),
    "a date in a form of its own": enrollments(LINE, LINE.replace("2027-01-10", "01/10/2027")),
    "a line too long": enrollments(LINE, LINE.replace("\n", ",more\n")),
    "an unreadable date": enrollments(LINE, LINE.replace("2027-01-10", "soon")),
    "a reference to nobody": enrollments(LINE, LINE.replace("p30", "nobody")),
    "another order": FIRST | {"enrollments.csv": "".join(
        [*FIRST["enrollments.csv"].splitlines(True)[:1],
         *reversed(FIRST["enrollments.csv"].splitlines(True)[1:])])},
    "other columns": enrollments("primary,beginDate,endDate", "primary,endDate,beginDate"),
    "a status everywhere": enrollments(",,,k1", ",active,2026-08-01T00:00:00Z,k1"),
    "a line retired": enrollments(LINE, LINE.replace(",,,k1", ",tobedeleted,,k1")),
    "an open quote": enrollments(LINE, f'"{LINE}{LINE.replace("ep30", "more")}'),
    "two quotes, one of them open": enrollments(LINE, f'x"y,"{LINE}'),
    "lines within a cell": edited(FIRST, "users.csv", "p20,,,true,p20", f'"p20\n{LINE}",,,true,x'),
    "other line ends": FIRST | {
        "enrollments.csv": FIRST["enrollments.csv"].replace("\n", "\r\n")
    },
    "a password": edited(FIRST, "users.csv", ",09,,M1,Annie,,,s1,she\np30", ",09,pw,,,,,,\np30"),
    "cut off": FIRST | {"enrollments.csv": FIRST["enrollments.csv"][:-12]},
    "its teacher gone": edited(FIRST, "users.csv", "tom,,,", "tim,,,"),
}  # fmt: skip


SECOND_OLD: dict[str, Files] = {
    "nothing": OLD,
    "another role": edited(OLD, "users.csv", "p30,,,true,s1,student", "p30,,,true,s1,aide"),
    "another school": edited(OLD, "users.csv", "p30,,,true,s1", 'p30,,,true,"s1,s2"'),
    "somebody gone": edited(OLD, "users.csv", "p30,,,true,s1", "other,,,true,s1"),
}


def rows(organization: Organization, first: Import) -> dict[str, list[dict[str, Any]]]:
    """Return the rows by kind, and of each whether it has changed since the first import."""
    return {
        model.__name__: [
            {
                name: value > first.finished if name == "last_modified" else value  # type: ignore[operator]
                for name, value in row.items()
                if name not in ("id", "organization_id")
            }
            for row in model.objects.filter(organization=organization).order_by(key).values()
        ]
        for model, key in (
            (User, "sourced_id"),
            (Role, "sourced_id"),
            (Enrollment, "sourced_id"),
            (Agent, "user"),
        )
    }


def nights(
    folder: Path, slug: str, first: Files, second: Files, between: Callable[[], Any]
) -> dict[str, Any]:
    """Return all that the second of two nights leaves."""
    organization = Organization.objects.create(slug=slug, name="Riverside")
    load = Bundler(folder, organization)
    version = "1.1" if first is OLD else "1.2"
    before = load(first, version)
    assert ReadFile.objects.filter(organization=organization).exists()
    between()
    with contextlib.suppress(Refused):
        load(second, version)
    done = organization.imports.first()
    assert done is not None
    assert done != before
    found = done.findings.values_list(
        "code", "file", "row", "column", "value", "sourced_id", "occurrences"
    )
    return {
        "rows": rows(organization, before),
        "state": (done.state, done.reason),
        "counts": done.counts,
        "files": done.files,
        "findings": sorted(found, key=repr),
    }


NIGHTS = [pytest.param(FIRST, second, id=title) for title, second in SECOND.items()] + [
    pytest.param(OLD, second, id=f"1.1: {title}") for title, second in SECOND_OLD.items()
]


@pytest.mark.parametrize(("first", "second"), NIGHTS)
def test_a_night_comes_to_the_same_as_if_every_line_were_read(
    db: None, tmp_path: Path, first: Files, second: Files
) -> None:
    known = nights(tmp_path, "known", first, second, lambda: None)
    assert known == nights(tmp_path, "anew", first, second, ReadFile.objects.all().delete)


def test_a_row_that_changed_since_is_read_again(load: Bundler) -> None:
    load(FIRST)
    Enrollment.objects.filter(sourced_id="ep30").update(
        end_date=None, digest="1f" * 16, last_modified=clock()
    )
    done = load(enrollments("ep31,", "other,"))
    assert done.counts["enrollments.csv"]["updated"] == 1
    assert str(Enrollment.objects.get(sourced_id="ep30").end_date) == "2027-01-10"


def test_a_role_that_changed_since_is_made_again_of_its_line(load: Bundler) -> None:
    load(OLD, "1.1")
    assert len(ReadFile.objects.get(file="users.csv").content) > 30 * 16
    Role.objects.filter(user="p30").update(role="aide", digest="1f" * 16, last_modified=clock())
    load(edited(OLD, "users.csv", "p31,", "other,"), "1.1")
    assert Role.objects.get(user="p30").role == "student"


def test_no_line_with_a_password_or_a_finding_is_kept(load: Bundler) -> None:
    load(FIRST)
    before = len(ReadFile.objects.get(file="users.csv").content)
    files = edited(FIRST, "users.csv", "p30,,,true", "p30,,,maybe")
    load(edited(files, "users.csv", ",09,,M1,Annie,,,s1,she\np32", ",09,pw,M1,,,,s1,\np32"))
    assert len(ReadFile.objects.get(file="users.csv").content) == before - 2 * 16


def test_a_delta_forgets_the_lines_of_its_files(load: Bundler) -> None:
    load(FIRST)
    stamped = enrollments(",,,k1", ",active,2026-08-01T00:00:00Z,k1")["enrollments.csv"]
    said = "oneroster.version,1.2\nfile.enrollments,delta\nfile.orgs,absent\nfile.users,absent\n"
    load({"enrollments.csv": stamped}, manifest=f"propertyName,value\n{said}")
    assert set(ReadFile.objects.values_list("file", flat=True)) == {"users.csv"}


def test_lines_within_quotes_are_told_from_rows() -> None:
    lines = ["a,1\n", "b,2\n", 'c,"3"\n', "d,4\n"]
    first = KnownLines(lambda reading: NOTHING)
    first.begin("header")
    hashes = []
    for _ in first.unknown(lines):
        hashes.append(first.line)
    kept = Kept(np.array([marked(line, STAMPED) for line in hashes]), np.arange(4), clock())
    later = KnownLines(lambda reading: kept)
    later.begin("header")
    asked = later.unknown(['c,"3"\n', "a,1\n", 'b"x,"3\n', "d,4\n", 'd"\n', "d,4\n"])
    assert next(asked) == 'b"x,"3\n'
    later.inside = True
    assert (next(asked), later.line) == ("d,4\n", 0)
    assert (next(asked), later.line) == ('d"\n', 0)
    later.inside = False
    assert list(asked) == []
    later.finish()
    assert later.records.tolist() == [2, 0, 3]
    assert later.count(STAMPED) == 3
