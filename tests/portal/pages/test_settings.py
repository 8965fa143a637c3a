"""Settings: what holds for all connections, changed with old and new in the audit log."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from connections.models import Connection
from portal.forms.settings import SettingsForm
from portal.models import Staff
from roster.models import AuditEntry, Organization
from roster.organizations.settings import SETTINGS

DESK = "/o/riverside/settings/"


def form_of(organization: Organization, **changed: Any) -> dict[str, Any]:
    return {**SettingsForm(organization=organization).initial, **changed}


def test_every_setting_has_a_field(riverside: Organization):
    assert {*SettingsForm(organization=riverside).fields} == {
        *SETTINGS, "reason", "year_confirmed",
    }  # fmt: skip


def test_every_setting_is_in_one_group(riverside: Organization):
    groups = SettingsForm(organization=riverside).groups()
    named = [field.name for _, fields in groups for field in fields]
    assert sorted(named) == sorted([*SETTINGS, "year_confirmed"])


def test_another_refresh_time_acts_and_is_audited(
    as_dana: Client, dana: Staff, riverside: Organization
):
    before = riverside.next_refresh()
    form = form_of(riverside, refresh_at="04:45", reason="Nights are long")
    assert as_dana.post(f"{DESK}change/", form).status_code == 302
    riverside.refresh_from_db()
    assert f"{riverside.refresh_at:%H:%M}" == "04:45"
    assert riverside.next_refresh() != before
    entry = AuditEntry.objects.get(action="organization.changed")
    assert (entry.old, entry.new) == ({"refresh_at": "02:30"}, {"refresh_at": "04:45"})
    assert (entry.by_name, entry.reason) == ("dana@riverside.example", "Nights are long")
    more = {
        "refresh_hours_from": "07:00",
        "refresh_hours_until": "16:00",
        "alert_recipients": "dana@riverside.example\r\nvictor@riverside.example\r\n",
        "second_factor_required": "yes",
    }
    assert as_dana.post(f"{DESK}change/", form | more).status_code == 302
    assert AuditEntry.objects.first().new == more | {  # type: ignore[union-attr]
        "alert_recipients": ["dana@riverside.example", "victor@riverside.example"],
        "second_factor_required": True,
    }
    # From here on the desk is shut to whoever has no second factor, fragments and posts too.
    for asked in (as_dana.get(DESK), as_dana.post(f"{DESK}change/", form)):
        assert asked["Location"] == "/account/2fa/"
    assert as_dana.get(DESK, headers={"HX-Request": "true"})["HX-Redirect"] == "/account/2fa/"
    codes = Authenticator.objects.create(user=dana, type="recovery_codes", data={})
    assert as_dana.get(DESK)["Location"] == "/account/2fa/"
    Authenticator.objects.create(user=dana, type="totp", data={})
    codes.delete()
    form = form_of(Organization.objects.get(pk=riverside.pk))
    again = as_dana.post(f"{DESK}change/", form, follow=True)
    assert "Nothing was changed" in again.content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"school_year": "soon"}, "school_year"),
        ({"refresh_at": "25:00"}, "refresh_at"),
        ({"early_access_days": "-1"}, "early_access_days"),
        ({"tombstone_days": "0"}, "tombstone_days"),
        ({"hold_percent": "101"}, "hold_percent"),
        ({"username_stand_in": "birthday"}, "username_stand_in"),
        ({"contact_email": "dana"}, "contact_email"),
        ({"second_factor_required": "perhaps"}, "second_factor_required"),
        ({"alert_recipients": "dana"}, "__all__"),
        ({"refresh_hours_from": "07:00"}, "__all__"),
    ],
)
def test_what_makes_no_sense_is_said_beside_the_field(
    changed: dict[str, Any], field: str, as_dana: Client, riverside: Organization
):
    answer = as_dana.post(f"{DESK}change/", form_of(riverside, **changed))
    assert (answer.status_code, [*answer.context["form"].errors]) == (422, [field])
    assert not AuditEntry.objects.filter(action="organization.changed").exists()


def test_another_school_year_is_confirmed(as_dana: Client, riverside: Organization):
    Organization.objects.update(school_year="2027")
    riverside.refresh_from_db()
    form = form_of(riverside, school_year="2028")
    answer = as_dana.post(f"{DESK}change/", form)
    assert (answer.status_code, [*answer.context["form"].errors]) == (422, ["year_confirmed"])
    assert as_dana.post(f"{DESK}change/", form | {"year_confirmed": "on"}).status_code == 302
    riverside.refresh_from_db()
    assert riverside.school_year == "2028"
    assert as_dana.post(f"{DESK}change/", form | {"school_year": ""}).status_code == 422


def test_a_viewer_reads_the_settings_and_has_no_button(as_victor: Client):
    page = as_victor.get(DESK).content.decode()
    assert "America/Chicago" in page
    assert "Save the settings" not in page
    assert "/staff/" not in page


def test_a_field_is_kept_from_every_vendor(as_dana: Client, published: Connection):
    form = {"fields_kept": ["users.email"], "reason": "Board decision"}
    answer = as_dana.post(f"{DESK}fields/", form, follow=True)
    assert "Saved" in answer.content.decode()
    published.organization.refresh_from_db()
    assert published.organization.field_policy == ["users.email"]
    refused = as_dana.post(f"{DESK}fields/", {"fields_kept": ["users.username"]})
    assert refused.status_code == 422
