"""Turns a file's text into rows of cells: lines, delimiter, quotes; whole or refused.

A file is read strictly as CSV: an unclosed quote would otherwise swallow thousands of rows,
which a bulk import would then retire. Accepted with a finding is what has one meaning only: any
line ends, a line that names the delimiter, comments above the header, other delimiters, a blank
before a quote, the end mark of DOS.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from roster.importing.bundle_marks import narrows
from roster.importing.decoding import PIECE, NotText, decoded
from roster.importing.files import FILES
from roster.importing.findings import Findings
from roster.importing.known import KnownLines

LONGEST = 1 << 20  # Characters of a row, however many lines it has.
END_MARK = "\x1a"
SEPARATOR = re.compile(r"\"?sep=.\"?[ ,;\t]*\n?", re.IGNORECASE)
FOOTER = re.compile(
    r"\s*((?P<dashes>-{2,})|\(?\d[\d,.]* rows?( \w+)*( \([\d.]+ sec\))?[).]*)\s*", re.IGNORECASE
)
COMMENT = re.compile(r"\s*(#|//|--)")
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
HEADINGS = {
    name.lower()
    for file in FILES.values()
    for name in ("sourcedId", "propertyName", *(column.name for column in file.columns))
}


def rows(
    stream: BinaryIO,
    file: str,
    findings: Findings,
    *,
    whole: bool = False,
    known: KnownLines | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """Yield every row that isn't blank as its number, the header being 1, and its cells.

    Where the file isn't known to be `whole` and ends right before a cell that narrows what is
    visible, its last row lacks that cell. Lines that are `known` are skipped.
    """
    lines = Lines(stream, file, findings, known)
    number = 0
    try:
        above, header, delimiter = _head(lines, file, findings)
        lines.put_back(header)
        blanks = _has_blanks_before_quotes(lines, delimiter, file, findings)
        reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=blanks)
        number = above
        if known is not None:
            known.row = number
            known.begin(header, delimiter, blanks)
        doubtful = not whole and narrows(header.rstrip("\n").split(delimiter)[-1])
        ended = reader.line_num
        for cells in reader:
            if reader.line_num > ended + 1 and _contains_rows(cells, delimiter):
                raise csv.Error("a value holds whole rows")
            ended = reader.line_num
            number += 1
            if known is not None:
                known.row = number = known.row + 1
            lines.taken = 0
            if doubtful and lines.unended.endswith(delimiter):
                cells.pop()  # The file may be cut off right before an end date or a mark.
            if len(cells) == 1 and (footer := FOOTER.fullmatch(cells[0])):
                code = "row-of-dashes" if footer["dashes"] else "row-footer"
                findings.add(code, file, row=number)
            elif any(cells):
                if findings.strict and _has_bare_quote(lines.row, cells, delimiter):
                    findings.add("cell-bare-quote", file, row=number)
                yield number, cells
            elif findings.strict:
                findings.add("row-blank", file, row=number)
            lines.row.clear()
    except (csv.Error, NotText) as error:
        code, found = (
            (error.code, error.found)
            if isinstance(error, NotText)
            else ("file-not-csv", str(error))
        )
        number = known.row if known is not None else number
        raise findings.refuse(code, file, number=f"{number + 1:,}", found=found) from error


def _has_bare_quote(lines: list[str], cells: list[str], delimiter: str) -> bool:
    """Return whether a quote stands in a cell that isn't within quotes (RFC 4180, 2.5)."""
    if not any('"' in cell for cell in cells):
        return False
    sign = re.escape(delimiter)
    quoted = rf'(?<![^{sign}])"(?:[^"]|"")*"(?=[{sign}\n]|$)'
    return '"' in re.sub(quoted, "", "".join(lines))


def _contains_rows(cells: list[str], delimiter: str) -> bool:
    """Return whether a value goes from one row to the same cell of another, by stray quotes."""
    steps = len(cells) - 1
    return steps > 0 and any(
        "\n" in cell and cell.count(delimiter) == steps * cell.count("\n") for cell in cells
    )


class Lines:
    """The lines of a file, with any line ends; `taken` counts the characters of a row's lines.

    `row` has a row's lines as they are written, where the file is read strictly. `unended` is the
    last line, once it is taken, if no line end follows it.
    """

    def __init__(
        self, stream: BinaryIO, file: str, findings: Findings, known: KnownLines | None = None
    ) -> None:
        self.sample = ""
        self.taken = 0
        self.unended = ""
        self.row: list[str] = []
        self._is_strict = findings.strict
        self._front: list[str] = []
        self._known = known
        self._lines = self._split(self._pieces(stream, file, findings))

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._known is not None:
            self._known.inside = self.taken > 0
        line = self._front.pop() if self._front else next(self._lines)
        self.taken += len(line)
        if self._is_strict:
            self.row.append(line)
        if self.taken > LONGEST:
            raise NotText("row-gigantic")
        return line

    def put_back(self, line: str) -> None:
        self.taken = 0
        if line:
            self._front.append(line)

    def _pieces(self, stream: BinaryIO, file: str, findings: Findings) -> Iterator[str]:
        texts = decoded(stream, file, findings)
        texts = _without_end_mark(texts, file, findings)
        for text in _universal(texts, file, findings):
            self.sample = self.sample or text
            if "\0" in text:
                raise NotText("file-nul")
            yield text

    def _split(self, texts: Iterable[str]) -> Iterator[str]:
        rest = ""
        for text in texts:
            lines = io.StringIO(rest + text, newline="\n").readlines()
            rest = lines.pop() if lines and not lines[-1].endswith("\n") else ""
            # The first piece, with the header in it, is always read.
            if self._known is not None and self._known.reading:
                yield from self._known.unknown(lines)
            else:
                yield from lines
            if len(rest) > LONGEST:
                raise NotText("row-gigantic")
        if rest:
            self.unended = rest
            if self._known is not None:
                self._known.line = 0
            yield rest


def _without_end_mark(texts: Iterable[str], file: str, findings: Findings) -> Iterator[str]:
    """Leave out the Ctrl-Z with which DOS ended files, where nothing comes after it."""
    rest = ""
    for text in texts:
        whole = rest + text
        rest = ""
        if END_MARK in whole:
            kept = whole.rstrip(f"{END_MARK}\r\n\t ")
            if END_MARK in whole[len(kept) :] and len(whole) - len(kept) < PIECE:
                whole, rest = kept, whole[len(kept) :]
        yield whole
    if rest:
        findings.add("file-end-mark", file)


def _universal(texts: Iterator[str], file: str, findings: Findings) -> Iterator[str]:
    """Yield the text with line feeds as line ends, whatever it has: CR LF, CR, LF CR."""
    first = next(texts, "")
    reversed_ends = "\n\r" in first and "\r\n" not in first
    if reversed_ends or ("\r" in first and "\n" not in first):
        findings.add("file-line-ends", file)
    waiting = ""
    for text in chain([first], texts):
        whole, waiting = waiting + text, ""
        if reversed_ends:
            whole = whole.replace("\r", "")
        elif "\r" in whole:
            if whole.endswith("\r"):
                whole, waiting = whole[:-1], "\r"
            whole = whole.replace("\r\n", "\n").replace("\r", "\n")
        yield whole
    if waiting:
        yield "\n"


def _head(lines: Lines, file: str, findings: Findings) -> tuple[int, str, str]:
    """Return how many lines stand above the header, the header, and the delimiter."""
    above = 0
    for above, line in enumerate(lines):
        if SEPARATOR.fullmatch(line):
            findings.add("file-separator-line", file)
        elif COMMENT.match(line):
            findings.add("file-comment", file, row=above + 1)
        elif line.strip():
            return above, line, _delimiter(line, file, findings)
    return above, "", ","


def _delimiter(header: str, file: str, findings: Findings) -> str:
    """Return the delimiter by which the header has most columns that OneRoster knows."""
    known = {each: _known(header, each) for each in DELIMITERS}
    best = max(known, key=lambda each: known[each])  # Of equal ones the first: the comma.
    if best != ",":
        findings.add("file-delimiter", file, found=DELIMITERS[best])
    return best


def _known(header: str, delimiter: str) -> int:
    return sum(cell.strip(" \t\n\"'").lower() in HEADINGS for cell in header.split(delimiter))


def _has_blanks_before_quotes(lines: Lines, delimiter: str, file: str, findings: Findings) -> bool:
    sign = re.escape(delimiter)
    found = re.search(rf'{sign} +"(?!["\n{sign}])', lines.sample)
    if found:
        findings.add("file-blank-before-quote", file)
    return found is not None
