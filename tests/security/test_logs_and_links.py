"""What leaves by the log and by e-mail: no cell of a child's row, no address of an attacker's."""

from __future__ import annotations

import re
import time

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from portal.logs import Line, without_secrets
from portal.models import Staff
from roster.jobs import work
from roster.models import Job

FAULTS = (
    'psycopg.errors.UniqueViolation: duplicate key value violates unique constraint "x"\n'
    "DETAIL:  Key (organization_id, sourced_id)=(1, ann-smith) already exists.\n",
    "psycopg.errors.StringDataRightTruncation: value too long for type character varying(9)\n"
    'CONTEXT:  COPY staged_users, line 3, column given_name: "ann-smith\n  ann-smith"\n',
)


@pytest.mark.parametrize("text", FAULTS)
def test_an_error_of_the_database_shows_nobodys_row(text: str) -> None:
    told = without_secrets(text)
    assert "ann-smith" not in told
    assert text.splitlines()[0] in told


@pytest.mark.parametrize("begin", ["authorization=", "authorization", "token", "bearer", "://"])
def test_an_address_full_of_blanks_is_logged_at_once(begin: str) -> None:
    began = time.perf_counter()
    without_secrets(begin + " " * 20_000)
    without_secrets((begin + " ") * 4000)
    assert time.perf_counter() - began < 1


def test_a_form_refused_without_its_token_costs_no_time(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Anybody can have that refusal logged, with the address that was asked."""
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post("/docs/oneroster-authorization=" + "%20" * 20_000)
    assert answer.status_code == 403
    began = time.perf_counter()
    for record in caplog.records:
        Line().format(record)
    assert caplog.records
    assert time.perf_counter() - began < 1


def test_a_link_in_an_email_goes_to_the_public_address(
    db: None, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.PUBLIC_URL = "https://desk.example"
    settings.ALLOWED_HOSTS = ["*"]
    Staff.objects.create_user("dana@riverside.example", "correct horse battery")
    browser = Client(headers={"Host": "evil.example"})
    browser.post("/account/password/reset/", {"email": "dana@riverside.example"})
    work(Job.objects.get().pk, "worker")
    (sent,) = mailoutbox
    body = str(sent.body)
    assert "evil.example" not in body + str(sent.subject)
    assert re.search(r"https://desk\.example/account/password/reset/key/\S+", body)
