"""Which file of OneRoster a file of a bundle is, by its name.

Exports add dates, numbers and endings: `users_20261128.csv`, `Users (1).csv`, `users.csv.txt`.
What remains without them has to be a file's whole name; nothing is guessed beyond that.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from roster.importing.files import FILES
from roster.importing.findings import Findings

MANIFEST = "manifest.csv"
RIGHT = {name.lower(): name for name in (MANIFEST, *(f.filename for f in FILES.values()))}
STEMS = {name.removesuffix(".csv"): right for name, right in RIGHT.items()}
ENDING = re.compile(r"(\.(csv|txt|tsv|tab))+\Z")
TIME = re.compile(r"(?<=\d)[tz](?=\d|\W|\Z)")
ADDED = re.compile(r"[\W\d_]+")
LISTED = 8

T = TypeVar("T")


def right_name(name: str) -> str:
    """Return the name of OneRoster's that a file's name means; blank if it means none."""
    lower = name.lower()
    if lower in RIGHT:
        return RIGHT[lower]
    bare = ENDING.sub("", lower)
    return "" if bare == lower else STEMS.get(ADDED.sub("", TIME.sub("", bare)), "")


def by_name(entries: dict[str, T], findings: Findings) -> dict[str, T]:
    """Return files under the names that OneRoster writes; others under their own.

    Raises `Refused` where two of them are the same file of OneRoster.
    """
    claims: dict[str, list[str]] = defaultdict(list)
    for name in sorted(entries):
        claims[right_name(name) or name].append(name)
    found: dict[str, T] = {}
    for right, names in claims.items():
        name = names[0] if len(names) == 1 else _one_of(right, names, findings)
        found |= {other: entries[other] for other in names if other != name}
        if name != right:
            same = name.lower() == right.lower()
            findings.add("file-letter-case" if same else "file-name", right, name=name)
        found[right] = entries[name]
    return found


def _one_of(right: str, names: list[str], findings: Findings) -> str:
    """Choose the file that has the very name; the others are then no files of OneRoster."""
    if right not in names or any(name.lower() == right.lower() != name for name in names):
        raise findings.refuse("file-twice", right, found=listed(names))
    return right


def listed(names: Iterable[str]) -> str:
    """Return the first names of files for a sentence."""
    shown = sorted(names)
    more = f" and {len(shown) - LISTED} more" if len(shown) > LISTED else ""
    return (", ".join(name[:80] for name in shown[:LISTED]) or "no files") + more
