"""What manifest.csv says: its properties by name, and the OneRoster version among them."""

from __future__ import annotations

import re

from roster.importing import cells
from roster.importing.columns import FILES, VERSIONS
from roster.importing.findings import Findings
from roster.importing.package import Entry

MANIFEST = "manifest.csv"
MODES = ("bulk", "delta", "absent")
HEADING = ("propertyname", "value")
MANIFEST_VERSION, ONEROSTER_VERSION = "manifest.version", "oneroster.version"
KNOWN = (MANIFEST_VERSION, ONEROSTER_VERSION, "source.systemName", "source.systemCode")
OF_FILES = {f"file.{name}": file for name, file in FILES.items()}
VERSION = re.compile(r"(?:one ?roster)?\s*v?\s*(\d+)[.p](\d+)(?:[.p]\d+)*")

Properties = dict[str, str]
RIGHT = {name.lower(): name for name in (*KNOWN, *OF_FILES)}


def properties(entry: Entry | None, findings: Findings) -> Properties:
    """Return the properties by name, in the right letters; empty where there is no manifest.

    Raises `Refused` where the manifest says two things about one of them.
    """
    if entry is None:
        return {}
    says: Properties = {}
    with entry.open() as stream:
        for row, line in cells.rows(stream, MANIFEST, findings):
            name, value = line[0].strip(), "".join(line[1:2]).strip()
            if row == 1 and tuple(cell.strip().lower() for cell in line[:2]) != HEADING:
                findings.add("manifest-heading", MANIFEST, row=row)
            if name.lower() != HEADING[0]:
                _say(says, row, name, value, findings)
    return says or {MANIFEST_VERSION: ""}


def _say(says: Properties, row: int, name: str, value: str, findings: Findings) -> None:
    right = RIGHT.get(name.lower())
    if right is None:
        findings.add("manifest-row-unknown", MANIFEST, row=row, value=name)
        return
    if right in OF_FILES:
        value = value.lower()
    if right in says:
        if says[right] != value:
            raise findings.refuse(
                "manifest-contradicts", MANIFEST, name=right, one=says[right][:20], other=value[:20]
            )
        findings.add("manifest-row-twice", MANIFEST, row=row, value=name)
    if right != name:
        findings.add("manifest-letter-case", MANIFEST, row=row, value=name)
    says[right] = value


def version_of(says: Properties, findings: Findings) -> str:
    """Return the version that the manifest names, or a blank; refuse one that isn't known."""
    said = says.get(ONEROSTER_VERSION, "").strip("\"' ")
    if not said:
        return ""
    match = VERSION.fullmatch(said.lower())
    version = f"{match[1]}.{match[2]}" if match else ""
    if version not in VERSIONS:
        raise findings.refuse("version-unknown", MANIFEST, found=said[:20])
    if version != says[ONEROSTER_VERSION]:
        findings.add("version-form", MANIFEST, value=said, version=version)
    return version


def check_whole(says: Properties, version: str, findings: Findings) -> None:
    """Report the rows that the manifest of a version has, and this one hasn't."""
    wanted = [name for name, file in OF_FILES.items() if file.of(version)]
    for name in (MANIFEST_VERSION, *wanted):
        if not says.get(name):
            findings.add("manifest-row-missing", MANIFEST, value=name)
    for name in OF_FILES.keys() & says.keys() - set(wanted):
        findings.add("manifest-row-elsewhere", MANIFEST, value=name, version=version)
