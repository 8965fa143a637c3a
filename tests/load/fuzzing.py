"""`python -m tests.load.fuzzing [--requests 100000] [--engine sqlite] [--students 8000]`.

Sends made-up requests to a real `serve` and fails if an answer is a fault of ours, or takes longer
than a second. Prints how many were answered how, and what was slowest.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.installation import ENGINES, installation
from tests.benchmarks.serving import served
from tests.load import district

ASKING = 4
LONGEST = 1.0
SOME = 40
"""Documents of each collection that are known to who makes up requests."""


class Line(http.client.HTTPConnection):
    """A connection that sends what it is given, whatever the standard says."""

    def _validate_path(self, url: str) -> None:
        pass

    def asked(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Any:
        self.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            self.putheader(name, value.encode("utf-8", "surrogatepass").replace(b"\r\n", b" "))
        self.putheader("Content-Length", str(len(body)))
        self.endheaders(body)
        answer = self.getresponse()
        return answer.status, answer.read()


@dataclass
class Seen:
    """What was answered; `faults` and `slow` are requests in words."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    times: list[tuple[float, str]] = field(default_factory=list)

    @property
    def slow(self) -> list[tuple[float, str]]:
        return sorted((each for each in self.times if each[0] > LONGEST), reverse=True)


def ask(
    port: int, vendor: dict[str, Any], number: int, requests: int, seen: Seen, end: float
) -> None:
    """Be one asker: a token, some documents of everything, and then guesses."""
    from tests.load.guesses import Guesser

    line = Line("127.0.0.1", port, timeout=60)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    grant = b"grant_type=client_credentials"
    _, told = line.asked(
        "POST", "/oauth2/token", grant, form | {"Authorization": district.basic(vendor)}
    )
    token = {"Authorization": f"Bearer {json.loads(told)['access_token']}"}
    guesser = Guesser(random.Random(number), vendor["oneroster"], {})  # noqa: S311
    for operation in guesser.reads:
        if operation.many and not operation.parents:
            _, told = line.asked("GET", f"{operation.address({})}?limit={SOME}", b"", token)
            found = json.loads(told)[operation.envelope]
            guesser.known.setdefault(operation.collection, []).extend(found)
    for _ in range(requests):
        if time.monotonic() > end:
            return
        guess = guesser.guess()
        began = time.perf_counter()
        words = f"{guess.method} {guess.path[:300]} {guess.body[:300]!r} {guess.headers}"
        try:
            status, _ = line.asked(guess.method, guess.path, guess.body, token | guess.headers)
        except (OSError, http.client.HTTPException) as error:
            line.close()
            seen.faults.append(f"{type(error).__name__}: {words}")
            continue
        took = time.perf_counter() - began
        seen.statuses[status] += 1
        seen.times.append((took, f"{status} {words if took > LONGEST else ''}"))
        if status >= 500:
            seen.faults.append(f"{status}: {words}")


def fuzz(engine: str, students: int, requests: int, seed: int, seconds: float) -> Seen:
    seen = Seen()
    with installation(engine) as folder:
        vendors = district.publish(folder, students, ASKING)
        end = time.monotonic() + seconds
        with served() as server:
            askers = [
                threading.Thread(
                    target=ask,
                    args=(
                        server.port,
                        vendor,
                        seed * ASKING + place,
                        requests // ASKING,
                        seen,
                        end,
                    ),
                )
                for place, vendor in enumerate(vendors)
            ]
            for asker in askers:
                asker.start()
            for asker in askers:
                asker.join()
    return seen


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.fuzzing", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--engine", choices=ENGINES, default="postgresql")
    parser.add_argument("--students", type=int, default=8_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--seconds", type=float, default=3600, help="end then, however many it were"
    )
    asked = parser.parse_args()
    began = time.monotonic()
    seen = fuzz(asked.engine, asked.students, asked.requests, asked.seed, asked.seconds)
    told = ", ".join(f"{count:,} × {status}" for status, count in sorted(seen.statuses.items()))
    times = sorted(each for each, _ in seen.times)
    print(
        f"{asked.engine}, {asked.students:,} students: {seen.statuses.total():,} requests in"
        f" {time.monotonic() - began:.0f} s: {told}; p50 {times[len(times) // 2] * 1000:.0f} ms,"
        f" slowest {times[-1]:.2f} s, over {LONGEST:.0f} s: {len(seen.slow)}"
    )
    for words in [*seen.faults[:20], *(f"{took:.2f} s: {what}" for took, what in seen.slow[:20])]:
        print(words)
    return bool(seen.faults or seen.slow)


if __name__ == "__main__":
    sys.exit(main())
