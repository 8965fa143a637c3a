"""Rows of the district's own: at once, through nights, told when the system catches up, ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from roster import local
from roster.local import end_expired, end_row, set_rows
from roster.models import (
    Agent,
    AuditEntry,
    Category,
    Demographics,
    Enrollment,
    LineItem,
    Mark,
    Organization,
    OwnRow,
    Role,
    User,
)
from roster.publishing import refresh
from roster.refusal import Refused
from tests.roster.importing.bundles import EVERYTHING, V1P1, Files, edited
from tests.roster.importing.conftest import Bundler

DAY = date(2026, 12, 24)
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
AFTER = datetime(2026, 12, 25, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


class Desk:
    """Riverside with one class, its nights, and what Dana says herself."""

    def __init__(self, folder: Path, version: str, files: Files) -> None:
        self.organization = Organization.objects.create(slug="riverside", name="Riverside")
        self.bundler = Bundler(folder, self.organization)
        self.version, self.files = version, files
        self.night()

    def night(self, file: str = "", old: str = "", new: str = "") -> Any:
        files = edited(self.files, file, old, new) if file else self.files
        self.organization.refresh_from_db()
        return self.bundler(files, self.version)

    def say(self, file: str, sourced_id: str, how: str = local.CHANGE, **cells: str) -> OwnRow:
        [own] = set_rows(
            self.organization, file, {sourced_id: cells}, how=how, reason="asked", until=DAY,
            by="Dana",
        )  # fmt: skip
        return own

    def user(self, sourced_id: str = "tom") -> User:
        found: User = User.objects.get(organization=self.organization, sourced_id=sourced_id)
        return found

    def codes(self, done: Any) -> set[str]:
        return set(done.findings.filter(code__startswith="own-row").values_list("code", flat=True))


@pytest.fixture
def desk(db: None, clock: Any, tmp_path: Path) -> Desk:
    return Desk(tmp_path, "1.2", EVERYTHING)


@pytest.fixture
def old_desk(db: None, clock: Any, tmp_path: Path) -> Desk:
    return Desk(tmp_path, "1.1", V1P1)


def test_what_is_not_changed_keeps_its_time_and_its_fraction(desk: Desk) -> None:
    desk.night("lineItems.csv", "2026-09-05", "2026-09-05T08:30:00Z")
    desk.say("lineItems", "l1", title="Essay")
    item = LineItem.objects.get()
    assert (item.title, f"{item.assign_date:%d %H:%M}") == ("Essay", "01 00:00")
    assert f"{item.due_date:%d %H:%M}" == "05 08:30"
    desk.night("categories.csv", "Tests,70", "Tests,12.5")
    desk.say("categories", "cat", title="Quizzes")
    assert Category.objects.get().weight == 12.5


def test_a_changed_cell_holds_at_once_and_through_the_nights(desk: Desk) -> None:
    own = desk.say("users", "tom", email="li@example.org")
    assert (desk.user().email, own.sent) == ("li@example.org", {"email": "tom@example.org"})
    assert (desk.user().given_name, desk.user().enabled) == ("Tom", True)
    done = desk.night()
    assert desk.user().email == "li@example.org"
    assert desk.codes(done) == set()
    assert done.counts["users.csv"]["updated"] == 0
    assert Role.objects.filter(user="tom", status="active").count() == 2


def test_an_added_row_holds_at_once_and_through_the_nights(desk: Desk) -> None:
    cells = {"enabledUser": "true", "username": "sub", "givenName": "Sue", "familyName": "Sub"}
    desk.say("users", "sub", local.ADD, **cells)
    desk.say(
        "roles", "rsub", local.ADD, userSourcedId="sub", roleType="primary", role="teacher",
        orgSourcedId="s1",
    )  # fmt: skip
    desk.say(
        "enrollments", "esub", local.ADD, classSourcedId="k1", schoolSourcedId="s1",
        userSourcedId="sub", role="teacher",
    )  # fmt: skip
    for _ in range(2):
        assert desk.user("sub").status == "active"
        assert Enrollment.objects.get(sourced_id="esub").status == "active"
        done = desk.night()
        assert desk.codes(done) == set()
    end_row(desk.organization, "enrollments", "esub", by="Dana")
    assert Enrollment.objects.get(sourced_id="esub").status == "tobedeleted"
    assert desk.user("sub").status == "active"


def test_what_is_found_in_an_added_row_names_no_row_of_the_file(desk: Desk) -> None:
    desk.say(
        "enrollments", "esub", local.ADD, classSourcedId="k1", schoolSourcedId="s1",
        userSourcedId="tom", role="teacher",
    )  # fmt: skip
    done = desk.night("users.csv", "tom,,,", "tim,,,")
    found = done.findings.filter(code="reference-unknown", file="enrollments.csv")
    assert {each.sourced_id: each.row for each in found} == {"e2": 3, "esub": None}


def test_what_is_sent_comes_back_when_a_row_is_ended(desk: Desk) -> None:
    desk.say("users", "tom", email="li@example.org", phone="7")
    own = end_row(desk.organization, "users.csv", "tom", by="Dana")
    assert (desk.user().email, desk.user().phone) == ("tom@example.org", "")
    assert own.ended_by == "Dana"
    done = desk.night()
    assert done.counts["users.csv"]["updated"] == 0


def test_what_came_meanwhile_comes_back(desk: Desk) -> None:
    desk.say("users", "tom", email="li@example.org")
    done = desk.night("users.csv", "tom@example.org", "new@example.org")
    assert desk.codes(done) == {"own-row-contradicted"}
    assert desk.user().email == "li@example.org"
    end_row(desk.organization, "users", "tom", by="Dana")
    assert desk.user().email == "new@example.org"


def test_it_is_told_when_the_system_has_caught_up(desk: Desk) -> None:
    desk.say("users", "tom", email="li@example.org")
    done = desk.night("users.csv", "tom@example.org", "li@example.org")
    assert desk.codes(done) == {"own-row-caught-up"}
    end_row(desk.organization, "users", "tom", by="Dana")
    assert desk.user().email == "li@example.org"


def test_it_is_told_when_the_row_isnt_sent_any_more(desk: Desk) -> None:
    desk.say("users", "pat", email="pat@example.org")
    line = "pat,,,true,pat,,Pat,O'Hara,,,,,,ann,,,,,,,,\n"
    assert desk.codes(desk.night("users.csv", line, "")) == {"own-row-gone"}
    assert desk.user("pat").status == "tobedeleted"


def test_an_added_row_that_is_sent_by_now_is_told(desk: Desk) -> None:
    desk.say("demographics", "tom", local.ADD, sex="male")
    line = "tom,,,1980-01-01,female,,,,,,,,,,,\n"
    done = desk.night("demographics.csv", "US,WA,Riverside,\n", f"US,WA,Riverside,\n{line}")
    assert desk.codes(done) == {"own-row-contradicted"}
    stored = Demographics.objects.get(sourced_id="tom")
    assert (stored.sex, str(stored.birth_date)) == ("male", "1980-01-01")
    end_row(desk.organization, "demographics", "tom", by="Dana")
    assert Demographics.objects.get(sourced_id="tom").sex == "female"


def test_a_file_without_rows_still_says_nothing(desk: Desk) -> None:
    desk.say("demographics", "tom", local.ADD, sex="male")
    desk.night("demographics.csv", "ann,,,2012-03-04,female,,true,,,false,,,US,WA,Riverside,\n", "")
    assert set(Demographics.objects.values_list("sourced_id", "status")) == {
        ("ann", "active"),
        ("tom", "active"),
    }


def test_a_column_that_isnt_sent_can_be_said(desk: Desk) -> None:
    desk.say("users", "tom", **{"metadata.locker": "17"})
    desk.night()
    assert desk.user().metadata == {"locker": "17"}
    end_row(desk.organization, "users", "tom", by="Dana")
    assert desk.user().metadata == {}


@pytest.mark.parametrize("night", [False, True])
def test_an_expired_row_ends_before_anything_is_published(
    desk: Desk, clock: time_machine.Traveller, night: bool
) -> None:
    desk.say("users", "tom", email="li@example.org")
    desk.say("demographics", "tom", local.ADD, sex="male")
    clock.move_to(AFTER)
    if night:
        desk.night()
        assert desk.user().email == "tom@example.org"
    refresh(desk.organization, by="Dana")
    assert desk.user().email == "tom@example.org"
    assert Demographics.objects.get(sourced_id="tom").status == "tobedeleted"
    assert set(OwnRow.objects.values_list("ended_by", flat=True)) == {"expired"}
    assert end_expired(desk.organization) == 0


def test_what_an_own_row_opened_ends_with_it(desk: Desk, clock: time_machine.Traveller) -> None:
    desk.night("enrollments.csv", "student,,2026-08-20,\n", "student,,2026-08-20,2026-09-01\n")
    desk.say("enrollments", "e1", endDate="")
    assert Enrollment.objects.get(sourced_id="e1").end_date is None
    clock.move_to(AFTER)
    refresh(desk.organization, by="Dana")
    assert Enrollment.objects.get(sourced_id="e1").end_date == date(2026, 9, 1)


def test_a_cell_in_another_form_ends_too(desk: Desk) -> None:
    desk.night("users.csv", "tom,,,true", "tom,,,false")
    desk.say("users", "tom", enabledUser="Yes")
    assert desk.user().enabled
    end_row(desk.organization, "users", "tom", by="Dana")
    assert not desk.user().enabled


def test_in_1_1_roles_and_agents_stay(old_desk: Desk) -> None:
    old_desk.say("users", "ann", email="ann@other.example")
    for _ in range(2):
        ann = old_desk.user("ann")
        assert (ann.email, ann.user_ids) == (
            "ann@other.example",
            [{"type": "LDAP", "identifier": "12"}],
        )
        assert list(Agent.objects.filter(user="ann").values_list("agent", flat=True)) == ["pat"]
        roles = Role.objects.filter(user="ann", status="active")
        assert list(roles.values_list("sourced_id", "role")) == [("ann~s1", "student")]
        old_desk.night()


def test_a_mark_by_a_person_stays_whatever_is_said(desk: Desk) -> None:
    Mark.objects.create(
        organization=desk.organization, kind="person", sourced_id="ann", reason="asked"
    )
    desk.say("users", "ann", email="a@example.org")
    end_row(desk.organization, "users", "ann", by="Dana")
    desk.night()
    assert Mark.objects.get().source == "person"
    assert "externalLmsExclude" not in desk.user("ann").metadata


@pytest.mark.parametrize(
    ("file", "sourced_id", "how", "cells", "words"),
    [
        ("users", "tom", local.ADD, {"email": "x"}, "already"),
        ("users", "sub", local.CHANGE, {"email": "x"}, "add_row"),
        ("users", "tom", local.CHANGE, {"mail": "x"}, "no column “mail”.* grades, userMaster"),
        ("users", "tom", local.CHANGE, {"password": "x"}, "Passwords"),
        ("users", "tom", local.CHANGE, {"metadata.externalLmsExclude": "false"}, "exclude"),
        ("users", "tom", local.CHANGE, {"metadata.external_lms_exclude": "false"}, "exclude"),
        ("users", "tom", local.CHANGE, {"status": "tobedeleted"}, "no column “status”"),
        ("users", "tom", local.CHANGE, {"enabledUser": "perhaps"}, "enabledUser"),
        ("enrollments", "e1", local.CHANGE, {"endDate": "soon"}, "endDate"),
        ("enrollments", "e1", local.CHANGE, {"userSourcedId": "nobody"}, "userSourcedId"),
        ("enrollments", "e9", local.ADD, {"userSourcedId": "tom"}, "role"),
        (
            "enrollments",
            "e9",
            local.ADD,
            {"userSourcedId": "tom", "role": "aide"},
            r"not .*ext:…\. Nothing was changed\.$",
        ),
        (
            "enrollments",
            "e9",
            local.ADD,
            {"userSourcedId": "tom", "role": "student"},
            "^e9, classSourcedId: The value is required and missing. Nothing was changed.$",
        ),
        ("users", "sub", local.ADD, {"givenName": "Sam", "username": "sam"}, "required"),
        ("people", "tom", local.CHANGE, {"email": "x"}, "no file"),
        ("resultScoreScales", "rs1", local.CHANGE, {"title": "x"}, "own"),
    ],
)
def test_what_cant_be_said_is_refused_and_changes_nothing(
    desk: Desk, file: str, sourced_id: str, how: str, cells: dict[str, str], words: str
) -> None:
    before = list(User.objects.values()), list(Enrollment.objects.values())
    with pytest.raises(Refused, match=words):
        desk.say(file, sourced_id, how, **cells)
    assert (list(User.objects.values()), list(Enrollment.objects.values())) == before
    assert not OwnRow.objects.exists()


def test_a_reason_and_a_day_to_come_are_needed(desk: Desk) -> None:
    for more in ({"reason": " ", "until": DAY}, {"reason": "x", "until": date(2026, 11, 15)}):
        with pytest.raises(Refused):
            set_rows(
                desk.organization, "users", {"tom": {"email": "x"}}, by="Dana",
                reason=str(more["reason"]), until=more["until"],  # type: ignore[arg-type]
            )  # fmt: skip


def test_saying_more_of_a_row_adds_to_it(desk: Desk) -> None:
    desk.say("users", "tom", email="li@example.org")
    own = desk.say("users", "tom", email="le@example.org", phone="7")
    assert own.cells == {"email": "le@example.org", "phone": "7"}
    assert own.sent == {"email": "tom@example.org", "phone": ""}
    end_row(desk.organization, "users", "tom", by="Dana")
    assert (desk.user().email, desk.user().phone) == ("tom@example.org", "")


def test_who_said_what_is_in_the_audit_log_without_the_values(desk: Desk) -> None:
    desk.say("users", "tom", email="li@example.org")
    end_row(desk.organization, "users", "tom", by="Dana")
    entries = AuditEntry.objects.filter(action__startswith="own_row").order_by("pk")
    assert [(e.action, e.kind, e.object_id, e.reason, e.by_name) for e in entries] == [
        ("own_row.set", "users", "tom", "asked", "Dana"),
        ("own_row.ended", "users", "tom", "asked", "Dana"),
    ]
    assert entries[0].new == {"columns": ["email"], "until": "2026-12-24"}


def run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_the_commands(desk: Desk, tmp_path: Path) -> None:
    why = ("--reason", "long leave", "--until", "2026-12-24")
    told = run("change_row", "riverside", "users", "tom", "email=li@example.org", *why)
    assert (told["cells"], told["sent"]) == (
        {"email": "li@example.org"},
        {"email": "tom@example.org"},
    )
    run("add_row", "riverside", "demographics", "tom", "sex=male", *why)
    path = tmp_path / "own.csv"
    path.write_text("sourcedId,email,phone\nann,a@example.org,\npat,p@example.org,7\n")
    told = run("import_rows", "riverside", "users", str(path), *why)
    assert [row["id"] for row in told["rows"]] == ["ann", "pat"]
    assert desk.user("pat").phone == "7"
    run("end_row", "riverside", "users", "tom")
    listed = run("list_rows", "riverside")["rows"]
    assert [(row["file"], row["id"]) for row in listed] == [
        ("demographics", "tom"), ("users", "ann"), ("users", "pat"),
    ]  # fmt: skip
    assert len(run("list_rows", "riverside", "--all")["rows"]) == 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sourcedId,email\n",
        "email\nx\n",
        "sourcedId,email\nann,a\nann,b\n",
        "sourcedId,a\nann\n",
    ],
)
def test_a_csv_that_isnt_rows_is_refused(desk: Desk, tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text)
    with pytest.raises(SystemExit):
        run(
            "import_rows", "riverside", "users", str(path), "--reason", "x", "--until", "2026-12-24"
        )
    assert not OwnRow.objects.exists()
