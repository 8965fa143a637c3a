"""Zips and folders are opened; hostile and broken ones are refused, and nothing is changed."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from roster.importing import import_bundle
from roster.importing.findings import Findings
from roster.importing.package import open_package
from roster.models import Import, Org, User
from roster.refusal import Refused
from tests.roster.importing.bundles import V1P2, Files, manifest_of
from tests.roster.importing.conftest import Bundler

Codes = Callable[[Import], set[str]]
WHOLE: Files = {"manifest.csv": manifest_of(V1P2, "1.2"), **V1P2}


def test_a_folder_is_read_like_a_zip(load: Bundler) -> None:
    zipped = load(V1P2)
    again = load(V1P2, zipped=False)
    assert User.objects.count() == 3
    assert zipped.checksum != ""
    assert again.checksum != ""
    assert again.counts["users.csv"]["unchanged"] == 3


@pytest.mark.parametrize("zipped", [True, False])
def test_an_enclosing_folder_is_tolerated(load: Bundler, codes: Codes, zipped: bool) -> None:
    inside = {f"export/{name}": text for name, text in WHOLE.items()}
    clutter = {"__MACOSX/export/._users.csv": "x", "export/.DS_Store": "x"} if zipped else {}
    done = load(inside | clutter, manifest=None, zipped=zipped)
    assert "package-folder" in codes(done)
    assert User.objects.count() == 3


def test_files_of_no_bundle_are_ignored_with_a_finding(load: Bundler, codes: Codes) -> None:
    done = load(V1P2 | {"teachers.csv": "a,b\n1,2\n", "readme.txt": "hello"})
    assert [(f.code, f.file) for f in done.findings.all()] == [("file-ignored", "teachers.csv")]


def test_a_file_in_other_letters_is_read(load: Bundler, codes: Codes) -> None:
    files = {name.replace("users", "Users"): text for name, text in V1P2.items()}
    done = load(files, manifest=manifest_of(V1P2, "1.2"))
    assert codes(done) == {"file-letter-case"}
    assert User.objects.count() == 3


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def with_entry(path: Path, info: zipfile.ZipInfo | str, text: str = "x") -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(info, text)


def encrypted(path: Path) -> None:
    """Set the flag of encryption in every header, which is all that a reader looks at."""
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(signature)
        while start >= 0:
            data[start + offset] |= 1
            start = data.find(signature, start + 4)
    path.write_bytes(bytes(data))


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def corrupt(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"North School", b"Nasty School"))


def no_zip(path: Path) -> None:
    path.write_bytes(b"hello")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("results.csv", "0" * (80 << 20))


HOSTILE: list[tuple[str, Callable[[Path], None], str]] = [
    ("path traversal", lambda path: with_entry(path, "../users.csv"), "leads out"),
    ("absolute path", lambda path: with_entry(path, "/etc/users.csv"), "leads out"),
    ("backslash", lambda path: with_entry(path, "a\\..\\users.csv"), "leads out"),
    (
        "symlink",
        lambda path: with_entry(path, entry("results.csv", stat.S_IFLNK | 0o777), "/etc/passwd"),
        "a link",
    ),
    ("encrypted", encrypted, "encrypted"),
    ("truncated", truncated, "not a whole zip"),
    ("corrupt", corrupt, "not a whole zip"),
    ("bomb", bomb, "unpack"),
    ("no zip", no_zip, "not a whole zip"),
    ("missing", lambda path: path.unlink(), "no bundle"),
    ("empty", empty, "not a whole zip"),
]


@pytest.mark.parametrize(("spoil", "reason"), [c[1:] for c in HOSTILE], ids=[c[0] for c in HOSTILE])
def test_a_hostile_zip_is_refused(
    load: Bundler, spoil: Callable[[Path], None], reason: str
) -> None:
    path = load.write(V1P2)
    spoil(path)
    with pytest.raises(Refused, match=reason):
        import_bundle(load.organization, path, by="Dana")
    assert not Org.objects.exists()
    assert Import.objects.get().state == Import.State.REFUSED


def test_a_link_in_a_folder_is_refused(load: Bundler, tmp_path: Path) -> None:
    path = load.write(V1P2, zipped=False)
    (path / "results.csv").symlink_to("/etc/passwd")
    with pytest.raises(Refused, match="a link"):
        import_bundle(load.organization, path, by="Dana")


def test_a_file_whose_name_is_no_text_is_ignored(load: Bundler) -> None:
    path = load.write(V1P2, zipped=False)
    (path / "caf\udce9.csv").write_text("a,b\n1,2\n")
    done = import_bundle(load.organization, path, by="Dana")
    assert {each.file for each in done.findings.all()} == {"", "caf?.csv"}


def test_the_same_file_twice_is_refused(load: Bundler) -> None:
    with pytest.raises(Refused, match="twice"):
        load(V1P2 | {"USERS.csv": V1P2["users.csv"]})


def test_a_bundle_may_be_called_by_another_name(load: Bundler) -> None:
    path = load.write(V1P2)
    done = import_bundle(load.organization, path, by="Dana", name="From the SIS.zip")
    assert done.name == "From the SIS.zip"


@contextmanager
def nobody() -> Iterator[None]:
    """Be somebody who may read little."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(me)


def test_a_bundle_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "night.zip"
    path.write_bytes(b"")
    path.chmod(0)
    words = "“night.zip” can't be read: Permission denied"
    with nobody(), pytest.raises(Refused, match=words), open_package(path, Findings()):
        pass
