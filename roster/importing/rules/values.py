"""What is found of single values."""

from __future__ import annotations

from roster.importing.rules.rule import VALUE_OUT, WARN, Rule, error, notice, warning

VALUES: dict[str, Rule] = {
    # Values.
    "missing-row": error(
        "The value is required and missing. The row was left out; what was stored stays.",
        "Fill it in at the source.",
    ),
    "missing": warning(
        "The value is required and missing. The row was kept without it; vendors that need it"
        " may refuse the record, or it can't be published.",
        "Fill it in at the source.",
    ),
    "unreadable-row": error(
        "The value is not {expected}. What the record is, or who may see it, depends on it: the"
        " row was left out; what was stored stays.",
        "Correct it at the source.",
    ),
    "mark-elsewhere": error(
        "The row has no exclude mark, but the word of one stands in a column that can't hold it, so"
        " its cells aren't at their place. It was left out; what was stored stays.",
        "Export every cell of a row, blank where nothing is known.",
    ),
    "status-elsewhere": error(
        "The row has no status, but the word for a record that is gone stands in another column, so"
        " its cells aren't at their place. It was left out; what was stored stays.",
        "Export every cell of a row, blank where nothing is known.",
    ),
    "unreadable": warning(
        "The value is not {expected}. It was left out, the row was kept.",
        "Correct it at the source.",
        VALUE_OUT,
    ),
    "letter-case": notice(
        "OneRoster writes the value in other letters. It was understood.",
        "Write it in OneRoster's letters.",
    ),
    "word-understood": notice(
        "The value was understood as {expected}.",
        "Write it in OneRoster's words.",
    ),
    "grade-unknown": notice(
        "The grade is none of the usual codes (KG, 01 to 13, …). It was kept as it is, a grade of"
        " its own.",
        "Map it to the codes if vendors are to understand it.",
        free="1.2",
    ),
    "grade-understood": notice(
        "The grade was understood as {expected}.",
        "Write it as the usual codes do: KG, 01 to 13, ….",
        free="1.2",
    ),
    "list-blanks": notice(
        "Blanks stand between the elements of the list. They were left out.",
        "Separate the elements by a comma alone.",
    ),
    "type-assumed": warning(
        "The value isn't a word of OneRoster's. Since classes name the record, it was taken as"
        " {expected}.",
        "Write it in OneRoster's words.",
    ),
    "list-separators": notice(
        "OneRoster separates the parts of a list by commas. The list was understood.",
        "Separate them by commas, in quotes.",
    ),
    "mark-unreadable": error(
        "The exclude mark is neither true nor false. The record is kept out of every connection.",
        "Write true, false or nothing.",
        WARN,
    ),
    "mark-not-read": warning(
        "The row has an exclude mark, but records of this file can't be marked: it hides nothing.",
        "Mark the class, the person, the course, the role or the org instead.",
        VALUE_OUT,
        binding=False,
    ),
    "dates-form": notice(
        "The dates of the column are written in another form than OneRoster's: {form}. It fits all"
        " of them, so they were read.",
        "Write dates such as 2026-08-31.",
    ),
    "dates-ambiguous": warning(
        "The dates of the column can be read in more than one way: {form}. Only those in"
        " OneRoster's form were read.",
        "Write dates such as 2026-08-31.",
        VALUE_OUT,
    ),
    "dates-mixed": warning(
        "No form fits all dates of the column. Only those in OneRoster's form were read.",
        "Write dates such as 2026-08-31.",
        VALUE_OUT,
    ),
    "dates-reversed": warning(
        "The record ends before it begins. It was kept, but is never visible.",
        "Correct the dates at the source.",
        binding=False,
    ),
    "date-with-time": notice(
        "A date is expected; the date of this date and time was taken.",
        "Export the date alone, such as 2026-08-31.",
    ),
    "time-kept": notice(
        "OneRoster's CSV has a date here, without a time. The time was kept.",
        "Export the date alone, such as 2026-08-31.",
    ),
    "number-not-whole": notice(
        "OneRoster's CSV has whole numbers of percent here. The number was kept as it is.",
        "Export a whole number, such as 25.",
    ),
    "objective-form": warning(
        "The learning objective is said to come from CASE, but its id isn't a UUID written as a"
        " URN. It was kept as it is; vendors can't look it up.",
        "Write urn:uuid: and the identifier that the CASE framework has, or the source unknown.",
    ),
    "other-version": notice(
        "OneRoster {version} doesn't have this value here. It was kept and understood.",
        "Use the words of the version that the manifest names.",
    ),
    "list-part": warning(
        "Part of the list can't be understood and was left out. Expected: {expected}.",
        "Correct it at the source.",
        VALUE_OUT,
    ),
}
