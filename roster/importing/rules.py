"""The one table of findings: how grave each is, what it means, what to do, what is done about it.

A finding is told and then dealt with: taken as it is, taken with a warning, its value or its row
left out, or the whole bundle refused. Lenient imports take what can mean one thing only; strict
ones hold a bundle to the CSV binding (specification, section 5) rule by rule. What the binding
says nothing of is the same in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from roster.models import Finding

ERROR, WARNING, NOTICE = (
    Finding.Severity.ERROR,
    Finding.Severity.WARNING,
    Finding.Severity.NOTICE,
)


class Outcome(StrEnum):
    """What is done about a finding."""

    ACCEPT = "accept"
    WARN = "warn"
    VALUE_OUT = "leave the value out"
    ROW_OUT = "leave the row out"
    REFUSE = "refuse"


ACCEPT, WARN, VALUE_OUT, ROW_OUT, REFUSE = Outcome
USUAL = {NOTICE: ACCEPT, WARNING: WARN, ERROR: ROW_OUT}


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding; the message is filled in with the facts given at the spot.

    `message` says what it means, `cure` what to do at the source. Without `lenient` the severity
    says what is done; without `strict` the same is done in a strict import.
    """

    severity: Finding.Severity
    message: str
    cure: str
    lenient: Outcome | None = None
    strict: Outcome | None = None

    def outcome(self, strict: bool = False) -> Outcome:
        lenient = self.lenient or USUAL[self.severity]
        return (self.strict or lenient) if strict else lenient

    def gravity(self, strict: bool = False) -> Finding.Severity:
        """Return the severity; what refuses a bundle is an error."""
        return ERROR if self.outcome(strict) is REFUSE else self.severity


RULES: dict[str, Rule] = {
    # The package.
    "package-missing": Rule(
        ERROR,
        "There is no bundle “{name}”.",
        "Check the path. It may be a zip file or a folder.",
        REFUSE,
    ),
    "package-unreadable": Rule(
        ERROR,
        "“{name}” can't be read: {found}.",
        "Let the account that runs this read it. Nothing was imported.",
        REFUSE,
    ),
    "package-broken": Rule(
        ERROR,
        "“{name}” is not a whole zip file but {found} ({why}).",
        "Send or export it again, as a zip. Nothing was imported.",
        REFUSE,
    ),
    "package-empty": Rule(
        ERROR,
        "The bundle holds no CSV files. Found were: {found}.",
        "A OneRoster bundle is a zip of orgs.csv, users.csv and so on. Nothing was imported.",
        REFUSE,
    ),
    "package-folders": Rule(
        ERROR,
        "The bundle holds several folders with CSV files, and it is unsure which are meant:"
        " {found}.",
        "Put the files of one bundle at the root. Nothing was imported.",
        REFUSE,
    ),
    "package-form": Rule(
        NOTICE,
        "The bundle is {found}; OneRoster wants a zip file whose name ends in .zip. It was read.",
        "Send it as a zip file.",
        strict=REFUSE,
    ),
    "package-folder": Rule(
        NOTICE,
        "The files lie in the folder “{folder}”. They were read from there.",
        "Pack the files themselves, not the folder that they lie in.",
        strict=REFUSE,
    ),
    "package-folder-ignored": Rule(
        WARNING,
        "Another folder of the bundle holds CSV files too; it was not read.",
        "Send bundles one by one.",
        strict=REFUSE,
    ),
    "package-clutter": Rule(
        NOTICE,
        "A file of the system that packed the bundle lies in it; it was not read.",
        "Nothing. To be rid of it, pack the CSV files only.",
        strict=REFUSE,
    ),
    "folder-many-files": Rule(
        ERROR,
        "The folder “{name}” holds too many files to be a bundle.",
        "Name the folder that the CSV files lie in. Nothing was imported.",
        REFUSE,
    ),
    "file-is-link": Rule(
        ERROR,
        "{file} is a link or a device, not a file.",
        "Put the file itself there. Nothing was imported.",
        REFUSE,
    ),
    "zip-backslash": Rule(
        NOTICE,
        "The zip writes paths with backslashes, as some Windows tools do. They were understood.",
        "Pack it with another tool.",
        strict=REFUSE,
    ),
    "zip-path": Rule(
        ERROR,
        "The zip holds a path that leads out of it: “{found}”. It was not opened.",
        "Find out who made it; no export writes such a path. Nothing was imported.",
        REFUSE,
    ),
    "zip-name-twice": Rule(
        ERROR,
        "The zip holds {file} twice.",
        "Pack it anew. Nothing was imported.",
        REFUSE,
    ),
    "zip-encrypted": Rule(
        ERROR,
        "{file} in the zip is encrypted.",
        "Send the bundle without a password. Nothing was imported.",
        REFUSE,
    ),
    "zip-packing": Rule(
        ERROR,
        "{file} is packed in another way than zip's deflate (method {found}).",
        "Pack it with deflate. Nothing was imported.",
        REFUSE,
    ),
    "zip-many-entries": Rule(
        ERROR,
        "The zip holds {found}; a bundle has 22 files at most.",
        "Pack the CSV files only. Nothing was imported.",
        REFUSE,
    ),
    "zip-bomb": Rule(
        ERROR,
        "The zip would unpack from {packed} to {total} bytes. No roster packs like that; it was"
        " not opened.",
        "Find out who made it. Nothing was imported.",
        REFUSE,
    ),
    "file-ignored": Rule(
        NOTICE,
        "This is no file of OneRoster {version}; it was not read.",
        "If it holds data that you expect here, give it the name that OneRoster has for it.",
        strict=REFUSE,
    ),
    "file-letter-case": Rule(
        NOTICE,
        "The file is called “{name}”; OneRoster writes {file}. It was read.",
        "Rename it in the export.",
        strict=REFUSE,
    ),
    "file-name": Rule(
        NOTICE,
        "The file is called “{name}”; OneRoster has {file}. It was read as that.",
        "Give files of a bundle the very names that OneRoster has for them.",
        strict=REFUSE,
    ),
    "file-twice": Rule(
        ERROR,
        "The bundle holds {file} twice: {found}.",
        "Export each file once. Nothing was imported.",
        REFUSE,
    ),
    "file-of-other-version": Rule(
        WARNING,
        "OneRoster {version} doesn't have this file; the other version has. It was not read.",
        "Let the manifest name the version that the files are of.",
        strict=REFUSE,
    ),
    "bundle-hollow": Rule(
        ERROR,
        "The bundle holds no file of OneRoster with data, so there is no roster in it. Found were:"
        " {found}. Wanted are orgs.csv, academicSessions.csv, courses.csv, classes.csv, users.csv,"
        " enrollments.csv, and in 1.2 roles.csv.",
        "Export it again. Nothing was imported.",
        REFUSE,
    ),
    "bundle-without-files": Rule(
        NOTICE,
        "The manifest says that every file is absent, so the bundle changes nothing.",
        "Nothing, if no update was to be sent.",
    ),
    "bundle-without-roster": Rule(
        ERROR,
        "The bundle has neither orgs.csv nor users.csv, so it is no roster. Found were: {found}.",
        "Export it again, with all its files, or let the manifest call both absent. Nothing was"
        " imported.",
        REFUSE,
    ),
    "file-needed": Rule(
        NOTICE,
        "Its rows name records of {target}, which the bundle doesn't hold.",
        "Export that file too.",
        strict=REFUSE,
    ),
    "file-without-rows": Rule(
        NOTICE,
        "The file has no rows. It was taken as absent, so records of its kind stay as they are.",
        "If its records are really all gone, retire them in the source; else check the export.",
        strict=REFUSE,
    ),
    # Text.
    "file-utf-16": Rule(
        NOTICE,
        "The file is written in {found}; OneRoster asks for UTF-8. It was read.",
        "Export it as UTF-8.",
        strict=REFUSE,
    ),
    "file-western": Rule(
        WARNING,
        "The file isn't written in UTF-8 but in Windows' Western characters. It was read as that.",
        "Export it as UTF-8, and look at names with accents.",
        strict=REFUSE,
    ),
    "file-encoding": Rule(
        ERROR,
        "{file} isn't written in UTF-8, near row {number}: {found}.",
        "Export it as UTF-8. Nothing was imported.",
        REFUSE,
    ),
    "file-nul": Rule(
        ERROR,
        "{file} holds a NUL byte, near row {number}; it isn't text.",
        "Export it again. Nothing was imported.",
        REFUSE,
    ),
    "file-mark-twice": Rule(
        NOTICE,
        "The file begins with more than one byte order mark. It was read without them.",
        "Export it with one at most.",
        strict=REFUSE,
    ),
    "file-end-mark": Rule(
        NOTICE,
        "The file ends with a Ctrl-Z, as DOS wrote it. It was left out.",
        "Export it without.",
        strict=REFUSE,
    ),
    "file-line-ends": Rule(
        NOTICE,
        "The file's lines end otherwise than with CR LF or LF. They were understood.",
        "End them with CR LF.",
        strict=REFUSE,
    ),
    "file-separator-line": Rule(
        NOTICE,
        "A line above the header names the delimiter, for Excel. It was left out.",
        "Export the file without it.",
        strict=REFUSE,
    ),
    "file-comment": Rule(
        NOTICE,
        "A line of comment stands above the header. It was left out.",
        "Begin the file with its header.",
        strict=REFUSE,
    ),
    "file-delimiter": Rule(
        NOTICE,
        "The file's cells are separated by {found}; OneRoster wants commas. It was read.",
        "Export it with commas.",
        strict=REFUSE,
    ),
    "file-blank-before-quote": Rule(
        NOTICE,
        "Blanks stand before quotes, where CSV has none. They were left out.",
        "Export it without blanks after the commas.",
        strict=REFUSE,
    ),
    "file-not-csv": Rule(
        ERROR,
        "{file} isn't CSV any more in row {number} ({found}). Mostly a quote isn't closed, or"
        " stands within a value without being doubled.",
        "Correct the export. Nothing was imported.",
        REFUSE,
    ),
    "row-gigantic": Rule(
        ERROR,
        "{file} has a row of more than 1,048,576 characters near row {number}.",
        "Correct the export; mostly a line end or a quote is lost. Nothing was imported.",
        REFUSE,
    ),
    # The manifest.
    "manifest-missing": Rule(
        NOTICE,
        "The bundle has no manifest.csv. Its columns are those of OneRoster {version}, and its"
        " files were read as bulk.",
        "Export the bundle with a manifest.",
        strict=REFUSE,
    ),
    "manifest-version-missing": Rule(
        NOTICE,
        "manifest.csv doesn't say the OneRoster version. The columns are those of {version}.",
        "Add the row oneroster.version to the manifest.",
        strict=REFUSE,
    ),
    "version-unknown": Rule(
        ERROR,
        "manifest.csv says that the bundle is OneRoster “{found}”. Versions 1.1 and 1.2 can be"
        " imported.",
        "Export it in one of these. Nothing was imported.",
        REFUSE,
    ),
    "version-uncertain": Rule(
        ERROR,
        "The bundle {lacks}, and its files don't tell the version with certainty: 1.1 has the"
        " columns role and orgSourcedIds in users.csv, 1.2 has roles.csv. Found were: {found}.",
        "Export it with a manifest that has the row oneroster.version. Nothing was imported.",
        REFUSE,
    ),
    "version-form": Rule(
        NOTICE,
        "manifest.csv says the version in another form than OneRoster does. It was understood as"
        " {version}.",
        "Write 1.1 or 1.2, for 1.2.1 too.",
        strict=REFUSE,
    ),
    "manifest-heading": Rule(
        NOTICE,
        "manifest.csv doesn't begin with propertyName,value. It was read.",
        "Begin it with these two headings.",
        strict=REFUSE,
    ),
    "manifest-form": Rule(
        NOTICE,
        "OneRoster writes this row of manifest.csv otherwise: letters, blanks or quotes differ. It"
        " was understood.",
        "Write it as OneRoster does.",
        strict=REFUSE,
    ),
    "manifest-row-twice": Rule(
        NOTICE,
        "manifest.csv has this row twice, saying the same.",
        "Write it once.",
        strict=REFUSE,
    ),
    "manifest-contradicts": Rule(
        ERROR,
        "manifest.csv gives {name} twice, once as “{one}” and once as “{other}”.",
        "Write it once. Nothing was imported.",
        REFUSE,
    ),
    "manifest-row-missing": Rule(
        NOTICE,
        "manifest.csv lacks rows that it has in OneRoster {version}. Their files count as absent.",
        "List every file of the version in the manifest.",
        strict=REFUSE,
    ),
    "manifest-row-elsewhere": Rule(
        NOTICE,
        "manifest.csv has a row for a file that OneRoster {version} doesn't have.",
        "List the files of the version that the manifest names.",
        strict=REFUSE,
    ),
    "bulk-or-delta": Rule(
        ERROR,
        "Every row of {file} carries status and dateLastModified, as in a delta, and no manifest"
        " says what the file is. Read as bulk, it would retire everybody whom it doesn't name.",
        "Export a manifest with the bundle, or say what such files are: import_roster (for bundles"
        " that are fetched: set_source) with --without-manifest bulk (everything) or delta (changes"
        " only). The answer is kept."
        " Nothing was imported.",
        REFUSE,
    ),
    "bulk-or-delta-answered": Rule(
        NOTICE,
        "No manifest says what the file is. It was read as {answer}, as somebody has said before.",
        "Export the bundle with a manifest.",
        strict=REFUSE,
    ),
    "delta-first": Rule(
        ERROR,
        "{file} is a delta: it holds changes only, and nothing is stored yet that it could change.",
        "Import a bulk bundle first, which holds everything. Nothing was imported.",
        REFUSE,
    ),
    "manifest-row-unknown": Rule(
        NOTICE,
        "manifest.csv has a row that OneRoster doesn't know. It was not read.",
        "Check its spelling.",
        strict=REFUSE,
    ),
    "manifest-mode-unknown": Rule(
        NOTICE,
        "manifest.csv gives this file neither bulk, delta nor absent.",
        "Write one of the three.",
        strict=REFUSE,
    ),
    "manifest-file-unlisted": Rule(
        NOTICE,
        "manifest.csv doesn't list this file, but it is there. It was read as bulk.",
        "List every file of the version in the manifest.",
        strict=REFUSE,
    ),
    "manifest-file-not-absent": Rule(
        NOTICE,
        "manifest.csv says that this file is absent, but it is there. It was read as bulk.",
        "Let the manifest say bulk or delta.",
        strict=REFUSE,
    ),
    "manifest-file-missing": Rule(
        WARNING,
        "manifest.csv announces this file, but the bundle lacks it. Records of its kind stay as"
        " they are.",
        "Check that the export finished.",
        strict=REFUSE,
    ),
    # Columns.
    "column-unknown": Rule(
        NOTICE,
        "OneRoster {version} has no such column in this file; it was not read.",
        "Name columns of your own metadata.…; they are kept.",
        strict=REFUSE,
    ),
    "column-nameless": Rule(
        NOTICE,
        "A column has no name; it was not read.",
        "Name it, or leave it out of the export.",
        strict=REFUSE,
    ),
    "column-twice": Rule(
        WARNING,
        "The column stands there twice; the first one was read.",
        "Export it once.",
        strict=REFUSE,
    ),
    "column-letter-case": Rule(
        NOTICE,
        "OneRoster writes this column {column}. It was read.",
        "Rename it in the export.",
        strict=REFUSE,
    ),
    "column-missing": Rule(
        NOTICE,
        "The column is missing. It was taken as blank in every row of the file.",
        "Export all columns of the file, blank where nothing is known.",
        strict=REFUSE,
    ),
    "columns-many": Rule(
        ERROR,
        "{file} has {found} columns; that is no OneRoster file.",
        "Export it again. Nothing was imported.",
        REFUSE,
    ),
    "column-required": Rule(
        ERROR,
        "{file} has no column {wanted}, without which its rows mean nothing. Its first line has"
        " {found}.",
        "Export it again, with a header and all columns. Nothing was imported.",
        REFUSE,
    ),
    "column-order": Rule(
        NOTICE,
        "The columns stand in another order than OneRoster's. They were read.",
        "Export them in OneRoster's order, columns of your own last.",
        strict=REFUSE,
    ),
    "column-elsewhere": Rule(
        NOTICE,
        "OneRoster 1.2.1 dropped this column; it was not read.",
        "Send userResources.csv instead.",
        strict=REFUSE,
    ),
    "password-dropped": Rule(
        NOTICE,
        "Passwords were thrown away and are kept nowhere.",
        "Stop sending them: nothing in Rosterdesk needs them.",
    ),
    "column-other-version": Rule(
        WARNING,
        "The other version of OneRoster has this column here, {version} hasn't. It was not read.",
        "Let the manifest name the version that the columns are of.",
        strict=REFUSE,
    ),
    "column-near": Rule(
        WARNING,
        "OneRoster has no such column here, but {column}. It was read as that.",
        "Rename it in the export.",
        strict=REFUSE,
    ),
    "column-missing-narrowing": Rule(
        WARNING,
        "The column is missing. It says when vendors may see a record; without it, no record of"
        " the file begins later or ends.",
        "Export all columns of the file, blank where nothing is known.",
        strict=REFUSE,
    ),
    "column-twice-differs": Rule(
        ERROR,
        "The column stands there twice, and the row says two different things in it. The row was"
        " left out; what was stored stays.",
        "Export the column once.",
        strict=REFUSE,
    ),
    "roles-in-users": Rule(
        WARNING,
        "The bundle has no roles.csv. Its users' roles were taken from role and orgSourcedIds, the"
        " columns of OneRoster 1.1.",
        "Export roles.csv, or let the manifest say 1.1.",
        strict=REFUSE,
    ),
    # Cells.
    "cell-blanks": Rule(
        NOTICE,
        "Blanks around the value were left out.",
        "Trim values in the export.",
        strict=REFUSE,
    ),
    "cell-nothing": Rule(
        NOTICE,
        "The word stands for nothing. The cell counts as blank.",
        "Leave cells blank where nothing is known.",
        strict=REFUSE,
    ),
    "cell-control": Rule(
        NOTICE,
        "Line breaks or control characters in the value became a blank.",
        "Remove them at the source.",
        strict=REFUSE,
    ),
    "cell-invisible": Rule(
        NOTICE,
        "Invisible characters in the value were left out, unusual blanks became plain ones.",
        "Remove them at the source.",
        strict=REFUSE,
    ),
    "cell-quotes": Rule(
        NOTICE,
        "A blank stands before the value's quotes, which were left out.",
        "Write quotes right after the comma.",
        strict=REFUSE,
    ),
    "cell-lost": Rule(
        WARNING,
        "Letters of the value were lost before it was exported (�). It was kept as it is.",
        "Export UTF-8 from the source itself, and correct the value there.",
    ),
    "cell-decoded-twice": Rule(
        WARNING,
        "The value looks as if its letters had been decoded wrongly (Ã© for é). It was kept as it"
        " is.",
        "Export UTF-8 from the source itself, and correct the value there.",
    ),
    # Rows.
    "rows-wide": Rule(
        NOTICE,
        "Every row has blank cells beyond the columns of the header. They were left out.",
        "End rows with their last column.",
        strict=REFUSE,
    ),
    "row-too-long": Rule(
        ERROR,
        "The row has more cells than the header has columns, so it can't be told which value"
        " belongs where. It was left out; what was stored stays.",
        "Quote values that hold a comma.",
        strict=REFUSE,
    ),
    "row-too-short": Rule(
        ERROR,
        "The row has fewer cells than the header has columns, so it can't be told which value"
        " belongs where. It was left out; what was stored stays.",
        "Export every cell of a row, blank where nothing is known, and a line break after the last"
        " row: without it, the file may have been cut off.",
        strict=REFUSE,
    ),
    "row-header-again": Rule(
        NOTICE,
        "The row is the header once more. It was left out.",
        "Write the header once.",
        strict=REFUSE,
    ),
    "row-of-dashes": Rule(
        NOTICE,
        "The row holds dashes alone. It was left out.",
        "Export data only.",
        strict=REFUSE,
    ),
    "row-footer": Rule(
        NOTICE,
        "The line isn't a record: a database writes below its result how many rows it has. It was"
        " left out.",
        "Export data only.",
        strict=REFUSE,
    ),
    "id-missing": Rule(
        ERROR,
        "The row has no sourcedId. It was left out.",
        "Give every record an id of its own that stays the same.",
        strict=REFUSE,
    ),
    "id-too-long": Rule(
        ERROR,
        "The sourcedId is longer than 255 characters. The row was left out.",
        "Use shorter ids.",
        strict=REFUSE,
    ),
    "id-twice": Rule(
        ERROR,
        "The sourcedId stands in this file more than once, in rows that differ. None of them was"
        " taken; what was stored stays.",
        "Export each record once.",
        strict=REFUSE,
    ),
    "id-joined": Rule(
        WARNING,
        "The sourcedId stands in this file more than once. The rows were joined: orgs of each, the"
        " narrower dates, and an exclude mark if one has it.",
        "Export each record once.",
        strict=REFUSE,
    ),
    "id-repeated": Rule(
        WARNING,
        "The same row stands in this file before. It was taken once.",
        "Export each record once.",
        strict=REFUSE,
    ),
    "id-characters": Rule(
        NOTICE,
        "The sourcedId holds other characters than letters, digits and . - _ / @. It was kept as"
        " it is, but some vendors can't read it.",
        "Use these characters only.",
        strict=REFUSE,
    ),
    "status-retired": Rule(
        NOTICE,
        "The row's status says that the record is gone. It was retired.",
        "Leave such records out of a bulk file.",
        strict=REFUSE,
    ),
    "status-unknown": Rule(
        ERROR,
        "The status is neither active nor tobedeleted. The row was left out; what was stored"
        " stays.",
        "Leave the status blank in bulk files.",
        strict=REFUSE,
    ),
    "stamps-filled": Rule(
        NOTICE,
        "Rows carry status or dateLastModified, which are blank in bulk files. The dates were"
        " not used.",
        "Leave both columns blank in bulk files.",
        strict=REFUSE,
    ),
    "status-missing": Rule(
        ERROR,
        "The file is a delta, and the row doesn't say whether its record is active or gone. It was"
        " left out; what was stored stays.",
        "Write active or tobedeleted in every row of a delta.",
        strict=REFUSE,
    ),
    "stamp-missing": Rule(
        NOTICE,
        "The file is a delta, and the row doesn't say when its record was changed.",
        "Fill dateLastModified in every row of a delta.",
        strict=REFUSE,
    ),
    "stamp-form": Rule(
        NOTICE,
        "The moment isn't written as OneRoster does.",
        "Write moments in UTC, such as 2026-08-31T18:25:43.511Z.",
        strict=REFUSE,
    ),
    # Values.
    "missing-row": Rule(
        ERROR,
        "The value is required and missing. The row was left out; what was stored stays.",
        "Fill it in at the source.",
        strict=REFUSE,
    ),
    "missing": Rule(
        WARNING,
        "The value is required and missing. The row was kept without it; vendors that need it"
        " may refuse the record, or it can't be published.",
        "Fill it in at the source.",
        strict=REFUSE,
    ),
    "unreadable-row": Rule(
        ERROR,
        "The value is not {expected}. What the record is, or who may see it, depends on it: the"
        " row was left out; what was stored stays.",
        "Correct it at the source.",
        strict=REFUSE,
    ),
    "unreadable": Rule(
        WARNING,
        "The value is not {expected}. It was left out, the row was kept.",
        "Correct it at the source.",
        VALUE_OUT,
        strict=REFUSE,
    ),
    "letter-case": Rule(
        NOTICE,
        "OneRoster writes the value in other letters. It was understood.",
        "Write it in OneRoster's letters.",
        strict=REFUSE,
    ),
    "word-understood": Rule(
        NOTICE,
        "The value was understood as {expected}.",
        "Write it in OneRoster's words.",
        strict=REFUSE,
    ),
    "grade-unknown": Rule(
        NOTICE,
        "The grade is none of the usual codes (KG, 01 to 13, …). It was kept as it is, a grade of"
        " its own.",
        "Map it to the codes if vendors are to understand it.",
    ),
    "type-assumed": Rule(
        WARNING,
        "The value isn't a word of OneRoster's. Since classes name the record, it was taken as"
        " {expected}.",
        "Write it in OneRoster's words.",
        strict=REFUSE,
    ),
    "list-separators": Rule(
        NOTICE,
        "OneRoster separates the parts of a list by commas. The list was understood.",
        "Separate them by commas, in quotes.",
        strict=REFUSE,
    ),
    "mark-unreadable": Rule(
        ERROR,
        "The exclude mark is neither true nor false. The record is kept out of every connection.",
        "Write true, false or nothing.",
        WARN,
        strict=REFUSE,
    ),
    "mark-not-read": Rule(
        WARNING,
        "The row has an exclude mark, but records of this file can't be marked: it hides nothing.",
        "Mark the class, the person, the course, the role or the org instead.",
        VALUE_OUT,
    ),
    "dates-form": Rule(
        NOTICE,
        "The dates of the column are written in another form than OneRoster's: {form}. It fits all"
        " of them, so they were read.",
        "Write dates such as 2026-08-31.",
        strict=REFUSE,
    ),
    "dates-ambiguous": Rule(
        WARNING,
        "The dates of the column can be read in more than one way: {form}. Only those in"
        " OneRoster's form were read.",
        "Write dates such as 2026-08-31.",
        VALUE_OUT,
        strict=REFUSE,
    ),
    "dates-mixed": Rule(
        WARNING,
        "No form fits all dates of the column. Only those in OneRoster's form were read.",
        "Write dates such as 2026-08-31.",
        VALUE_OUT,
        strict=REFUSE,
    ),
    "dates-reversed": Rule(
        WARNING,
        "The record ends before it begins. It was kept, but is never visible.",
        "Correct the dates at the source.",
    ),
    "date-with-time": Rule(
        NOTICE,
        "A date is expected; the date of this date and time was taken.",
        "Export the date alone, such as 2026-08-31.",
        strict=REFUSE,
    ),
    "time-kept": Rule(
        NOTICE,
        "OneRoster's CSV has a date here, without a time. The time was kept.",
        "Export the date alone, such as 2026-08-31.",
        strict=REFUSE,
    ),
    "number-not-whole": Rule(
        NOTICE,
        "OneRoster's CSV has whole numbers of percent here. The number was kept as it is.",
        "Export a whole number, such as 25.",
        strict=REFUSE,
    ),
    "objective-form": Rule(
        WARNING,
        "The learning objective is said to come from CASE, but its id isn't a UUID written as a"
        " URN. It was kept as it is; vendors can't look it up.",
        "Write urn:uuid: and the identifier that the CASE framework has, or the source unknown.",
        strict=REFUSE,
    ),
    "other-version": Rule(
        NOTICE,
        "OneRoster {version} doesn't have this value here. It was kept and understood.",
        "Use the words of the version that the manifest names.",
        strict=REFUSE,
    ),
    "list-part": Rule(
        WARNING,
        "Part of the list can't be understood and was left out. Expected: {expected}.",
        "Correct it at the source.",
        VALUE_OUT,
        strict=REFUSE,
    ),
    # References, checked when everything is stored.
    "reference-unknown": Rule(
        WARNING,
        "The row names a record of {target} that neither the bundle nor the roster holds. It was"
        " kept, but what can't do without that record is not published.",
        "Export that record too, or correct the reference.",
        strict=REFUSE,
    ),
    "school-not-a-school": Rule(
        NOTICE,
        "The class names an org as its school whose type is not school. The org is treated as a"
        " school.",
        "Give the org the type school.",
        strict=REFUSE,
    ),
    "link-twice": Rule(
        WARNING,
        "The record has a score scale already. The first one in the file was taken.",
        "Link each record to one score scale.",
        VALUE_OUT,
    ),
    # Contradictions between rows, checked when everything is stored.
    "enrollment-school": Rule(
        NOTICE,
        "The enrollment names another school than its class does. It counts at the class's school.",
        "Name the class's school; where a student is at home is said by the student's role.",
    ),
    "enrollment-twice": Rule(
        NOTICE,
        "The same person is in the same class, in the same role, by two rows at the same time."
        " Both are published.",
        "Send one row, or rows whose dates follow each other.",
    ),
    "enrollment-role": Rule(
        NOTICE,
        "The enrollment's role is none that the person has: a student who teaches, or staff who"
        " are enrolled as students. It is published, and vendors see the person as both.",
        "Give the person the role at the class's school, or correct the enrollment.",
    ),
    "user-without-role": Rule(
        NOTICE,
        "The person has no role at any org. Class enrollments say what they are; without any, they"
        " aren't published, except as guardian of a published child.",
        "Send the person's role.",
    ),
    "username-twice": Rule(
        WARNING,
        "Several people have this username, letter case aside. It was kept; many vendors take them"
        " for one person, or refuse the second.",
        "Give each person one user and a username of their own.",
    ),
    "email-twice": Rule(
        NOTICE,
        "Several people have this e-mail address. It was kept; vendors that find people by e-mail"
        " take them for one person.",
        "Give each person an address of their own, or none.",
    ),
    "id-telling": Rule(
        NOTICE,
        "The sourcedId looks like an e-mail address or a name. Vendors keep it for ever, also of"
        " those who aren't shared names, and it changes when the name does.",
        "Let the source make ids that say nothing about the person.",
    ),
    "subjects-uneven": Rule(
        NOTICE,
        "subjects and subjectCodes have different numbers of entries, so that it isn't clear which"
        " code is whose. Both were kept.",
        "List a code for each subject, in the same order.",
    ),
    "parent-circle": Rule(
        WARNING,
        "Following its parents leads back to this record. The link to its parent was left out;"
        " exclusions above it hold all the same.",
        "Correct the parents: nothing can be above itself.",
    ),
    "year-labels": Rule(
        WARNING,
        "Another session has the same dates and another schoolYear. Both are one year, which is"
        " called by the year in which it ends.",
        "Label a school year by the year in which it ends, for every school.",
    ),
    # Exclude marks, when the hierarchy is derived.
    "mark-passed": Rule(
        NOTICE,
        "The import took away {title} “{marked}”, which is excluded. The exclusion passes to what"
        " took its place, or to its records themselves: nothing is visible that wasn't.",
        "Nothing, unless the exclusion isn't wanted any more.",
    ),
    "mark-left": Rule(
        WARNING,
        "The record was hidden by the exclusion of {title} “{marked}” and has left it. It is"
        " visible from the next refresh on.",
        "Exclude the record where it is now, if it is to stay hidden.",
    ),
    # The district's own rows beside what its system sends.
    "own-row-caught-up": Rule(
        NOTICE,
        "The row is sent with the same values in {columns} by now as the district's own row (by"
        " {by}) gives it.",
        "End the own row; vendors see no difference.",
    ),
    "own-row-contradicted": Rule(
        WARNING,
        "The row is sent with another value in {columns} than before. The value of the district's"
        " own row (by {by}) is published all the same.",
        "See which of them is right; end the own row if it is the one that is sent.",
        lenient=ACCEPT,
    ),
    "own-row-gone": Rule(
        WARNING,
        "The row isn't sent any more, so the district's own row (by {by}) has nothing to change:"
        " what it says in {columns} isn't published.",
        "End the own row, or add the row whole.",
        lenient=ACCEPT,
    ),
}
