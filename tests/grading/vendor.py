"""A vendor that writes: it sends bodies to addresses and gets the answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from django.test import Client

from tests.acceptance.vendor import BASES
from tests.cast import ask_token

SINGULAR = {
    "categories": "category",
    "lineItems": "lineItem",
    "results": "result",
    "scoreScales": "scoreScale",
    "assessmentLineItems": "assessmentLineItem",
    "assessmentResults": "assessmentResult",
}


@dataclass
class Vendor:
    """One connection of a vendor."""

    version: str
    client_id: str
    client_secret: str
    connection: int
    token: str = ""
    browser: Client = field(default_factory=Client)

    def grant(self, scope: str = "") -> str:
        asked = {"scope": scope} if scope else {}
        return str(ask_token(self.client_id, self.client_secret, **asked).json()["access_token"])

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request to a path below the gradebook's base."""
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        content = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        address = BASES[self.version]["gradebook"] + path
        return self.browser.generic(
            method, address, content, content_type="application/json", headers=sent
        )

    def put(self, collection: str, sourced_id: str, **values: Any) -> Any:
        address = f"/{collection}/{quote(sourced_id, safe='')}"
        return self.send("PUT", address, {SINGULAR[collection]: values})

    def delete(self, collection: str, sourced_id: str) -> Any:
        return self.send("DELETE", f"/{collection}/{quote(sourced_id, safe='')}")

    def single(self, collection: str, sourced_id: str) -> Any:
        return self.send("GET", f"/{collection}/{quote(sourced_id, safe='')}")

    def document(self, collection: str, sourced_id: str) -> dict[str, Any]:
        answer = self.single(collection, sourced_id)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()[SINGULAR[collection]]
        return found

    def read(self, path: str, **query: Any) -> list[dict[str, Any]]:
        answer = self.send("GET", f"{path}?{urlencode({'limit': 1000, **query})}")
        assert answer.status_code == 200, answer.content
        found: list[dict[str, Any]] = answer.json()[path.rpartition("/")[2]]
        return found

    def ids(self, path: str, **query: Any) -> list[str]:
        return [each["sourcedId"] for each in self.read(path, **query)]


def ref(sourced_id: str) -> dict[str, str]:
    return {"sourcedId": sourced_id}


def line_item(**values: Any) -> dict[str, Any]:
    """Return a line item of a class with its category, as short as a vendor may send it."""
    return {
        "title": "Quiz 1",
        "class": ref("k-phy-n"),
        "category": ref("cat-hw"),
        "dueDate": "2026-02-20T23:59:00Z",
        "resultValueMin": 0,
        "resultValueMax": 100,
        **values,
    }


def result(item: str, **values: Any) -> dict[str, Any]:
    return {
        "lineItem": ref(item),
        "student": ref("ann"),
        "scoreStatus": "fully graded",
        "score": 80.5,
        "scoreDate": "2026-02-21",
        **values,
    }
