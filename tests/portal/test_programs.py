"""What only pages need isn't done for vendors' programs."""

from __future__ import annotations

import pytest
from django.test import Client

ASKED = ("/ims/oneroster/rostering/v1p2/users", "/oauth2/token")
OF_PAGES = ("Content-Security-Policy", "Permissions-Policy", "Content-Language", "X-Frame-Options")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ASKED)
def test_a_program_is_answered_without_what_pages_need(client: Client, path: str):
    client.cookies["sessionid"] = "of-a-browser"
    answer = client.get(path, headers={"Accept-Language": "es"})
    assert answer.status_code in (401, 405)
    assert not hasattr(answer.wsgi_request, "session")
    assert not answer.cookies
    assert not set(OF_PAGES) & set(answer.headers)
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/oauth2/nothing", "/ims/nothing"])
def test_an_address_that_nobody_has_is_a_page(client: Client, path: str):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Content-Security-Policy" in answer.headers
