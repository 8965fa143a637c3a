"""A new key: everything that the former one protected can be read without it afterwards."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from connections import hand_over
from connections.models import Connection
from roster.arrivals import keeping
from roster.encryption import cipher
from roster.fetching import credentials
from roster.models import Arrival, ArrivalPart, AuditEntry, Destination, Organization, Source
from tests.cast import brightpath, dana, riverside

__all__ = ["brightpath", "dana", "riverside"]

FORMER, NEW = "the former key of this installation", "the new key, which nobody knows yet"


@pytest.fixture
def kept(settings: Any, riverside: Organization, brightpath: Connection) -> tuple[Source, str]:
    """What is kept with the former key; the source, and the word of a hand-over link."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = FORMER, []
    source = Source(organization=riverside, kind="https", address="https://sis.example/b.zip")
    credentials.put(source, Source.Credential.TOKEN, "a token")
    source.save()
    server = Destination(organization=riverside, kind="sftp", address="sftp://sis.example/grades")
    credentials.put(server, Destination.Credential.PASSWORD, "a password")
    server.save()
    arrival = Arrival.objects.create(organization=riverside, name="b.zip", size=7)
    content = cipher(keeping.PURPOSE).encrypt(b"a piece")
    ArrivalPart.objects.create(arrival=arrival, number=0, content=content)
    return source, hand_over.issue(brightpath, by="Dana")[1]


def renew() -> dict[str, Any]:
    out = io.StringIO()
    call_command("renew_key", "--json", stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_the_former_key_can_go(settings: Any, kept: tuple[Source, str]) -> None:
    source, word = kept
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [FORMER]
    done = renew()
    assert done == {
        "credentials": 1, "grade servers": 1, "pieces of bundles": 1, "hand-over links": 1,
        "second factors": 0, "unreadable": 0,
    }  # fmt: skip
    assert AuditEntry.objects.get(action="key.renewed").new == done

    settings.SECRET_KEY_FALLBACKS = []
    source.refresh_from_db()
    assert credentials.secret_of(source) == "a token"
    assert credentials.secret_of(Destination.objects.get()) == "a password"
    piece = bytes(ArrivalPart.objects.get().content)
    assert cipher(keeping.PURPOSE).decrypt(piece) == b"a piece"
    link = hand_over.find(word)
    assert link
    assert hand_over.open_once(link)


def test_what_no_key_can_read_is_counted_and_left(settings: Any, kept: tuple[Source, str]) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, []
    before = Source.objects.get().secret
    assert renew()["unreadable"] == 4
    assert Source.objects.get().secret == before
