"""The commands of sources: JSON and words, exit codes, no secret anywhere."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from roster.fetching import candidates
from roster.models import Arrival, Import, Organization, Source
from tests.roster.fetching import servers
from tests.roster.fetching.conftest import Write, riverside, watched, write
from tests.roster.fetching.servers import PASSWORD, USER
from tests.roster.importing.bundles import V1P2

__all__ = ["riverside", "watched", "write"]


def run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


def said(*arguments: Any) -> dict[str, Any]:
    return json.loads(run(*arguments, "--json"))


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))


@pytest.fixture
def port(tmp_path: Path, write: Write) -> Iterator[int]:
    (tmp_path / "out").mkdir()
    write(tmp_path / "out" / "night.zip")
    with servers.sftp(tmp_path, servers.new_key()) as port:
        yield port


def test_an_sftp_source_from_its_setting_to_its_import(
    riverside: Organization, port: int, typed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "STILL", 0.0)
    address = f"sftp://127.0.0.1:{port}/out/*.zip"
    told = said(
        "set_source", "riverside", "--address", address, "--user", USER, "--password-stdin",
        "--daily", "02:15",
    )  # fmt: skip
    assert (told["address"], told["credential"], told["host_key"]) == (address, "password", "")
    number, shown = told["source"], told["offered_host_key"]
    with pytest.raises(CommandError, match="isn't trusted yet"):
        run("fetch_bundle", "riverside")
    words = run("list_sources", "riverside")
    assert f"--source {number} --trust" in words
    assert "isn't trusted yet" in words
    told = said("set_source", "riverside", "--source", number, "--trust", shown)
    assert told["host_key"] == shown
    told = said("fetch_bundle", "riverside", "--source", number)
    assert [each["state"] for each in told["arrivals"]] == ["applied"]
    assert said("fetch_bundle", "riverside") == {"arrivals": []}
    listed = said("list_arrivals", "riverside")
    assert (listed["arrivals"], listed["silent_since"]) == (told["arrivals"], None)
    assert "applied    night.zip" in run("list_arrivals", "riverside")
    everything = str(told) + words + str(said("list_sources", "riverside"))
    assert PASSWORD not in everything


def test_a_source_is_changed_paused_and_removed(riverside: Organization, watched: Source) -> None:
    number = watched.pk
    told = said(
        "set_source", "riverside", "--source", number, "--every", "none", "--daily", "02:15"
    )
    assert (told["every_minutes"], told["daily_at"]) == (None, "02:15")
    assert "paused" in run("set_source", "riverside", "--source", number, "--pause")
    assert said("set_source", "riverside", "--source", number, "--resume")["active"]
    assert said("set_source", "riverside", "--source", number, "--remove") == {"removed": number}
    assert said("list_sources", "riverside")["sources"] == []
    assert run("list_sources", "riverside") == "No source. set_source adds one.\n"


def test_a_source_says_what_its_files_are_without_a_manifest(
    watched: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "STILL", 0.0)
    with zipfile.ZipFile(Path(watched.address) / "night.zip", "w") as archive:
        for name, text in V1P2.items():
            archive.writestr(name, text.replace(",,,", ",active,2026-11-27T02:00:00Z,"))
    with pytest.raises(CommandError, match=r"set_source\) with --without-manifest"):
        run("fetch_bundle", "riverside")
    words = run("set_source", "riverside", "--source", watched.pk, "--without-manifest", "bulk")
    assert "files that no manifest speaks of are read as bulk" in words
    run("fetch_bundle", "riverside", "--again")
    assert Import.objects.latest("pk").answer == "bulk"
    told = said("set_source", "riverside", "--source", watched.pk, "--without-manifest", "none")
    assert told["answer"] == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--address", "/in", "--every", "0"], "from 1 to 1440, or none"),
        (["--address", "/in", "--daily", "noon"], "is no time"),
        (["--address", "/in", "--every", "5", "--certificate", "/none.pem"], "can't be read"),
        (["--source", "999999", "--pause"], "has no source 999999"),
        (["--source", "999999", "--remove"], "has no source 999999"),
    ],
)
def test_what_cant_be_set_exits_with_1_and_the_reason(
    riverside: Organization, arguments: list[str], words: str
) -> None:
    with pytest.raises(CommandError, match=words) as refusal:
        run("set_source", "riverside", *arguments)
    assert refusal.value.returncode == 1
    assert not Source.objects.exists()


def test_to_remove_or_trust_one_has_to_be_named(riverside: Organization) -> None:
    with pytest.raises(CommandError, match="which one") as usage:
        run("set_source", "riverside", "--remove")
    assert usage.value.returncode == 2


def test_another_organizations_source_isnt_found(watched: Source) -> None:
    Organization.objects.create(slug="lakeside", name="Lakeside")
    with pytest.raises(CommandError, match="Lakeside has no source"):
        run("fetch_bundle", "lakeside", "--source", watched.pk)


def test_one_source_that_fails_doesnt_keep_the_others_from_being_fetched(
    watched: Source, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "STILL", 0.0)
    Source.objects.create(
        organization=watched.organization, kind="folder", address="/not/there", every_minutes=1
    )
    write(Path(watched.address) / "night.zip")
    with pytest.raises(CommandError, match=r"/not/there can't be read.* night\.zip: applied\.$"):
        run("fetch_bundle", "riverside")
    assert Arrival.objects.get().outcome == "applied"


def test_silence_is_told_with_what_to_do(watched: Source) -> None:
    with time_machine.travel("2030-01-01"):
        assert said("list_sources", "riverside")["silent_since"]
        for command in ("list_sources", "list_arrivals"):
            assert "The data is stale although it is published" in run(command, "riverside")
