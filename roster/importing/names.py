"""Which file of OneRoster a file of a bundle is, by its name.

Exports add dates, numbers and endings: `users_20261128.csv`, `Users (1).csv`, `users.csv.txt`.
What remains without them has to be a file's whole name; nothing is guessed beyond that.
"""

from __future__ import annotations

import re
from collections import defaultdict

from roster.importing.columns import FILES
from roster.importing.findings import Findings
from roster.importing.package import Entry, Package
from roster.importing.properties import MANIFEST

RIGHT = {name.lower(): name for name in (MANIFEST, *(f.filename for f in FILES.values()))}
STEMS = {name.removesuffix(".csv"): right for name, right in RIGHT.items()}
ENDING = re.compile(r"(\.csv|\.txt)+\Z")
TIME = re.compile(r"(?<=\d)[tz](?=\d|\W|\Z)")
ADDED = re.compile(r"[\W\d_]+")


def by_name(package: Package, findings: Findings) -> dict[str, Entry]:
    """Return the entries under the names that OneRoster writes; others under their own.

    Raises `Refused` where two files of the bundle are the same file of OneRoster.
    """
    claims: dict[str, list[str]] = defaultdict(list)
    for name in sorted(package.entries):
        claims[right_name(name)].append(name)
    found: dict[str, Entry] = {}
    for right, names in claims.items():
        if len(names) > 1:
            names = _one_of(right, names, found, package, findings)
        [name] = names
        if name != right:
            same = name.lower() == right.lower()
            findings.add("file-letter-case" if same else "file-name", right, name=name)
        found[right] = package.entries[name]
    return found


def right_name(name: str) -> str:
    """Return the name of OneRoster's that a file's name means, else the name itself."""
    lower = name.lower()
    if lower in RIGHT:
        return RIGHT[lower]
    stem = ADDED.sub("", TIME.sub("", ENDING.sub("", lower)))
    return STEMS.get(stem, name)


def _one_of(
    right: str, names: list[str], found: dict[str, Entry], package: Package, findings: Findings
) -> list[str]:
    """Choose the one that has the very name; others are then no files of OneRoster."""
    if right not in names or any(name.lower() == right.lower() != name for name in names):
        raise findings.refuse("file-twice", right, found=", ".join(names[:4]))
    for name in names:
        if name != right:
            found[name] = package.entries[name]
    return [right]
