"""What leaves by the log and by e-mail: no cell of a child's row, no address of an attacker's."""

from __future__ import annotations

import re

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from portal.logs import without_secrets
from portal.models import Staff

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


def test_a_link_in_an_email_goes_to_the_public_address(
    db: None, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.PUBLIC_URL = "https://desk.example"
    settings.ALLOWED_HOSTS = ["*"]
    Staff.objects.create_user("dana@riverside.example", "correct horse battery")
    browser = Client(headers={"Host": "evil.example"})
    browser.post("/account/password/reset/", {"email": "dana@riverside.example"})
    (sent,) = mailoutbox
    body = str(sent.body)
    assert "evil.example" not in body + str(sent.subject)
    assert re.search(r"https://desk\.example/account/password/reset/key/\S+", body)
