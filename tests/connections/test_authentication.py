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
from connections.belonging import Pin
from connections.models import Run
from connections.progress import Progress, mark
from connections.scopes import allowed
from roster.api.reader import Reader
from roster.api.scopes import SCOPE_BASES
from roster.api.tracing import trace_of
from roster.clock import clock
from roster.models import Organization, Publication
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
    published = publish(vendor, 7)
    Publication.objects.update(revision=3, cut={"users": {"email": 5}})
    token = vendor.token()
    with django_assert_num_queries(1):
        reader = read(token)
    assert reader == Reader(
        connection=vendor.connection.pk,
        organization=riverside.pk,
        version="1.2",
        feed=vendor.connection.feed_id,
        publication=published.pk,
        number=7,
        revision=3,
        last_number=7,
        program=mark(token),
        scopes=frozenset(allowed(vendor.connection)),
    )
    assert reader.cut == {"users": {"email": 5}}


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
    traced = trace_of(asked)
    assert traced is not None
    assert traced.connection == brightpath.connection.pk
    assert words in traced.reason


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
    held = publish(brightpath, 7)
    token = brightpath.token()
    lifecycle.pause(brightpath.connection, by=DANA)
    assert (read(token).publication, read(token).number) == (held.pk, 7)


def test_without_a_publication_there_is_nothing_to_read(brightpath: Vendor) -> None:
    reader = read(brightpath.token())
    assert (reader.publication, reader.number) == (0, 0)
    assert reader.run.enter(reader, "/users", 0) == reader
    brightpath.move(feed=None)
    assert read(brightpath.token()).feed is None


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
    assert first.feed != second.feed


def test_a_token_without_a_client_opens_nothing(brightpath: Vendor) -> None:
    token = brightpath.token()
    AccessToken.objects.update(application=None)
    with pytest.raises(APIException, match="not known"):
        read(token)


def test_the_runs_that_go_on_come_with_the_same_query(
    brightpath: Vendor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    read_once, now = publish(brightpath, 7), clock()
    Publication.objects.update(revision=2, cut={"users": {"email": 5}})
    lists = {"abc": Progress(begun=7, upto=5, beyond=True, whole=False)}
    times = [
        (timedelta(hours=1), timedelta(minutes=1)),
        (timedelta(hours=2), timedelta(minutes=16)),  # Idle for too long.
        (timedelta(hours=25), timedelta(minutes=1)),  # Begun too long ago.
        (timedelta(hours=3), timedelta(minutes=2)),
    ]
    runs = [
        Run.objects.create(
            connection=brightpath.connection,
            publication=read_once,
            number=7,
            after=-number,
            began=now - began,
            last=now - last,
            tokens=["t"],
            lists=lists,
        )
        for number, (began, last) in enumerate(times)
    ]
    token = brightpath.token()
    with django_assert_num_queries(1):
        run: Any = read(token).run
    assert [pin.id for pin in run.pins] == [runs[0].pk, runs[3].pk]
    assert run.newest == runs[0].pk
    assert run.pins[0] == Pin(
        id=runs[0].pk,
        publication=read_once.pk,
        number=7,
        revision=2,
        cut={"users": {"email": 5}},
        began=runs[0].began,
        last=runs[0].last,
        tokens=["t"],
        lists=lists,
    )
