"""A day with everything that goes wrong: its log is JSON and has no name, id or secret in it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.db import connection
from django.test import Client

from portal.logs import Line
from portal.models import Membership
from roster.jobs import work
from roster.models import Job, Organization
from roster.publishing import refresh
from roster.refusal import Refused
from tests.cast import member, signed_in
from tests.connections.conftest import DANA, connected
from tests.roster.importing.bundles import EVERYTHING, edited
from tests.roster.importing.conftest import Bundler

ID, GIVEN, FAMILY, WORD = "quetzal7", "Xanthippe", "Zwolle", "planted-password"
BASE = "/ims/oneroster/rostering/v1p2"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the processes write to standard error meanwhile."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Line())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def spoiled(execute: Any, sql: str, *rest: Any) -> NoReturn:
    """A fault that repeats the cells that it met."""
    try:
        raise KeyError(ID)
    except KeyError as error:
        raise ValueError(f"'{GIVEN}' is no number: \"{FAMILY}\"") from error


@pytest.mark.django_db(transaction=True)
def test_a_day_leaves_no_name_and_no_secret_in_the_log(
    riverside: Organization, tmp_path: Path, log: io.StringIO
) -> None:
    planted = {
        name: text.replace("ann", ID).replace("Ann,", f"{GIVEN},").replace("O'Hara", FAMILY)
        for name, text in EVERYTHING.items()
    }
    bundler = Bundler(tmp_path, riverside)
    bundler(edited(planted, "enrollments.csv", f"{ID},student", f"{ID},nobody"))
    with pytest.raises(Refused):
        bundler(edited(planted, "users.csv", f"{ID}@example.org", f'"{ID}'))
    bundler(planted)
    vendor = connected(riverside, shares=["all"])
    refresh(riverside, by=DANA)
    token, secret = vendor.token(), vendor.secret
    vendor.ask(client_secret=WORD)

    bearer = {"Authorization": f"Bearer {token}"}
    anybody = Client(raise_request_exception=False)
    dana = member("dana@riverside.example", "Dana", riverside, Membership.Role.ADMIN)
    browser = signed_in(dana)
    browser.raise_request_exception = False
    vendors = [f"{BASE}/users/{ID}", f"{BASE}/users?filter=familyName='{FAMILY}'",
               f"{BASE}/users?filter={FAMILY}", f"{BASE}/people/{ID}"]  # fmt: skip
    pages = [f"/o/riverside/roster/person/?q={GIVEN}", f"/o/riverside/roster/{ID}/",
             f"/o/riverside/roster/person/record/?id={ID}", f"/hand-over/{WORD}/"]  # fmt: skip

    def day() -> None:
        for path in vendors:
            anybody.get(path, headers=bearer)
        for path in pages:
            browser.get(path)
        anybody.post("/sign-in/", {"login": dana.email, "password": WORD})
        anybody.post("/oauth2/token", vendor.form())

    day()
    job = Job.objects.create(organization=riverside, kind="refresh", key="spoiled")
    with connection.execute_wrapper(spoiled):
        day()
        with pytest.raises(ValueError, match=GIVEN):
            work(job.pk, "worker")

    text = log.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    assert sum("error" in line for line in lines) > 5
    assert all(line.get("request") for line in lines if line["logger"].startswith("django"))
    for word in (ID, GIVEN, FAMILY, WORD, token, secret):
        assert word not in text
