"""What a bundle holds: its version, and which of its files are bulk and which delta.

Where the manifest and the files disagree, the files decide, as the binding wants it (5.2). Where
it is missing or silent, the version is taken from the columns if these are certain; and a file is
bulk, unless every row of it carries status and date as in a delta. Such a file may be either: into
an empty organization both come to the same; else somebody has to say it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from roster.generator.bundles import SANDBOX
from roster.importing import cells
from roster.importing.binding import check_dependencies, check_order
from roster.importing.columns import File
from roster.importing.file_names import MANIFEST, by_name, listed
from roster.importing.files import FILES
from roster.importing.findings import Findings
from roster.importing.package import Entry, Package
from roster.importing.parts import Mode, Part
from roster.importing.properties import MODES, Properties, check_whole, properties, version_of

Answer = Literal["", "bulk", "delta"]
SURE: dict[str, Mode] = {"bulk": "bulk", "delta": "delta"}
STAMPS = ("status", "datelastmodified")


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is to be read; a date that needs a time begins its day in the time zone `zone`.

    `made_up`: the manifest says that it comes from a sandbox.
    """

    version: str
    parts: list[Part]
    zone: str = "UTC"
    made_up: bool = False

    @property
    def size(self) -> int:
        return sum(part.entry.size for part in self.parts)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides about what files don't say.

    `empty`: nothing has been imported yet. `answer`: what somebody said such files are. `zone`:
    the organization's time zone.
    """

    empty: bool = False
    answer: Answer = ""
    zone: str = "UTC"


def describe(
    package: Package, findings: Findings, known: Circumstances = Circumstances()
) -> Bundle:
    """Return what is to be read, in the order of storing; raises `Refused` where it is unsure."""
    entries = by_name(package.entries, findings)
    says = properties(entries.pop(MANIFEST, None), findings)
    findings.version = version = _version(says, entries, findings)
    if says:
        check_whole(says, version, findings)
    parts = []
    for file in FILES.values():
        if file.of(version):
            entry, said = entries.pop(file.filename, None), says.get(f"file.{file.name}", "")
            mode = _mode(file, entry, said, bool(says), known, findings)
            if entry is not None and mode:
                parts.append(Part(file, entry, mode, first=known.empty))
    for name in entries:
        other = any(file.filename == name for file in FILES.values())
        findings.add("file-of-other-version" if other else "file-ignored", name)
    if findings.strict:
        check_dependencies(parts, version, findings)
    for part in parts:
        check_order(part, version, findings)
    _refuse_empty(parts, package, says, version, findings)
    made_up = says.get("source.systemCode") == SANDBOX
    return Bundle(version, parts, known.zone, made_up)


def _mode(
    file: File, entry: Entry | None, said: str, manifest: bool, known: Circumstances, to: Findings
) -> Mode | None:
    """Return how a file is read, None if it isn't there; report where the manifest is wrong."""
    if said and said not in MODES:
        to.add("manifest-mode-unknown", file.filename, value=said)
    if entry is None:
        if said in SURE:
            to.add("manifest-file-missing", file.filename, value=said)
        return None
    if said in SURE:
        return SURE[said]
    if manifest:
        code = "manifest-file-not-absent" if said == "absent" else "manifest-file-unlisted"
        if not said or said == "absent":
            to.add(code, file.filename, value=said)
    if known.empty or not _stamped(file, entry):
        return "bulk"
    if not known.answer:
        raise to.refuse("bulk-or-delta", file.filename)
    to.add("bulk-or-delta-answered", file.filename, answer=known.answer)
    return known.answer


def _stamped(file: File, entry: Entry) -> bool:
    """Return whether every row carries status and dateLastModified, as in a delta."""
    with entry.open() as stream:
        lines = cells.rows(stream, file.filename, Findings())
        heading = [name.strip().lower() for name in next(lines, (1, []))[1]]
        if not set(STAMPS) <= set(heading):
            return False
        return _all_filled(lines, [heading.index(name) for name in STAMPS])


def _all_filled(lines: Iterator[tuple[int, list[str]]], places: list[int]) -> bool:
    rows = 0
    for _, line in lines:
        rows += 1
        if not all(place < len(line) and line[place].strip() for place in places):
            return False
    return rows > 0


def _refuse_empty(
    parts: list[Part], package: Package, says: Properties, version: str, findings: Findings
) -> None:
    """Refuse a bundle without roster, unless its manifest says that there are no updates."""
    names = {part.file.name for part in parts}
    absent = {name for name in FILES if says.get(f"file.{name}") == "absent"}
    if not names:
        if not {file.name for file in FILES.values() if file.of(version)} <= absent:
            raise findings.refuse("bundle-hollow", found=listed(package.entries))
        findings.add("bundle-without-files", MANIFEST)
    elif not names & {"orgs", "users"} and not {"orgs", "users"} <= absent:
        raise findings.refuse("bundle-without-roster", found=listed(package.entries))


def _version(says: Properties, entries: dict[str, Entry], findings: Findings) -> str:
    version = version_of(says, findings)
    if version:
        return version
    version = _by_columns(entries)
    if not version:
        lacks = "says no OneRoster version" if says else "has no manifest.csv"
        raise findings.refuse("version-uncertain", MANIFEST, lacks=lacks, found=listed(entries))
    code = "manifest-version-missing" if says else "manifest-missing"
    findings.add(code, MANIFEST, version=version)
    return version


def _by_columns(entries: dict[str, Entry]) -> str:
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
