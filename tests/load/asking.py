"""A vendor's program, as it asks an installation through nginx: one connection, kept alive."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.deploy.production import HOST
from tests.load.district import basic

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LOST = "no answer"


@dataclass(frozen=True)
class Told:
    """An answer: its status, or that there was none; the seconds until its last byte."""

    status: str
    seconds: float
    body: bytes


class Program:
    """What one connection's vendor runs; it asks for a token where it has none."""

    def __init__(self, port: int, vendor: dict[str, Any]) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.line = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=120)
        self.vendor = vendor
        self.base = urlsplit(vendor["base_url"]).path.rstrip("/")
        self.token = ""

    def get(self, path: str) -> Told:
        """Ask for a path below the base of rostering."""
        return self._ask("GET", self.base + path, {"Authorization": f"Bearer {self.token}"})

    def enter(self, basic_of: str = "") -> Told:
        """Ask for a token, with another's credentials where they are given."""
        header = {"Authorization": basic_of or basic(self.vendor)}
        told = self._ask("POST", "/oauth2/token", FORM | header, b"grant_type=client_credentials")
        if told.status == "200":
            self.token = json.loads(told.body)["access_token"]
        return told

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Told:
        began = time.perf_counter()
        try:
            self.line.request(method, path, body or None, {"Host": HOST} | headers)
            answer = self.line.getresponse()
            status, read = str(answer.status), answer.read()
        except (OSError, http.client.HTTPException):
            self.line.close()
            status, read = LOST, b""
        return Told(status, time.perf_counter() - began, read)
