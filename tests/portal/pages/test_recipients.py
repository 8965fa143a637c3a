"""The public page that says who gets what: off until switched on, and true."""

from __future__ import annotations

import csv
import io

from django.core.management import call_command
from django.test import Client

from connections import lifecycle
from connections.models import Connection
from portal.elements import elements_of
from portal.models import Staff
from roster.models import Organization
from roster.organizations import set_field_policy, set_organization
from tests.cast import connected

PAGE, FILE = "/who-gets-what/riverside/", "/who-gets-what/riverside.csv"


def test_it_is_there_only_once_it_is_switched_on(riverside: Organization, as_dana: Client):
    for address in (PAGE, FILE, "/who-gets-what/nowhere/"):
        assert Client().get(address).status_code == 404
    set_organization(riverside, {"vendors_listed": "yes"}, by="test")
    assert "No application reads student data" in Client().get(PAGE).content.decode()
    assert PAGE in as_dana.get("/o/riverside/settings/").content.decode()


def test_who_reads_is_listed_and_nobody_else(
    riverside: Organization, brightpath: Connection, dana: Staff
):
    connected(riverside, dana, vendor="=Library", purpose="Books", agreement="DPA-7")
    connected(riverside, dana, vendor="Later", enabled=False)
    over = connected(riverside, dana, vendor="Over")
    call_command("refresh_cache", "riverside", verbosity=0)
    connected(riverside, dana, vendor="Nothing yet")
    lifecycle.suspend(over, by=dana)
    lifecycle.pause(brightpath, by=dana)
    set_organization(riverside, {"vendors_listed": "yes"}, by="test")
    page = Client().get(PAGE)
    assert [each.connection.vendor for each in page.context["recipients"]] == [
        "=Library", "Brightpath",
    ]  # fmt: skip
    for words in ("Books", "DPA-7", "E-mail addresses", "Grade Book Sync"):
        assert words in page.content.decode()
    assert dana.email not in page.content.decode()
    rows = list(csv.DictReader(io.StringIO(Client().get(FILE).content.decode("utf-8-sig"))))
    assert [row["application"] for row in rows] == ["'=Library", "Brightpath"]
    assert all(row["since"] for row in rows)


def test_elements_are_those_that_are_shared(riverside: Organization, dana: Staff):
    made = connected(
        riverside, dana, oneroster="1.1", roles=["teacher"], withheld=["users.middleName"],
        shares=["demographics", "users.phone", "users.pronouns"], hidden=["enrollments"],
    )  # fmt: skip
    set_field_policy(riverside, ["users.email"], by="test")
    made.organization.refresh_from_db()
    assert elements_of(made) == [
        "Names and roles of: Teachers", "Schools", "Courses", "Classes",
        "Student and staff numbers", "Usernames", "Grade levels", "Demographics", "Phone numbers",
    ]  # fmt: skip
