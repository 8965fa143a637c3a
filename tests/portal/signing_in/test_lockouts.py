"""Wrong passwords are counted, and the counts can't be used against the owner."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from portal.models import Staff
from roster.models import AuditEntry
from tests.cast import PASSWORD


@pytest.fixture(autouse=True)
def uncounted(db: None) -> None:
    cache.clear()


def attempt(browser: Client, email: str, password: str, address: str = "192.0.2.1") -> bool:
    """Try to sign in; return whether it succeeded."""
    form = {"login": email, "password": password}
    return browser.post("/sign-in/", form, REMOTE_ADDR=address).status_code == 302


def at_home(staff: Staff) -> Client:
    """Return a browser in which they have signed in, and out again."""
    browser = Client()
    assert attempt(browser, staff.email, PASSWORD)
    browser.post("/sign-out/")
    return browser


def test_a_stranger_who_guesses_locks_out_strangers_only(dana: Staff, victor: Staff):
    home = at_home(dana)
    for number in range(8):
        assert not attempt(Client(), dana.email, f"guess {number}", f"198.51.100.{number}")
    assert not attempt(Client(), dana.email, PASSWORD, "203.0.113.9")
    assert attempt(home, dana.email, PASSWORD)
    assert attempt(Client(), victor.email, PASSWORD)


def test_a_neighbour_behind_the_same_address_locks_out_strangers_only(dana: Staff, victor: Staff):
    home = at_home(dana)
    for number in range(40):
        attempt(Client(), f"guess{number}@riverside.example", "wrong")
    assert not attempt(Client(), victor.email, PASSWORD)
    assert attempt(home, dana.email, PASSWORD)


def test_a_known_browser_has_limits_too_and_is_known_for_its_own_accounts(
    dana: Staff, victor: Staff
):
    home = at_home(dana)
    for number in range(6):
        assert not attempt(home, dana.email, f"guess {number}")
    assert not attempt(home, dana.email, PASSWORD)
    for number in range(6):
        assert not attempt(Client(), victor.email, f"guess {number}", f"198.51.100.{number}")
    assert not attempt(home, victor.email, PASSWORD)


def test_a_made_up_cookie_is_none(dana: Staff):
    home = at_home(dana)
    assert dana.email not in home.cookies["known_browser"].value
    home.cookies["known_browser"] = home.cookies["known_browser"].value[:-2] + "xx"
    for number in range(6):
        assert not attempt(Client(), dana.email, f"guess {number}", f"198.51.100.{number}")
    assert not attempt(home, dana.email, PASSWORD, "203.0.113.9")


def test_those_who_sign_in_use_nothing_up(dana: Staff):
    for _ in range(12):
        assert attempt(Client(), dana.email, PASSWORD)


def test_the_audit_log_has_sign_ins_and_failures_of_accounts_alone(dana: Staff):
    browser = Client(headers={"User-Agent": "Firefox/130 (Windows)"})
    attempt(browser, "PassWord-typed-as@address.example", "wrong")
    attempt(browser, dana.email, "wrong")
    attempt(browser, dana.email, PASSWORD)
    told = [
        (each.action, each.by_name, each.new) for each in AuditEntry.objects.order_by("pk")
        if each.action.startswith("sign_in")
    ]  # fmt: skip
    whence = {"with": "password", "device": "Firefox · Windows", "address": "192.0.2.1"}
    assert told == [
        ("sign_in.failed", "sign-in", whence),
        ("sign_in.done", dana.email, whence),
    ]


def test_the_audit_log_has_changes_of_the_password(dana: Staff):
    browser = Client()
    attempt(browser, dana.email, PASSWORD)
    new = "another horse battery"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert browser.post("/account/password/change/", form).status_code == 302
    entry = AuditEntry.objects.get(action="password.changed")
    assert (entry.by, entry.organization) == (dana, dana.memberships.get().organization)
