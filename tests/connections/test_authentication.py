"""The way into the API: one query from a token to a reader."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from oauth2_provider.models import AccessToken
from pytest_django import DjangoAssertNumQueries
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView, exception_handler

from connections import lifecycle
from connections.authentication import ConnectionAuthentication
from connections.models import Reading
from connections.scopes import allowed
from roster.api.reader import Reader
from roster.api.scopes import SCOPE_BASES
from roster.clock import clock
from roster.models import Line, Organization
from tests.connections.conftest import DANA, Vendor, connected, publish

REALM = 'Bearer realm="Rosterdesk"'


class Whose(APIView):
    """Tells who reads."""

    authentication_classes = [ConnectionAuthentication]
    permission_classes: list[Any] = []

    def get(self, request: Request) -> Response:
        reader: Any = request.auth
        return Response({"connection": reader.connection})

    def get_exception_handler(self) -> Any:
        return exception_handler


def request(authorization: str | None, query: str = "") -> Any:
    headers = {} if authorization is None else {"Authorization": authorization}
    return APIRequestFactory().get(f"/ims/oneroster/v1p1/users{query}", headers=headers)


def read(token: str) -> Reader:
    return ConnectionAuthentication().authenticate(Request(request(f"Bearer {token}")))[1]


def test_a_token_leads_to_its_reader_in_one_query(
    riverside: Organization, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    vendor = connected(riverside, shares=["demographics"])
    publish(vendor, 7)
    token = vendor.token()
    with django_assert_num_queries(1):
        reader = read(token)
    assert reader == Reader(
        connection=vendor.connection.pk,
        organization=riverside.pk,
        version="1.2",
        line=vendor.connection.line_id,
        number=7,
        since=0,
        withdrawals=0,
        scopes=frozenset(allowed(vendor.connection)),
    )


def test_an_unknown_token_costs_one_query(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1), pytest.raises(APIException, match="not known"):
        read("nobodys")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  ", " Bearer"])
def test_bearer_is_read_in_any_letter_case(scheme: str, brightpath: Vendor) -> None:
    answer = Whose.as_view()(request(f"{scheme} {brightpath.token()}"))
    assert answer.data == {"connection": brightpath.connection.pk}


@pytest.mark.parametrize(
    ("authorization", "query", "words", "challenge"),
    [
        (None, "", "Send an access token", REALM),
        ("Bearer", "", "Send an access token", REALM),
        ("Basic eDp5", "", "Send an access token", REALM),
        ("Bearer nobodys", "", "not known", f'{REALM}, error="invalid_token"'),
        ("Bearer ünknown", "", "not known", f'{REALM}, error="invalid_token"'),
        ('OAuth oauth_signature="x"', "", "OAuth 1 is not supported", REALM),
        (None, "?oauth_signature=x", "OAuth 1 is not supported", REALM),
        (None, "?access_token=x", "Send an access token", REALM),
    ],
)
def test_who_brings_no_good_token_is_told_so(
    authorization: str | None, query: str, words: str, challenge: str, db: None
) -> None:
    answer = Whose.as_view()(request(authorization, query))
    assert answer.status_code == 401
    assert words in answer.data["detail"]
    assert answer["WWW-Authenticate"] == challenge


def test_a_token_ends_after_an_hour(brightpath: Vendor) -> None:
    token = brightpath.token()
    began = clock()
    with time_machine.travel(began + timedelta(minutes=59), tick=False):
        assert read(token)
    with time_machine.travel(began + timedelta(minutes=61), tick=False):
        answer = Whose.as_view()(request(f"Bearer {token}"))
    assert answer.status_code == 401
    assert "expired" in answer.data["detail"]
    assert "invalid_token" in answer["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        ("disabled", 403, "not enabled yet"),
        ("suspended", 403, "suspended by the district"),
        ("closed", 401, "closed"),
    ],
)
def test_a_status_holds_at_once_for_tokens_issued_earlier(
    status: str, code: int, words: str, brightpath: Vendor
) -> None:
    token = brightpath.token()
    lifecycle.set_status(brightpath.connection, status, by=DANA)
    asked = request(f"Bearer {token}")
    answer = Whose.as_view()(asked)
    assert answer.status_code == code
    assert words in answer.data["detail"]
    assert asked.vendor["connection"] == brightpath.connection.pk
    assert words in asked.vendor["reason"]


def test_an_expired_connection_is_refused_from_the_districts_next_day(brightpath: Vendor) -> None:
    with time_machine.travel("2027-07-01T04:30:00Z", tick=False):  # The evening before, there.
        brightpath.move(expires="2027-06-30")
        token = brightpath.token()
        assert read(token)
    with time_machine.travel("2027-07-01T05:01:00Z", tick=False):
        answer = Whose.as_view()(request(f"Bearer {token}"))
    assert answer.status_code == 403
    assert "expired" in answer.data["detail"]


def test_a_paused_vendor_reads_the_publication_it_had(brightpath: Vendor) -> None:
    publish(brightpath, 7)
    token = brightpath.token()
    lifecycle.pause(brightpath.connection, by=DANA)
    publish(brightpath, 9)
    assert read(token).number == 7
    lifecycle.resume(brightpath.connection, by=DANA)
    assert read(token).number > 9


def test_without_a_line_nothing_is_published(brightpath: Vendor) -> None:
    token = brightpath.token()
    brightpath.move(line=None)
    assert (read(token).line, read(token).number) == (None, 0)


def test_a_token_opens_only_what_was_asked_and_is_still_shared(riverside: Organization) -> None:
    vendor = connected(riverside, shares=["demographics"])
    roster = SCOPE_BASES["1.2"] + "roster.readonly"
    demographics = SCOPE_BASES["1.2"] + "roster-demographics.readonly"
    token = vendor.token(scope=f"{roster} {demographics}")
    assert read(token).scopes == {roster, demographics}
    vendor.move(shares=[])
    assert read(token).scopes == {roster}


def test_each_district_is_read_by_its_own_vendor_only(
    brightpath: Vendor, lakeside: Organization
) -> None:
    other = connected(lakeside)
    first, second = read(brightpath.token()), read(other.token())
    assert first.organization != second.organization == lakeside.pk
    assert first.line != second.line


def test_a_token_without_a_client_opens_nothing(brightpath: Vendor) -> None:
    token = brightpath.token()
    AccessToken.objects.update(application=None)
    with pytest.raises(APIException, match="not known"):
        read(token)


LONG_AGO = timedelta(minutes=2)


@pytest.mark.parametrize(
    ("line", "organization", "at_work", "stops"),
    [
        (None, None, None, False),
        # Reached already, while others are still being withdrawn from.
        (None, LONG_AGO, timedelta(seconds=80), False),
        (LONG_AGO, LONG_AGO, timedelta(seconds=80), True),
        (timedelta(seconds=50), timedelta(seconds=50), timedelta(seconds=80), False),
        # Whoever was at it is not heard of any more, or nobody has begun.
        (None, LONG_AGO, timedelta(seconds=-1), True),
        (None, LONG_AGO, None, True),
        (None, timedelta(seconds=50), None, False),
    ],
)
def test_a_line_that_does_not_obey_within_a_minute_is_not_read(
    line: timedelta | None,
    organization: timedelta | None,
    at_work: timedelta | None,
    stops: bool,
    riverside: Organization,
    brightpath: Vendor,
) -> None:
    publish(brightpath)
    token, now = brightpath.token(), clock()
    riverside.withdrawal_due = now - organization if organization else None
    riverside.withdrawing_until = now + at_work if at_work else None
    riverside.save(update_fields=["withdrawal_due", "withdrawing_until"])
    read_line = brightpath.connection.line
    assert read_line is not None
    read_line.withdrawal_due = now - line if line else None
    read_line.save(update_fields=["withdrawal_due"])
    assert read(token).stopped is stops


def test_a_run_on_a_line_that_does_not_obey_is_not_read_on(
    riverside: Organization, brightpath: Vendor
) -> None:
    publish(brightpath)
    token = brightpath.token()
    left = Line.objects.create(organization=riverside, version="1.2", rules={}, head=3)
    run = Reading.objects.create(
        connection=brightpath.connection, line=left, number=3, began=clock(), last=clock()
    )
    brightpath.move(reading=run)
    assert not read(token).stopped
    Line.objects.filter(pk=left.pk).update(withdrawal_due=clock() - LONG_AGO)
    assert read(token).stopped


def test_a_reader_comes_with_the_veil_of_what_it_reads(
    riverside: Organization, brightpath: Vendor
) -> None:
    publish(brightpath)
    token = brightpath.token()
    line = brightpath.connection.line
    assert line is not None
    Line.objects.filter(pk=line.pk).update(veil={"users": ["email"]})
    left = Line.objects.create(
        organization=riverside, version="1.2", rules={}, head=3, veil={"users": ["grades"]}
    )
    began = read(token).run.enter(read(token), "/users", 0)
    assert began.veil == {"users": ["email"]}
    assert read(token).run.enter(read(token), "/users", 100).veil == {"users": ["email"]}
    Reading.objects.filter(connection=brightpath.connection).update(line=left)
    went_on = read(token).run.enter(read(token), "/users", 100)
    assert (went_on.line, went_on.veil) == (left.pk, {"users": ["grades"]})


def test_a_run_that_another_request_began_comes_with_its_veil(
    riverside: Organization, brightpath: Vendor
) -> None:
    publish(brightpath)
    reader = read(brightpath.token())
    line = brightpath.connection.line
    assert line is not None
    Line.objects.filter(pk=line.pk).update(veil={"users": ["email"]})
    again = read(brightpath.token())
    again.run.enter(again, "/users", 0)
    # The first was quicker at the door and slower at the list.
    assert reader.run.enter(reader, "/users", 0).veil == {"users": ["email"]}
