"""The table of requests that are measured: a further row of the report is a row here.

`first use` rows ask each sample something that no process was asked before and that has the same
answer; the others ask the same thing again and again. `expected` is the number of records that a
right answer holds; `before` is asked ahead of each sample, unmeasured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.benchmarks.asking import Request
from tests.benchmarks.scene import BEGINNING, READING_ON, RESTARTING, Scene

STUDENTS = "role='student'"
ACTIVE_STUDENTS = "role='student' AND status='active'"


Asking = Callable[[Scene, int], Request]


@dataclass(frozen=True)
class Case:
    """One row: what is asked for the n-th sample, how often, how many records it brings."""

    group: str
    title: str
    request: Asking
    expected: Callable[[Scene], int | None]
    samples: int = 60
    first_use: bool = False
    before: Asking | None = None


def page(limit: int, offset: Callable[[Scene], int], vendor: int) -> Asking:
    def asked(scene: Scene, n: int) -> Request:
        return scene.get("enrollments", vendor, limit=limit, offset=offset(scene))

    return asked


def filtered(collection: str, text: str) -> Asking:
    """Ask with a filter whose `{n}` is another word each time: `role='none7'` is nobody."""
    return lambda scene, n: scene.get(collection, limit=1000, filter=text.replace("{n}", str(n)))


def changed(scene: Scene, n: int) -> Request:
    """Ask for what changed since the stamp known; zeros behind it tell samples apart."""
    since = scene.stamp.removesuffix("Z").ljust(26 + n, "0")
    return scene.get("enrollments", limit=1000, filter=f"dateLastModified>'{since}Z'")


def first(scene: Scene) -> int:
    return 0


def deep(scene: Scene) -> int:
    return scene.deep


def held(limit: int, offset: Callable[[Scene], int]) -> Callable[[Scene], int]:
    return lambda scene: min(limit, scene.totals["enrollments"] - offset(scene))


def students(scene: Scene) -> int:
    return min(1000, scene.students)


def unknown(scene: Scene) -> None:
    return None


def one(scene: Scene) -> int:
    return 1


CASES = (
    *(
        Case(
            "pages",
            f"page of {limit:,} enrollments, {where}",
            page(limit, offset, vendor),
            held(limit, offset),
            samples,
        )
        for limit, samples in ((1000, 100), (10_000, 30))
        for where, offset, vendor in (
            ("first", first, BEGINNING),
            ("offset {deep:,}", deep, READING_ON),
        )
    ),
    Case(
        "pages",
        "page of 1,000 enrollments, first, beginning a run",
        page(1000, first, RESTARTING),
        held(1000, first),
        before=page(1, deep, RESTARTING),
    ),
    Case(
        "pages",
        "page of 1,000 enrollments, offset {deep:,}, gzip",
        lambda scene, n: replace(page(1000, deep, READING_ON)(scene, n), gzip=True),
        held(1000, deep),
        100,
    ),
    Case(
        "attack",
        "token, while wrong secrets are tried",
        lambda scene, n: scene.for_token(),
        unknown,
    ),
    Case(
        "busy",
        "page of 1,000 enrollments, offset {deep:,}, while a full compare runs",
        page(1000, deep, READING_ON),
        held(1000, deep),
    ),
    Case("single", "one record", lambda scene, n: scene.get(f"users/{scene.user}"), one, 200),
    Case("token", "token", lambda scene, n: scene.for_token(), unknown, 100),
    Case(
        "filter",
        f"`{STUDENTS}`, page of 1,000, first use",
        filtered("users", f"{STUDENTS} OR role='none{{n}}'"),
        students,
        20,
        first_use=True,
    ),
    Case("filter", f"`{STUDENTS}`, again", filtered("users", STUDENTS), students),
    Case(
        "filter",
        f"`{ACTIVE_STUDENTS}`, first use",
        filtered("users", f"role='none{{n}}' OR {ACTIVE_STUDENTS}"),
        students,
        20,
        first_use=True,
    ),
    Case("filter", f"`{ACTIVE_STUDENTS}`, again", filtered("users", ACTIVE_STUDENTS), students),
    Case(
        "filter",
        "`familyName~'son'`, first use",
        filtered("users", "familyName~'son' OR familyName='none{n}'"),
        unknown,
        20,
        first_use=True,
    ),
    Case(
        "filter",
        "`familyName~'son'`, again",
        filtered("users", "familyName~'son'"),
        unknown,
    ),
    Case(
        "nested",
        "students of a class",
        lambda scene, n: scene.get(f"classes/{scene.klass}/students", limit=1000),
        unknown,
    ),
    Case(
        "nested",
        "enrollments of a school, page of 1,000",
        lambda scene, n: scene.get(f"schools/{scene.school}/enrollments", limit=1000),
        unknown,
    ),
    Case(
        "delta",
        "delta of {changes:,} enrollments, page of 1,000, first use",
        changed,
        lambda scene: min(1000, scene.changes),
        20,
        first_use=True,
    ),
    Case(
        "delta",
        "delta of {changes:,} enrollments, again",
        lambda scene, n: changed(scene, 0),
        lambda scene: min(1000, scene.changes),
    ),
)
