"""Simulated vendors: a connection with one program or two, and how each of them asks.

What a program makes of it is in `programs.py` (copies of everything, deltas) and `pagers.py`
(filtered and sorted lists); what it would complain of in `complaints.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from django.test import Client as Browser

from connections.models import Connection
from roster.kinds import COLLECTIONS as KNOWN
from tests.model import complaints
from tests.model.comparing import Id
from tests.model.truth import Truth

if TYPE_CHECKING:
    from tests.model.programs import Program

COLLECTIONS = complaints.COLLECTIONS

BY_SCOPE = ("demographics", "resources")
"""These a token opens only where they are shared."""


@cache
def browser() -> Browser:
    """One for all: to make the middlewares anew for each request takes longer than answering."""
    return Browser()


@dataclass
class Habits:
    """How a program reads. `since`: by what it asks for changes; None: it reads everything.

    `largest`: the largest stamp received of each collection; `one`: the largest of all;
    `start`, `end`: when its last reading began or ended, by its own clock. `shares_token`: with
    the program before it.
    """

    since: str | None = None
    limit: int = 100
    clock_off: timedelta = timedelta()
    token_each: bool = False
    shares_token: bool = False


class Wallet:
    """The token that a program holds, or two of them together."""

    numbers = count(1)

    def __init__(self) -> None:
        self.token = ""
        self.name = ""

    def put(self, token: str) -> None:
        self.token, self.name = token, f"token {next(self.numbers)}"


@dataclass
class Vendor:
    """One vendor with its connection, its secret, its programs, and what it is to read."""

    connection: Connection
    secret: str
    truth: Truth
    wait: Callable[[float], None]
    enabled: bool = True
    suspended: bool = False
    until: date | None = None
    known: dict[Id, tuple[dict[str, Any], str, datetime]] = field(default_factory=dict)
    programs: list[Program] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.connection.vendor} ({self.version})"

    @property
    def version(self) -> str:
        return self.connection.oneroster

    @property
    def reads(self) -> bool:
        return self.enabled and not self.suspended and self.truth.head is not None

    def finish(self) -> None:
        """Let every program finish its sync, or make one."""
        for program in self.programs:
            program.finish()

    # Asking

    def ask_for_token(self) -> Any:
        return browser().post(
            "/oauth2/token",
            {
                "grant_type": "client_credentials",
                "client_id": self.connection.client.client_id,
                "client_secret": self.secret,
            },
        )

    def take_token(self, wallet: Wallet) -> None:
        answer = self.ask_for_token()
        assert answer.status_code == 200, answer.content
        wallet.put(answer.json()["access_token"])

    def get(
        self, wallet: Wallet, address: str, query: dict[str, Any], *, token_each: bool = False
    ) -> Any:
        """Ask, once more with a new token where the old one doesn't do."""
        self.wait(1)
        if token_each or not wallet.token:
            self.take_token(wallet)
        address += f"?{urlencode(query)}" if query else ""
        answer = self.ask(wallet.token, address)
        if answer.status_code in (401, 403):
            # Run out, or from before something more was shared.
            self.take_token(wallet)
            answer = self.ask(wallet.token, address)
        return answer

    def ask(self, token: str, address: str) -> Any:
        return browser().get(address, headers={"Authorization": f"Bearer {token}"})

    def path(self, collection: str) -> str:
        if self.version == "1.1":
            return f"/ims/oneroster/v1p1/{collection}"
        return f"/ims/oneroster/{KNOWN[collection].service}/v1p2/{collection}"

    def single(self, collection: str, sourced_id: str) -> str:
        return f"{self.path(collection)}/{quote(sourced_id, safe='')}"

    def is_shut(self, wallet: Wallet) -> bool:
        """Whether nothing can be read; then see that nothing is."""
        if self.suspended or not self.enabled:
            complaints.check_shut(self, wallet)
        return not self.reads
