"""A host that isn't ours: vendors are told so in form, and monitors are answered all the same."""

from __future__ import annotations

import pytest
from django.test import Client

OTHER = {"host": "elsewhere.example"}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/ims/oneroster/v1p1/users", '"imsx_codeMinor":"invalid data"'),
        ("/ims/oneroster/gradebook/v1p2/results", '"imsx_codeMinorFieldValue":"invaliddata"'),
        ("/oauth2/token", '"error": "invalid_request"'),
        ("/sign-in/", "Nobody here answers for this host."),
    ],
)
def test_it_is_refused_in_the_words_of_what_was_asked(client: Client, path: str, words: str):
    answer = client.get(path, headers=OTHER)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert "elsewhere" not in answer.content.decode()


@pytest.mark.django_db
def test_monitors_ask_by_any_host(client: Client):
    assert client.get("/healthz", headers=OTHER).status_code == 200
    assert client.get("/readyz", headers=OTHER).status_code == 200
