"""Vendors who go on asking whatever happens, and what they were answered."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self

import requests

from tests.deploy.production import Production

LISTS = (
    "/ims/oneroster/rostering/v1p2/users?limit=20",
    "/ims/oneroster/v1p1/enrollments?limit=20",
)
"""What the vendors of the demo read: of 1.2 the first, of 1.1 the second."""
TOKEN_EVERY = 8
PAUSE = 0.05
STEADY = 1.0
"""Seconds of nothing but good answers after which a fault counts as over."""
PATIENCE = 90
FINE = ("200", "a new token")


@dataclass(frozen=True)
class Answer:
    """What a vendor was answered, in a word, and when (monotonic) the question and the answer."""

    asked: float
    told: float
    what: str

    @property
    def seconds(self) -> float:
        return self.told - self.asked


@dataclass
class Vendors:
    """Two vendors of two threads each, through nginx, for as long as the block lasts."""

    desk: Production
    answers: list[Answer] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        for place in range(4):
            asker = threading.Thread(target=self._ask, args=(place % 2,), daemon=True)
            self.threads.append(asker)
            asker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        for asker in self.threads:
            asker.join()

    def steady(self, since: float) -> float:
        """Return how long after `since` the last answer was that wasn't good; wait until all are.

        Raises AssertionError where that takes longer than anybody's patience.
        """
        while time.monotonic() < since + PATIENCE:
            bad = [each.told for each in self.answers if each.what not in FINE]
            last = max([since, *bad])
            after = [each for each in self.answers if each.asked > last]
            if after and after[-1].told - last > STEADY:
                return last - since
            time.sleep(0.1)
        raise AssertionError(f"Not over after {PATIENCE} s: {self.seen(since)}")

    def seen(self, since: float) -> Counter[str]:
        return Counter(each.what for each in self.answers if each.told > since)

    def _ask(self, vendor: int) -> None:
        token, turn = "", 0
        while not self.ending.wait(PAUSE):
            began = time.monotonic()
            form = not token or turn % TOKEN_EVERY == 0
            try:
                answer = self._token(vendor) if form else self._list(vendor, token)
                what = named(answer)
            except requests.RequestException as error:
                what = f"no answer ({type(error).__name__})"
            else:
                if form and answer.status_code == 200:
                    token = answer.json()["access_token"]
                elif what == "a new token":
                    token = ""
            self.answers.append(Answer(began, time.monotonic(), what))
            turn += 1

    def _token(self, vendor: int) -> requests.Response:
        known = self.desk.vendors[vendor]
        form = {key: known[key] for key in ("client_id", "client_secret")}
        return self.desk.ask(
            "POST", "/oauth2/token", data={"grant_type": "client_credentials", **form}
        )

    def _list(self, vendor: int, token: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return self.desk.ask("GET", LISTS[vendor], headers=headers)


def named(answer: requests.Response) -> str:
    """Return the status, and whether a refusal is one that a vendor's program can read."""
    status = str(answer.status_code)
    if status == "401" and "expired" in answer.text:
        return "a new token"
    if status in ("503", "429") and not in_form(answer):
        return f"{status} out of form"
    return status


def in_form(answer: requests.Response) -> bool:
    """Whether a refusal says when to come again, in the words of the version or of OAuth."""
    try:
        told: Any = str(answer.json())
    except ValueError:
        return False
    known = "server_busy" in told or "temporarily_unavailable" in told
    return known and "Retry-After" in answer.headers
