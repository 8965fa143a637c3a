"""Turns a file's bytes into rows of cells: encoding, line ends, quotes; whole or refused.

A file is read strictly as CSV: an unclosed quote would otherwise swallow thousands of rows,
which a bulk import would then retire.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from roster.importing.findings import Findings
from roster.refusal import Refused

LONGEST_LINE = 1 << 20
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def rows(stream: BinaryIO, file: str, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    """Yield every row that isn't blank as its number, the header being 1, and its cells."""
    # Files and members of a zip both allow a look ahead, which the common type doesn't know.
    start = cast(io.BufferedReader, stream).peek(2)[:2]
    encoding = "utf-8-sig"
    if start in UTF_16:
        encoding = "utf-16"
        findings.add("file-utf-16", file)
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    number = 0
    try:
        for number, cells in enumerate(csv.reader(_lines(text, file), strict=True), 1):
            if any(cells):
                yield number, cells
    except csv.Error as error:
        raise Refused(
            f"{file} isn't CSV any more in row {number + 1} ({error}). Mostly a quote isn't"
            " closed. Nothing was imported."
        ) from error
    except UnicodeError as error:
        raise Refused(
            f"{file} isn't written in UTF-8, near row {number + 1}. Export it as UTF-8. Nothing"
            " was imported."
        ) from error


def _lines(text: io.TextIOWrapper, file: str) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if "\0" in line:
            raise Refused(f"{file} holds a NUL byte; it isn't text. Nothing was imported.")
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            raise Refused(f"{file} has a line of more than {LONGEST_LINE:,} characters.")
        yield line
