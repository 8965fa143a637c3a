"""Information to Share, and the secret that is shown once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from connections import credentials, lifecycle
from connections.information import information
from connections.models import Connection
from portal.models import Staff
from portal.pages import once
from portal.pages.information import lines_of, message_of
from roster.clock import clock

NEW = "/o/riverside/connections/new/"


@pytest.fixture
def address(brightpath: Connection) -> str:
    return f"/o/riverside/connections/{brightpath.pk}/"


def shown(page: str, key: str) -> str | None:
    found = re.search(rf'id="{key}"[^>]*>([^<]*)<', page)
    return found[1].strip() if found else None


def secret_of(page: str) -> str | None:
    return shown(page, "client_secret")


def test_the_panel_has_every_line(as_dana: Client, brightpath: Connection, address: str):
    brightpath.organization.contact_name = "Dana"
    brightpath.organization.contact_email = "dana@riverside.example"
    brightpath.organization.save()
    page = as_dana.get(f"{address}information/", headers={"host": "127.0.0.1"}).content.decode()
    base = "http://127.0.0.1"
    assert {
        key: shown(page, key)
        for key in (
            "client_id", "token_url", "base_url", "host", "gradebook_url", "oneroster",
            "documentation", "contact",
        )
    } == {
        "client_id": brightpath.client.client_id,
        "token_url": f"{base}/oauth2/token",
        "base_url": f"{base}/ims/oneroster/rostering/v1p2",
        "host": base,
        "gradebook_url": f"{base}/ims/oneroster/gradebook/v1p2",
        "oneroster": "1.2",
        "documentation": f"{base}/docs/oneroster-1.2",
        "contact": "Dana, dana@riverside.example",
    }  # fmt: skip
    assert "scope/roster-core.readonly" in page
    assert "Shown once, when it was made" in page


def test_a_public_address_of_the_installation_is_the_one_to_share(
    as_dana: Client, address: str, settings
):
    settings.PUBLIC_URL = "https://roster.example"
    page = as_dana.get(f"{address}information/").content.decode()
    assert shown(page, "token_url") == "https://roster.example/oauth2/token"


def test_the_secret_of_a_new_connection_is_shown_once(as_dana: Client, settings):
    settings.PUBLIC_URL = "https://roster.example"
    form = {
        "vendor_is": "other", "vendor": "Busy Bus", "acknowledged": "on", "oneroster": "1.1",
        "schools_are": "all", "enabled": "now",
    }  # fmt: skip
    first = as_dana.post(NEW, form, follow=True)
    secret = secret_of(first.content.decode())
    assert secret
    made = Connection.objects.get()
    assert credentials.matches(secret, credentials.live(made)[0].digest)
    assert "no-store" in first["Cache-Control"]
    again = as_dana.get(first.redirect_chain[-1][0]).content.decode()
    assert secret not in again
    assert f"It ends in …{secret[-4:]}" in again


def test_a_new_secret_is_shown_once_and_the_old_one_stays(
    as_dana: Client, brightpath: Connection, address: str
):
    page = as_dana.post(f"{address}secrets/rotate/", follow=True, headers={"host": "localhost"})
    secret = secret_of(page.content.decode())
    assert secret
    assert len(credentials.live(brightpath)) == 2
    assert "The older secret stays valid" in page.content.decode()
    again = as_dana.post(f"{address}secrets/rotate/", follow=True)
    assert "Two secrets are valid already" in again.content.decode()
    done = as_dana.post(f"{address}secrets/end/older/", follow=True)
    assert "The secret has ended" in done.content.decode()
    assert credentials.matches(secret, credentials.live(brightpath)[0].digest)
    assert (
        "has ended"
        not in as_dana.post(f"{address}secrets/end/older/", follow=True).content.decode()
    )


def test_a_secret_on_its_way_is_unreadable_in_the_database(
    as_dana: Client, brightpath: Connection, address: str
):
    as_dana.post(f"{address}secrets/rotate/")
    kept = {name: value for session in Session.objects.all()
            for name, value in session.get_decoded().items()}  # fmt: skip
    page = as_dana.get(f"{address}information/", headers={"host": "localhost"})
    secret = secret_of(page.content.decode())
    assert once.key_of(brightpath) in kept
    assert secret
    assert secret not in repr(kept)


def test_a_secret_that_nobody_looked_at_is_lost_after_ten_minutes(as_dana: Client, address: str):
    as_dana.post(f"{address}secrets/rotate/")
    with time_machine.travel(clock() + timedelta(minutes=11), tick=False):
        page = as_dana.get(f"{address}information/", headers={"host": "localhost"})
    assert page.status_code == 200
    assert secret_of(page.content.decode()) is None


def test_a_look_without_a_page_doesnt_use_the_secret_up(as_dana: Client, address: str):
    as_dana.post(f"{address}secrets/rotate/")
    assert as_dana.head(f"{address}information/", headers={"host": "localhost"}).status_code == 200
    page = as_dana.get(f"{address}information/", headers={"host": "localhost"})
    assert secret_of(page.content.decode())


@pytest.mark.parametrize("public", ["http://roster.example", "http://192.0.2.7"])
def test_nothing_is_shown_for_an_address_without_tls(
    public: str, as_dana: Client, brightpath: Connection, address: str, settings
):
    settings.PUBLIC_URL = public
    page = as_dana.post(f"{address}secrets/rotate/", follow=True).content.decode()
    assert "Not shown over an unprotected address" in page
    assert brightpath.client.client_id not in page
    assert "oauth2/token" not in page
    settings.PUBLIC_URL = "https://roster.example"
    assert secret_of(as_dana.get(f"{address}information/").content.decode())


def test_a_viewer_reads_the_panel_without_making_secrets(as_victor: Client, address: str):
    page = as_victor.get(f"{address}information/", headers={"host": "localhost"}).content.decode()
    assert shown(page, "client_id")
    assert "/secrets/" not in page


def test_a_closed_connection_has_nothing_to_share(
    as_dana: Client, brightpath: Connection, address: str, dana: Staff
):
    lifecycle.close(brightpath, by=dana)
    page = as_dana.get(f"{address}information/", headers={"host": "localhost"}).content.decode()
    assert "This connection is closed" in page
    assert brightpath.client.client_id not in page
    answer = as_dana.post(f"{address}secrets/rotate/", follow=True)
    assert "gets no secret any more" in answer.content.decode()


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_the_guidelines_are_those_of_the_connections_version(
    as_dana: Client, brightpath: Connection, address: str, version: str
):
    Connection.objects.filter(pk=brightpath.pk).update(oneroster=version)
    page = as_dana.get(f"{address}information/", headers={"host": "127.0.0.1"}).content.decode()
    led = shown(page, "guidelines") or ""
    assert led.startswith("http://127.0.0.1/docs/guidelines#")
    article = Client().get("/docs/guidelines").content.decode()
    assert f'id="{led.partition("#")[2]}"' in article


def test_the_text_of_all_lines_lacks_the_secret(brightpath: Connection):
    known = information(brightpath, "https://roster.example")
    text = message_of(lines_of(known, "the-secret"))
    assert brightpath.client.client_id in text
    assert "the-secret" not in text
