"""What is found of columns, cells and rows, before their values are read."""

from __future__ import annotations

from roster.importing.rules.rule import Rule, error, notice, refusal, warning

ROWS: dict[str, Rule] = {
    # Columns.
    "column-unknown": notice(
        "OneRoster {version} has no such column in this file; it was not read.",
        "Name columns of your own metadata.…; they are kept.",
    ),
    "column-nameless": notice(
        "A column has no name; it was not read.",
        "Name it, or leave it out of the export.",
    ),
    "column-twice": warning(
        "The column stands there twice; the first one was read.",
        "Export it once.",
    ),
    "column-letter-case": notice(
        "OneRoster writes this column {column}. It was read.",
        "Rename it in the export.",
    ),
    "column-of-marks": notice(
        "The column was read as the exclude mark, which is called {column}.",
        "Rename it in the export.",
        binding=False,
    ),
    "column-missing": notice(
        "The column is missing. It was taken as blank in every row of the file.",
        "Export all columns of the file, blank where nothing is known.",
    ),
    "columns-many": refusal(
        "{file} has {found} columns; that is no OneRoster file.",
        "Export it again. Nothing was imported.",
    ),
    "column-required": refusal(
        "{file} has no column {wanted}, without which its rows mean nothing. Its first line has"
        " {found}.",
        "Export it again, with a header and all columns. Nothing was imported.",
    ),
    "column-order": notice(
        "The columns stand in another order than OneRoster's. They were read.",
        "Export them in OneRoster's order, columns of your own last.",
    ),
    "column-elsewhere": notice(
        "OneRoster 1.2.1 dropped this column; it was not read.",
        "Send userResources.csv instead.",
    ),
    "password-dropped": notice(
        "Passwords were thrown away and are kept nowhere.",
        "Stop sending them: nothing in Rosterdesk needs them.",
        binding=False,
    ),
    "column-other-version": warning(
        "The other version of OneRoster has this column here, {version} hasn't. It was not read.",
        "Let the manifest name the version that the columns are of.",
    ),
    "column-near": warning(
        "OneRoster has no such column here, but {column}. It was read as that.",
        "Rename it in the export.",
    ),
    "column-missing-narrowing": warning(
        "The column is missing. It can keep records from vendors, and the file says of none that"
        " it does.",
        "Export all columns of the file, blank where nothing is known.",
    ),
    "column-twice-differs": error(
        "The column stands there twice, and the row says two different things in it. The row was"
        " left out; what was stored stays.",
        "Export the column once.",
    ),
    "roles-in-users": warning(
        "The bundle has no roles.csv. Its users' roles were taken from role and orgSourcedIds, the"
        " columns of OneRoster 1.1.",
        "Export roles.csv, or let the manifest say 1.1.",
    ),
    # Cells.
    "cell-blanks": notice(
        "Blanks around the value were left out.",
        "Trim values in the export.",
    ),
    "cell-nothing": notice(
        "The word stands for nothing. The cell counts as blank.",
        "Leave cells blank where nothing is known.",
    ),
    "cell-control": notice(
        "Line breaks or control characters in the value became a blank.",
        "Remove them at the source.",
    ),
    "cell-invisible": notice(
        "Invisible characters in the value were left out, unusual blanks became plain ones.",
        "Remove them at the source.",
    ),
    "cell-quotes": notice(
        "A blank stands before the value's quotes, which were left out.",
        "Write quotes right after the comma.",
    ),
    "cell-lost": warning(
        "Letters of the value were lost before it was exported (�). It was kept as it is.",
        "Export UTF-8 from the source itself, and correct the value there.",
        binding=False,
    ),
    "cell-decoded-twice": warning(
        "The value looks as if its letters had been decoded wrongly (Ã© for é). It was kept as it"
        " is.",
        "Export UTF-8 from the source itself, and correct the value there.",
        binding=False,
    ),
    "cell-bare-quote": notice(
        "A quote stands in a value that isn't within quotes.",
        "Put values that hold a quote within quotes, and write it twice.",
    ),
    # Rows.
    "row-blank": notice(
        "The row is blank. It was left out.",
        "Export data only.",
    ),
    "rows-wide": notice(
        "Every row has blank cells beyond the columns of the header. They were left out.",
        "End rows with their last column.",
    ),
    "row-too-long": error(
        "The row has more cells than the header has columns, so it can't be told which value"
        " belongs where. It was left out; what was stored stays.",
        "Quote values that hold a comma.",
    ),
    "row-too-short": error(
        "The row has fewer cells than the header has columns, so it can't be told which value"
        " belongs where. It was left out; what was stored stays.",
        "Export every cell of a row, blank where nothing is known, and a line break after the last"
        " row: without it, the file may have been cut off.",
    ),
    "row-header-again": notice(
        "The row is the header once more. It was left out.",
        "Write the header once.",
    ),
    "header-another": refusal(
        "Row {number} of {file} is a header that has other columns than the first line, or the same"
        " ones in another order: it can't be told which value of the rows below belongs where.",
        "Export the file in one piece. Nothing was imported.",
    ),
    "row-of-dashes": notice(
        "The row holds dashes alone. It was left out.",
        "Export data only.",
    ),
    "row-footer": notice(
        "The line isn't a record: a database writes below its result how many rows it has. It was"
        " left out.",
        "Export data only.",
    ),
    "id-missing": error(
        "The row has no sourcedId. It was left out.",
        "Give every record an id of its own that stays the same.",
    ),
    "id-too-long": error(
        "The sourcedId is longer than 255 characters. The row was left out.",
        "Use shorter ids.",
    ),
    "id-twice": error(
        "The sourcedId stands in this file more than once, in rows that differ. None of them was"
        " taken; what was stored stays.",
        "Export each record once.",
    ),
    "id-joined": warning(
        "The sourcedId stands in this file more than once. The rows were joined: orgs of each, the"
        " narrower dates, and an exclude mark if one has it.",
        "Export each record once.",
    ),
    "id-repeated": warning(
        "The same row stands in this file before. It was taken once.",
        "Export each record once.",
    ),
    "id-characters": notice(
        "The sourcedId holds other characters than letters, digits and . - _ / @. It was kept as"
        " it is, but some vendors can't read it.",
        "Use these characters only.",
    ),
    "status-retired": notice(
        "The row's status says that the record is gone. It was retired.",
        "Leave such records out of a bulk file.",
    ),
    "status-unknown": error(
        "The status is neither active nor tobedeleted. The row was left out; what was stored"
        " stays.",
        "Leave the status blank in bulk files.",
    ),
    "stamps-filled": notice(
        "Rows carry status or dateLastModified, which are blank in bulk files. The dates were"
        " not used.",
        "Leave both columns blank in bulk files.",
    ),
    "status-missing": error(
        "The file is a delta, and the row doesn't say whether its record is active or gone. It was"
        " left out; what was stored stays.",
        "Write active or tobedeleted in every row of a delta.",
    ),
    "stamp-missing": notice(
        "The file is a delta, and the row doesn't say when its record was changed.",
        "Fill dateLastModified in every row of a delta.",
    ),
    "stamp-form": notice(
        "The moment isn't written as OneRoster does.",
        "Write moments in UTC, such as 2026-08-31T18:25:43.511Z.",
    ),
}
