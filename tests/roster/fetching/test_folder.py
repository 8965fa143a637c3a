"""A watched folder: what is new and finished is taken once, and nothing in it is touched."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from roster.fetching import Unfinished, fetch
from roster.models import Arrival, Source
from roster.refusal import Refused
from tests.roster.fetching.conftest import Write, look_twice, nothing_came


def names(arrivals: list[Arrival]) -> list[str]:
    return [arrival.name for arrival in arrivals]


def test_a_bundle_counts_when_it_stood_still_for_two_looks(watched: Source, write: Write) -> None:
    path = write(Path(watched.address) / "night.zip")
    with time_machine.travel("2026-11-28T08:00:00Z", tick=False) as now:
        with pytest.raises(Unfinished, match="two looks"):
            fetch(watched, by="test")
        now.shift(60)
        os.truncate(path, 100)  # It is written anew.
        with pytest.raises(Unfinished, match="two looks"):
            fetch(watched, by="test")
        now.shift(60)
        with pytest.raises(Unfinished, match=r"“night\.zip” isn't a whole zip file"):
            fetch(watched, by="test")
        assert nothing_came()
        write(path)
        with pytest.raises(Unfinished, match="two looks"):
            fetch(watched, by="test")
        now.shift(60)
        assert names(fetch(watched, by="test")) == ["night.zip"]
        now.shift(60)
        assert fetch(watched, by="test") == []
    assert path.exists()


def test_a_file_that_is_overwritten_each_night_is_taken_each_night(
    watched: Source, write: Write
) -> None:
    path = write(Path(watched.address) / "night.zip")
    assert names(look_twice(watched)) == ["night.zip"]
    write(path, "Anna")
    assert names(look_twice(watched)) == ["night.zip"]
    assert Arrival.objects.values("checksum").distinct().count() == 2


def test_the_first_look_takes_the_newest_and_later_ones_all_that_is_new(
    watched: Source, write: Write
) -> None:
    folder = Path(watched.address)
    for age, name in ((30, "a.zip"), (20, "b.zip"), (10, "c.zip")):
        path = write(folder / name, name)
        os.utime(path, (path.stat().st_mtime - age,) * 2)
    assert names(look_twice(watched)) == ["c.zip"]
    for age, name in ((1, "e.zip"), (2, "d.zip"), (900, "old.zip")):
        path = write(folder / name, name)
        os.utime(path, (path.stat().st_mtime - age,) * 2)
    assert names(look_twice(watched)) == ["old.zip", "d.zip", "e.zip"]


def test_a_broken_file_doesnt_keep_the_next_ones_from_being_taken(
    watched: Source, write: Write
) -> None:
    folder = Path(watched.address)
    look_twice(watched_with(watched, write, "a.zip"))
    (folder / "b.zip").write_bytes(b"cut")
    write(folder / "c.zip", "Anna")
    with pytest.raises(Unfinished, match=r"“b\.zip” isn't a whole zip file"):
        look_twice(Source.objects.get())
    assert [each.name for each in Arrival.objects.order_by("pk")] == ["a.zip", "c.zip"]
    write(folder / "b.zip", "Bea")
    assert names(look_twice(Source.objects.get())) == ["b.zip"]


def test_csv_files_in_the_folder_or_in_one_below_are_a_bundle(watched: Source) -> None:
    folder = Path(watched.address)
    (folder / "users.csv").write_text("sourcedId\nann\n")
    (folder / "readme.txt").write_text("ours")
    assert names(look_twice(watched)) == ["watched"]
    (folder / "monday").mkdir()
    (folder / "monday" / "orgs.csv").write_text("sourcedId\nd\n")
    assert names(look_twice(watched)) == ["monday"]


def test_the_same_content_is_recorded_and_not_kept_twice(watched: Source, write: Write) -> None:
    [first] = look_twice(watched_with(watched, write, "a.zip"))
    [second] = look_twice(watched_with(watched, write, "b.zip"))
    assert (first.checksum, first.state) == (second.checksum, "waiting")
    assert (second.state, second.parts.count()) == ("unchanged", 0)
    assert "waits for its import already" in second.reason


def watched_with(source: Source, write: Write, name: str) -> Source:
    write(Path(source.address) / name)
    return Source.objects.get(pk=source.pk)


def test_again_takes_what_was_taken(watched: Source, write: Write) -> None:
    assert len(look_twice(watched_with(watched, write, "a.zip"))) == 1
    Arrival.objects.all().delete()
    assert look_twice(watched) == []
    assert names(look_twice(watched, again=True)) == ["a.zip"]


def test_links_are_not_followed(watched: Source, write: Write, tmp_path: Path) -> None:
    (Path(watched.address) / "night.zip").symlink_to(write(tmp_path / "elsewhere.zip"))
    with pytest.raises(Refused, match=r"“night\.zip” is a link"):
        look_twice(watched)
    assert nothing_came()


def test_a_folder_that_is_gone_is_told_with_what_to_do(watched: Source) -> None:
    Path(watched.address).rmdir()
    with pytest.raises(Refused, match="can't be read: No such file or directory"):
        fetch(watched, by="test")
    watched.refresh_from_db()
    assert "can't be read" in watched.problem
    Path(watched.address).mkdir()
    with time_machine.travel(watched.created + timedelta(hours=1)):
        assert fetch(watched, by="test") == []
    watched.refresh_from_db()
    assert watched.problem == ""
