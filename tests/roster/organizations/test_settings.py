"""What an organization settles for itself, by command."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from roster.models import AuditEntry, Level, Mark, Organization
from roster.organizations import set_organization
from roster.organizations.settings import SETTINGS
from roster.refusal import Refused
from tests.roster.importing.cases import add, bundle, changed
from tests.roster.importing.conftest import Bundler


@pytest.fixture
def riverside(db: None) -> Organization:
    return Organization.objects.create(slug="riverside", name="Riverside", school_year="2027")


def test_settings_are_changed_by_command_and_audited(riverside: Organization) -> None:
    out = io.StringIO()
    call_command(
        *("set_organization", "riverside", "--hold-percent", "20", "--hold-visible", "40"),
        *("--refresh-at", "03:15", "--hold-records", "25", "--reason", "August", "--json"),
        stdout=out,
    )
    said = json.loads(out.getvalue())
    assert said["changed"] == {
        "refresh_at": {"old": "02:30", "new": "03:15"},
        "hold_percent": {"old": 10, "new": 20},
        "hold_visible": {"old": 250, "new": 40},
    }
    assert said["settings"].keys() == SETTINGS.keys()
    riverside.refresh_from_db()
    assert (riverside.hold_percent, riverside.hold_visible) == (20, 40)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.reason) == ("organization.changed", "August")
    assert entry.old == {"refresh_at": "02:30", "hold_percent": 10, "hold_visible": 250}
    assert entry.new == {"refresh_at": "03:15", "hold_percent": 20, "hold_visible": 40}


def test_a_setting_that_may_be_left_out_is_cleared_by_none(riverside: Organization) -> None:
    hours = {"refresh_hours_from": "07:00", "refresh_hours_until": "16:00"}
    people = {"alert_recipients": "dana@riverside.example,victor@riverside.example"}
    said = set_organization(riverside, hours | people, by="Dana")["settings"]
    assert {name: said[name] for name in hours} == hours
    assert said["alert_recipients"] == ["dana@riverside.example", "victor@riverside.example"]
    none = dict.fromkeys([*hours, *people], "none")
    said = set_organization(riverside, none, by="Dana")["settings"]
    assert [said[name] for name in none] == [None, None, []]


def test_without_options_nothing_is_changed_and_all_is_shown(riverside: Organization) -> None:
    out = io.StringIO()
    call_command("set_organization", "riverside", stdout=out)
    assert "hold percent: 10" in out.getvalue()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("hold_percent", "101", "hold_percent"),
        ("hold_percent", "many", "“many” is no PERCENT for hold_percent"),
        ("hold_records", "-1", "Hold records"),
        ("refresh_at", "25:00", "“25:00” is no HH:MM"),
        ("refresh_after_import", "perhaps", "“perhaps” is no yes|no"),
        ("username_stand_in", "phone", "Username stand in"),
        ("early_access_days", "400", "Early access days"),
        ("contact_email", "nobody", "Contact email"),
        ("school_year", "27", "School year"),
        ("name", "", "Name"),
        ("tombstone_days", "0", "Tombstone days"),
        ("refresh_hours_from", "07:00", "need both a beginning and an end"),
        ("alert_recipients", "dana@riverside.example, dana", "is no ADDRESS,…|none"),
        ("second_factor_required", "1", "“1” is no yes|no"),
    ],
)
def test_what_is_no_setting_is_refused(
    riverside: Organization, name: str, text: str, words: str
) -> None:
    with pytest.raises(Refused) as refusal:
        set_organization(riverside, {name: text}, by="Dana")
    assert words in str(refusal.value)
    assert not AuditEntry.objects.exists()


def test_another_year_has_other_levels_and_keeps_marks(
    riverside: Organization, tmp_path: Path
) -> None:
    next_year: Any = (
        add("academicSessions", "y28", title="2027-28", type="schoolYear",
            startDate="2027-07-01", endDate="2028-07-01", schoolYear="2028"),
        add("academicSessions", "f28", title="Fall", type="term", parentSourcedId="y28",
            startDate="2027-08-20", endDate="2028-01-20", schoolYear="2028"),
        add("classes", "k28", like="k1", termSourcedIds="f28"),
    )  # fmt: skip
    Bundler(tmp_path, riverside)(changed(bundle("1.2"), next_year))
    Mark.objects.create(
        organization=riverside, kind="calendar", sourced_id="north~2027", source="person"
    )
    set_organization(riverside, {"school_year": "2028"}, by="Dana")
    assert riverside.revision == 2
    assert Level.objects.filter(kind="calendar", sourced_id="north~2028").exists()
    marked = Mark.objects.filter(kind="calendar").values_list("sourced_id", flat=True)
    assert set(marked) >= {"north~2027"}
