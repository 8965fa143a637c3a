"""`check_data`: of an organization, of a connection, for a consumer's needs."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management import call_command

from connections.checking import check_data
from connections.models import Run
from roster.clock import clock
from roster.models import Organization, Role, User
from tests.connections.conftest import Vendor
from tests.connections.test_commands import refused, told

MISSED = "The person is published without one; vendors that find people by e-mail miss them."


def teacher(organization: Organization, name: str, school: str, **fields: Any) -> None:
    User.objects.create(
        organization=organization, sourced_id=name, given_name=name, family_name="Li", **fields
    )
    Role.objects.create(
        organization=organization, sourced_id=f"r-{name}", user=name, org=school, role="teacher"
    )


def counts(answer: dict[str, Any]) -> dict[str, int]:
    return {check["code"]: check["count"] for check in answer["checks"]}


def derived(organization: Organization) -> None:
    from roster import hierarchy

    hierarchy.derive(organization)
    Organization.objects.filter(pk=organization.pk).update(revision=1)


def test_the_command_checks_an_organization_s_data(riverside: Organization) -> None:
    teacher(riverside, "tom", "north", username="tom")
    derived(riverside)
    answer = told("check_data", "riverside")
    assert (answer["organization"], answer["connection"]) == ("riverside", None)
    found = {each["code"]: each for each in answer["checks"]}
    assert found["no_email"] == {
        "code": "no_email",
        "title": "People without e-mail address",
        "count": 1,
        "records": [{"collection": "users", "id": "tom", "name": "tom Li"}],
        "means": dict.fromkeys(("1.1", "1.2"), MISSED),
        "repair": "Fill in the e-mail address in the student information system.",
        "needs": ["unique-emails"],
    }
    assert found["no_username"]["count"] == 0


def test_the_command_says_it_in_words(riverside: Organization) -> None:
    teacher(riverside, "tom", "north", username="tom")
    derived(riverside)
    out = io.StringIO()
    call_command("check_data", "riverside", "--needs", "unique-emails,usernames", stdout=out)
    assert out.getvalue() == (
        "        1  People without e-mail address\n"
        f"           1.1 and 1.2: {MISSED}\n"
        "           Repair: Fill in the e-mail address in the student information system.\n"
        "           tom Li (tom)\n"
        "Nothing found: People without username; Usernames that several people have; E-mail"
        " addresses that several people have.\n"
        "OneRoster 1.1 and 1.2: all of 1 person can reach a vendor.\n"
    )


def test_the_command_refuses_in_words(riverside: Organization) -> None:
    assert refused("check_data", "riverside", "--for", "77") == (
        1,
        "Riverside has no connection 77.",
    )
    code, words = refused("check_data", "riverside", "--needs", "gold")
    assert (code, words.startswith("“gold” is not a need.")) == (1, True)


def test_for_a_connection_only_what_it_is_shared_counts(
    riverside: Organization, brightpath: Vendor
) -> None:
    teacher(riverside, "tom", "north", username="tom")
    teacher(riverside, "tess", "south", username="tess")
    derived(riverside)
    connection = brightpath.connection
    type(connection).objects.filter(pk=connection.pk).update(all_schools=False, schools=["south"])
    answer = told("check_data", "riverside", "--for", str(connection.pk))
    (check,) = [each for each in answer["checks"] if each["code"] == "no_email"]
    assert [record["id"] for record in check["records"]] == ["tess"]
    assert list(check["means"]) == [connection.oneroster]
    assert answer["numbers"][connection.oneroster]["hidden"]["users"] == 1


def test_readings_before_the_day_s_refresh_are_counted(
    riverside: Organization, brightpath: Vendor
) -> None:
    connection = brightpath.connection
    connection.organization.refresh_from_db()
    derived(riverside)
    # The cache is refreshed at 02:30 in Chicago, which is 07:30 or 08:30 in UTC.
    day = clock().astimezone(UTC).date() - timedelta(days=1)
    for number, hour in enumerate((7, 12)):
        began = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        Run.objects.create(connection=connection, number=1, after=number, began=began, last=began)
    assert counts(check_data(connection.organization, connection))["read_early"] == 1
    assert "read_early" not in counts(check_data(connection.organization))


def test_the_records_behind_a_reason_are_told(riverside: Organization, brightpath: Vendor) -> None:
    teacher(riverside, "tom", "north", username="tom")
    teacher(riverside, "tess", "south", username="tess")
    User.objects.filter(sourced_id="tom").update(family_name="")
    derived(riverside)
    behind = ("--behind", "person/unpublishable/familyName")
    told_of = told("check_data", "riverside", *behind)
    assert {version: each["users"] for version, each in told_of["records"].items()} == {
        "1.1": ["tom"],
        "1.2": ["tom"],
    }
    of_one = told("check_data", "riverside", "--for", str(brightpath.connection.pk), *behind)
    assert list(of_one["records"]) == [brightpath.connection.oneroster]
    out = io.StringIO()
    call_command("check_data", "riverside", "--behind", "org/marked", stdout=out)
    assert out.getvalue() == "No record is kept back for this reason.\n"
