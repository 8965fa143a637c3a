"""A bundle is kept so that nobody but an import can read it, and for no longer than needed."""

import os
import time
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from roster import arrivals
from roster.arrivals import keeping
from roster.arrivals.packing import CHUNK, packed
from roster.models import Arrival, ArrivalPart, Organization
from roster.refusal import Refused
from tests.cast import riverside

__all__ = ["riverside"]

CHILD = b"ann-of-riverside"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A zip of some megabytes in which a child is named in clear."""
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("users.csv", CHILD + os.urandom(2 * CHUNK))
    return path


def kept(organization: Organization, path: Path) -> Arrival:
    arrival = arrivals.receive(organization, path, name=path.name, by="test")
    arrivals.keep(arrival, path)
    return arrival


def test_a_bundle_comes_back_as_it_came_in(riverside: Organization, bundle: Path) -> None:
    arrival = kept(riverside, bundle)
    assert arrival.size == bundle.stat().st_size
    with arrivals.unpacked(arrival) as path:
        assert path.read_bytes() == bundle.read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert not path.exists()


def test_a_folder_comes_back_as_a_zip_with_one_checksum(
    riverside: Organization, tmp_path: Path
) -> None:
    (tmp_path / "night").mkdir()
    (tmp_path / "night" / "users.csv").write_text("sourcedId\nann\n")
    (tmp_path / "notes.txt").write_text("not a part of it")
    first, again = kept(riverside, tmp_path), kept(riverside, tmp_path)
    assert first.checksum == again.checksum
    with arrivals.unpacked(first) as path, zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["night/users.csv"]
        assert archive.read("night/users.csv") == b"sourcedId\nann\n"


def test_nothing_that_is_kept_names_a_child(riverside: Organization, bundle: Path) -> None:
    kept(riverside, bundle)
    contents = [bytes(part.content) for part in ArrivalPart.objects.all()]
    assert len(contents) == 3
    assert not any(CHILD in content for content in contents)


def test_what_an_old_key_encrypted_is_read_while_that_is_a_fallback(
    riverside: Organization, bundle: Path
) -> None:
    arrival, old = kept(riverside, bundle), settings.SECRET_KEY
    with (
        override_settings(SECRET_KEY="n" * 50, SECRET_KEY_FALLBACKS=[old]),
        arrivals.unpacked(arrival) as path,
    ):
        assert path.read_bytes() == bundle.read_bytes()
    with (
        override_settings(SECRET_KEY="n" * 50, SECRET_KEY_FALLBACKS=[]),
        pytest.raises(Refused, match="no longer has"),
        arrivals.unpacked(arrival),
    ):
        pass


def test_forgetting_leaves_the_record_alone(riverside: Organization, bundle: Path) -> None:
    arrival = kept(riverside, bundle)
    arrivals.forget(arrival)
    assert Arrival.objects.get().checksum == arrival.checksum
    with pytest.raises(Refused, match="not kept any more"), arrivals.unpacked(arrival):
        pass


def test_what_lost_a_piece_is_not_imported(riverside: Organization, bundle: Path) -> None:
    arrival = kept(riverside, bundle)
    ArrivalPart.objects.filter(number=1).delete()
    with pytest.raises(Refused, match="isn't kept as it came in"), arrivals.unpacked(arrival):
        pass


def test_a_link_in_a_folder_is_not_followed(riverside: Organization, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of somebody else")
    (tmp_path / "night").mkdir()
    (tmp_path / "night" / "users.csv").symlink_to(tmp_path / "secret")
    with pytest.raises(Refused, match=r"users\.csv” is a link"):
        list(packed(tmp_path / "night"))


def test_what_isnt_there_is_refused(riverside: Organization, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="No such file"):
        arrivals.receive(riverside, tmp_path / "none.zip", name="none.zip", by="test")


def test_files_of_processes_that_died_are_deleted(db: None) -> None:
    with keeping.private_file() as old, keeping.private_file() as new:
        os.utime(old, (time.time() - 2 * keeping.LEFT_BEHIND,) * 2)
        assert keeping.clear_left_behind() == 1
        assert (old.exists(), new.exists()) == (False, True)
