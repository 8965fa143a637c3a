"""Ways in which a night's bundle is spoilt, one at a time, and whether it then says “open”.

What a cell says is judged by a list of words of its own, which shares nothing with the import: a
mangled bundle may open something only where it says so in a word that everybody reads alike.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.roster.importing.bundles import Files
from tests.roster.importing.cases import MARK

Rows = list[list[str]]
Draw = Callable[..., Any]

NOTHING = {"", "NULL", "null", "N/A", "#N/A"}
NO = {"false", "f", "no", "n", "0", "off"}
YES = {"true", "t", "yes", "y", "1", "on"}
DATES = ("beginDate", "endDate")
NARROWING = (MARK, "status", "enabledUser", *DATES)
SCRAPS = (
    "", " ", "?", "NULL", "N/A", "#N/A", "true", "false", "Yes", "no", "X", "0", "1", "2", "maybe",
    "active", "inactive", "tobedeleted", "D", "student", "teacher", "2026-10-01", "2027-03-01",
    "10/1/2026", "1/10/2026", "20261001", "46296", "0000-00-00", "2026-13-45", "soon", "\u00a0",
    "\ufffd", "Ã©", "'", ";", "|", "[]", '["north"]', "north", "k1", "k3", "ann", "bob", "e-cy",
    "fall", "y", "alg", "d", "09", "x" * 300, "\t", "\u200b", "-", "ext:x",
)  # fmt: skip
STAMP = "2026-11-16T06:00:00.000Z"
COLUMN_ACTS = ("gone", "blank", "renamed", "letters", "twice", "garbled", "heads")
FILE_ACTS = ("gone", "head", "cut", "doubled", "sep", "wide", "swapped", "halved")


class Mangled(NamedTuple):
    """A night's files, what was done to them, and whether they may open something."""

    files: Files
    what: str
    says_so: bool = False


def is_open(column: str, cell: str) -> bool:
    """Return whether a cell says in a plain word that nothing is narrowed, or until when."""
    word = cell.strip()
    if word in NOTHING:
        return column != "enabledUser"
    if column == MARK:
        return word.lower() in NO
    if column == "enabledUser":
        return word.lower() in YES
    if column == "status":
        return word.lower() in ("active", "a")
    return is_date(word)


def is_date(word: str) -> bool:
    for written in (word, word.replace("/", "-"), f"{word[:4]}-{word[4:6]}-{word[6:]}"):
        try:
            date.fromisoformat(written)
        except ValueError:
            continue
        return True
    return False


def parse(text: str) -> Rows:
    return list(csv.reader(io.StringIO(text)))


def write(rows: Rows) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def a_cell(draw: Draw, files: Files) -> Mangled:
    """One cell gets another text: a scrap, or its own with something done to it."""
    name, rows = a_file(draw, files)
    row = draw(st.integers(1, len(rows) - 1))
    at = draw(st.integers(0, len(rows[0]) - 1))
    old, column = rows[row][at], rows[0][at]
    new = draw(st.sampled_from(SCRAPS) | st.sampled_from(
        [old.upper(), f" {old} ", old + "x", old[1:], old[:-1], old[::-1], old.replace("-", "/")]
    ))  # fmt: skip
    rows[row][at] = new
    # What a row belongs to is said by ids; one that there is says so.
    ids = {line[0] for text in files.values() for line in parse(text)}
    says = is_open(column, new) if column in NARROWING else new.strip() in ids
    return Mangled(files | {name: write(rows)}, f"{name} {row} {column}: {old!r} {new!r}", says)


def a_row(draw: Draw, files: Files) -> Mangled:
    """One row loses or gets a cell, is there twice, or not at all."""
    name, rows = a_file(draw, files)
    row = draw(st.integers(1, len(rows) - 1))
    at = draw(st.integers(0, len(rows[0]) - 1))
    line = rows[row]
    act = draw(st.sampled_from(["lose", "gain", "twice", "other", "gone", "merged", "cut"]))
    if act == "lose":
        del line[at]
    elif act == "gain":
        line.insert(at, draw(st.sampled_from(SCRAPS)))
    elif act in ("twice", "other"):
        again = list(line)
        again[at] = again[at] if act == "twice" else draw(st.sampled_from(SCRAPS))
        rows.insert(draw(st.integers(1, len(rows))), again if at else list(line))
    elif act == "gone":
        del rows[row]
    elif act == "merged":
        line += rows.pop(row + 1) if row + 1 < len(rows) else []
    else:
        rows[row : row + 1] = [line[:at], line[at:]]
    return Mangled(files | {name: write(rows)}, f"{name} {row} {line[0]}: {act} at {at}")


def a_slip(draw: Draw, files: Files) -> Mangled:
    """Something that narrows isn't in its cell: one before it is lost, or one got, and the other
    behind it; or it has changed places.
    """
    name, row, spot = draw(st.sampled_from(sorted(narrowed(files))))
    rows = parse(files[name])
    line, last = rows[row], len(rows[0]) - 1
    was, at, other = list(line), draw(st.integers(0, spot)), draw(st.integers(spot, last))
    act = draw(st.sampled_from(["lost", "got", "swapped"]))
    if act == "lost":
        del line[at]
        line.insert(other, "")
    elif act == "got":
        del line[other]
        line.insert(at, draw(st.sampled_from(["", "", "x"])))
    else:
        at = draw(st.integers(0, last))
        line[at], line[spot] = line[spot], line[at]
    # As if somebody had written into blank cells, and taken out what narrows.
    says = all(
        is_open(column, now) if column in NARROWING else not before
        for column, before, now in zip(rows[0], was, line, strict=True)
        if before != now
    )
    what = f"{name} {row} {was[0]} {rows[0][spot]}: {act} from {rows[0][at]} to {rows[0][other]}"
    return Mangled(files | {name: write(rows)}, what, says)


def narrowed(files: Files) -> set[tuple[str, int, int]]:
    """Return the files and numbers of rows with a mark, a date or a status, and its place."""
    found = set()
    for name in files.keys() - {"manifest.csv"}:
        head, *rows = parse(files[name])
        places = [at for at, column in enumerate(head) if column in (MARK, "status", *DATES)]
        for row, line in enumerate(rows, 1):
            found |= {(name, row, at) for at in places if line[at]}
    return found


def a_column(draw: Draw, files: Files) -> Mangled:
    """One column is missing, blank, called otherwise, there twice, or written otherwise."""
    name, rows = a_file(draw, files)
    at = draw(st.integers(1, len(rows[0]) - 1))
    column = rows[0][at]
    act = draw(
        st.sampled_from(["gone", "blank", "renamed", "letters", "twice", "garbled", "heads"])
    )
    says = False
    if act == "gone":
        rows = [[*line[:at], *line[at + 1 :]] for line in rows]
    elif act == "blank":
        # In a delta that is one cell it says what a blank cell says.
        alone = STAMP in rows[1] and sum(bool(line[at]) for line in rows[1:]) == 1
        says = alone and column in NARROWING and is_open(column, "")
        for line in rows[1:]:
            line[at] = draw(st.sampled_from(["", " ", "NULL"]))
    elif act == "renamed":
        rows[0][at] = draw(st.sampled_from([column + "x", "", column[1:], "x", f"old_{column}"]))
    elif act == "letters":
        rows[0][at] = draw(st.sampled_from([column.upper(), column.lower(), f" {column} "]))
    elif act == "twice":
        place = draw(st.integers(1, len(rows[0])))
        word = draw(st.sampled_from(["", "false", "true", "x"]))
        for number, line in enumerate(rows):
            line.insert(place, word if number else column)
    elif act == "garbled":
        garble = draw(st.sampled_from([us, upside, str.upper, padded, lambda _: "?", str.title]))
        for line in rows[1:]:
            line[at] = line[at] and garble(line[at])
    else:
        other = draw(st.integers(1, len(rows[0]) - 1))
        rows[0][at], rows[0][other] = rows[0][other], rows[0][at]
        says = column in DATES and rows[0][at] in DATES
    return Mangled(files | {name: write(rows)}, f"{name} {column}: {act}", says)


def a_whole_file(draw: Draw, files: Files) -> Mangled:
    """One file is missing, without rows, cut off, there twice over, or another one."""
    name, rows = a_file(draw, files)
    text = files[name]
    act = draw(
        st.sampled_from(["gone", "head", "cut", "doubled", "sep", "wide", "swapped", "halved"])
    )
    if act == "gone":
        return Mangled({n: t for n, t in files.items() if n != name}, f"{name} gone")
    if act == "swapped":
        other = draw(st.sampled_from(sorted(files)))
        return Mangled(files | {name: files[other], other: text}, f"{name} and {other} swapped")
    place = draw(st.integers(0, len(text)))
    changed: str | bytes = {
        "head": write(rows[:1]),
        "cut": text[:place],
        "doubled": text + write(rows[1:]),
        "sep": text.replace(",", ";"),
        "wide": text.encode("utf-16"),
        "halved": write([rows[0], *rows[1 + len(rows) // 2 :]]),
    }[act]
    return Mangled(files | {name: changed}, f"{name} {act} {place}")


def us(text: str) -> str:
    return f"{text[5:7]}/{text[8:]}/{text[:4]}" if is_date(text) else text


def upside(text: str) -> str:
    return text[::-1]


def padded(text: str) -> str:
    return f"\u00a0{text:<20}"


def a_file(draw: Draw, files: Files) -> tuple[str, Rows]:
    name = draw(st.sampled_from(sorted(files)))
    return name, parse(files[name])


WAYS = (a_cell, a_cell, a_row, a_row, a_slip, a_column, a_whole_file)


@st.composite
def mangled(draw: Draw, files: Files) -> Mangled:
    """Draw one way of spoiling these files."""
    return draw(st.sampled_from(WAYS))(draw, files)  # type: ignore[no-any-return]


@st.composite
def slipped(draw: Draw, files: Files) -> Mangled:
    """Draw a night of these files in which the cells of one row have slipped."""
    return a_slip(draw, files)


@st.composite
def night(draw: Draw, files: Files) -> Mangled:
    """Draw what follows a night of these files: all of them again or some as a delta, spoilt."""
    if draw(st.booleans()):
        return draw(mangled(files))  # type: ignore[no-any-return]
    spoilt = draw(mangled(delta_of(draw, files)))
    return spoilt._replace(what=f"delta: {spoilt.what}")  # type: ignore[no-any-return]


def delta_of(draw: Draw, files: Files) -> Files:
    """Return some of the files with some of their rows, as they are, as a delta says them."""
    names = sorted(name for name in files if name != "manifest.csv")
    chosen = draw(st.lists(st.sampled_from(names), min_size=3, unique=True))
    step = draw(st.integers(1, 3))
    found = {name: write(stamped(parse(files[name]), step)) for name in chosen}
    lines = parse(files["manifest.csv"])
    for line in lines:
        if line[0].startswith("file."):
            line[1] = "delta" if f"{line[0][5:]}.csv" in found else "absent"
    return {"manifest.csv": write(lines), **found}


def stamped(rows: Rows, step: int) -> Rows:
    """Return the head and every row, or every second or third, with its status and a date."""
    status, stamp = rows[0].index("status"), rows[0].index("dateLastModified")
    kept = rows[1::step]
    for line in kept:
        line[status] = "tobedeleted" if line[status] == "inactive" else "active"
        line[stamp] = STAMP
    return [rows[0], *kept]
