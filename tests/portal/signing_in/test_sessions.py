"""Sessions: seen on a page, ended one by one, all at once, and with the account."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command
from django.test import Client

from portal.models import Staff
from portal.signing_in.devices import device
from roster.models import AuditEntry, Organization
from tests.cast import PASSWORD

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)


def browser(staff: Staff, user_agent: str, address: str) -> Client:
    """Return a browser that has signed in by the form."""
    opened = Client(headers={"User-Agent": user_agent}, REMOTE_ADDR=address)
    answer = opened.post("/sign-in/", {"login": staff.email, "password": PASSWORD})
    assert answer.status_code == 302
    return opened


def is_in(opened: Client) -> bool:
    return opened.get("/o/riverside/").status_code == 200


def said(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def test_one_device_is_signed_out_from_another(dana: Staff, as_victor: Client):
    desk, phone = browser(dana, FIREFOX, "192.0.2.7"), browser(dana, PHONE, "2001:db8::5")
    page = re.sub(r"\s+", " ", desk.get("/account/sessions/").content.decode())
    assert "Firefox · Windows" in page
    assert "Safari · iPhone" in page
    assert "2001:db8::5" in page
    assert re.search(r"\d\d:\d\d C[SD]T", page)
    lost = UserSession.objects.get(user=dana, ip="2001:db8::5")
    assert as_victor.post(f"/account/sessions/{lost.pk}/end/").status_code == 404
    assert desk.post(f"/account/sessions/{lost.pk}/end/")["Location"] == "/account/sessions/"
    assert is_in(desk)
    assert not is_in(phone)
    entry = AuditEntry.objects.get(action="session.ended")
    assert (entry.by, entry.old) == (dana, {"device": "Safari · iPhone"})
    assert entry.organization is not None


def test_all_devices_are_signed_out_at_once(dana: Staff, as_victor: Client):
    desk, phone = browser(dana, FIREFOX, "192.0.2.7"), browser(dana, PHONE, "192.0.2.8")
    assert desk.post("/account/sessions/end/")["Location"] == "/sign-in/"
    assert not is_in(desk)
    assert not is_in(phone)
    assert is_in(as_victor)
    assert AuditEntry.objects.get(action="sessions.ended").old == {"sessions": 2}


def test_a_session_is_written_down_once_in_a_while(dana: Staff, monkeypatch: pytest.MonkeyPatch):
    desk = browser(dana, FIREFOX, "192.0.2.7")
    assert is_in(desk)
    first = UserSession.objects.get().last_seen_at
    desk.get("/o/riverside/", REMOTE_ADDR="192.0.2.99")
    row = UserSession.objects.get()
    assert (row.last_seen_at, row.ip) == (first, "192.0.2.7")
    monkeypatch.setattr("portal.signing_in.sessions.time.time", lambda: 4e9)
    desk.get("/o/riverside/", REMOTE_ADDR="192.0.2.99")
    row.refresh_from_db()
    assert row.last_seen_at > first
    assert row.ip == "192.0.2.99"


def test_an_ended_account_is_out_and_stays_out_until_it_is_appointed_again(
    dana: Staff, victor: Staff, olga: Staff, riverside: Organization
):
    phone = browser(victor, PHONE, "192.0.2.8")
    for last in (dana, olga):
        with pytest.raises(CommandError, match="This is the last"):
            call_command("end_account", last.email)
    assert said("end_account", "VICTOR@riverside.example", "--reason", "Left") == {
        "email": victor.email
    }
    assert not is_in(phone)
    assert not victor.memberships.exists()
    assert not UserSession.objects.filter(user=victor).exists()
    assert AuditEntry.objects.get(action="account.ended").reason == "Left"
    with pytest.raises(CommandError, match="has ended"):
        call_command("reset_sign_in", victor.email)
    assert said("create_admin", victor.email, "--organization", "riverside")["set_up_url"]
    victor.refresh_from_db()
    assert victor.is_active


def test_who_lost_the_second_factor_begins_anew_by_a_link(dana: Staff, riverside: Organization):
    phone = browser(dana, PHONE, "192.0.2.8")
    Authenticator.objects.create(user=dana, type=Authenticator.Type.TOTP, data={"secret": "x"})
    link = said("reset_sign_in", dana.email, "--reason", "New phone")["set_up_url"]
    assert not is_in(phone)
    assert not Authenticator.objects.exists()
    assert Client().get(link.removeprefix("http://127.0.0.1:8000")).status_code == 302
    entry = AuditEntry.objects.get(action="sign_in.reset")
    assert (entry.organization, entry.reason) == (riverside, "New phone")
    assert dana.memberships.get().role == "admin"


def test_a_device_is_named_as_people_name_it():
    assert device(FIREFOX) == "Firefox · Windows"
    assert device("curl/8.0") == "unknown device"
