"""Marks by people: one by one, by list, by CSV, by filter; one act, one audit entry."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from roster import excluding
from roster.kinds import KINDS
from roster.listing.filters import COLUMNS, fields_of
from roster.models import AuditEntry, Mark, Organization, User
from roster.refusal import Refused
from tests.roster.districts import published, shown
from tests.roster.importing.bundles import EVERYTHING, edited
from tests.roster.importing.conftest import Bundler, one_class

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def riverside(tmp_path: Path, transactional_db: None) -> Organization:
    return one_class(tmp_path)


def told(command: str, *arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(command, "riverside", *arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def test_what_a_bundle_has_marked_and_nobody_refreshed_is_gone_at_once(riverside: Organization):
    (feed,) = published(riverside, "1.2")
    Mark.objects.create(organization=riverside, kind="person", sourced_id="ann", source="bundle")
    assert ("users", "ann") in shown(feed)
    assert excluding.exclude(riverside, "person", ["ann"], reason="Asked", by="dana").changed
    assert ("users", "ann") not in shown(feed)
    assert ("users", "ann") in shown(feed, tombstones=True)
    assert set(Mark.objects.values_list("source", flat=True)) == {"bundle", "person"}


def test_excluding_it_again_writes_nothing(riverside: Organization):
    excluding.exclude(riverside, "person", ["ann"], reason="Asked", by="dana")
    again = excluding.exclude(riverside, "person", ["ann"], reason="Again", by="victor")
    assert again.changed == []
    assert Mark.objects.get().reason == "Asked"
    assert AuditEntry.objects.filter(action="record.excluded").count() == 1


@pytest.mark.parametrize(
    ("kind", "where", "ids"),
    [
        ("person", [], ["ann", "pat", "tom"]),
        ("person", ["grade=09"], ["ann"]),
        ("person", ["role=teacher"], ["tom"]),
        ("person", ["role=teacher", "role=parent"], ["pat", "tom"]),
        ("person", ["role=teacher", "school=s1"], ["tom"]),
        ("person", ["school=s2"], ["tom"]),
        ("person", ["name~o'hara"], ["ann", "pat"]),
        ("person", ["id=ann"], ["ann"]),
        ("person", ["grade=10"], []),
        ("school", ["name~SOUTH"], ["s2"]),
        ("org", ["type=district"], ["d"]),
        ("calendar", ["school=s1", "year=2027"], ["s1~2027"]),
        ("grade_level", ["grade=09"], ["s1~2027~structure~09"]),
        ("school_enrollment", ["grade=09"], ["ann~s1"]),
        ("school_enrollment", ["person=ann"], ["ann~s1"]),
        ("district_assignment", ["role=teacher", "school=s2"], ["tom~s2"]),
        ("guardian_link", ["child=ann"], ["ann~pat"]),
        ("guardian_link", ["person=pat"], ["ann~pat"]),
        ("course", ["course=c1"], ["c1~s1~2027"]),
        ("section", ["term=t1"], ["k1"]),
        ("section", ["school=s1", "course=c1", "subject=Math"], ["k1"]),
        ("section", ["school=s2"], []),
        ("enrollment", ["role=student"], ["e1"]),
        ("enrollment", ["section=k1"], ["e1", "e2"]),
        ("grading_task", ["name~test"], ["cat"]),
        ("line_item", ["grading_task=cat"], ["l1"]),
        ("result", ["person=ann"], ["x1"]),
    ],
)
def test_rows_are_chosen_by_what_a_list_shows(
    kind: str, where: list[str], ids: list[str], riverside: Organization
) -> None:
    options = [word for text in where for word in ("--where", text)]
    assert [row["id"] for row in told("list_kind", kind, *options)["rows"]] == ids
    if not where:
        return
    dry = told("exclude", kind, *options, "--reason", "Why", "--dry-run")
    assert (dry["excluded"], dry["count"], dry["dry_run"]) == (ids, len(ids), True)
    assert dry["effect"] == excluding.effect_of_marks(riverside, kind, ids)
    assert not Mark.objects.exists()
    assert told("exclude", kind, *options, "--reason", "Why")["excluded"] == ids
    assert sorted(Mark.objects.values_list("sourced_id", flat=True)) == ids
    assert told("include", kind, *options, "--dry-run")["included"] == ids
    assert told("include", kind, *options)["included"] == ids
    assert not Mark.objects.exists()


def test_every_kind_that_can_be_marked_can_be_chosen() -> None:
    assert set(COLUMNS) == {kind.name for kind in KINDS.values() if kind.markable}
    assert fields_of(KINDS["person"]) == ["id", "name", "grade", "school", "role"]


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("grade", "“grade” is not a filter"),
        ("grade=", "“grade=” is not a filter"),
        ("term=t1", "can't be chosen by term, only by id, name, grade, school, role"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    where: str, words: str, riverside: Organization
) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("exclude", "riverside", "person", "--where", where, "--reason", "Why")


def test_a_list_of_ids_comes_from_a_file_or_standard_input(
    tmp_path: Path, riverside: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ids.txt").write_text("ann\n\npat\r\n")
    done = told("exclude", "person", "--ids-from", str(tmp_path / "ids.txt"), "--reason", "List")
    assert done["excluded"] == ["ann", "pat"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("tom\nann\n"))
    done = told("exclude", "person", "--ids-from", "-", "--reason", "List")
    assert done["excluded"] == ["tom"]
    entries = AuditEntry.objects.filter(action="record.excluded").order_by("pk")
    assert [entry.new for entry in entries] == [["ann", "pat"], ["tom"]]


def test_a_csv_has_its_own_reasons(tmp_path: Path, riverside: Organization) -> None:
    path = tmp_path / "marks.csv"
    path.write_text("﻿id,grade,reason\nann,09,Custody\npat,,\n")
    told("exclude", "person", "--csv", str(path), "--reason", "Opt-outs of May")
    reasons = dict(Mark.objects.values_list("sourced_id", "reason"))
    assert reasons == {"ann": "Custody", "pat": "Opt-outs of May"}
    entry = AuditEntry.objects.get(action="record.excluded")
    assert (entry.new, entry.reason) == (reasons, "Opt-outs of May")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nann\n", "has no column id"),
        ("id,reason\nann,Custody\npat,\n", "needs a reason"),
        ("id,reason\nzoe,Custody\n", "no person “zoe”"),
        (None, "can't be read"),
    ],
)
def test_a_csv_that_cannot_be_obeyed_marks_nobody(
    text: str | None, words: str, tmp_path: Path, riverside: Organization
) -> None:
    path = tmp_path / "marks.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(CommandError, match=words):
        call_command("exclude", "riverside", "person", "--csv", str(path))
    assert not Mark.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("exclude", "person", "--reason", "Why"),
        ("exclude", "person", "ann"),
        ("exclude", "person", "ann", "--where", "grade=09", "--reason", "Why"),
        ("include", "person"),
    ],
)
def test_what_is_meant_must_be_said(arguments: tuple[str, ...], riverside: Organization) -> None:
    with pytest.raises(CommandError):
        call_command(arguments[0], "riverside", *arguments[1:])
    assert not Mark.objects.exists()


def test_the_bare_id_of_a_course_means_all_of_its_levels(riverside: Organization) -> None:
    assert told("exclude", "course", "c1", "--reason", "Why")["excluded"] == ["c1~s1~2027"]
    assert told("include", "course", "c1")["included"] == ["c1~s1~2027"]


def test_the_mark_of_a_bundle_stays_when_a_person_includes(
    tmp_path: Path, riverside: Organization
) -> None:
    head = EVERYTHING["classes.csv"].splitlines()[0]
    files = edited(EVERYTHING, "classes.csv", head, f"{head},metadata.externalLmsExclude")
    Bundler(tmp_path, riverside)(edited(files, "classes.csv", '"1,3"', '"1,3",true'))
    told("exclude", "section", "k1", "--reason", "Why")
    assert told("include", "section", "k1") == {
        "organization": "riverside",
        "kind": "section",
        "count": 1,
        "included": ["k1"],
        "by_bundle": ["k1"],
        "dry_run": False,
    }
    assert Mark.objects.get().source == Mark.Source.BUNDLE


def test_one_unknown_id_stops_the_whole_act(riverside: Organization) -> None:
    with pytest.raises(Refused, match="no person “zoe”"):
        excluding.exclude(riverside, "person", ["ann", "zoe"], reason="Why", by="dana")
    assert not Mark.objects.exists()


def test_a_very_long_list_is_one_act_and_quick(riverside: Organization) -> None:
    many = [f"p{number:05}" for number in range(50_000)]
    User.objects.bulk_create(
        (User(organization=riverside, sourced_id=name, given_name="P") for name in many),
        batch_size=2000,
    )
    done = excluding.exclude(riverside, "person", many, reason="Long", by="dana")
    assert len(done.changed) == len(many)
    assert excluding.include(riverside, "person", many, by="dana").changed == many
    entries = AuditEntry.objects.filter(kind="person")
    assert [len(entry.new or ()) for entry in entries] == [50_000] * 2
