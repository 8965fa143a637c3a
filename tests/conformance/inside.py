"""A server inside this process for whoever asks by `requests`, which can be made faulty."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from django.test import Client
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict


@dataclass
class Given:
    """An answer on its way out."""

    method: str
    path: str
    query: str
    status: int
    headers: CaseInsensitiveDict[str]
    content: bytes


@dataclass
class Inside(BaseAdapter):
    """Carries requests to Django; `spoil` may change what comes back."""

    spoil: Callable[[Given], None] = lambda given: None
    browser: Client = field(default_factory=Client)

    def send(self, request: Any, *args: Any, **more: Any) -> requests.Response:
        url = urlsplit(request.url)
        address = url.path + (f"?{url.query}" if url.query else "")
        kind = request.headers.get("Content-Type", "application/octet-stream")
        # What is packed couldn't be spoilt.
        sent = {key: value for key, value in request.headers.items() if key != "Accept-Encoding"}
        told = self.browser.generic(request.method, address, request.body or "", kind, headers=sent)
        content = b"".join(told) if told.streaming else told.content  # type: ignore[attr-defined,call-overload]
        headers = CaseInsensitiveDict(told.items())
        given = Given(request.method, url.path, url.query, told.status_code, headers, content)
        self.spoil(given)
        answer = requests.Response()
        answer.status_code, answer.headers, answer.url = given.status, given.headers, request.url
        answer.raw, answer.request = io.BytesIO(given.content), request
        return answer

    def close(self) -> None:
        """Nothing is open."""


def session(spoil: Callable[[Given], None] = lambda given: None) -> requests.Session:
    made = requests.Session()
    made.mount("http://testserver", Inside(spoil))
    return made
