"""One published district for this folder, with three vendors that write into its gradebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connections.models import Connection
from roster.written import log
from tests.conformance import district
from tests.conformance.conftest import (
    EVERYTHING,
    SLUG,
    clock,
    connect,
    forget,
    run,
    transactional_db,
    unlogged,
)
from tests.grading.vendor import Vendor

__all__ = ["clock", "riverside", "transactional_db", "unlogged"]


class District:
    """Riverside's vendors: Examiner in two connections of 1.2, Brightpath in each version."""

    def __init__(self) -> None:
        self.examiner = vendor(connect("1.2", EVERYTHING))
        self.second = vendor(connect("1.2", EVERYTHING))
        self.old = vendor(connect("1.1", EVERYTHING))
        self.new = vendor(
            run(
                "create_connection", SLUG, "--vendor", "Brightpath", "--partner", "Brightpath",
                "--oneroster", "1.2", "--type", "grade_book", *EVERYTHING,
            )
        )  # fmt: skip


def vendor(told: dict[str, Any]) -> Vendor:
    made = Connection.objects.get(pk=told["id"])
    return Vendor(made.oneroster, told["client_id"], told["client_secret"], made.pk)


@pytest.fixture(scope="package")
def riverside(
    clock: Any, unlogged: None, transactional_db: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[District]:
    run("create_organization", SLUG, "--name", "Riverside", "--school-year", district.SCHOOL_YEAR)
    run("create_partner", "Brightpath", "--oneroster", "1.1", "1.2", "--type", "grade_book")
    run("create_partner", "Examiner", "--oneroster", "1.2", "--type", "grade_book", "assessment")
    run("import_roster", SLUG, district.monday(tmp_path_factory.mktemp("bundle") / "monday"))
    made = District()
    run("refresh_cache", SLUG)
    # However little is written, it takes several blocks.
    block, log.BLOCK = log.BLOCK, 3
    for each in (made.examiner, made.second, made.old, made.new):
        each.token = each.grant()
    yield made
    log.BLOCK = block
    forget()
