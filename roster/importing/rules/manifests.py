"""What is found of a manifest, and of what it says of the files."""

from __future__ import annotations

from roster.importing.rules.rule import Rule, notice, refusal, warning

MANIFESTS: dict[str, Rule] = {
    # The manifest.
    "manifest-missing": notice(
        "The bundle has no manifest.csv. Its columns are those of OneRoster {version}, and its"
        " files were read as bulk.",
        "Export the bundle with a manifest.",
    ),
    "manifest-version-missing": notice(
        "manifest.csv doesn't say the OneRoster version. The columns are those of {version}.",
        "Add the row oneroster.version to the manifest.",
    ),
    "version-unknown": refusal(
        "manifest.csv says that the bundle is OneRoster “{found}”. Versions 1.1 and 1.2 can be"
        " imported.",
        "Export it in one of these. Nothing was imported.",
    ),
    "version-uncertain": refusal(
        "The bundle {lacks}, and its files don't tell the version with certainty: 1.1 has the"
        " columns role and orgSourcedIds in users.csv, 1.2 has roles.csv. Found were: {found}.",
        "Export it with a manifest that has the row oneroster.version. Nothing was imported.",
    ),
    "version-form": notice(
        "manifest.csv says the version in another form than OneRoster does. It was understood as"
        " {version}.",
        "Write 1.1 or 1.2, for 1.2.1 too.",
    ),
    "manifest-version-other": notice(
        "manifest.csv says that it is version “{found}” of itself. It was read as 1.0.",
        "Write manifest.version,1.0.",
    ),
    "manifest-heading": notice(
        "manifest.csv doesn't begin with propertyName,value. It was read.",
        "Begin it with these two headings.",
    ),
    "manifest-form": notice(
        "OneRoster writes this row of manifest.csv otherwise: letters, blanks or quotes differ. It"
        " was understood.",
        "Write it as OneRoster does.",
    ),
    "manifest-row-twice": notice(
        "manifest.csv has this row twice, saying the same.",
        "Write it once.",
    ),
    "manifest-contradicts": refusal(
        "manifest.csv gives {name} twice, once as “{one}” and once as “{other}”.",
        "Write it once. Nothing was imported.",
    ),
    "manifest-row-missing": notice(
        "manifest.csv lacks rows that it has in OneRoster {version}. Their files count as absent.",
        "List every file of the version in the manifest.",
    ),
    "manifest-row-elsewhere": notice(
        "manifest.csv has a row for a file that OneRoster {version} doesn't have.",
        "List the files of the version that the manifest names.",
    ),
    "bulk-or-delta": refusal(
        "Every row of {file} carries status and dateLastModified, as in a delta, and no manifest"
        " says what the file is. Read as bulk, it would retire everybody whom it doesn't name.",
        "Export a manifest with the bundle, or say what such files are: import_roster (for bundles"
        " that are fetched: set_source) with --without-manifest bulk (everything) or delta (changes"
        " only). The answer is kept."
        " Nothing was imported.",
    ),
    "bulk-or-delta-answered": notice(
        "No manifest says what the file is. It was read as {answer}, as somebody has said before.",
        "Export the bundle with a manifest.",
    ),
    "delta-first": refusal(
        "{file} is a delta: it holds changes only, and nothing is stored yet that it could change.",
        "Import a bulk bundle first, which holds everything. Nothing was imported.",
    ),
    "manifest-row-unknown": notice(
        "manifest.csv has a row that OneRoster doesn't know. It was not read.",
        "Check its spelling.",
    ),
    "manifest-mode-unknown": notice(
        "manifest.csv gives this file neither bulk, delta nor absent.",
        "Write one of the three.",
    ),
    "manifest-file-unlisted": notice(
        "manifest.csv doesn't list this file, but it is there. It was read as bulk.",
        "List every file of the version in the manifest.",
    ),
    "manifest-file-not-absent": notice(
        "manifest.csv says that this file is absent, but it is there. It was read as bulk.",
        "Let the manifest say bulk or delta.",
    ),
    "manifest-file-missing": warning(
        "manifest.csv announces this file, but the bundle lacks it. Records of its kind stay as"
        " they are.",
        "Check that the export finished.",
    ),
}
