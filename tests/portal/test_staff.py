"""Accounts of the portal, as the command makes them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from portal.models import Membership, Staff
from roster.models import AuditEntry, Organization
from roster.organizations import create_organization

PASSWORD = "correct horse battery"


@pytest.fixture
def riverside(db: None) -> Organization:
    return create_organization("riverside", "Riverside", by="operator")


def told(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("create_admin", *arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def test_a_set_up_link_works_once(riverside: Organization) -> None:
    made = told("Dana@Riverside.example", "--organization", "riverside")
    dana = Staff.objects.get()
    link = made.pop("set_up_url")
    assert made == {
        "id": dana.pk,
        "email": "dana@riverside.example",
        "operator": False,
        "organization": "riverside",
        "role": "admin",
    }
    assert not dana.has_usable_password()
    path = link.removeprefix("http://127.0.0.1:8000")
    browser = Browser()
    form = browser.get(path, follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    dana.refresh_from_db()
    assert dana.check_password(PASSWORD)
    assert not Browser().get(path, follow=True).redirect_chain


def test_a_password_is_read_from_standard_input(
    riverside: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    arguments = ("victor@riverside.example", "--organization", "riverside", "--role", "viewer")
    assert told(*arguments, "--password-stdin")["set_up_url"] is None
    assert Staff.objects.get().check_password(PASSWORD)
    assert Membership.objects.get().role == "viewer"
    entries = AuditEntry.objects.values_list("old", "new", "reason")
    assert PASSWORD not in repr(list(entries))


def test_an_account_gets_a_further_membership_and_keeps_its_password(
    riverside: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_organization("lakeside", "Lakeside", by="operator")
    for slug, password in (("riverside", PASSWORD), ("lakeside", "another long one")):
        monkeypatch.setattr("sys.stdin", io.StringIO(password))
        told("dana@riverside.example", "--organization", slug, "--password-stdin")
    dana = Staff.objects.get()
    assert dana.check_password(PASSWORD)
    assert {m.organization.slug: m.role for m in dana.memberships.all()} == {
        "riverside": "admin",
        "lakeside": "admin",
    }
    assert told("DANA@riverside.example", "--organization", "lakeside")["set_up_url"] is None
    assert told("dana@riverside.example", "--operator")["operator"] is True
    told("liz@lakeside.example", "--organization", "lakeside")  # One administrator stays.
    told("dana@riverside.example", "--organization", "lakeside", "--role", "viewer")
    assert dana.memberships.get(organization__slug="lakeside").role == "viewer"


@pytest.mark.parametrize(
    ("arguments", "password", "words"),
    [
        (("nobody", "--organization", "riverside"), None, "valid email"),
        (("dana@x.example", "--organization", "nowhere"), None, "no organization “nowhere”"),
        (("dana@x.example", "--operator", "--password-stdin"), "short", "too short"),
        (("dana@x.example", "--operator", "--password-stdin"), "", "too short"),
        (("dana@x.example", "--operator", "--password-stdin"), "dana@x.example", "similar"),
    ],
)
def test_what_is_refused_leaves_no_account(
    arguments: tuple[str, ...],
    password: str | None,
    words: str,
    riverside: Organization,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password or ""))
    with pytest.raises(CommandError, match=words) as raised:
        call_command("create_admin", *arguments)
    assert raised.value.returncode == 1
    assert not Staff.objects.exists()


def test_an_account_is_for_an_organization_or_for_the_operator(db: None) -> None:
    for place in ((), ("--operator", "--organization", "riverside")):
        with pytest.raises(CommandError):
            call_command("create_admin", "dana@x.example", *place)
