"""Which bundle is imported, and which is the same as one before."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from django.core.files import File

from roster import arrivals, fetching, importing
from roster.fetching.recording import record
from roster.models import Arrival, ArrivalPart, Import, Organization, User
from roster.refusal import Refused
from tests.roster.fetching.conftest import Write, nothing_came

NOT = "The same as"


def come(organization: Organization, path: Path) -> Arrival:
    return record(organization, path, name=path.name, by="test")


def done(organization: Organization, path: Path) -> Arrival:
    """Let it come and be imported."""
    arrival = come(organization, path)
    fetching.import_arrival(arrival, by="test")
    return arrival


def test_what_came_is_imported_once_and_its_content_forgotten(
    riverside: Organization, write: Write, tmp_path: Path
) -> None:
    arrival = done(riverside, write(tmp_path / "night.zip"))
    of_import = Import.objects.get()
    assert (arrival.state, arrival.outcome, arrival.of_import) == ("imported", "applied", of_import)
    assert of_import.checksum == arrival.checksum
    assert of_import.name == "night.zip"
    assert User.objects.get(sourced_id="ann").given_name == "Ann"
    assert not ArrivalPart.objects.exists()
    assert fetching.import_arrival(arrival, by="test") == of_import
    assert Import.objects.count() == 1


def test_what_was_applied_by_a_process_that_died_then_is_not_imported_twice(
    riverside: Organization, write: Write, tmp_path: Path
) -> None:
    arrival = come(riverside, write(tmp_path / "a.zip"))
    of_import = fetching.import_arrival(Arrival.objects.get(), by="test")
    arrivals.keep(arrival, tmp_path / "a.zip")
    arrival.save()  # As it was when it came.
    assert fetching.import_arrival(arrival, by="test") == of_import
    assert (arrival.state, arrival.of_import, Import.objects.count()) == ("imported", of_import, 1)
    assert not ArrivalPart.objects.exists()


def test_the_same_as_the_last_applied_is_unchanged(
    riverside: Organization, write: Write, tmp_path: Path
) -> None:
    done(riverside, write(tmp_path / "a.zip"))
    again = come(riverside, write(tmp_path / "b.zip"))
    assert (again.state, ArrivalPart.objects.count()) == ("unchanged", 0)
    assert again.reason == "The same as the bundle that was applied last. Nothing to import."


def test_what_is_held_is_kept_until_somebody_decides(
    riverside: Organization, write: Write, tmp_path: Path
) -> None:
    done(riverside, write(tmp_path / "a.zip"))
    fewer = write(tmp_path / "b.zip", without="s2,,,South School,school,S,d\n")
    held = done(riverside, fewer)
    assert (held.state, held.outcome) == ("imported", "held")
    assert held.parts.exists()
    assert come(riverside, fewer).reason == (
        "The same as the last bundle, which is held. It wasn't imported again."
    )
    assert importing.approve(riverside, by="Dana") == held.of_import
    assert Arrival.objects.get(pk=held.pk).outcome == "applied"
    assert not ArrivalPart.objects.exists()


def test_what_was_applied_before_the_last_one_is_imported(
    riverside: Organization, write: Write, tmp_path: Path
) -> None:
    for name in ("Ann", "Anna"):
        done(riverside, write(tmp_path / "night.zip", name))
    assert come(riverside, write(tmp_path / "night.zip", "Ann")).state == "waiting"


def test_a_refused_one_changed_nothing_so_the_last_applied_counts(
    riverside: Organization, write: Write, tmp_path: Path
) -> None:
    done(riverside, write(tmp_path / "a.zip"))
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\5\6" + bytes(18))
    with pytest.raises(Refused, match="no CSV files"):
        done(riverside, broken)
    refused = Arrival.objects.get(state="refused")
    assert (refused.outcome, refused.parts.count()) == ("refused", 0)
    assert "no CSV files" in refused.reason
    again = come(riverside, broken)
    assert again.state == "unchanged"
    assert again.reason.startswith("The same as the bundle that was refused last: ")
    assert come(riverside, write(tmp_path / "a.zip")).state == "unchanged"


def test_a_bundle_that_leads_out_of_itself_is_refused_and_changes_nothing(
    riverside: Organization, write: Write, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../users.csv", "sourcedId\n")
    with pytest.raises(Refused, match="a path that leads out of it"):
        done(riverside, path)
    assert not User.objects.exists()
    assert not ArrivalPart.objects.exists()


def test_a_person_may_upload_again_what_was_refused(
    riverside: Organization, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\5\6" + bytes(18))
    for _ in range(2):
        with broken.open("rb") as stream:
            arrival = fetching.take_upload(riverside, File(stream, name="../../up.zip"), "Dana")
        assert (arrival.name, arrival.state, arrival.by_name) == ("up.zip", "waiting", "Dana")
        with pytest.raises(Refused):
            fetching.import_arrival(arrival, by="Dana")


def test_what_is_no_zip_is_refused_before_it_is_kept(
    riverside: Organization, tmp_path: Path
) -> None:
    (tmp_path / "letter.docx").write_text("Dear district")
    with (tmp_path / "letter.docx").open("rb") as stream, pytest.raises(Refused, match="whole zip"):
        fetching.take_upload(riverside, File(stream), "Dana")
    assert nothing_came()
