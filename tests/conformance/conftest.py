"""One published district for all modules of this folder, and the vendors that read it.

Nobody changes it, so it is made once: importing and publishing it takes longer than a module.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command

from connections import request_log
from connections.models import Connection, Run
from roster import map as maps
from roster import reading
from tests import emptying
from tests.conformance import district
from tests.conformance.asking import Asker

SLUG = "riverside"
MONDAY = datetime(2026, 2, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1).total_seconds()

EVERYTHING = ("--all-schools", "--share", "all")
NARROW = (
    "--all-schools",
    *("--withhold", "users.email", "users.middleName", "classes.location", "classes.classType"),
)


@dataclass
class District:
    """Vendors by version: `full` are shown everything, `narrow` as little as by default."""

    full: dict[str, Asker]
    narrow: dict[str, Asker]


@pytest.fixture(scope="package")
def transactional_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """As pytest-django's, but emptied when all is done instead of after each test.

    The name matters: by it the plugin knows that a database is wanted at all, and when.
    """
    with django_db_blocker.unblock():
        forget()
        yield
        emptying.empty()
        forget()


@pytest.fixture(scope="package")
def clock() -> Iterator[Any]:
    """A clock that runs and can be moved on."""
    with time_machine.travel(MONDAY, tick=True) as traveller:
        yield traveller


@pytest.fixture(scope="package")
def unlogged() -> Iterator[None]:
    """No row of the request log per question: it has tests of its own, and each costs a commit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(request_log.queue, "put", lambda entry: None)
        yield


@pytest.fixture(scope="package")
def riverside(
    clock: Any, unlogged: None, transactional_db: None, tmp_path_factory: pytest.TempPathFactory
) -> District:
    """The district on Wednesday, published on Monday and on Tuesday, and not read so far."""
    folder = tmp_path_factory.mktemp("bundles")
    run("create_organization", SLUG, "--name", "Riverside", "--school-year", district.SCHOOL_YEAR)
    run("create_partner", "Brightpath", "--oneroster", "1.1", "1.2", "--type", "grade_book")
    run("create_partner", "Examiner", "--oneroster", "1.2", "--type", "grade_book", "assessment")
    run("import_roster", SLUG, district.monday(folder / "monday"))
    district.assess(SLUG)
    made = {
        (version, name): connect(version, terms)
        for version in ("1.1", "1.2")
        for name, terms in (("full", EVERYTHING), ("narrow", NARROW))
    }
    run("refresh_cache", SLUG)
    clock.shift(DAY)
    run("import_roster", SLUG, district.tuesday(folder / "tuesday"))
    run("refresh_cache", SLUG)
    clock.shift(DAY)
    askers = {key: asker(told) for key, told in made.items()}
    return District(
        *(
            {version: askers[version, name] for version in ("1.1", "1.2")}
            for name in ("full", "narrow")
        )
    )


@pytest.fixture(autouse=True)
def unread(request: pytest.FixtureRequest) -> None:
    """No run of an earlier test goes on: each request would look at all of an hour's thousands."""
    if "riverside" in request.fixturenames:
        request.getfixturevalue("riverside")
        Run.objects.all().delete()


def connect(version: str, terms: tuple[str, ...], slug: str = SLUG) -> dict[str, Any]:
    partner, types = ("Examiner", ["grade_book", "assessment"])
    if version == "1.1":
        partner, types = "Brightpath", ["grade_book"]
    name = f"{partner} {Connection.objects.count()}"
    return run(
        "create_connection", slug, "--vendor", name, "--partner", partner,
        "--oneroster", version, "--type", *types, *terms,
    )  # fmt: skip


def asker(told: dict[str, Any]) -> Asker:
    """Return the vendor of a connection as `create_connection` tells it, with a token."""
    held = Connection.objects.get(pk=told["id"])
    made = Asker(held.oneroster, told["client_id"], told["client_secret"], held.feed_id or 0)
    made.token = made.grant()
    return made


def run(*words: Any) -> dict[str, Any]:
    """Run a command as a person would, and return what it tells."""
    out = io.StringIO()
    with redirect_stdout(out):
        call_command(str(words[0]), *map(str, words[1:]), "--json")
    told = json.loads(out.getvalue())
    assert isinstance(told, dict)
    return told


def forget() -> None:
    reading.forget()
    maps.forget()
    cache.clear()
