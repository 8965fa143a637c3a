"""Bundles as they really come: names, folders, text and manifests in every form.

What has one meaning is read with a finding, by a lenient import; a strict one refuses it.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Any

import pytest

from roster.importing.rules import REFUSE, RULES
from roster.models import Org
from roster.refusal import Refused
from tests.roster.importing.bundles import Files, manifest_of
from tests.roster.importing.cases import (
    HIDDEN,
    Case,
    Change,
    bundle,
    case,
    changed,
    check,
    table,
    text,
    without,
)
from tests.roster.importing.conftest import Bundler

SEEN = "users/ann users/tess classes/k1 enrollments/e-ann enrollments/e-tess academicSessions/fall"
KEPT = {"sees": SEEN, "hides": " ".join(HIDDEN)}
STAMP = "active,2026-11-27T02:00:00Z"


def read(title: str, *changes: Change, **must: Any) -> Case:
    """Return the case of a bundle that is read whole, whatever its form."""
    return case(title, *changes, **(KEPT | must))


def called(title: str, *changes: Change, **must: Any) -> Case:
    """Return the case of a bundle whose manifest has another name or place."""
    return read(title, *changes, **({"options": {"manifest": None}} | must))


def refused(title: str, *changes: Change, words: str, **must: Any) -> Case:
    return case(title, *changes, refused=words, **must)


# Changes of files


def version_of(files: Files) -> str:
    return "1.2" if "roles.csv" in files else "1.1"


def with_manifest(files: Files) -> Files:
    if "manifest.csv" in files:
        return files
    return {"manifest.csv": manifest_of(files, version_of(files)), **files}


def manifest(*edits: tuple[str, str]) -> Change:
    """Replace texts in the manifest; `{v}` is the bundle's version."""

    def change(files: Files) -> Files:
        files = with_manifest(files)
        for old, new in edits:
            old, new = (each.replace("{v}", version_of(files)) for each in (old, new))
            assert old in files["manifest.csv"], old
            files = files | {"manifest.csv": files["manifest.csv"].replace(old, new)}
        return files

    return change


def named(rename: Callable[[str], str], *, also_manifest: bool = True) -> Change:
    def change(files: Files) -> Files:
        return {
            rename(name) if also_manifest or name != "manifest.csv" else name: content
            for name, content in with_manifest(files).items()
        }

    return change


def texts(rewrite: Callable[[str], str | bytes]) -> Change:
    """Rewrite the text of every file, the manifest's too."""
    return lambda files: {name: rewrite(each) for name, each in with_manifest(files).items()}


def put(name: str, content: str | bytes) -> Change:
    return lambda files: with_manifest(files) | {name: content}


def stem(suffix: str) -> Callable[[str], str]:
    return lambda name: name.replace(".csv", f"{suffix}.csv")


def delimited(sign: str) -> Callable[[str], str]:
    """Write commas that separate cells as another sign; within quotes they stay."""

    def rewrite(content: str) -> str:
        parts = content.split('"')
        return '"'.join(p if n % 2 else p.replace(",", sign) for n, p in enumerate(parts))

    return rewrite


def quoted(content: str) -> str:
    lines = [line for line in content.split("\n") if line]
    return "".join(
        ",".join(f'"{cell}"' for cell in delimited("\t")(line).replace('"', "").split("\t")) + "\n"
        for line in lines
    )


def stamped(content: str) -> str:
    head, *lines = content.rstrip("\n").split("\n")
    return "\n".join([head, *(line.replace(",,,", f",{STAMP},", 1) for line in lines)]) + "\n"


def name_of_ann(letters: str, encoding: str) -> Change:
    return text("users", lambda content: content.replace("May", letters).encode(encoding))


def appended(file: str, content: str) -> Change:
    return text(file, lambda before: before + content)


def only_manifest(files: Files) -> Files:
    return {"manifest.csv": with_manifest(files)["manifest.csv"]}


def stamp_all(files: Files) -> Files:
    return {name: stamped(content) for name, content in files.items()}


def no_manifest(files: Files) -> Files:
    return {name: content for name, content in files.items() if name != "manifest.csv"}


def foreign(_: Files) -> Files:
    return {"Students.csv": "a\n1\n", "Staff.csv": "a\n1\n"}


NOT_UTF_8 = "isn't written in UTF-8"

NAMES = [
    called("an enclosing folder", named(lambda n: f"OneRoster/{n}"), findings="package-folder"),
    called("a folder in a folder", named(lambda n: f"out/2026/{n}"), findings="package-folder"),
    called("backslashes in the zip", named(lambda n: f"OneRoster\\{n}"), findings="zip-backslash"),
    read("a Mac's clutter", put("__MACOSX/._users.csv", "x"), findings="package-clutter"),
    read("a hidden file", put(".users.csv", "x"), findings="package-clutter"),
    called("small letters", named(str.lower), findings="file-letter-case"),
    called("capitals", named(str.upper), findings="file-letter-case"),
    called("a second ending", named(lambda n: f"{n}.txt"), findings="file-name"),
    called("dated", named(stem("_20261128"), also_manifest=False), findings="file-name"),
    called("dated with the time", named(stem("-2026-11-28T02.00.00Z")), findings="file-name"),
    called("dated in front", named(lambda n: f"20261128 {n}"), findings="file-name"),
    called("downloaded twice", named(stem(" (1)")), findings="file-name"),
    called(
        "words apart",
        named(lambda n: n.replace("academicS", "academic_s").replace("Res", " Res")),
        findings="file-name",
    ),
    called("tabs and their ending", texts(delimited("\t")),
         named(lambda n: n.replace(".csv", ".tsv")), findings="file-name file-delimiter"),
    read("a foreign file", put("Students.csv", "a,b\n1,2\n"), findings="file-ignored"),
    read("an old one beside it", put("users_20251128.csv", "x"), findings="file-ignored"),
    read("another folder beside the root", put("Step1/users.csv", "x\n"),
         findings="package-folder-ignored"),
    called("a folder of logs", named(lambda n: f"OneRoster/{n}"),
         lambda files: files | {"logs/lines.csv": "x\n"},
         findings="package-folder package-folder-ignored"),
    read("a file of the other version", put("roles.csv", "sourcedId\nr1\n"), versions=("1.1",),
         findings="file-of-other-version"),
    refused("two folders", named(lambda n: f"a/{n}"), lambda files: files | {"b/users.csv": "x"},
            words="a, b", options={"manifest": None}),
    refused("a file twice", put("Users.csv", "x"), words="users.csv twice: Users.csv, users.csv"),
    refused("two dates", named(stem("_20261127")), put("users_20261128.csv", "x"),
            words="users_20261127.csv, users_20261128.csv"),
    refused("no CSV at all", lambda _: {"OneRoster.zip": "PK", "read me.md": "hello"},
            words="Found were: OneRoster.zip, read me.md", options={"manifest": None}),
    refused("a manifest alone", only_manifest, words="no file of OneRoster with data"),
    refused("names of another system", foreign, words="Found were: Staff.csv, Students.csv",
            options={"manifest": "oneroster.version,1.1\n"}),
    refused("neither orgs nor users",
            without("orgs", "users"), manifest(("file.orgs,absent", "file.orgs,bulk")),
            words="neither orgs.csv nor users.csv"),
]  # fmt: skip

TEXT = [
    read("a byte order mark", texts(lambda t: t.encode("utf-8-sig")), never="file-mark-twice"),
    read("two byte order marks", texts(lambda t: codecs.BOM_UTF8 + t.encode("utf-8-sig")),
         findings="file-mark-twice"),
    read("UTF-16", texts(lambda t: t.encode("utf-16")), findings="file-utf-16"),
    read("UTF-16, the big end first", texts(lambda t: b"\xfe\xff" + t.encode("utf-16-be")),
         findings="file-utf-16"),
    read("UTF-16 without a mark", texts(lambda t: t.encode("utf-16-le")), findings="file-utf-16"),
    read("UTF-16 without a mark, the big end first", texts(lambda t: t.encode("utf-16-be")),
         findings="file-utf-16"),
    read("UTF-32", texts(lambda t: t.encode("utf-32")), findings="file-utf-16"),
    read("UTF-8 with many letters", name_of_ann("Zoë 東京", "utf-8"), never="file-western",
         stored={"users/ann middle_name": "Zoë 東京"}),
    read("Windows' letters", name_of_ann("Zoë", "cp1252"), findings="file-western",
         stored={"users/ann middle_name": "Zoë"}),
    read("Windows' apostrophe", name_of_ann("D’Ávila", "cp1252"), findings="file-western",
         stored={"users/ann middle_name": "D’Ávila"}),
    read("Latin-1", name_of_ann("Añez", "latin-1"), findings="file-western",
         stored={"users/ann middle_name": "Añez"}),
    refused("an old Mac's letters", name_of_ann("Zoé", "mac-roman"), words=NOT_UTF_8),
    refused("an old Mac's tilde", name_of_ann("Peña", "mac-roman"), words=NOT_UTF_8),
    refused("DOS letters", name_of_ann("José", "cp850"), words=NOT_UTF_8),
    refused("Polish letters", name_of_ann("Michał", "cp1250"), words=NOT_UTF_8),
    refused("Cyrillic letters", name_of_ann("Анна", "cp1251"), words=NOT_UTF_8),
    refused("Japanese letters", name_of_ann("東京", "shift-jis"), words=NOT_UTF_8),
    refused("two encodings", text("users", lambda t: t.replace("Bob", "Zoë", 1).encode()
                                  + "# Zoë".encode("cp1252")), words="users.csv isn't written in"),
    refused("a letter cut in two", text("users", lambda t: t.encode() + "é".encode()[:1]),
            words=NOT_UTF_8),
    refused("half a letter of UTF-16", text("orgs", lambda t: t.encode("utf-16") + b"x"),
            words="orgs.csv isn't written in UTF-8, near row 5: UTF-16"),
    refused("a NUL", appended("orgs", "x\0,,,X,school,X,d,\n"), words="holds a NUL byte"),
    refused("padded with NULs", appended("orgs", "\0" * 512), words="holds a NUL byte"),
    read("CR LF", texts(lambda t: t.replace("\n", "\r\n")), never="file-line-ends"),
    read("CR", texts(lambda t: t.replace("\n", "\r")), findings="file-line-ends"),
    read("LF CR", texts(lambda t: t.replace("\n", "\n\r")), findings="file-line-ends"),
    read("line ends of both kinds", texts(lambda t: t.replace("\n", "\r\n", 2)),
         never="file-line-ends"),
    read("no end of the last line", texts(lambda t: t.rstrip("\n"))),
    read("Ctrl-Z", texts(lambda t: t + "\x1a"), findings="file-end-mark"),
    read("Ctrl-Z and line ends", texts(lambda t: t + "\x1a\r\n\x1a"), findings="file-end-mark"),
    read("Ctrl-Z after the last cell", texts(lambda t: t.rstrip("\n") + "\x1a"),
         findings="file-end-mark"),
    read("a line for Excel", texts(lambda t: "sep=,\n" + t), findings="file-separator-line"),
    read("a quoted line for Excel", texts(lambda t: '"sep=,"\r\n' + t),
         findings="file-separator-line"),
    read("a line for Excel, semicolons", texts(lambda t: "SEP=;\n" + delimited(";")(t)),
         findings="file-separator-line file-delimiter"),
    read("a comment", texts(lambda t: "# exported 2026-11-28\n" + t), findings="file-comment"),
    read("comments and blank lines", texts(lambda t: "\n-- rows: 3\n\n// end\n" + t),
         findings="file-comment"),
    read("semicolons", texts(delimited(";")), findings="file-delimiter"),
    read("tabs", texts(delimited("\t")), findings="file-delimiter"),
    read("bars", texts(delimited("|")), findings="file-delimiter"),
    read("semicolons in one file", text("users", delimited(";")), findings="file-delimiter"),
    read("everything quoted", texts(quoted), never="file-blank-before-quote"),
    read("blanks before quotes", texts(lambda t: quoted(t).replace('","', '", "')),
         findings="file-blank-before-quote"),
    read("blank lines", texts(lambda t: t.replace("\n", "\n\n"))),
    read("lines of commas", texts(lambda t: t + ",,,\n,,,,,,,\n")),
    read("only a header", text("demographics", lambda t: t.split("\n")[0] + "\n"),
         findings="file-without-rows", hides="demographics/ann"),
    read("nothing at all", text("demographics", lambda _: ""), findings="file-without-rows"),
    read("only comments", text("demographics", lambda _: "# none\n"), findings="file-without-rows"),
    refused("a quote that isn't closed", appended("orgs", 'x,,,"X,school,X,d,\n'),
            words="orgs.csv isn't CSV any more in row 5"),
    refused("a delimiter that isn't known", text("orgs", delimited("~")),
            words="separated by commas: 1; columns of OneRoster among them: none"),
    refused("it, in the manifest too", texts(delimited("~")), words="separated by commas: 1;",
            versions=("1.2",)),
    refused("semicolons, and no ids", text("orgs", delimited(";")),
            text("orgs", lambda t: t.replace("sourcedId", "guid", 1)), words="no column sourcedId,"
            " without which its rows mean nothing. Its first line has cells: 8; columns of"
            " OneRoster among them: status, dateLastModified, name"),
    refused("a stray quote", appended("orgs", 'x,,,"X" Y,school,X,d,\n'), words="in row 5"),
    refused("quotes behind backslashes", appended("orgs", 'x,,,"The \\"X\\"",school,X,d,\n'),
            words="in row 5"),
    refused("a gigantic cell", appended("orgs", f"x,,,{'X' * 200_000},school,X,d,\n"),
            words="isn't CSV any more in row 5 (field larger than field limit"),
    refused("a gigantic line", appended("orgs", "x" + "," * 1_100_000), words="1,048,576"),
    refused("a gigantic row of many lines", appended("orgs", 'x,"' + '\n","' * 300_000),
            words="orgs.csv has a row of more than 1,048,576 characters near row 5"),
]  # fmt: skip

SAID = "oneroster.version,{v}"
MANIFESTS = [
    read("three numbers", manifest((SAID, f"{SAID}.0")), findings="version-form"),
    read("the correction's number", manifest((SAID, f"{SAID}.1")), findings="version-form"),
    read("in letters", manifest((SAID, SAID.replace("{v}", "v{v}"))), findings="version-form"),
    read("as in the path", texts(lambda t: t.replace("version,1.1", "version,v1p1").replace(
        "version,1.2", "version,v1p2")), findings="version-form"),
    read("the standard's name", manifest((SAID, SAID.replace(",", ",OneRoster "))),
         findings="version-form"),
    read("a blank after the comma", manifest((",", ", ")), findings="manifest-form"),
    read("a blank and quotes", manifest((SAID, 'oneroster.version, "{v}"')),
         findings="file-blank-before-quote"),
    read("doubled quotes", manifest((SAID, 'oneroster.version,"""{v}"""')),
         findings="manifest-form"),
    read("other letters", manifest(("oneroster.", "OneRoster."), ("bulk", "BULK")),
         findings="manifest-form"),
    read("no heading", manifest(("propertyName,value\n", "")), findings="manifest-heading"),
    read("the heading in other letters", manifest(("propertyName,value", "PropertyName,Value")),
         findings="manifest-heading"),
    read("the heading twice", manifest(("propertyName,value\n", "propertyName,value\n" * 2))),
    read("a misspelt row", manifest(("file.demographics", "fiel.demographics")),
         findings="manifest-row-unknown manifest-row-missing manifest-file-unlisted"),
    read("a mode that isn't one", manifest((",bulk", ",present")),
         findings="manifest-mode-unknown"),
    read("absent, but there", manifest(("file.users,bulk", "file.users,absent")),
         findings="manifest-file-not-absent"),
    read("bulk, but missing", manifest(("file.results,absent", "file.results,bulk")),
         findings="manifest-file-missing"),
    read("delta, but missing", manifest(("file.results,absent", "file.results,delta")),
         findings="manifest-file-missing"),
    read("no version", manifest((f"{SAID}\n", "")), findings="manifest-version-missing"),
    read("no version of the manifest", manifest(("manifest.version,1.0\n", "")),
         findings="manifest-row-missing"),
    read("a row twice", manifest(("file.users,bulk\n", "file.users,bulk\n" * 2)),
         findings="manifest-row-twice"),
    read("a file of the other version", manifest(("file.users", "file.roles,absent\nfile.users")),
         findings="manifest-row-elsewhere", versions=("1.1",)),
    read("where it is from", lambda files: with_manifest(files) | {
        "manifest.csv": with_manifest(files)["manifest.csv"] + "source.systemName,Campus\n"}),
    refused("two modes", manifest(("file.users,bulk\n", "file.users,bulk\nfile.users,delta\n")),
            words="gives file.users twice, once as “bulk” and once as “delta”"),
    refused("two versions", manifest((SAID, f"{SAID}\noneroster.version,1.0")),
            words="gives oneroster.version twice"),
    refused("OneRoster 1.0", manifest((SAID, "oneroster.version,1.0")), words="“1.0”"),
    refused("OneRoster 2", manifest((SAID, "oneroster.version,2")), words="“2”"),
    refused("no number", manifest((SAID, "oneroster.version,latest")), words="“latest”"),
]  # fmt: skip

WITHOUT = {"manifest": None}
NO_MANIFEST = [
    read("no manifest", findings="manifest-missing", options=WITHOUT),
    read("no manifest, stamped, at first", stamp_all, options=WITHOUT,
         findings="manifest-missing stamps-filled"),
    read("no manifest, not stamped, later", then=(), findings="manifest-missing", options=WITHOUT),
    refused("no manifest, stamped, later", then=(stamp_all,), options=WITHOUT, sees=SEEN,
            words="Every row of orgs.csv carries"),
    read("no manifest, one row stamped, later", options=WITHOUT, findings="stamps-filled",
         then=(text("orgs", lambda t: t.replace(",,,", f",{STAMP},", 1)),)),
    refused("no manifest, and neither version's roles", without("roles"), options=WITHOUT,
            versions=("1.2",), words="don't tell the version with certainty"),
    refused("no manifest, and both versions' roles", put("roles.csv", "sourcedId\nr1\n"),
            no_manifest, options=WITHOUT, versions=("1.1",), words="don't tell the version"),
    read("a file is missing on night two", then=(without("demographics"), manifest(
        ("file.demographics,absent", "file.demographics,bulk"))),
         findings="manifest-file-missing", sees=f"{SEEN} demographics/ann"),
    read("a file is absent on night two", then=(without("enrollments"),)),
    read("a file has only a header on night two", findings="file-without-rows",
         then=(text("enrollments", lambda t: t.split("\n")[0]),)),
    read("the version changes its form on night two", then=(manifest((SAID, f"{SAID}.1")),)),
    refused("a file is broken on night two", then=(appended("users", '"'),),
            words="users.csv isn't", sees=SEEN, hides=" ".join(HIDDEN)),
    read("all files are absent on night two", then=(only_manifest, manifest((",bulk", ",absent"))),
         findings="bundle-without-files"),
    refused("all files are missing on night two", then=(only_manifest,), sees=SEEN,
            words="no file of OneRoster"),
]  # fmt: skip

EVERY = [*NAMES, *TEXT, *MANIFESTS, *NO_MANIFEST]


@table(EVERY)
def test_a_bundle_in_another_form(case: Case, version: str, load: Bundler) -> None:
    check(case, version, load)


def strictly(case: Case) -> bool:
    codes = case.findings.split()
    return case.then is None and any(RULES[code].outcome(strict=True) is REFUSE for code in codes)


@pytest.mark.parametrize("case", [each for each in EVERY if strictly(each)], ids=lambda c: c.title)
def test_a_strict_import_refuses_another_form(case: Case, load: Bundler) -> None:
    version = case.versions[-1]
    with pytest.raises(Refused):
        load(changed(bundle(version), case.first), version, strict=True, **case.options)
    assert not Org.objects.exists()
