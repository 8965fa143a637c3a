"""The table of findings: how grave each is, what it means, and what to do, in words.

An error left the row out; a warning left a value out, or will keep the record from being
published; a notice was taken as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from roster.models import Finding

ERROR, WARNING, NOTICE = (
    Finding.Severity.ERROR,
    Finding.Severity.WARNING,
    Finding.Severity.NOTICE,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding; the message is filled in with the facts given at the spot."""

    severity: Finding.Severity
    message: str


RULES: dict[str, Rule] = {
    # The package.
    "package-folder": Rule(
        NOTICE,
        "The files lie in the folder “{folder}”. They were read from there; a OneRoster bundle"
        " has them at its root.",
    ),
    "package-clutter": Rule(
        NOTICE, "A file of the system that packed the bundle lies in it; it was not read."
    ),
    "file-ignored": Rule(
        NOTICE,
        "This is no file of OneRoster {version}; it was not read. If it holds data that you"
        " expect here, check its name.",
    ),
    "file-letter-case": Rule(
        NOTICE, "The file is called “{name}”; OneRoster writes {file}. It was read."
    ),
    "file-without-rows": Rule(
        NOTICE,
        "The file has no rows. It was taken as absent, so records of its kind stay as they are."
        " If they are really all gone, retire them in the source.",
    ),
    "file-utf-16": Rule(NOTICE, "The file is written in UTF-16; OneRoster asks for UTF-8."),
    "manifest-missing": Rule(
        NOTICE,
        "The bundle has no manifest.csv. Its columns are those of OneRoster {version}, and its"
        " files were read as bulk.",
    ),
    "manifest-version-missing": Rule(
        NOTICE,
        "manifest.csv doesn't say the OneRoster version. The columns are those of {version}.",
    ),
    "manifest-row-unknown": Rule(
        NOTICE,
        "manifest.csv has a row that OneRoster doesn't know. It was not read; check its spelling.",
    ),
    "manifest-mode-unknown": Rule(
        NOTICE, "manifest.csv gives this file neither bulk, delta nor absent."
    ),
    "manifest-file-unlisted": Rule(
        NOTICE, "manifest.csv doesn't list this file, but it is there. It was read as bulk."
    ),
    "manifest-file-not-absent": Rule(
        NOTICE, "manifest.csv says that this file is absent, but it is there. It was read as bulk."
    ),
    "manifest-file-missing": Rule(
        WARNING,
        "manifest.csv announces this file, but the bundle lacks it. Records of its kind stay as"
        " they are. Check that the export finished.",
    ),
    # Columns.
    "column-unknown": Rule(
        NOTICE,
        "OneRoster {version} has no such column in this file; it was not read. Columns of your"
        " own are named metadata.… and are kept.",
    ),
    "column-nameless": Rule(NOTICE, "A column has no name; it was not read."),
    "column-twice": Rule(WARNING, "The column stands there twice; the first one was read."),
    "column-letter-case": Rule(NOTICE, "OneRoster writes this column {column}. It was read."),
    "column-missing": Rule(
        NOTICE, "The column is missing. It was taken as blank in every row of the file."
    ),
    "column-elsewhere": Rule(
        NOTICE,
        "OneRoster 1.2.1 dropped this column; it was not read. Send userResources.csv instead.",
    ),
    "password-dropped": Rule(
        NOTICE,
        "Passwords were thrown away and are kept nowhere. Stop sending them: nothing in"
        " Rosterdesk needs them.",
    ),
    # Rows.
    "row-too-long": Rule(
        NOTICE, "The row has more cells than the header has columns. The surplus was not read."
    ),
    "row-too-short": Rule(
        NOTICE, "The row has fewer cells than the header has columns. The rest counts as blank."
    ),
    "row-slipped": Rule(
        ERROR,
        "The row has fewer cells than the header has columns, and this file has passwords: it"
        " can't be told which cell holds one. The row was left out; what was stored stays.",
    ),
    "id-missing": Rule(ERROR, "The row has no sourcedId. It was left out."),
    "id-too-long": Rule(
        ERROR, "The sourcedId is longer than 255 characters. The row was left out."
    ),
    "id-twice": Rule(
        ERROR,
        "The sourcedId stands in this file before. The first row was taken, this one left out.",
    ),
    "id-characters": Rule(
        NOTICE,
        "The sourcedId holds other characters than letters, digits and . - _ / @. It was kept as"
        " it is, but some vendors can't read it.",
    ),
    "status-retired": Rule(
        NOTICE,
        "The row's status says that the record is gone. It was retired. In a bulk file such"
        " records are left out.",
    ),
    "status-unknown": Rule(
        ERROR,
        "The status is neither active nor tobedeleted. The row was left out; what was stored"
        " stays.",
    ),
    "stamps-filled": Rule(
        NOTICE,
        "Rows carry status or dateLastModified, which are blank in bulk files. The dates were"
        " not used.",
    ),
    # Values.
    "missing-row": Rule(
        ERROR,
        "The value is required and missing. The row was left out; what was stored stays."
        " Fill it in at the source.",
    ),
    "missing": Rule(
        WARNING,
        "The value is required and missing. The row was kept without it; vendors that need it"
        " may refuse the record, or it can't be published. Fill it in at the source.",
    ),
    "unreadable-row": Rule(
        ERROR,
        "The value is not {expected}. It is required, so the row was left out; what was stored"
        " stays.",
    ),
    "unreadable": Rule(WARNING, "The value is not {expected}. It was left out, the row was kept."),
    "letter-case": Rule(NOTICE, "OneRoster writes the value in other letters. It was understood."),
    "date-with-time": Rule(NOTICE, "A date is expected; the date of this date and time was taken."),
    "other-version": Rule(
        NOTICE, "OneRoster {version} doesn't have this value here. It was kept and understood."
    ),
    "list-part": Rule(
        WARNING, "Part of the list can't be understood and was left out. Expected: {expected}."
    ),
    # References, checked when everything is stored.
    "reference-unknown": Rule(
        WARNING,
        "The row names a record of {target} that neither the bundle nor the roster holds. It was"
        " kept, but what can't do without that record is not published.",
    ),
    "school-not-a-school": Rule(
        NOTICE,
        "The class names an org as its school whose type is not school. The org is treated as a"
        " school.",
    ),
    "link-twice": Rule(
        WARNING, "The record has a score scale already. The first one in the file was taken."
    ),
    # Exclude marks, when the hierarchy is derived.
    "mark-passed": Rule(
        NOTICE,
        "The import took away {title} “{marked}”, which is excluded. The exclusion passes to what"
        " took its place, or to its records themselves: nothing is visible that wasn't.",
    ),
    "mark-left": Rule(
        WARNING,
        "The record was hidden by the exclusion of {title} “{marked}” and has left it. It is"
        " visible from the next refresh on; exclude it where it is now if that isn't wanted.",
    ),
}
