"""What is found of a bundle as a package, and of its files as text."""

from __future__ import annotations

from roster.importing.rules.rule import Rule, notice, refusal, warning

PACKAGES: dict[str, Rule] = {
    # The package.
    "package-missing": refusal(
        "There is no bundle “{name}”.",
        "Check the path. It may be a zip file or a folder.",
    ),
    "package-unreadable": refusal(
        "“{name}” can't be read: {found}.",
        "Let the account that runs this read it. Nothing was imported.",
    ),
    "package-broken": refusal(
        "“{name}” is not a whole zip file but {found} ({why}).",
        "Send or export it again, as a zip. Nothing was imported.",
    ),
    "package-empty": refusal(
        "The bundle holds no CSV files. Found were: {found}.",
        "A OneRoster bundle is a zip of orgs.csv, users.csv and so on. Nothing was imported.",
    ),
    "package-folders": refusal(
        "The bundle holds several folders with CSV files, and it is unsure which are meant:"
        " {found}.",
        "Put the files of one bundle at the root. Nothing was imported.",
    ),
    "package-form": notice(
        "The bundle is {found}; OneRoster wants a zip file whose name ends in .zip. It was read.",
        "Send it as a zip file.",
    ),
    "package-folder": notice(
        "The files lie in the folder “{folder}”. They were read from there.",
        "Pack the files themselves, not the folder that they lie in.",
    ),
    "package-folder-ignored": warning(
        "Another folder of the bundle holds CSV files too; it was not read.",
        "Send bundles one by one.",
    ),
    "package-clutter": notice(
        "A file of the system that packed the bundle lies in it; it was not read.",
        "Nothing. To be rid of it, pack the CSV files only.",
    ),
    "folder-many-files": refusal(
        "The folder “{name}” holds too many files to be a bundle.",
        "Name the folder that the CSV files lie in. Nothing was imported.",
    ),
    "file-is-link": refusal(
        "{file} is a link or a device, not a file.",
        "Put the file itself there. Nothing was imported.",
    ),
    "zip-backslash": notice(
        "The zip writes paths with backslashes, as some Windows tools do. They were understood.",
        "Pack it with another tool.",
    ),
    "zip-path": refusal(
        "The zip holds a path that leads out of it: “{found}”. It was not opened.",
        "Find out who made it; no export writes such a path. Nothing was imported.",
    ),
    "zip-name-twice": refusal(
        "The zip holds {file} twice.",
        "Pack it anew. Nothing was imported.",
    ),
    "zip-encrypted": refusal(
        "{file} in the zip is encrypted.",
        "Send the bundle without a password. Nothing was imported.",
    ),
    "zip-packing": refusal(
        "{file} is packed in another way than zip's deflate (method {found}).",
        "Pack it with deflate. Nothing was imported.",
    ),
    "zip-many-entries": refusal(
        "The zip holds {found}; a bundle has 22 files at most.",
        "Pack the CSV files only. Nothing was imported.",
    ),
    "zip-bomb": refusal(
        "The zip would unpack from {packed} to {total} bytes. No roster packs like that; it was"
        " not opened.",
        "Find out who made it. Nothing was imported.",
    ),
    "file-ignored": notice(
        "This is no file of OneRoster {version}; it was not read.",
        "If it holds data that you expect here, give it the name that OneRoster has for it.",
    ),
    "file-letter-case": notice(
        "The file is called “{name}”; OneRoster writes {file}. It was read.",
        "Rename it in the export.",
    ),
    "file-name": notice(
        "The file is called “{name}”; OneRoster has {file}. It was read as that.",
        "Give files of a bundle the very names that OneRoster has for them.",
    ),
    "file-twice": refusal(
        "The bundle holds {file} twice: {found}.",
        "Export each file once. Nothing was imported.",
    ),
    "file-of-other-version": warning(
        "OneRoster {version} doesn't have this file; the other version has. It was not read.",
        "Let the manifest name the version that the files are of.",
    ),
    "bundle-hollow": refusal(
        "The bundle holds no file of OneRoster with data, so there is no roster in it. Found were:"
        " {found}. Wanted are orgs.csv, academicSessions.csv, courses.csv, classes.csv, users.csv,"
        " enrollments.csv, and in 1.2 roles.csv.",
        "Export it again. Nothing was imported.",
    ),
    "bundle-without-files": notice(
        "The manifest says that every file is absent, so the bundle changes nothing.",
        "Nothing, if no update was to be sent.",
        binding=False,
    ),
    "bundle-without-roster": refusal(
        "The bundle has neither orgs.csv nor users.csv, so it is no roster. Found were: {found}.",
        "Export it again, with all its files, or let the manifest call both absent. Nothing was"
        " imported.",
    ),
    "file-needed": notice(
        "Its rows name records of {target}, which the bundle doesn't hold.",
        "Export that file too.",
    ),
    "file-without-rows": warning(
        "The file has no rows. It was taken as absent, so records of its kind stay as they are.",
        "If its records are really all gone, retire them in the source; else check the export.",
    ),
    # Text.
    "file-utf-16": notice(
        "The file is written in {found}; OneRoster asks for UTF-8. It was read.",
        "Export it as UTF-8.",
    ),
    "file-western": warning(
        "The file isn't written in UTF-8 but in Windows' Western characters. It was read as that.",
        "Export it as UTF-8, and look at names with accents.",
    ),
    "file-encoding": refusal(
        "{file} isn't written in UTF-8, near row {number}: {found}.",
        "Export it as UTF-8. Nothing was imported.",
    ),
    "file-nul": refusal(
        "{file} holds a NUL byte, near row {number}; it isn't text.",
        "Export it again. Nothing was imported.",
    ),
    "file-mark-twice": notice(
        "The file begins with more than one byte order mark. It was read without them.",
        "Export it with one at most.",
    ),
    "file-end-mark": notice(
        "The file ends with a Ctrl-Z, as DOS wrote it. It was left out.",
        "Export it without.",
    ),
    "file-line-ends": notice(
        "The file's lines end otherwise than with CR LF or LF. They were understood.",
        "End them with CR LF.",
    ),
    "file-separator-line": notice(
        "A line above the header names the delimiter, for Excel. It was left out.",
        "Export the file without it.",
    ),
    "file-comment": notice(
        "A line of comment stands above the header. It was left out.",
        "Begin the file with its header.",
    ),
    "file-delimiter": notice(
        "The file's cells are separated by {found}; OneRoster wants commas. It was read.",
        "Export it with commas.",
    ),
    "file-blank-before-quote": notice(
        "Blanks stand before quotes, where CSV has none. They were left out.",
        "Export it without blanks after the commas.",
    ),
    "file-not-csv": refusal(
        "{file} isn't CSV any more in row {number} ({found}). Mostly a quote isn't closed, or"
        " stands within a value without being doubled.",
        "Correct the export. Nothing was imported.",
    ),
    "row-gigantic": refusal(
        "{file} has a row of more than 1,048,576 characters near row {number}.",
        "Correct the export; mostly a line end or a quote is lost. Nothing was imported.",
    ),
}
