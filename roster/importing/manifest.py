"""What a bundle says about itself: its version, and which files are bulk, delta or absent.

Where the manifest and the files disagree, the files decide, as the binding wants it (5.2); where
it is missing or silent, the version is taken from the columns if these are certain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from roster.importing import cells
from roster.importing.columns import FILES, VERSIONS, File
from roster.importing.findings import Findings
from roster.importing.package import Entry, Package
from roster.refusal import Refused

MANIFEST = "manifest.csv"
MODES = ("bulk", "delta", "absent")
KNOWN = ("manifest.version", "oneroster.version", "source.systemName", "source.systemCode")
VERSION = re.compile(r"v?(\d+\.\d+)(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Part:
    """One file to read. `sure`: the manifest calls it bulk; else its rows must look like it."""

    file: File
    entry: Entry
    sure: bool


@dataclass(frozen=True, slots=True)
class Bundle:
    version: str
    parts: list[Part]

    @property
    def size(self) -> int:
        return sum(part.entry.size for part in self.parts)


def describe(package: Package, findings: Findings) -> Bundle:
    """Return what is to be read, in the order of storing; raises `Refused` for a delta."""
    entries = _by_name(package, findings)
    says = _manifest(entries.pop(MANIFEST, None), findings)
    findings.version = version = _version(says, entries, findings)
    parts = []
    for file in FILES.values():
        if not file.of(version):
            continue
        entry, mode = entries.pop(file.filename, None), says.get(f"file.{file.name}", "")
        if mode and mode not in MODES:
            findings.add("manifest-mode-unknown", file.filename, value=mode)
        if entry is None:
            if mode in ("bulk", "delta"):
                findings.add("manifest-file-missing", file.filename, value=mode)
            continue
        if mode == "delta":
            raise Refused(
                f"This bundle's {file.filename} is a delta: it holds changes only, and deltas"
                " can't be imported yet. Import a bulk bundle, which holds everything."
            )
        if says and mode == "absent":
            findings.add("manifest-file-not-absent", file.filename, value=mode)
        elif says and not mode:
            findings.add("manifest-file-unlisted", file.filename)
        parts.append(Part(file, entry, sure=mode == "bulk"))
    for name in entries:
        findings.add("file-ignored", name)
    _refuse_hollow(parts, says)
    return Bundle(version, parts)


def _refuse_hollow(parts: list[Part], says: dict[str, str]) -> None:
    names = {part.file.name for part in parts}
    if not names:
        raise Refused("The bundle holds no file of OneRoster with data, so there is no roster.")
    if not names & {"orgs", "users"}:
        deliberate = all(says.get(f"file.{name}") == "absent" for name in ("orgs", "users"))
        if not deliberate:
            raise Refused(
                "The bundle has neither orgs.csv nor users.csv, so it is no roster. Export it"
                " again, with all its files."
            )


def _by_name(package: Package, findings: Findings) -> dict[str, Entry]:
    """Return the entries under the names that OneRoster writes."""
    right = {name.lower(): name for name in (MANIFEST, *(f.filename for f in FILES.values()))}
    found: dict[str, Entry] = {}
    for name, entry in sorted(package.entries.items()):
        written = right.get(name.lower(), name)
        if written in found:
            raise Refused(f"The bundle holds {written} twice, in different letters.")
        if written != name:
            findings.add("file-letter-case", written, name=name)
        found[written] = entry
    return found


def _manifest(entry: Entry | None, findings: Findings) -> dict[str, str]:
    """Return the properties by name, in the right letters; empty where there is no manifest."""
    if entry is None:
        return {}
    right = {name.lower(): name for name in (*KNOWN, *(f"file.{name}" for name in FILES))}
    says: dict[str, str] = {}
    with entry.open() as stream:
        for row, line in cells.rows(stream, MANIFEST, findings):
            name, value = line[0].strip(), "".join(line[1:2]).strip()
            if name.lower() == "propertyname":
                continue
            if name.lower() not in right:
                findings.add("manifest-row-unknown", MANIFEST, row=row, value=name)
                continue
            says[right[name.lower()]] = value.lower() if name.lower()[:5] == "file." else value
    return says or {"manifest.version": ""}


def _version(says: dict[str, str], entries: dict[str, Entry], findings: Findings) -> str:
    said = says.get("oneroster.version", "")
    if said:
        match = VERSION.fullmatch(said.strip().lower())
        if not match or match[1] not in VERSIONS:
            raise Refused(
                f"This bundle says that it is OneRoster “{said[:20]}”. Versions 1.1 and 1.2 can be"
                " imported."
            )
        return match[1]
    version = _by_columns(entries, findings)
    if not version:
        lacks = "says no OneRoster version" if says else "has no manifest.csv"
        raise Refused(
            f"The bundle {lacks}, and its files don't tell the version with certainty. Export"
            " it with a manifest."
        )
    code = "manifest-version-missing" if says else "manifest-missing"
    findings.add(code, MANIFEST, version=version)
    return version


def _by_columns(entries: dict[str, Entry], findings: Findings) -> str:
    """Return the version that the files are certain of: 1.2 has roles.csv, 1.1 users' roles."""
    header: set[str] = set()
    if "users.csv" in entries:
        with entries["users.csv"].open() as stream:
            first = next(cells.rows(stream, "users.csv", Findings()), (1, []))
            header = {name.strip().lower() for name in first[1]}
    old = {"role", "orgsourcedids"} <= header
    new = "roles.csv" in entries
    if old == new:
        return ""
    return "1.1" if old else "1.2"
