"""Secrets: their shape, their hashes, and rotation."""

from __future__ import annotations

import re
from datetime import date

import pytest
import time_machine
from oauth2_provider.models import get_access_token_model

from connections import credentials, dates, lifecycle
from connections.models import Secret
from roster.models import AuditEntry
from roster.refusal import Refused
from tests.connections.conftest import DANA, Vendor


def test_secrets_and_client_ids_survive_every_encoding(brightpath: Vendor) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{43}", brightpath.secret)
    assert re.fullmatch(r"[A-Za-z0-9]{32}", brightpath.id)


def test_equal_secrets_are_stored_differently() -> None:
    assert credentials.digest_of("a") != credentials.digest_of("a")
    assert credentials.matches("a", credentials.digest_of("a"))
    assert not credentials.matches("b", credentials.digest_of("a"))


@pytest.mark.parametrize("digest", ["", "a", "sha256$", "sha256$$", "sha1$a$b", "sha256$a"])
def test_an_unknown_format_never_matches(digest: str) -> None:
    assert not any(credentials.matches(secret, digest) for secret in ("", "a", digest))
    assert not credentials.matches("", credentials.digest_of(""))


def test_a_rotation_leaves_two_secrets_and_no_more(brightpath: Vendor) -> None:
    second = credentials.rotate(brightpath.connection, by=DANA)
    assert second != brightpath.secret
    assert [row.hint for row in credentials.live(brightpath.connection)] == [
        second[-4:],
        brightpath.secret[-4:],
    ]
    with pytest.raises(Refused, match="End one of them"):
        credentials.rotate(brightpath.connection, by=DANA)
    assert credentials.end(brightpath.connection, newer=False, by=DANA) == 1
    assert credentials.end(brightpath.connection, newer=False, by=DANA) == 0
    assert [row.hint for row in credentials.live(brightpath.connection)] == [second[-4:]]
    assert Secret.objects.filter(ended__isnull=False).count() == 1


def test_a_closed_connection_gets_no_secret(brightpath: Vendor) -> None:
    lifecycle.close(brightpath.connection, by=DANA)
    with pytest.raises(Refused, match="closed"):
        credentials.rotate(brightpath.connection, by=DANA)


def test_the_audit_log_tells_of_rotations_and_no_secret(brightpath: Vendor) -> None:
    second = credentials.rotate(brightpath.connection, by=DANA)
    credentials.end(brightpath.connection, newer=False, by=DANA)
    entries = list(AuditEntry.objects.filter(kind="connection").order_by("pk"))
    assert [(entry.action, entry.by_name) for entry in entries] == [
        ("connection.created", DANA),
        ("secret.rotated", DANA),
        ("secret.ended", DANA),
    ]
    told = repr([(entry.old, entry.new, entry.reason) for entry in entries])
    for secret in (brightpath.secret, second):
        assert secret not in told
        assert secret[-4:] not in told


def test_a_newer_secret_that_got_lost_is_discarded(brightpath: Vendor) -> None:
    lost = credentials.rotate(brightpath.connection, by=DANA)
    assert credentials.end(brightpath.connection, newer=True, by=DANA) == 1
    assert brightpath.ask(client_secret=lost).status_code == 401
    assert brightpath.ask().status_code == 200
    assert AuditEntry.objects.latest("pk").action == "secret.discarded"
    assert credentials.end(brightpath.connection, newer=True, by=DANA) == 0


def test_it_is_noted_when_a_secret_was_last_used(brightpath: Vendor) -> None:
    (secret,) = credentials.live(brightpath.connection)
    assert secret.last_used is None
    with time_machine.travel("2026-11-20T10:00:00Z", tick=False):
        assert brightpath.ask().status_code == 200
    with time_machine.travel("2026-11-20T10:59:00Z", tick=False):
        assert brightpath.ask().status_code == 200
    secret.refresh_from_db()
    assert str(secret.last_used) == "2026-11-20 10:00:00+00:00"
    with time_machine.travel("2026-11-20T11:00:01Z", tick=False):
        assert brightpath.ask().status_code == 200
    secret.refresh_from_db()
    assert str(secret.last_used) == "2026-11-20 11:00:01+00:00"


def test_a_secret_is_good_up_to_its_last_day(brightpath: Vendor) -> None:
    connection = brightpath.connection
    with time_machine.travel("2027-06-29T12:00:00Z", tick=False):
        second = credentials.rotate(connection, by=DANA, expires=date(2027, 7, 31))
        with pytest.raises(Refused, match="past"):
            credentials.set_last_day(connection, date(2027, 6, 28), newer=False, by=DANA)
        credentials.set_last_day(connection, date(2027, 6, 30), newer=False, by=DANA)
        assert AuditEntry.objects.latest("pk").action == "secret.dated"
    with time_machine.travel("2027-07-01T04:59:00Z", tick=False):  # The evening in Chicago.
        assert brightpath.ask().status_code == 200
        assert dates.end_secrets("schedule") == 0
    with time_machine.travel("2027-07-01T05:00:00Z", tick=False):
        # Nobody has ended it yet, and it is refused all the same.
        assert brightpath.ask().status_code == 401
        assert [row.hint for row in credentials.live(connection)] == [second[-4:]]
        assert brightpath.ask(client_secret=second).status_code == 200
        assert get_access_token_model().objects.count() == 2
        assert dates.end_secrets("schedule") == 1
        assert get_access_token_model().objects.count() == 1
        assert dates.end_secrets("schedule") == 0
        assert AuditEntry.objects.latest("pk").action == "secret.expired"


def test_a_new_secret_takes_the_place_of_one_that_is_over(brightpath: Vendor) -> None:
    connection = brightpath.connection
    with time_machine.travel("2027-06-29T12:00:00Z", tick=False):
        credentials.rotate(connection, by=DANA, expires=date(2027, 6, 30))
    with time_machine.travel("2027-07-02T12:00:00Z", tick=False):
        third = credentials.rotate(connection, by=DANA)
        assert brightpath.ask().status_code == 200
        assert brightpath.ask(client_secret=third).status_code == 200
