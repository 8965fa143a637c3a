"""Prerequisites: what in the data will bite, for all vendors and for one."""

from __future__ import annotations

from django.test import Client

from connections.models import Connection
from portal.models import Staff
from roster.models import Organization
from tests.cast import connected

PAGE = "/o/riverside/prerequisites/"


def test_each_check_says_what_it_means_and_names_records(as_victor: Client, published: Connection):
    answer = as_victor.get(PAGE)
    checks = {check["code"]: check for check in answer.context["checks"]}
    found = checks["no_email"]
    assert found["count"] == len(found["records"])
    page = answer.content.decode()
    assert "People without e-mail address" in page
    assert "Fill in the e-mail address" in page
    assert found["records"][0]["address"] in page
    file = as_victor.get("/o/riverside/prerequisites.csv").content.decode("utf-8-sig")
    assert "People without e-mail address" in file


def test_the_checks_of_one_vendor_are_of_what_it_is_shared(
    as_dana: Client, published: Connection, dana: Staff
):
    staff = connected(published.organization, dana, vendor="Staff app", roles=["teacher"])
    answer = as_dana.get(PAGE, {"connection": str(staff.pk)})
    assert "Staff app" in answer.content.decode()
    assert "no_child" not in {check["code"] for check in answer.context["checks"]}
    for wrong in ("4711", "x", "9" * 30):
        assert as_dana.get(PAGE, {"connection": wrong}).status_code == 404


def test_without_data_nothing_is_claimed(as_dana: Client, riverside: Organization):
    page = as_dana.get(PAGE).content.decode()
    assert "There is no data yet" in page
    assert as_dana.get("/o/riverside/prerequisites.csv").status_code == 200
