"""The log is one line per record, and no secret passes through it."""

import json
import logging

import pytest

from portal.logs import Line, without_secrets


def line(message, *args, **extra):
    record = logging.makeLogRecord(
        {"name": "roster", "levelname": "INFO", "msg": message, "args": args, **extra}
    )
    return Line().format(record)


def test_a_record_is_one_line_that_machines_read():
    text = line("read %d rows\nof users", 3, organization="riverside")
    told = json.loads(text)
    assert "\n" not in text
    assert told.pop("at").endswith("+00:00")
    assert told == {
        "level": "info",
        "logger": "roster",
        "message": "read 3 rows\nof users",
        "organization": "riverside",
    }


@pytest.mark.parametrize(
    "text",
    [
        "client_secret=hunter2&grant_type=client_credentials",
        "Authorization: Bearer hunter2",
        "Authorization: ' Bearer  hunter2'",
        "authorization =  hunter2",
        "{'Authorization': 'Basic hunter2'}",
        '{"access_token": "hunter2", "expires_in": 3600}',
        "postgres://me:hunter2@db/roster",
        "password = 'hunter2'",
    ],
)
def test_no_secret_is_logged(text):
    assert "hunter2" not in without_secrets(text)
    assert "***" in without_secrets(text)


def test_plain_words_stay():
    assert without_secrets("the token endpoint answered 401") == "the token endpoint answered 401"
