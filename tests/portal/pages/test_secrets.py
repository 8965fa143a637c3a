"""Ending one of two client secrets: asked first, with when each was last used."""

from __future__ import annotations

import pytest
from django.test import Client

from connections import credentials
from connections.models import Connection, Secret
from portal.models import Staff
from roster.clock import clock

WORDS = {"older": "End the older secret", "newer": "Discard the newer secret"}


@pytest.fixture
def address(brightpath: Connection, dana: Staff) -> str:
    credentials.rotate(brightpath, by=dana)
    return f"/o/riverside/connections/{brightpath.pk}/"


@pytest.mark.parametrize("which", WORDS)
def test_one_of_two_secrets_ends_after_it_was_asked(
    as_dana: Client, brightpath: Connection, address: str, which: str
):
    newer, older = credentials.live(brightpath)
    page = as_dana.get(address).content.decode()
    assert WORDS[which] in page
    asked = as_dana.get(f"{address}secrets/end/{which}/").content.decode()
    assert WORDS[which] in asked
    assert "never" in asked
    assert "within the last week" not in asked
    assert len(credentials.live(brightpath)) == 2
    as_dana.post(f"{address}secrets/end/{which}/")
    assert credentials.live(brightpath) == [older if which == "newer" else newer]


def test_a_secret_in_use_is_called_so_before_it_ends(
    as_dana: Client, brightpath: Connection, address: str
):
    _, older = credentials.live(brightpath)
    Secret.objects.filter(pk=older.pk).update(last_used=clock())
    assert "within the last week" in as_dana.get(f"{address}secrets/end/older/").content.decode()
    assert (
        "within the last week" not in as_dana.get(f"{address}secrets/end/newer/").content.decode()
    )


def test_there_is_no_third_secret_to_end(as_dana: Client, address: str):
    assert as_dana.get(f"{address}secrets/end/oldest/").status_code == 404


def test_where_one_secret_is_left_nothing_is_asked(as_dana: Client, brightpath: Connection):
    address = f"/o/riverside/connections/{brightpath.pk}/"
    answer = as_dana.get(f"{address}secrets/end/newer/")
    assert (answer.status_code, answer["Location"]) == (302, address)


def test_all_tokens_are_ended_from_the_connections_page(
    as_dana: Client, brightpath: Connection, address: str
):
    assert "End all tokens" in as_dana.get(address).content.decode()
    answer = as_dana.post(f"{address}status/tokens/", {"reason": "Lost"}, follow=True)
    assert "All access tokens have ended." in answer.content.decode()
