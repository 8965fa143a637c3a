"""What manifest.csv says: its properties by name, and the OneRoster version among them."""

from __future__ import annotations

import re

from roster.importing import cells
from roster.importing.columns import VERSIONS
from roster.importing.file_names import MANIFEST
from roster.importing.files import FILES
from roster.importing.findings import Findings
from roster.importing.package import Entry

MODES = ("bulk", "delta", "absent")
BLANKS = " \t\xa0\"'"
HEADING = ("propertyName", "value")
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
        for nth, (row, line) in enumerate(cells.rows(stream, MANIFEST, findings)):
            name, value = (*line, "")[:2]
            heading = name.strip(BLANKS).lower() == HEADING[0].lower()
            if not nth and (name, value) != HEADING:
                findings.add("manifest-heading", MANIFEST, row=row)
            if not heading:
                _say(says, row, name, value, findings)
    return says or {MANIFEST_VERSION: ""}


def _say(says: Properties, row: int, name: str, written: str, findings: Findings) -> None:
    right = RIGHT.get(name.strip(BLANKS).lower())
    if right is None:
        findings.add("manifest-row-unknown", MANIFEST, row=row, value=name)
        return
    value = written.strip(BLANKS)
    if right in OF_FILES:
        value = value.lower()
    if right in says:
        if says[right] != value:
            raise findings.refuse(
                "manifest-contradicts", MANIFEST, name=right, one=says[right][:20], other=value[:20]
            )
        findings.add("manifest-row-twice", MANIFEST, row=row, value=name)
    if (right, value) != (name, written):
        findings.add("manifest-form", MANIFEST, row=row, value=f"{name},{written}")
    says[right] = value


def version_of(says: Properties, findings: Findings) -> str:
    """Return the version that the manifest names, or a blank; refuse one that isn't known."""
    said = says.get(ONEROSTER_VERSION, "")
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
    missing = [name for name in (MANIFEST_VERSION, *wanted) if not says.get(name)]
    if missing:
        value = ", ".join(missing)
        findings.add("manifest-row-missing", MANIFEST, value=value, times=len(missing))
    if says.get(MANIFEST_VERSION, "1.0") not in ("", "1.0"):
        found = says[MANIFEST_VERSION][:20]
        findings.add("manifest-version-other", MANIFEST, value=found, found=found)
    for name in OF_FILES.keys() & says.keys() - set(wanted):
        findings.add("manifest-row-elsewhere", MANIFEST, value=name, version=version)
