"""A forgotten password: the page tells nobody who has an account, and waits for no mail server."""

from __future__ import annotations

import re
from datetime import timedelta

import time_machine
from django.core.cache import cache
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.models import Staff
from roster.clock import clock
from roster.jobs import work
from roster.models import AuditEntry, Job
from tests.mail import Sink, sink

__all__ = ["sink"]

RESET = "/account/password/reset/"


def ask(email: str) -> tuple[str, list[str]]:
    """Ask as a stranger does; return the page that answers, and the shapes of all statements."""
    cache.clear()  # Which counts attempts.
    with CaptureQueriesContext(database) as queries:
        answer = Client().post(RESET, {"email": email}, follow=True)
    assert answer.redirect_chain == [("/account/password/reset/done/", 302)]
    verbs = [str(query["sql"]).partition(" ")[0] for query in queries]
    return answer.content.decode(), verbs


def done() -> list[str]:
    for job in Job.objects.filter(kind="password"):
        work(job.pk, "worker")
    return list(Job.objects.filter(kind="password").order_by("pk").values_list("state", flat=True))


def test_known_and_unknown_addresses_are_answered_by_the_same_work(dana: Staff, sink: Sink):
    assert ask(dana.email) == ask("nobody@riverside.example")
    assert sink.got == []
    assert done() == ["done", "done"]
    ((to, mail),) = sink.got
    assert to == [dana.email]
    link = re.search(r"https://desk\.example(/account/password/reset/key/\S+)", str(mail))
    assert link
    form = Client().get(link[1], follow=True)
    assert "Choose a password" in form.content.decode()
    assert AuditEntry.objects.get(action="password.link_sent").object_id == str(dana.pk)
    assert dana.email not in repr(list(Job.objects.values_list("arguments", "key", "result")))


def test_with_the_mail_server_down_it_is_sent_later(dana: Staff, sink: Sink):
    sink.broken = "451 try again"
    ask(dana.email)
    assert done() == ["queued"]
    assert sink.got == []
    sink.broken = ""
    with time_machine.travel(clock() + timedelta(minutes=2), tick=False):
        assert done() == ["done"]
    assert len(sink.got) == 1


def test_a_mail_that_nobody_waits_for_any_more_is_given_up(dana: Staff, sink: Sink):
    sink.broken = "451 try again"
    ask(dana.email)
    with time_machine.travel(clock() + timedelta(hours=7), tick=False):
        assert done() == ["failed"]


def test_an_ended_account_gets_nothing(dana: Staff, sink: Sink):
    Staff.objects.filter(pk=dana.pk).update(is_active=False)
    ask(dana.email)
    assert done() == ["done"]
    assert sink.got == []
