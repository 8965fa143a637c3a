"""No page asks the database more often with four hundred rows than with ten."""

from __future__ import annotations

from typing import Any

from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections.models import Client as OAuthClient
from connections.models import Connection, Partner, Request
from portal.models import Membership, Staff
from roster.clock import clock
from roster.models import (
    Arrival,
    Destination,
    Enrollment,
    Finding,
    Import,
    Job,
    Klass,
    Mark,
    Org,
    Organization,
    Refresh,
    Source,
    User,
)
from tests.cast import signed_in
from tests.portal.pages.test_doors import DOORS, IN, OF_AN_IMPORT, address_of

FEW, MANY = 10, 400
ELSEWHERE = ("docs", "hand_over", "account_", "mfa_", "session", "rollover_csv", "kept_form")
"""Pages that list no rows of an organization, or whose numbers are another test's."""

OPENED = sorted(
    {
        (name, "olga" if answers[3] != IN else "dana")
        for (name, method), answers in DOORS.items()
        if method == "get" and IN in answers[3:] and not name.startswith(ELSEWHERE)
    }
)


def grow(organization: Organization, connection: Connection, number: int) -> None:
    """Have that many rows of everything that a page lists."""
    missing = [f"{each:04}" for each in range(number) if not User.objects.filter(
        organization=organization, sourced_id=f"u{each:04}").exists()]  # fmt: skip
    at = clock()
    of = {"organization": organization}

    def make(model: Any, **columns: Any) -> None:
        model.objects.bulk_create(
            model(**{name: value(each) if callable(value) else value
                     for name, value in columns.items()})
            for each in missing
        )  # fmt: skip

    make(User, **of, sourced_id=lambda n: f"u{n}", given_name="Al", family_name=lambda n: f"B{n}")
    make(Org, **of, sourced_id=lambda n: f"o{n}", name=lambda n: f"School {n}", type="school")
    make(
        Klass, **of, sourced_id=lambda n: f"k{n}", title=lambda n: f"Class {n}", school="school-1",
        course="c", class_type="scheduled",
    )  # fmt: skip
    make(
        Enrollment, **of, sourced_id=lambda n: f"e{n}", user=lambda n: f"u{n}", klass="k0000",
        school="school-1", role="student",
    )  # fmt: skip
    make(Mark, **of, kind="person", sourced_id=lambda n: f"u{n}", reason="Asked", by_name="Dana")
    make(Import, **of, name=lambda n: f"{n}.zip", state="applied", finished=at)
    made = Import.objects.filter(**of).latest("pk")
    make(
        Finding, of_import=made, code=lambda n: f"code-{n}", severity="warning", file="users.csv",
        message="Look",
    )  # fmt: skip
    make(Refresh, **of, state="published", finished=at)
    make(Job, **of, kind="refresh", key=lambda n: f"job-{n}", state="failed", finished=at)
    for model, noun, kind in ((Source, "source", "fetch"), (Destination, "destination", "deliver")):
        make(
            model,
            **of,
            kind="sftp",
            address=lambda n: f"sftp://files.example.org/{n}",
            every_minutes=5,
        )
        keys = {each.address[-4:]: each.pk for each in model.objects.all()}
        make(
            Job, **of, kind=kind, state="failed", finished=at, attempts=9,
            key=lambda n, kind=kind, keys=keys: f"{kind}:{organization.slug}:{keys[n]}:{n}",
            arguments=lambda n, noun=noun, keys=keys: {noun: keys[n]},
        )  # fmt: skip
    first = Source.objects.earliest("pk")
    make(Arrival, **of, source=first, name=lambda n: f"{n}.zip", size=9, checksum=lambda n: n)
    make(Partner, name=lambda n: f"Partner {n}", versions=["1.2"])
    make(
        Connection, **of, vendor=lambda n: f"Vendor {n}", oneroster="1.2",
        unsupported_acknowledged=True,
    )  # fmt: skip
    make(
        Request, connection=connection, at=at, method="GET", endpoint="users", status=404,
        milliseconds=1,
    )  # fmt: skip
    make(Staff, email=lambda n: f"s{n}@riverside.example", name=lambda n: f"Staff {n}")
    Membership.objects.bulk_create(
        Membership(staff=staff, organization=organization, role="viewer")
        for staff in Staff.objects.filter(memberships=None, is_operator=False)
    )
    OAuthClient.objects.bulk_create(
        OAuthClient(connection=each, client_id=f"client-{each.pk}", client_type="confidential",
                    authorization_grant_type="client-credentials")
        for each in Connection.objects.filter(client=None)
    )  # fmt: skip
    organization.audit.model.objects.bulk_create(
        organization.audit.model(organization=organization, action="record.excluded",
                                 kind="person", object_id=f"u{each}", new=[f"u{each}"])
        for each in missing
    )  # fmt: skip
    Organization.objects.filter(pk=organization.pk).touch()  # type: ignore[attr-defined]


def counts(
    browsers: dict[str, Client], connection: Connection, number: int
) -> dict[tuple[str, str], int]:
    """Return how many queries each page makes, once what processes keep is there."""
    found = {}
    for name, who in OPENED:
        address = address_of(name, "riverside", connection.pk)
        if name in OF_AN_IMPORT:
            address = address.replace("4711", str(number))
        browsers[who].get(address)
        with CaptureQueriesContext(database) as queries:
            answer = browsers[who].get(address)
        assert (name, answer.status_code) == (name, 200)
        found[name, who] = len(queries)
    return found


def test_no_page_asks_more_often_with_four_hundred_rows_than_with_ten(
    brightpath: Connection, dana: Staff, olga: Staff
):
    organization = brightpath.organization
    browsers = {"dana": signed_in(dana), "olga": signed_in(olga)}
    seen = []
    for number in (FEW, MANY):
        grow(organization, brightpath, number)
        last = Import.objects.latest("pk").pk
        seen.append(counts(browsers, brightpath, last))
    few, many = seen
    assert len(few) > 30
    assert {page: (few[page], many[page]) for page in few if many[page] > few[page]} == {}
