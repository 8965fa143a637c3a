"""What stands around every page: the sign-in, errors, icons, and what the browser may load."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from portal.columns import FACTS
from portal.models import Staff
from portal.terms import COLLECTION_TERMS, GROUPS, KIND_TERMS
from portal.words import FIELDS, SHARES, STANDINGS, TYPES, VERSIONS
from roster.kinds import COLLECTIONS, KINDS
from roster.models import Course
from tests.cast import PASSWORD

OF_THEIR_OWN = (
    "'cache'", "'imports'", "'connection_several_job'", "'rollover_preview'", "'act'", "kind.listed"
)  # fmt: skip
"""Pages that ask for themselves until what is under way has ended."""
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "static"


def test_people_sign_in_with_their_address(client: Client, dana: Staff):
    page = client.get("/sign-in/")
    assert page.status_code == 200
    assert "Accounts are made by" in page.content.decode()
    answer = client.post("/sign-in/", {"login": "Dana@Riverside.example", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/", follow=True).status_code == 200


def test_a_wrong_password_is_said_and_nothing_else(client: Client, dana: Staff):
    wrong = client.post("/sign-in/", {"login": dana.email, "password": "nonsense"})
    unknown = client.post("/sign-in/", {"login": "no@body.example", "password": "nonsense"})
    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()
    assert "not correct" in wrong.content.decode()


def test_signing_out_takes_a_post(as_dana: Client):
    assert as_dana.get("/sign-out/").status_code == 200
    assert as_dana.get("/", follow=True).redirect_chain[-1][0] == "/o/riverside/"
    assert as_dana.post("/sign-out/")["Location"] == "/sign-in/"
    assert as_dana.get("/")["Location"] == "/sign-in/"


@pytest.mark.parametrize(
    "address",
    ["/account/2fa/", "/account/password/change/", "/account/password/reset/", "/sign-out/"],
)
def test_pages_of_the_account_wear_the_same_look(address: str, as_dana: Client):
    page = as_dana.get(address, follow=True)
    assert page.status_code == 200
    assert "portal" in page.content.decode()
    assert "icons" in page.content.decode()
    assert "Menu:" not in page.content.decode()


def test_nobody_signs_up(client: Client, db: None):
    assert "Nobody signs up here" in client.get("/account/signup/").content.decode()


def test_nobody_changes_the_address_that_an_administrator_appointed(as_dana: Client, dana: Staff):
    assert (
        as_dana.post("/account/email/", {"action_add": "", "email": "x@y.example"}).status_code
        == 404
    )
    assert as_dana.get("/account/email/").status_code == 404


def test_what_is_not_there_is_said_in_our_words(as_dana: Client):
    answer = as_dana.get("/o/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_viewer_is_told_whom_to_ask(as_victor: Client):
    answer = as_victor.get("/o/riverside/connections/new/")
    assert answer.status_code == 403
    assert "Administrators only" in answer.content.decode()


def test_a_form_without_its_token_changes_nothing(dana: Staff):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(dana)
    answer = browser.post("/o/riverside/cache/refresh/")
    assert answer.status_code == 403
    assert "Please try again" in answer.content.decode()


def test_pages_are_not_kept_by_the_browser(as_dana: Client):
    answer = as_dana.get("/o/riverside/")
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]


def test_the_browser_may_load_nothing_from_elsewhere(as_dana: Client):
    answer = as_dana.get("/o/riverside/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:|(?:src|href)=\"https?:", page) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []


def test_only_viewers_are_told_that_they_change_nothing(as_dana: Client, as_victor: Client):
    for browser, told in ((as_dana, False), (as_victor, True)):
        page = browser.get("/o/riverside/grades/").content.decode()
        assert ("but not change it" in page) is told
        assert ("/o/riverside/staff/" in page) is not told


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_use_icons_that_are_there_and_nothing_inline(path):
    text = path.read_text()
    sprite = (STATIC / "icons.svg").read_text()
    for name in re.findall(r'{% icon "([\w-]+)" %}', text):
        assert f'id="{name}"' in sprite
    # The report of check_provider is a file that is sent to others, and no page of ours.
    own = ["<style"] if path.parent.name == "provider" else []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=\"", text) == own


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_what_htmx_does_works_without_it(path):
    """Every hx-post is a form's or its button's; every hx-get asks for a page of its own."""
    text = path.read_text()
    for tag in re.findall(r"<[a-z][^>]*hx-post=[^>]*>", text):
        assert re.match(r"<form .*action=|<button .*type=\"submit\" name=", tag)
    for tag in re.findall(r"<[a-z][^>]*hx-get=[^>]*>", text):
        known = re.search(rf"hx-get=\"{{% url ({'|'.join(OF_THEIR_OWN)}) ", tag)
        assert known or re.match(r"<a href=|<form .*method=\"get\" action=", tag)


def test_every_state_and_choice_has_its_words():
    from connections import sharing
    from connections.models import SHARES as SHARED
    from connections.models import TYPES as SYNCS
    from connections.models import Connection
    from connections.standing import REFUSALS

    assert set(STANDINGS) == {*Connection.Status.values, *REFUSALS}
    assert set(SHARES) == set(SHARED)
    assert {"roster", *TYPES} == set(SYNCS)
    assert set(VERSIONS) == {"1.1", "1.2"}
    assert set(FIELDS) <= set(sharing.WITHHOLDABLE)


def test_every_level_and_collection_has_its_words():
    grouped = [name for _, names in GROUPS for name in names]
    assert sorted(grouped) == sorted(KINDS)
    assert set(KIND_TERMS) == set(FACTS) == set(KINDS)
    assert set(COLLECTION_TERMS) == set(COLLECTIONS)
    for kind, columns in FACTS.items():
        known = {field.name for field in (*KINDS[kind].model._meta.fields, *Course._meta.fields)}
        assert {column for column, _ in columns} <= known | {"child"}, kind
