"""Sources are set by people: checked, audited, and never telling a secret."""

from __future__ import annotations

import json
from datetime import time
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import override_settings

from roster.fetching import credentials, sources
from roster.fetching.sources import Settings
from roster.models import AuditEntry, Organization, Source
from roster.refusal import Refused
from tests.roster.fetching import servers

HTTPS: dict[str, Any] = {"address": "https://sis.example/night.zip"}
SFTP: dict[str, Any] = {"address": "sftp://sis.example/out/*.zip", "user": "river"}
SECRET = "correct horse"


def add(organization: Organization, **settings: Any) -> Source:
    return sources.add(
        Source(organization=organization),
        Settings(**{"schedule": {"every_minutes": 15}, **settings}),
        by="Dana",
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"address": None}, "needs an address"),
        ({"address": "night.zip"}, "An address is a folder"),
        ({"address": "ftp://sis.example/night.zip"}, "An address is a folder"),
        ({"address": "https://sis.example:port/"}, "is no address"),
        ({"address": "sftp://sis..example/out"}, "is no address"),
        ({"address": f"sftp://{'s' * 64}.example/out"}, "is no address"),
        ({"address": "http://sis.example/night.zip"}, "anybody on the way could read the roster"),
        ({"address": "https://river:pw@sis.example/"}, "holds no user and no password"),
        ({"address": "https://sis.example/a b"}, "This is no address"),
        ({"address": "/srv/../etc"}, r"A path with \.\. leads out of its folder"),
        ({"address": "sftp://sis.example/out/../../etc/x.zip"}, r"A path with \.\. leads out"),
        ({"address": "sftp://sis.example/%2e%2e/x.zip"}, r"A path with \.\. leads out"),
        ({"address": "https://sis.example/a/../b"}, r"A path with \.\. leads out"),
        ({"address": "sftp://sis.example/"}, "comes the path of the bundle"),
        ({"address": SFTP["address"]}, "SFTP needs a user"),
        (HTTPS | {"user": "river"}, "a user goes with a password"),
        (HTTPS | {"credential": "password", "secret": "x"}, "a user goes with a password"),
        (HTTPS | {"credential": "private key", "secret": "x"}, "no private key in OpenSSH's"),
        (HTTPS | {"credential": "token", "secret": ""}, "one line, and not an empty one"),
        (HTTPS | {"credential": "token", "secret": "a\nb"}, "one line, and not an empty one"),
        (HTTPS | {"certificate": "nonsense"}, "The certificate isn't one in PEM's form"),
        (SFTP | {"certificate": servers.certificate()[0]}, "Only HTTPS servers have a certificate"),
        (SFTP | {"credential": "token", "secret": "x"}, "by SFTP takes no bearer token"),
        ({"address": "/in", "credential": "password", "secret": "x"}, "takes no password"),
        (HTTPS | {"schedule": {}}, "needs a schedule"),
    ],
)
def test_what_doesnt_go_together_is_refused(
    riverside: Organization, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        add(riverside, **settings)
    assert not Source.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="source.").exists()


def test_a_key_with_a_passphrase_is_refused(riverside: Organization) -> None:
    locked = servers.new_key().export_private_key("pkcs8-pem", passphrase="open").decode()
    with pytest.raises(Refused, match="has a passphrase"):
        add(riverside, **SFTP, credential="private key", secret=locked)


def test_plain_http_is_for_this_machine_alone(riverside: Organization) -> None:
    assert add(riverside, address="http://localhost:8080/night.zip").kind == "https"


def test_acts_are_audited_with_old_and_new_and_no_secret(riverside: Organization) -> None:
    source = add(riverside, **SFTP, credential="password", secret=f"{SECRET}\n")
    changed = Settings(
        active=False, schedule={"every_minutes": None, "daily_at": time(2, 15)},
        credential="password", secret="another",
    )  # fmt: skip
    sources.change(source, changed, by="Dana")
    sources.change(source, Settings(user="river"), by="Dana")  # As it is: no entry.
    sources.remove(Source.objects.get(), by="Dana")
    entries = list(AuditEntry.objects.filter(kind="source").order_by("pk"))
    assert [entry.action for entry in entries] == [
        "source.added", "source.changed", "source.removed",
    ]  # fmt: skip
    added, altered, removed = entries
    new: dict[str, Any] = altered.new or {}
    assert (added.new or {})["secret"] == new["secret"] == "replaced"
    assert ((altered.old or {})["every_minutes"], new["every_minutes"]) == (15, None)
    assert (new["daily_at"], new["active"]) == ("02:15", False)
    assert removed.new is None
    told = json.dumps([[entry.old, entry.new] for entry in entries])
    assert SECRET not in told
    assert "another" not in told


def test_a_secret_is_kept_encrypted_and_survives_a_new_key(riverside: Organization) -> None:
    source, old = add(riverside, **SFTP, credential="password", secret=SECRET), (
        django_settings.SECRET_KEY
    )  # fmt: skip
    assert SECRET not in source.secret
    assert credentials.secret_of(source) == SECRET
    with override_settings(SECRET_KEY="n" * 50, SECRET_KEY_FALLBACKS=[old]):
        assert credentials.secret_of(source) == SECRET
    with override_settings(SECRET_KEY="n" * 50), pytest.raises(Refused, match="Set it again"):
        credentials.secret_of(source)


def test_another_server_is_sent_no_credentials_of_the_old_one(riverside: Organization) -> None:
    source = add(riverside, **SFTP, credential="password", secret=SECRET)
    source.host_key, source.remembered = "ssh-ed25519 AAAA", {"taken": {}}
    source.save()
    elsewhere = "sftp://elsewhere.example/out/*.zip"
    with pytest.raises(Refused, match="aren't sent there"):
        sources.change(source, Settings(address=elsewhere), by="Dana")
    path = "sftp://sis.example/other/*.zip"
    assert sources.change(source, Settings(address=path), by="Dana").host_key
    changed = sources.change(
        source, Settings(address=elsewhere, credential="password", secret="new"), by="Dana"
    )
    assert (changed.host_key, changed.remembered) == ("", {})
