"""What a person does in the portal with a real browser, and a vendor with what it was given."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from playwright.sync_api import Page

from connections import credentials
from connections.information import information
from connections.models import Connection
from tests.cast import PASSWORD


def sign_in(page: Page, base: str, email: str) -> None:
    page.goto(f"{base}/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{base}/o/**")


def create_connection(page: Page, base: str, *, vendor: str, version: str) -> None:
    """Take a non-partner through the steps, from the list on; ends on Information to Share."""
    page.goto(f"{base}/o/riverside/connections/")
    page.get_by_role("link", name="Connect the first vendor").click()
    page.get_by_label("Connect to other application").check()
    page.get_by_label("Name of the application").fill(vendor)
    page.get_by_label("I understand that this connection is unsupported").check()
    go_on(page, "What does it read?")
    page.get_by_label(f"OneRoster {version}").check()
    go_on(page, "What may it see?")
    go_on(page, "What in your data would give this vendor trouble?")
    go_on(page, "Why, and with whom?")
    page.get_by_label("Purpose").fill("Reading practice")
    page.get_by_role("button", name="Create the connection").click()
    page.wait_for_url("**/information/")


def go_on(page: Page, heading: str) -> None:
    """Press Next, and wait for the step of that heading."""
    page.get_by_role("button", name="Next").click()
    page.get_by_role("heading", name=heading).wait_for()


def line(page: Page, key: str) -> str:
    """Read a line of the panel off the page."""
    return page.locator(f"#{key}").inner_text().strip()


def token(token_url: str, client_id: str, client_secret: str) -> dict[str, Any]:
    """Ask for a token as a vendor does."""
    credentials = b64encode(f"{client_id}:{client_secret}".encode()).decode()
    return answer(
        Request(
            token_url,
            data=urlencode({"grant_type": "client_credentials"}).encode(),
            headers={"Authorization": f"Basic {credentials}"},
        )
    )


def read(address: str, bearer: str) -> dict[str, Any]:
    return answer(Request(address, headers={"Authorization": f"Bearer {bearer}"}))


class Vendor:
    """A vendor with a secret of its own and the addresses it was given."""

    def __init__(self, connection: Connection, base: str) -> None:
        told = information(connection, base)
        secret = credentials.rotate(connection, by="test")
        self.token = token(told["token_url"], told["client_id"], secret)["access_token"]
        self.base = told["base_url"]

    def students(self) -> list[dict]:
        return list(read(f"{self.base}/students?limit=100", self.token)["users"])


def answer(request: Request) -> dict[str, Any]:
    with urlopen(request, timeout=20) as response:
        return dict(json.load(response))
