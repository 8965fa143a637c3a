"""Hand-over: a link that shows a client secret once, to whoever presses its button."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from connections import credentials, hand_over, tasks
from connections.models import Connection, HandOver, Secret
from portal import logs
from roster.clock import clock
from roster.models import AuditEntry
from roster.refusal import Refused
from tests.cast import ask_token

INFORMATION = "/o/riverside/connections/{}/information/"


@pytest.fixture
def address(as_dana: Client, brightpath: Connection) -> str:
    """A link as Dana makes it on the page, which shows it once."""
    page = INFORMATION.format(brightpath.pk)
    answer = as_dana.post(reverse("connection_hand_over", args=["riverside", brightpath.pk]))
    assert answer["Location"] == page
    shown = as_dana.get(page).context["address"]
    assert as_dana.get(page).context["address"] is None
    return shown.removeprefix("http://testserver").removeprefix("http://localhost")


@pytest.fixture(autouse=True)
def _on_this_machine(settings):
    settings.PUBLIC_URL = "http://localhost"


def test_a_link_shows_the_secret_once(address: str, brightpath: Connection):
    for look in ("get", "head", "get"):
        assert getattr(Client(), look)(address).status_code == 200
    page = Client().get(address)
    assert "no-store" in page["Cache-Control"]
    assert "noindex" in page["X-Robots-Tag"]
    assert "It is shown once" in page.content.decode()
    opened = Client().post(address)
    lines = {line["key"]: line["value"] for line in opened.context["lines"]}
    assert lines["client_secret"] in opened.content.decode()
    assert ask_token(lines["client_id"], lines["client_secret"]).status_code == 200
    for again in ("get", "post"):
        answer = getattr(Client(), again)(address)
        assert answer.status_code == 410
        assert "opened already" in answer.content.decode()
        assert lines["client_secret"] not in answer.content.decode()
    assert HandOver.objects.get().sealed == ""
    done = AuditEntry.objects.filter(action__startswith="hand_over.").order_by("pk")
    assert [entry.action for entry in done] == ["hand_over.made", "hand_over.opened"]


def test_what_is_kept_of_a_link_opens_nothing(address: str, brightpath: Connection):
    link, word = HandOver.objects.get(), address.split("/")[2]
    assert word not in str([*HandOver.objects.values(), *AuditEntry.objects.values()])
    assert link.sealed
    assert link.digest != word
    line = logs.Line().format(
        logging.makeLogRecord({"msg": f"Not Found: {address}", "levelno": 30})
    )
    assert word not in line


def test_a_new_link_ends_the_one_before(address: str, brightpath: Connection):
    assert [secret.last_used for secret in credentials.live(brightpath)] == [None]
    Secret.objects.filter(ended=None).update(last_used=clock())
    hand_over.issue(brightpath, by="Dana")
    old = Client().get(address)
    assert (old.status_code, "replaced it" in old.content.decode()) == (410, True)
    assert len(credentials.live(brightpath)) == 2
    assert hand_over.withdraw(brightpath, by="Dana")
    assert not hand_over.withdraw(brightpath, by="Dana")
    assert len(credentials.live(brightpath)) == 1


def test_a_link_expires_and_is_forgotten(address: str, brightpath: Connection, as_victor: Client):
    HandOver.objects.update(expires=clock() - timedelta(seconds=1))
    assert "has expired" in Client().post(address).content.decode()
    home = as_victor.get("/o/riverside/").content.decode()
    assert "has expired unopened" in home
    tasks.tend()
    assert HandOver.objects.get().sealed == ""


def test_home_tells_of_a_link_that_nobody_opened(address: str, as_victor: Client):
    assert "hasn&#x27;t been opened yet" in as_victor.get("/o/riverside/").content.decode()
    Client().post(address)
    page = as_victor.get("/o/riverside/")
    assert "hasn&#x27;t been opened yet" not in page.content.decode()
    assert page.context["steps"][2]


def test_a_closed_connection_hands_over_nothing(address: str, brightpath: Connection):
    Connection.objects.update(status="closed")
    assert Client().post(address).status_code == 410
    with pytest.raises(Refused):
        hand_over.issue(brightpath, by="Dana")


@pytest.mark.parametrize("base", ["http://roster.example"])
def test_no_secret_goes_over_an_unprotected_address(
    base: str, address: str, as_dana: Client, brightpath: Connection, settings
):
    settings.PUBLIC_URL = base
    assert "unprotected" in Client().post(address).content.decode()
    assert HandOver.objects.get().sealed
    as_dana.post(reverse("connection_hand_over", args=["riverside", brightpath.pk]))
    assert HandOver.objects.count() == 1


def test_the_command_makes_a_link(brightpath: Connection):
    out = StringIO()
    call_command("hand_over", "riverside", str(brightpath.pk), "--json", "--days=2", stdout=out)
    told = json.loads(out.getvalue())
    path = told["link"].removeprefix("http://localhost")
    assert "Show it now" in Client().get(path).content.decode()
    out = StringIO()
    call_command("hand_over", "riverside", str(brightpath.pk), "--withdraw", "--json", stdout=out)
    assert json.loads(out.getvalue())["withdrawn"]
    assert Client().get(path).status_code == 410
