"""`python -m tests.benchmarks.grading`: what writes of vendors take, and reading beside them.

A generated district, one vendor in many connections, so many results posted. Requests go through
the whole API in this process, without a socket between, so the clock sees the server's work.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import resource
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

from tests.benchmarks import commands, samples
from tests.benchmarks.asking import Broken
from tests.benchmarks.installation import ENGINES, installation

SLUG = "benchmark"
AT_ONCE = 1_000
WRITES = 20
EARLIER = 600_000
"""By so many milliseconds copies are older: a delta tells the last five minutes again."""
BASES = {"results": "/ims/oneroster/gradebook/v1p2", "enrollments": "/ims/oneroster/rostering/v1p2"}


class Vendor:
    """One connection, which asks in this process."""

    def __init__(self, told: dict[str, Any]) -> None:
        from django.test import Client

        self.browser = Client(SERVER_NAME="127.0.0.1")
        form = {
            "grant_type": "client_credentials",
            "client_id": told["client_id"],
            "client_secret": told["client_secret"],
        }
        self.token = self.browser.post("/oauth2/token", form).json()["access_token"]

    def ask(self, method: str, path: str, body: Any = None, service: str = "results") -> Any:
        answer = self.browser.generic(
            method,
            BASES[service] + path,
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        if answer.status_code >= 300:
            raise Broken(f"{method} {path}: {answer.status_code} {answer.content[:300]!r}")
        return answer


class Scene:
    """The district's enrollments of students, in turn, and the connections of one vendor."""

    def __init__(self, connections: int) -> None:
        self.vendors = [
            Vendor(
                commands.here(
                    "create_connection", SLUG, "--vendor", f"Gradeful {number}", "--partner",
                    "Gradeful", "--oneroster", "1.2", "--type", "grade_book", "--all-schools",
                )
            )
            for number in range(connections)
        ]  # fmt: skip
        commands.here("refresh_cache", SLUG)
        self.writer = self.vendors[0]
        self.writer.ask("PUT", "/categories/work", {"category": {"title": "Work"}})
        self.pairs = self._pairs()
        self.items: dict[str, str] = {}
        self.numbers = count()

    def _pairs(self) -> list[tuple[str, str]]:
        from roster.models import Enrollment

        rows = Enrollment.objects.filter(role="student").order_by("klass", "user")
        return list(rows.values_list("klass", "user"))

    def item_of(self, klass: str) -> str:
        """Return the line item of a class, written when it is first asked for."""
        if klass not in self.items:
            body = {
                "title": "Work", "class": {"sourcedId": klass}, "category": {"sourcedId": "work"},
                "resultValueMin": 0, "resultValueMax": 100,
            }  # fmt: skip
            self.items[klass] = f"item-{len(self.items)}"
            self.writer.ask("PUT", f"/lineItems/{self.items[klass]}", {"lineItem": body})
        return self.items[klass]

    def results(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield results without end, each with its line item's id, by class."""
        while True:
            for klass, student in self.pairs:
                number = next(self.numbers)
                item = self.item_of(klass)
                yield item, {
                    "sourcedId": f"result-{number}", "lineItem": {"sourcedId": item},
                    "student": {"sourcedId": student}, "scoreStatus": "fully graded",
                    "score": number % 101,
                }  # fmt: skip


def fill(scene: Scene, results: int) -> None:
    """Post results, some of a class at once."""
    began, of = time.perf_counter(), ""
    waiting: list[dict[str, Any]] = []
    every = scene.results()
    for _ in range(results):
        item, body = next(every)
        if waiting and (item != of or len(waiting) == AT_ONCE):
            scene.writer.ask("POST", f"/lineItems/{of}/results", {"results": waiting})
            waiting = []
        waiting, of = [*waiting, body], item
    scene.writer.ask("POST", f"/lineItems/{of}/results", {"results": waiting})
    seconds = time.perf_counter() - began
    print(f"{results:,} results posted in {seconds:.1f} s, {results / seconds:,.0f} a second.")


def multiply(times: int) -> None:
    """Have so many of each result, written earlier: copied in the database, where PostgreSQL is."""
    from django.db import connection

    from roster.caches import forget
    from roster.models import Written

    began, span, far = time.perf_counter(), _span(), 10_000_000
    columns = [str(each.column) for each in Written._meta.fields if each.column != "id"]
    into = ", ".join(f'"{name}"' for name in columns)
    other = {
        "number": f"number - {EARLIER}::bigint - nth * {span}::bigint",
        "record": f"written.record - nth * {far}::bigint",
        "sourced_id": "written.sourced_id || '-' || nth",
        "shown_12": "shown.id",
        "stone_12": "stone.id",
        "shown_11": "0",
        "stone_11": "0",
    }
    chosen = ", ".join(other.get(name, f'written."{name}"') for name in columns)
    copies = f"generate_series(1, {times - 1}) nth"
    same = "version = '1.2' AND collection = 'results' AND record < 0"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO roster_document (organization_id, version, collection, record,"
            " digest, sourced_id, status, role, school, klass, person, body, facts)"
            f" SELECT organization_id, version, collection, record - nth * {far}::bigint,"
            " md5(digest || nth), sourced_id || '-' || nth, status, role, school, klass,"
            " person, replace(body, '\"' || sourced_id || '\"',"
            f" '\"' || sourced_id || '-' || nth || '\"'), facts FROM {copies}"
            f" CROSS JOIN roster_document WHERE {same} ORDER BY nth, id"
        )
        cursor.execute("ANALYZE roster_document")
        cursor.execute(
            f"INSERT INTO roster_written ({into}) SELECT {chosen}"
            f" FROM {copies} CROSS JOIN roster_written written"
            " JOIN roster_document first ON first.id = written.shown_12"
            " JOIN roster_document last ON last.id = written.stone_12"
            + "".join(
                f" JOIN roster_document {new} ON {new}.version = '1.2'"
                f" AND {new}.collection = 'results'"
                f" AND {new}.record = {old}.record - nth * {far}::bigint"
                f" AND {new}.digest = md5({old}.digest || nth)"
                for new, old in (("shown", "first"), ("stone", "last"))
            )
            # As if they had been written one after the other.
            + " WHERE written.collection = 'results' ORDER BY nth DESC, number"
        )
        cursor.execute("ANALYZE roster_written")
    forget()
    many, seconds = Written.objects.filter(collection="results").count(), time.perf_counter()
    print(f"{many:,} results, copied in {seconds - began:.0f} s.")


def _span() -> int:
    from django.db.models import Max, Min

    from roster.models import Written

    found = Written.objects.aggregate(first=Min("number"), last=Max("number"))
    return int(found["last"] - found["first"]) + 1


def measure(scene: Scene, many: int, profile: str) -> None:
    every, results = scene.results(), scene.numbers
    item, body = next(every)

    def put() -> None:
        scene.writer.ask(
            "PUT", f"/results/put-{next(results)}", {"result": {**body, "sourcedId": ""}}
        )

    def replace() -> None:
        scene.writer.ask("PUT", "/results/put", {"result": {**body, "sourcedId": ""}})

    def page(service: str, offset: int) -> Callable[[], None]:
        return lambda: scene.writer.ask(
            "GET", f"/{service}?limit=1000&offset={offset}", None, service
        )

    def after_a_write(ask: Callable[[], None]) -> Callable[[], Callable[[], None]]:
        def prepared() -> Callable[[], None]:
            replace()
            return ask

        return prepared

    total = int(scene.writer.ask("GET", "/results?limit=1").headers["X-Total-Count"])
    middle = total // 2000 * 1000
    since = scene.writer.ask("GET", f"/lineItems/{item}").json()
    stamp = since["lineItem"]["dateLastModified"]
    delta = f"/results?limit=1000&filter=dateLastModified%3E'{stamp}'&sort=dateLastModified"
    rows: dict[str, Callable[[], Any]] = {
        "a result created": put,
        "a result replaced": replace,
        "page of 1,000 enrollments": page("enrollments", 0),
        "page of 1,000 results": page("results", 0),
        "page of 1,000 results in the middle": page("results", middle),
        "a single result": lambda: scene.writer.ask("GET", "/results/put"),
        "results of a class": lambda: scene.writer.ask(
            "GET", f"/classes/{scene.pairs[0][0]}/results?limit=1000"
        ),
        "page of 1,000 changed results": lambda: scene.writer.ask("GET", delta),
    }
    replace()
    for title, act in rows.items():
        # Whatever was written since: each reading comes after a write.
        wrote = title in ("a result created", "a result replaced")
        taken = Taken.of(act, many, (lambda: None) if wrote else replace)
        print(f"{title:<36} {taken}")
        if profile and profile in title:
            explain(act, replace)


class Taken:
    """What some acts took, by the clock and of this process's processor time, in seconds."""

    def __init__(self) -> None:
        self.clock: list[float] = []
        self.processor: list[float] = []

    @classmethod
    def of(cls, act: Callable[[], Any], many: int, before: Callable[[], Any]) -> Taken:
        taken = cls()
        for _ in range(many):
            before()
            taken.take(act)
        return taken

    def take(self, act: Callable[[], Any]) -> None:
        began, used = time.perf_counter(), time.process_time()
        act()
        self.processor.append(time.process_time() - used)
        self.clock.append(time.perf_counter() - began)

    def __str__(self) -> str:
        told = [
            f"{name} {min(each) * 1000:6.1f} {samples.p50(each) * 1000:6.1f} ms"
            for name, each in (("clock", self.clock), ("processor", self.processor))
        ]
        return f"{', '.join(told)} (least, median), first {self.clock[0] * 1000:7.1f}"


def explain(act: Callable[[], Any], before: Callable[[], Any]) -> None:
    before()
    profiler = cProfile.Profile()
    profiler.runcall(act)
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)


def seen_by_all(eyes: Eyes, writes: int) -> None:
    """Write, and let each connection ask for what is new."""
    scene, writing, looking = eyes.scene, Taken(), Taken()
    for _ in range(writes):
        writing.take(eyes.write)
        for number in range(len(scene.vendors)):
            looking.take(partial(eyes.look, number))
    print(f"{writes} writes seen by {len(scene.vendors)} connections")
    print(f"{'  a write':<36} {writing}")
    print(f"{'  a look':<36} {looking}")


def at_pace(eyes: Eyes, seconds: int) -> None:
    """Have 20 writes a second, and each connection look once a second, one after the other."""
    many = len(eyes.scene.vendors)
    acts: list[tuple[float, Callable[[], None]]] = []
    for second in range(seconds):
        acts += [(second + n / WRITES, eyes.write) for n in range(WRITES)]
        acts += [(second + (n + 0.5) / many, partial(eyes.look, n)) for n in range(many)]
    began, late = time.perf_counter(), []
    for due, act in sorted(acts, key=lambda each: each[0]):
        time.sleep(max(0.0, began + due - time.perf_counter()))
        act()
        late.append(time.perf_counter() - began - due)
    print(f"{WRITES} writes and {many} looks a second, for {seconds} s: done so long after due")
    print(f"{'  median, 95 of 100, most':<36} " + ", ".join(
        f"{each * 1000:.1f} ms" for each in (samples.p50(late), samples.p95(late), max(late))
    ))  # fmt: skip


class Eyes:
    """One vendor writes a result, and its connections look for what is new."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        _, self.body = next(scene.results())
        self.stamps = ["2000-01-01T00:00:00.000Z"] * len(scene.vendors)

    def write(self) -> None:
        body = {"result": {**self.body, "sourcedId": ""}}
        self.scene.writer.ask("PUT", "/results/seen", body)

    def look(self, number: int) -> None:
        since = f"filter=dateLastModified%3E%3D'{self.stamps[number]}'"
        path = f"/results?limit=10&{since}&sort=dateLastModified&orderBy=desc"
        newest = self.scene.vendors[number].ask("GET", path).json()["results"][0]
        assert newest["sourcedId"] == "seen"
        self.stamps[number] = newest["dateLastModified"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.grading")
    parser.add_argument("--students", type=int, default=2_000)
    parser.add_argument("--results", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=1, help="copies of each (PostgreSQL)")
    parser.add_argument("--connections", type=int, default=30)
    parser.add_argument("--samples", type=int, default=15)
    parser.add_argument("--seconds", type=int, default=20, help="how long writes keep their pace")
    parser.add_argument("--engine", choices=ENGINES, default="postgresql")
    parser.add_argument("--profile", default="", help="explain the rows whose title has this")
    asked = parser.parse_args()
    with installation(asked.engine) as folder:
        from roster.generator.making import make_bundle

        commands.here("create_organization", SLUG, "--name", "Benchmark")
        make_bundle(folder / "first.zip", asked.students, oneroster="1.2", school_year=2027)
        commands.here("create_partner", "Gradeful", "--oneroster", "1.2", "--type", "grade_book")
        commands.here("import_roster", SLUG, folder / "first.zip")
        print(f"{asked.students:,} students, {asked.engine}, load {os.getloadavg()[0]:.1f}")
        scene = Scene(asked.connections)
        fill(scene, asked.results)
        if asked.times > 1:
            multiply(asked.times)
        measure(scene, asked.samples, asked.profile)
        eyes = Eyes(scene)
        seen_by_all(eyes, 20)
        at_pace(eyes, asked.seconds)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"load {os.getloadavg()[0]:.1f}; this process took {most:,.0f} MB at most")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    main()
