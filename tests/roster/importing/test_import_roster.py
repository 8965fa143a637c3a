"""`import_roster`: one JSON object, or words; exit codes as every command's."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from roster.models import Import, User
from tests.roster.importing.bundles import V1P1, V1P2, edited
from tests.roster.importing.conftest import Bundler


def run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("import_roster", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_json_says_what_was_done(load: Bundler) -> None:
    path = load.write(edited(V1P1, "users.csv", "pat,09,", "pat,09,hunter2"), "1.1")
    said = json.loads(run("riverside", path, "--json"))
    done = Import.objects.get()
    assert list(said) == [
        "import", "organization", "oneroster", "files", "findings", "numbers", "seconds",
        "held",
    ]  # fmt: skip
    assert (said["import"], said["organization"], said["held"]) == (done.pk, "riverside", False)
    assert said["oneroster"] == "1.1"
    assert said["files"]["users.csv"] == {
        "read": 4, "created": 4, "updated": 0, "unchanged": 0, "retired": 0, "left_out": 0,
    }  # fmt: skip
    assert said["findings"]["notices"] == 1
    assert done.by_name.startswith("command")


def test_words_are_a_table_and_the_findings(load: Bundler) -> None:
    said = run("riverside", load.write(edited(V1P2, "orgs.csv", "school,S", "building,S")))
    assert "Imported OneRoster 1.2 into riverside" in said
    assert "1 errors (row left out)" in said
    assert "orgs.csv type, first in row 4 (“building”)" in said


def test_the_last_sentence_says_what_reaches_no_vendor(load: Bundler) -> None:
    said = run("riverside", load.write(edited(V1P2, "classes.csv", ',s1,"t1"', ',s1,"t9"')))
    assert said.splitlines()[-1] == (
        "OneRoster 1.1 and 1.2: NOT ONE class AND NOT ONE enrollment gets out. Of 1 class,"
        " 2 enrollments and 3 people, 1 class and 2 enrollments reach no vendor, because a class"
        " names no academic session that is in the data (1 class and 2 enrollments)."
    )


def test_a_refusal_exits_with_1_and_the_reason(
    load: Bundler, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = "oneroster.version,1.2\nfile.users,delta\n"
    path = load.write(V1P2, manifest=manifest)
    with pytest.raises(CommandError, match="delta") as refusal:
        run("riverside", path)
    assert refusal.value.returncode == 1
    out = io.StringIO()
    with pytest.raises(SystemExit) as ending:
        call_command("import_roster", "riverside", str(path), "--json", stdout=out)
    assert ending.value.code == 1
    assert "delta" in json.loads(out.getvalue())["error"]
    assert not User.objects.exists()


def test_an_unknown_organization_is_refused(load: Bundler) -> None:
    with pytest.raises(CommandError, match="no organization “lakeside”"):
        run("lakeside", load.write(V1P2))
