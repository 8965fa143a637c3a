"""Files that come over HTTP: nobody unknown fills our disk."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.test import Client

from portal import uploads
from portal.models import Staff
from tests.cast import dana, riverside

__all__ = ["dana", "riverside"]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of what went past the first handler, to be kept in memory or on disk."""
    sizes: list[int] = []
    kept = FileUploadHandler.__subclasses__()
    for handler in (one for one in kept if one is not uploads.SignedInOnly):
        if "receive_data_chunk" in vars(handler):
            monkeypatch.setattr(
                handler,
                "receive_data_chunk",
                lambda self, raw, start: sizes.append(len(raw)),
            )
    return sizes


@pytest.mark.parametrize("path", ["/oauth2/token", "/sign-in/", "/oauth2/revoke"])
def test_a_stranger_cannot_have_a_file_kept(db: None, written: list[int], path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/sign-in/")
    file = SimpleUploadedFile("x.zip", b"a" * 3_000_000)
    answer = browser.post(path, {"grant_type": "client_credentials", "file": file})
    assert answer.status_code in (400, 401, 403)
    assert written == []


def test_a_vendor_that_sends_a_form_of_parts_gets_its_answer(db: None) -> None:
    answer = Client().post("/oauth2/token", {"grant_type": "client_credentials"})
    assert answer.json()["error"] == "invalid_client"


def test_staff_may_send_files(dana: Staff) -> None:
    request: Any = HttpRequest()
    request.user = dana
    handler = uploads.SignedInOnly(request)
    handler.new_file("file", "x.zip", "application/zip", 3)
    assert handler.receive_data_chunk(b"abc", 0) == b"abc"
