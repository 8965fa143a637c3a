"""Bundles made to do harm: refused in words, nothing changed, memory bounded."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from roster.importing import import_bundle
from roster.importing.files import FILES
from roster.models import Import, Organization
from roster.refusal import Refused
from tests import migrating
from tests.roster.importing.bundles import V1P2, manifest_of
from tests.roster.importing.conftest import Bundler

WHOLE = {"manifest.csv": manifest_of(V1P2, "1.2"), **V1P2}
ROOT = Path(__file__).resolve().parents[3]
MEBIBYTE = 1 << 20


def nothing_was_stored(load: Bundler) -> None:
    assert Import.objects.get().state == Import.State.REFUSED
    assert not any(
        file.model.objects.filter(organization=load.organization).exists()
        for file in FILES.values()
    )


def member(path: Path, name: str, content: str | bytes = "x") -> None:
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo(name)
        info.filename = name  # As it is, NUL included.
        archive.writestr(info, content)


def set_in_headers(path: Path, name: str, local: int, central: int, value: bytes) -> None:
    """Overwrite a field of a member's two headers."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo(name).header_offset
    data[start + local : start + local + len(value)] = value
    at = data.find(b"PK\1\2")
    while at >= 0:
        length = int.from_bytes(data[at + 28 : at + 30], "little")
        if data[at + 46 : at + 46 + length] == name.encode():
            data[at + central : at + central + len(value)] = value
        at = data.find(b"PK\1\2", at + 4)
    path.write_bytes(bytes(data))


def lying_size(path: Path) -> None:
    """Let a member of 64 MiB say that it has ten bytes."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("results.csv", "0" * (64 * MEBIBYTE))
    set_in_headers(path, "results.csv", 22, 24, struct.pack("<I", 10))


def overlapping(path: Path) -> None:
    """Let all members be the first one's bytes, as bombs without recursion do."""
    data = path.read_bytes()
    at = data.find(b"PK\1\2")
    first = data[at + 42 : at + 46]
    changed = bytearray(data)
    while at >= 0:
        changed[at + 42 : at + 46] = first
        at = data.find(b"PK\1\2", at + 4)
    path.write_bytes(bytes(changed))


def many_entries(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(1001):
            archive.writestr(f"f{number}.csv", "")


def long_directory(path: Path) -> None:
    """Let the directory say that it has 100 MiB; a million entries would fill the memory."""
    data = bytearray(path.read_bytes())
    end = data.rfind(b"PK\5\6")
    data[end + 12 : end + 16] = struct.pack("<I", 100 * MEBIBYTE)
    path.write_bytes(bytes(data))


def strongly_encrypted(path: Path) -> None:
    set_in_headers(path, "users.csv", 6, 8, b"\x41")


def packed_otherwise(path: Path) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("results.csv", "x")


def unknown_packing(path: Path) -> None:
    set_in_headers(path, "users.csv", 8, 10, struct.pack("<H", 99))


def device(path: Path) -> None:
    info = zipfile.ZipInfo("results.csv")
    info.external_attr = 0o020666 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(info, "x")


def twice_by_backslashes(path: Path) -> None:
    member(path, "a/x.csv")
    member(path, "a\\x.csv")


def written(content: bytes) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        path.write_bytes(content)

    return spoil


def spoilt_deflate(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in WHOLE.items():
            archive.writestr(name, text)
        at = archive.getinfo("users.csv").header_offset + 30 + len("users.csv")
    data = bytearray(path.read_bytes())
    data[at : at + 40] = b"\xff" * 40
    path.write_bytes(bytes(data))


def workbook(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "<x/>")


HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a path upwards with backslashes": (lambda p: member(p, "..\\..\\users.csv"), "leads out"),
    "a path of a drive": (lambda p: member(p, "C:\\users.csv"), "leads out"),
    "a path of another machine": (lambda p: member(p, "\\\\host\\share\\users.csv"), "leads out"),
    "a name with a NUL": (lambda p: member(p, "results.csv\0.txt"), "leads out"),
    "a name twice": (lambda p: member(p, "users.csv"), "users.csv twice"),
    "a name twice by backslashes": (
        twice_by_backslashes,
        "a/x.csv twice",
    ),
    "a size that lies": (lying_size, "not a whole zip"),
    "overlapping members": (overlapping, "not a whole zip|twice"),
    "many entries": (many_entries, "1,010 entries"),
    "a long directory": (long_directory, "a directory of 104,857,600 bytes"),
    "strong encryption": (strongly_encrypted, "users.csv in the zip is encrypted"),
    "LZMA": (packed_otherwise, "packed in another way"),
    "an unknown packing": (unknown_packing, "packed in another way"),
    "a device": (device, "a link or a device"),
    "spoilt bytes": (spoilt_deflate, "not a whole zip"),
    "a spreadsheet": (workbook, r"no CSV files. Found were: \[Content_Types\].xml, xl/workbook"),
    "7-Zip": (written(b"7z\xbc\xaf\x27\x1c" + b"x" * 99), "a 7-Zip archive"),
    "RAR": (written(b"Rar!\x1a\x07\x01\x00"), "a RAR archive"),
    "gzip": (written(zlib.compress(b"x", wbits=31)), "a gzip file"),
    "a PDF": (written(b"%PDF-1.7"), "a PDF"),
    "an old Excel file": (written(b"\xd0\xcf\x11\xe0\xa1\xb1"), "an old Excel"),
    "a page that says no": (written(b"<!DOCTYPE html><h1>Log in</h1>"), "a web page"),
    "a single CSV file": (written(b"sourcedId,status\n"), "no zip file"),
    "nothing": (written(b""), "an empty file"),
}


@pytest.mark.parametrize(("spoil", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_zip_is_refused(
    load: Bundler, spoil: Callable[[Path], None], reason: str
) -> None:
    path = load.write(V1P2)
    spoil(path)
    with pytest.raises(Refused, match=reason):
        import_bundle(load.organization, path, by="Dana")
    nothing_was_stored(load)


@pytest.mark.parametrize("tenth", range(10))
def test_a_truncated_zip_is_refused(load: Bundler, tenth: int) -> None:
    path = load.write(V1P2)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * tenth // 10])
    with pytest.raises(Refused, match="not a whole zip"):
        import_bundle(load.organization, path, by="Dana")
    nothing_was_stored(load)


def test_bytes_changed_at_random_are_refused_or_harmless(load: Bundler) -> None:
    dice = random.Random(16)  # noqa: S311 - the same ones every time.
    path = load.write(V1P2)
    whole = path.read_bytes()
    outcomes = set()
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(dice.choice([1, 4, 30])):
            data[dice.randrange(len(data))] = dice.randrange(256)
        path.write_bytes(bytes(data))
        try:
            outcomes.add(import_bundle(load.organization, path, by="Dana").state)
        except Refused:
            outcomes.add("refused")
    assert "refused" in outcomes
    assert not Import.objects.filter(state=Import.State.RUNNING).exists()


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_a_pipe_or_an_endless_device_in_a_folder_is_refused(
    load: Bundler, make: Callable[[Path], None]
) -> None:
    path = load.write(V1P2, zipped=False)
    make(path / "results.csv")
    with pytest.raises(Refused, match=r"results\.csv is a link or a device"):
        import_bundle(load.organization, path, by="Dana")
    nothing_was_stored(load)


def test_a_folder_of_too_many_files_is_refused(load: Bundler) -> None:
    path = load.write(V1P2, zipped=False)
    for number in range(1001):
        (path / f"{number}.txt").touch()
    with pytest.raises(Refused, match="too many files"):
        import_bundle(load.organization, path, by="Dana")
    nothing_was_stored(load)


MEASURE = """
import resource, sys
from django import setup
setup()
from django.core.management import call_command
from roster.importing import import_bundle
from roster.models import Organization
call_command("migrate", verbosity=0)
organization = Organization.objects.create(slug="riverside", name="Riverside")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
done = import_bundle(organization, sys.argv[1], by="Dana")
kept = list(done.findings.all())
total = sum({(f.code, f.file, f.column): f.occurrences for f in kept}.values())
print(total, len(kept), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_million_findings_are_few_in_memory_and_in_the_database(tmp_path: Path) -> None:
    header = V1P2["demographics.csv"].split("\n")[0]
    columns = header.count(",") - 2
    rows = "".join(f"u{n},,{',?' * columns}\n" for n in range(112_000))
    files = V1P2 | {"demographics.csv": f"{header}\n{rows}"}
    path = Bundler(tmp_path, Organization()).write(files)
    data = tmp_path / "data"
    data.mkdir()
    migrating.bring(str(data / "rosterdesk.sqlite3"))
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "ROSTERDESK_DATA": str(data),
        "ROSTERDESK_BOOTSTRAP": "0",
    }
    environment.pop("DATABASE_URL", None)
    told = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=300,
    ).stdout.split()  # fmt: skip
    findings, kept, kibibytes = map(int, told)
    assert findings > 1_000_000
    assert kept < 1000
    assert kibibytes < 64 * 1024, f"{kibibytes:,} KiB"
