"""Maps read ahead: once for each state of an organization, and never in a page's way."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession

from portal import warming
from roster import map as maps
from roster.clock import clock
from roster.map import storing
from roster.models import Organization
from tests.cast import member, with_two_schools

pytestmark = pytest.mark.django_db(transaction=True)


def warmed(organization: Organization) -> bool:
    """Return whether a map is at hand after `warm`."""
    warming.warm(organization)
    return is_at_hand()


def is_at_hand() -> bool:
    for thread in threading.enumerate():
        if thread.name == "warming":
            thread.join()
    return bool(storing._kept.bytes)


def test_a_map_is_read_ahead_once_for_each_revision() -> None:
    organization = with_two_schools()
    maps.current(organization)
    maps.forget()
    assert warmed(organization)
    maps.forget()
    assert not warmed(organization)
    organization.revision += 1
    assert not warmed(organization)  # It isn't built here, only read.


@pytest.mark.parametrize(
    ("ago", "there"), [(timedelta(minutes=5), True), (timedelta(hours=2), False)]
)
def test_a_process_begins_with_the_maps_of_those_who_were_just_here(
    ago: timedelta, there: bool
) -> None:
    organization = with_two_schools()
    person = member("dana@riverside.example", "Dana", organization, "admin")
    address = {"ip": "192.0.2.7", "session_key": "s" * 32}
    UserSession.objects.create(user=person, last_seen_at=clock() - ago, **address)
    maps.current(organization)
    maps.forget()
    warming.begin()
    assert is_at_hand() is there


def test_what_cannot_be_read_is_left_to_the_page(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(_pk: int) -> None:
        raise maps.Outdated

    organization = with_two_schools()
    maps.current(organization)
    monkeypatch.setattr(maps, "load", breaks)
    assert warmed(organization) or "read ahead" in caplog.text
