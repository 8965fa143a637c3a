"""The one cleaning step: what every cell goes through before anything else looks at it.

Blanks at the ends go, words that databases write for nothing become blank, line breaks and other
control characters become one blank, invisible characters go. What was damaged at the source
(letters lost or decoded twice) is kept as it is and only told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

NOTHING = frozenset(
    {"NULL", "null", "(null)", "(NULL)", "<null>", "<NULL>", "N/A", "n/a", "#N/A", "\\N"}
    | {"#NULL!", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!"}
)
_INVISIBLE = "\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
# Joiners belong to words of some scripts, but never to their ends.
ENDS = re.compile(
    rf"^[\s\0-\x1f\x7f-\x9f\u200c\u200d{_INVISIBLE}]+|[\s\0-\x1f\x7f-\x9f\u200c\u200d{_INVISIBLE}]+$"
)
CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]+")
INVISIBLE = re.compile(f"[{_INVISIBLE}]+")
BLANK = re.compile("[\u00a0\u2007\u202f]")
LOST = "\ufffd"
DECODED_TWICE = re.compile("[ÂÃ][\x80-\xbf‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œž€]|â€")
DAMAGED = re.compile(f"{LOST}|{DECODED_TWICE.pattern}")


class Cleaned(NamedTuple):
    """A cell's text as it is read, and the codes of what was found at it."""

    text: str
    codes: tuple[str, ...] = ()


def is_clean(line: Sequence[str]) -> bool:
    """Return whether cleaning would leave every cell of a row as it is; quick, as most are."""
    text = f"|{'|'.join(line)}|"
    return (
        text.isprintable()
        and " |" not in text
        and "| " not in text
        and NOTHING.isdisjoint(line)
        and (text.isascii() or DAMAGED.search(text) is None)
    )


def clean(text: str) -> Cleaned:
    """Return a cell cleaned, with what was found."""
    codes = []
    if LOST in text:
        codes.append("cell-lost")
    elif DECODED_TWICE.search(text):
        codes.append("cell-decoded-twice")
    found = ENDS.sub("", text)
    if found != text and found:
        codes.append("cell-blanks")
        if found[0] == found[-1] == '"' and len(found) > 1:
            found = ENDS.sub("", found[1:-1])
            codes.append("cell-quotes")
    if CONTROL.search(found):
        codes.append("cell-control")
        found = CONTROL.sub(" ", found)
    visible = BLANK.sub(" ", INVISIBLE.sub("", found))
    if visible != found:
        codes.append("cell-invisible")
    if visible in NOTHING:
        return Cleaned("", ("cell-nothing",))
    return Cleaned(visible, tuple(codes))
