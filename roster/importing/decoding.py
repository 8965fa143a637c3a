"""Turns a file's bytes into text: UTF-8 as the binding wants it, and what else is certain.

Certain are UTF-16 and UTF-32 by their marks or zeros, and Windows' Western characters (cp1252,
and Latin-1, of which it is the larger) where every byte beyond ASCII makes a likely letter of such
a text. Others weighed: guessing by statistics (chardet), which is wrong in one name of many; here
one unlikely byte is enough to refuse the file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from roster.importing.findings import Findings

PIECE = 1 << 16
MARK = "\ufeff"
MARKS = {  # The longer ones first: UTF-32's begins with UTF-16's.
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
ZEROS: dict[tuple[bool, ...], str] = {
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
}

HIGH = re.compile(rb"[\x80-\xff]+")
LETTERS = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿŠšŽžŒœŸªº’·"
SIGNS = "‘“”–—…°«»\xa0¿¡´€"
LIKELY = re.compile(f"[{LETTERS}{SIGNS}]{{1,2}}")
UNLIKELY = re.compile(f"[A-Za-z][{SIGNS}][A-Za-z]|[a-z][À-ÞŠŽŒŸ]")
"""Signs between letters, capitals after small ones: what other encodings look like as this one."""


class NotText(Exception):
    """Bytes are no text that can be read with certainty; `code` is the rule that says so."""

    def __init__(self, code: str, found: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.found = found


def decoded(stream: BinaryIO, file: str, findings: Findings) -> Iterator[str]:
    """Yield a file's text in pieces, without the marks at its beginning; raises `NotText`."""
    start = stream.read(PIECE)
    encoding = _encoding(start)
    pieces = chain([start], iter(lambda: stream.read(PIECE), b""))
    if encoding == "utf-8":
        texts = _utf_8(pieces, file, findings)
    else:
        findings.add("file-utf-16", file, found=encoding[:6].upper())
        texts = _wide(pieces, encoding)
    first = next(texts, "")
    text = first.lstrip(MARK)
    if len(first) - len(text) > 1:
        findings.add("file-mark-twice", file)
    yield text
    yield from texts


def _encoding(start: bytes) -> str:
    for mark, encoding in MARKS.items():
        if start.startswith(mark):
            return encoding
    return ZEROS.get(tuple(byte == 0 for byte in start[:4]), "utf-8")


def _wide(pieces: Iterable[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for piece in pieces:
            yield decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise NotText("file-encoding", encoding[:6].upper()) from error


def _utf_8(pieces: Iterable[bytes], file: str, findings: Findings) -> Iterator[str]:
    """Yield text as UTF-8; what isn't, and has been plain ASCII so far, is read as Western."""
    rest, plain = b"", True
    for piece in chain(pieces, [b""]):
        whole = rest + piece
        try:
            text, used = codecs.utf_8_decode(whole, "strict", not piece)
        except UnicodeDecodeError as error:
            start = max(0, error.start - 1)  # The character before belongs to what is judged.
            before = whole[:start]
            if not (plain and whole[: error.start].isascii()):
                raise NotText("file-encoding", "UTF-8 mixed with other bytes") from None
            if not piece:
                raise NotText("file-encoding", "UTF-8 that is cut off") from None
            yield before.decode()
            yield from _western(chain([whole[start:]], pieces))
            findings.add("file-western", file)
            return
        rest, plain = whole[used:], plain and text.isascii()
        yield text


def _western(pieces: Iterable[bytes]) -> Iterator[str]:
    for piece in pieces:
        if not all(_is_likely(found[0]) for found in HIGH.finditer(piece)):
            raise NotText("file-encoding", "bytes that are neither UTF-8 nor surely cp1252")
        text = piece.decode("cp1252")
        if UNLIKELY.search(text) or ("\r" in text and "\n" not in text):  # An old Mac's, mostly.
            raise NotText("file-encoding", "bytes that are neither UTF-8 nor surely cp1252")
        yield text


def _is_likely(run: bytes) -> bool:
    """Return whether bytes beyond ASCII are surely Western letters, and no UTF-8 among them."""
    try:
        text = run.decode("cp1252")
    except UnicodeDecodeError:
        return False
    if len(run) > 1:
        try:
            run.decode()
        except UnicodeDecodeError:
            pass
        else:
            return False
    return LIKELY.fullmatch(text) is not None
