"""A form whose session has ended: kept for who sent it, and for nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from connections.models import Connection
from portal import keeping
from portal.models import Staff
from roster.clock import clock
from tests.cast import PASSWORD, brightpath, dana, riverside, victor  # noqa: F401

FORM = {"vendor": "Brightpath", "purpose": "Kept & sent", "contact_name": ""}


def opened(email: str) -> Client:
    browser = Client()
    sign_in(browser, email)
    browser.get("/o/riverside/")
    return browser


def sign_in(browser: Client, email: str, address: str = "/sign-in/") -> str:
    answer = browser.post(address, {"login": email, "password": PASSWORD})
    return str(answer["Location"])


def end_session(browser: Client) -> None:
    del browser.cookies[settings.SESSION_COOKIE_NAME]


def terms_of(connection: Connection) -> str:
    return f"/o/riverside/connections/{connection.pk}/agreement/"


def test_it_is_sent_again_after_the_sign_in(brightpath: Connection, dana: Staff):  # noqa: F811
    browser = opened(dana.email)
    end_session(browser)
    to_sign_in = browser.post(terms_of(brightpath), FORM)["Location"]
    assert to_sign_in == "/sign-in/?next=%2Fkept%2F"
    assert sign_in(browser, dana.email, to_sign_in) == "/kept/"
    page = browser.get("/kept/")
    kept = page.context["kept"]
    assert (kept.path, dict(kept.fields)) == (terms_of(brightpath), FORM)
    assert "Kept &amp; sent" in page.content.decode()
    browser.post(kept.path, dict(kept.fields))
    brightpath.refresh_from_db()
    assert brightpath.purpose == "Kept & sent"
    assert browser.get("/kept/")["Location"] == "/"


def test_a_colleague_who_signs_in_there_gets_nothing(
    brightpath: Connection,  # noqa: F811
    dana: Staff,  # noqa: F811
    victor: Staff,  # noqa: F811
):
    browser = opened(dana.email)
    end_session(browser)
    to_sign_in = browser.post(terms_of(brightpath), FORM)["Location"]
    sign_in(browser, victor.email, to_sign_in)
    assert browser.get("/kept/")["Location"] == "/"


def test_nothing_is_kept_of_strangers_of_secrets_of_too_much_or_too_long(
    brightpath: Connection,  # noqa: F811
    dana: Staff,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    stranger = Client()
    assert stranger.post(terms_of(brightpath), FORM)["Location"] == "/sign-in/"
    assert settings.SESSION_COOKIE_NAME not in stranger.cookies
    stranger.cookies[keeping.COOKIE] = str(dana.pk)
    assert stranger.post(terms_of(brightpath), FORM)["Location"] == "/sign-in/"
    browser = opened(dana.email)
    end_session(browser)
    long = FORM | {"purpose": "x" * keeping.LARGEST}
    assert browser.post(terms_of(brightpath), long)["Location"] == "/sign-in/"
    secret = FORM | {"secret": "correct horse"}
    assert browser.post(terms_of(brightpath), secret)["Location"] == "/sign-in/"
    to_sign_in = browser.post(terms_of(brightpath), FORM)["Location"]
    sign_in(browser, dana.email, to_sign_in)
    later = clock() + keeping.KEPT_FOR + timedelta(seconds=1)
    monkeypatch.setattr(keeping, "clock", lambda: later)
    assert browser.get("/kept/")["Location"] == "/"
