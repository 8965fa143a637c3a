"""`import_roster`: one JSON object, or words; exit codes as every command's."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from roster.models import AuditEntry, Import, Org, User
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
    assert "errors (row left out) 1," in said
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


MARKED = "metadata.externalLmsExclude"


def night_without_marks(load: Bundler) -> Any:
    """Import a child who is marked; return the next bundle, in which the column is missing."""
    lines = V1P1["users.csv"].splitlines()
    marked = [lines[0] + f",{MARKED}", lines[1] + ",true", *(f"{line}," for line in lines[2:])]
    run("riverside", load.write(V1P1 | {"users.csv": "\n".join(marked) + "\n"}, "1.1"))
    return load.write(V1P1, "1.1")


def test_a_held_import_exits_with_0_and_tells_the_difference(load: Bundler) -> None:
    path = night_without_marks(load)
    said = json.loads(run("riverside", path, "--json"))
    assert said["held"] is True
    assert [each["code"] for each in said["reasons"]] == ["emptied-column"]
    users = said["difference"]["users"]
    assert (users["updated"], users["schools"]) == (1, {"s1": {"updated": 1}})
    assert [each["sourcedId"] for each in users["records"]] == ["ann"]
    assert User.objects.get(sourced_id="ann").metadata == {"externalLmsExclude": "true"}
    words = run("riverside", path)
    assert "import_roster riverside --approve (or --discard)" in words
    assert words.splitlines()[0].startswith("Held: ")


def test_a_held_import_that_changes_no_record_says_so(load: Bundler) -> None:
    run("riverside", load.write(V1P2))
    path = load.write(edited(V1P2, "enrollments.csv", "2026-08-20", "08/20/2026"))
    words = run("riverside", path)
    assert "are written in another form: month, day, year, and before 2026-08-31." in words
    assert "No record would change." in words


def test_a_held_import_is_approved_or_discarded(load: Bundler) -> None:
    path = night_without_marks(load)
    run("riverside", path)
    assert "Nothing was changed" in run("riverside", "--discard")
    assert User.objects.get(sourced_id="ann").metadata
    with pytest.raises(CommandError, match="No import of Riverside is held"):
        run("riverside", "--approve")
    run("riverside", path)
    approved = json.loads(run("riverside", "--approve", "--json"))
    assert (approved["held"], approved["files"]["users.csv"]["updated"]) == (False, 1)
    assert User.objects.get(sourced_id="ann").metadata == {}


@pytest.mark.parametrize(
    "arguments", [(), ("bundle.zip", "--approve"), ("bundle.zip", "--discard")]
)
def test_a_bundle_is_given_or_a_decision(arguments: tuple[str, ...], load: Bundler) -> None:
    with pytest.raises(CommandError, match="Give a bundle, or else"):
        run("riverside", *arguments)


def test_a_dry_run_tells_the_difference_and_writes_nothing(load: Bundler) -> None:
    path = load.write(V1P1, "1.1")
    said = json.loads(run("riverside", path, "--dry-run", "--json"))
    assert said["difference"]["users"]["created"] == 4
    assert said["held"] is False
    assert not Import.objects.exists()
    assert not User.objects.exists()


def test_a_delta_that_goes_back_in_time_needs_a_reason(load: Bundler) -> None:
    run("riverside", load.write(V1P2))
    manifest = "oneroster.version,1.2\nfile.orgs,delta\n"
    for day in ("17", "16"):
        row = f"s1,active,2026-11-{day}T03:00:00Z,School of the {day}th,school,N,d\n"
        orgs = {"orgs.csv": V1P2["orgs.csv"].partition("\n")[0] + f"\n{row}"}
        path = load.write(orgs, manifest=manifest)
        if day == "17":
            run("riverside", path)
    with pytest.raises(CommandError, match="force it with a reason"):
        run("riverside", path)
    assert Org.objects.get(sourced_id="s1").name == "School of the 17th"
    run("riverside", path, "--force", "The 17th was wrong.")
    assert Org.objects.get(sourced_id="s1").name == "School of the 16th"
    entry = AuditEntry.objects.filter(action="roster.imported").latest("pk")
    assert entry.reason == "The 17th was wrong."
