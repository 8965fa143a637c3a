"""What the manifest says, what the files say, and which of the two is believed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from roster.models import Demographics, Import, Org, User
from roster.refusal import Refused
from tests.roster.importing.bundles import V1P1, V1P2, Files, edited, manifest_of
from tests.roster.importing.conftest import Bundler

Codes = Callable[[Import], set[str]]
MANIFEST = manifest_of(V1P2, "1.2")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # A misspelt row is no row; the file that is there decides.
        ("file.demographics", "fiel.demographics",
         {"manifest-row-unknown", "manifest-row-missing", "manifest-file-unlisted"}),
        ("file.demographics,bulk", "file.demographics,absent", {"manifest-file-not-absent"}),
        ("file.demographics,bulk", "file.demographics,full", {"manifest-mode-unknown"}),
        ("file.demographics,bulk", "File.Demographics,BULK", {"manifest-form"}),
        ("file.results,absent", "file.results,bulk", {"manifest-file-missing"}),
        ("oneroster.version,1.2", "oneroster.version,1.2.1", {"version-form"}),
        ("oneroster.version,1.2\n", "", {"manifest-version-missing"}),
        ("propertyName,value", '\ufeff"propertyName","value"', set()),
    ],
)  # fmt: skip
def test_a_manifest_that_disagrees_is_told(
    load: Bundler, codes: Codes, old: str, new: str, expected: set[str]
) -> None:
    assert old in MANIFEST
    done = load(V1P2, manifest=MANIFEST.replace(old, new))
    assert codes(done) == expected
    assert Demographics.objects.count() == 1


@pytest.mark.parametrize(("files", "version"), [(V1P1, "1.1"), (V1P2, "1.2")])
def test_without_a_manifest_certain_columns_tell_the_version(
    load: Bundler, codes: Codes, files: Files, version: str
) -> None:
    done = load(files, manifest=None)
    assert (done.oneroster, codes(done)) == (version, {"manifest-missing"})
    assert User.objects.exists()


def without(files: Files, *names: str) -> Files:
    return {name: text for name, text in files.items() if name not in names}


STAMP = "active,2026-04-23T18:25:43.511Z"
STAMPED: Files = V1P1 | {
    "orgs.csv": (
        "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
        f"s1,{STAMP},North School,school,,\ns2,{STAMP},South School,school,,\n"
    )
}

REFUSED: list[tuple[str, Files, str | None, str]] = [
    ("uncertain version", without(V1P2, "roles.csv"), None, "don't tell the version"),
    ("both versions", V1P1 | {"roles.csv": V1P2["roles.csv"]}, None, "don't tell the version"),
    ("1.0", V1P1, manifest_of(V1P1, "1.0"), "says that the bundle is OneRoster “1.0”"),
    (
        "delta",
        V1P2,
        MANIFEST.replace("file.users,bulk", "file.users,delta"),
        "users.csv is a delta.*Import a bulk bundle",
    ),
    ("neither orgs nor users", {"courses.csv": V1P2["courses.csv"]}, "oneroster.version,1.2\n",
     "neither orgs.csv nor users.csv"),
    ("manifest alone", {}, "oneroster.version,1.2\n", "no file of OneRoster"),
    ("no roles", edited(V1P1, "users.csv", ",role,", ",rolle,"), "", "no column role"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "manifest", "reason"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_what_may_not_be_bulk_is_refused(
    load: Bundler, files: Files, manifest: str | None, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        load(files, "1.1", manifest=manifest)
    assert not Org.objects.exists()
    assert not User.objects.exists()


def test_stamped_rows_are_bulk_if_the_manifest_says_so(load: Bundler, codes: Codes) -> None:
    done = load(STAMPED, "1.1")
    assert "stamps-filled" in codes(done)
    assert done.findings.get(code="stamps-filled").occurrences == 2
    assert Org.objects.count() == 2


def test_a_bundle_may_deliberately_be_without_orgs_and_users(load: Bundler) -> None:
    load(V1P2)
    done = load({"courses.csv": V1P2["courses.csv"]})
    assert done.counts == {
        "courses.csv": {
            "read": 1, "created": 0, "updated": 0, "unchanged": 1, "retired": 0, "left_out": 0,
        }
    }  # fmt: skip


def test_stamped_rows_without_a_manifest_are_bulk_in_an_empty_organization(
    load: Bundler, codes: Codes
) -> None:
    done = load(STAMPED, manifest=None)
    assert codes(done) >= {"manifest-missing", "stamps-filled"}
    assert Org.objects.count() == 2


@pytest.mark.parametrize(
    "manifest", [None, manifest_of(STAMPED, "1.1").replace("file.orgs,bulk", "file.orgs,absent")]
)
def test_stamped_rows_that_nothing_calls_bulk_are_a_question_later(
    load: Bundler, manifest: str | None
) -> None:
    load(V1P1, "1.1")
    with pytest.raises(Refused, match=r"Every row of orgs\.csv.*--without-manifest"):
        load(STAMPED, manifest=manifest)
    assert Org.objects.active().count() == 3


def test_a_manifest_that_contradicts_itself_is_refused(load: Bundler) -> None:
    with pytest.raises(Refused, match=r"gives file\.users twice"):
        load(V1P2, manifest=f"{MANIFEST}file.users,delta\n")
    assert not Org.objects.exists()
